//! Frames in a stream of bytes, as far as telling them apart goes (RFC 9113, section 4.1).

use bytes::{Buf, BufMut, BytesMut};

/// The bytes before a frame's payload.
const HEAD: usize = 9;

pub(super) const DATA: u8 = 0;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
/// On DATA.
pub(super) const END_STREAM: u8 = 1;
/// On PING.
pub(super) const ACK: u8 = 1;

/// Cuts bytes into frames.
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// Bytes to pass over first.
    skip: usize,
    held: BytesMut,
}

/// A whole frame, head and payload.
#[derive(Debug)]
pub(super) struct Frame(BytesMut);

impl Frames {
    /// What a client sends: frames behind the preface.
    pub(super) fn of_client() -> Frames {
        Frames { skip: 24, held: BytesMut::new() }
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
        let skipped = self.skip.min(self.held.len());
        self.held.advance(skipped);
        self.skip -= skipped;
    }

    /// The next frame that is whole. HTTP/2 beneath gives up on one that announces more than it takes.
    pub(super) fn next(&mut self) -> Option<Frame> {
        let length = self.held.get(..3)?;
        let length = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        let whole = self.held.len() >= HEAD + length;
        whole.then(|| Frame(self.held.split_to(HEAD + length)))
    }
}

impl Frame {
    pub(super) fn new(kind: u8, stream: u32, payload: &[u8]) -> Frame {
        let mut frame = BytesMut::new();
        frame.put_uint(payload.len() as u64, 3);
        frame.put_slice(&[kind, 0]);
        frame.put_u32(stream);
        frame.put_slice(payload);
        Frame(frame)
    }

    pub(super) fn kind(&self) -> u8 {
        self.0[3]
    }

    pub(super) fn has(&self, flag: u8) -> bool {
        self.0[4] & flag != 0
    }

    pub(super) fn stream(&self) -> u32 {
        (&self.0[5..HEAD]).get_u32() & 0x7fff_ffff
    }

    pub(super) fn payload(&mut self) -> &mut [u8] {
        &mut self.0[HEAD..]
    }

    pub(super) fn into_bytes(self) -> BytesMut {
        self.0
    }
}
