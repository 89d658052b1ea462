//! Frames of HTTP/2 as bytes: written as they are told, read up to a cap and a deadline.

use bytes::{Buf, BufMut, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, timeout_at};

use super::super::connection::Wire;

/// Bytes that one frame may announce: what a peer may send unasked is 16 KiB.
const FRAME_CAP: usize = 1 << 20;

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;

pub(super) const END_STREAM: u8 = 0x1;
pub(super) const ACK: u8 = 0x1;
pub(super) const END_HEADERS: u8 = 0x4;
pub(super) const PADDED: u8 = 0x8;
pub(super) const PRIORITY: u8 = 0x20;

/// A frame as it came (RFC 9113, section 4.1).
#[derive(Debug)]
pub(super) struct RawFrame {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

/// A connection, and what was read of it that is no whole frame yet.
pub(super) struct Codec {
    io: Box<dyn Wire>,
    unread: BytesMut,
    pub(super) deadline: Instant,
}

impl Codec {
    pub(super) fn new(io: Box<dyn Wire>, deadline: Instant) -> Codec {
        Codec { io, unread: BytesMut::new(), deadline }
    }

    /// The next frame. Safe to drop half-way.
    ///
    /// # Errors
    /// Says why no more will come.
    pub(super) async fn read(&mut self) -> Result<RawFrame, String> {
        self.fill(9).await?;
        let length = (&self.unread[..]).get_uint(3) as usize;
        if length > FRAME_CAP {
            return Err(format!("a frame that announces {length} bytes"));
        }
        self.fill(9 + length).await?;
        self.unread.advance(3);
        let (kind, flags) = (self.unread.get_u8(), self.unread.get_u8());
        let stream = self.unread.get_u32() & 0x7fff_ffff;
        Ok(RawFrame { kind, flags, stream, payload: self.unread.split_to(length).to_vec() })
    }

    async fn fill(&mut self, wanted: usize) -> Result<(), String> {
        while self.unread.len() < wanted {
            match self.io.read_buf(&mut self.unread).await {
                Ok(0) => return Err("closed by the target".to_owned()),
                Ok(_) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(())
    }

    /// Sends a frame.
    pub(super) async fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let mut bytes = Vec::with_capacity(9 + payload.len());
        bytes.put_uint(payload.len() as u64, 3);
        bytes.put_u8(kind);
        bytes.put_u8(flags);
        bytes.put_u32(stream);
        bytes.put_slice(payload);
        self.write(&bytes).await;
    }

    /// Sends bytes that need not be a frame. What can no longer be sent is told by the next read.
    pub(super) async fn write(&mut self, bytes: &[u8]) {
        let written = async {
            self.io.write_all(bytes).await?;
            self.io.flush().await
        };
        let _ = timeout_at(self.deadline, written).await;
    }
}

/// The payload of a frame without the padding that its flags announce (RFC 9113, section 6.1).
pub(super) fn unpadded(flags: u8, payload: &[u8]) -> &[u8] {
    match payload.split_first() {
        Some((pad, rest)) if flags & PADDED != 0 => {
            &rest[..rest.len().saturating_sub(usize::from(*pad))]
        }
        _ => payload,
    }
}

/// The number that the bytes begin with; 0 where they are too few.
pub(super) fn first_u32(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_that_lies_is_no_panic() {
        assert_eq!(unpadded(PADDED, &[2, 1, 0, 0]), [1]);
        assert_eq!(unpadded(PADDED, &[200, 1]), [0u8; 0]);
        assert_eq!(unpadded(PADDED, &[]), [0u8; 0]);
    }
}
