//! Frames by hand, for what `h2` does not send or does not show.

use std::time::Duration;

use bytes::{Buf, BufMut, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::{Target, UNARY, good};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// How long a frame may take.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) const DATA: u8 = 0;
const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;

const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

/// A connection whose SETTINGS have been exchanged.
pub(crate) struct Raw {
    socket: TcpStream,
    read: BytesMut,
}

/// A frame from the server.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

impl Frame {
    /// The error code of RST_STREAM.
    pub(crate) fn code(&self) -> Option<u32> {
        let code: [u8; 4] = self.payload[..].try_into().ok()?;
        (self.kind == RST_STREAM).then(|| u32::from_be_bytes(code))
    }
}

impl Raw {
    pub(crate) async fn dial(target: &Target) -> Raw {
        let mut raw = Raw { socket: target.socket().await, read: BytesMut::new() };
        raw.write(PREFACE).await;
        raw.frame(SETTINGS, 0, 0, &[]).await;
        let settings = raw.next().await.expect("SETTINGS");
        assert_eq!(settings.kind, SETTINGS);
        raw.frame(SETTINGS, ACK, 0, &[]).await;
        raw
    }

    async fn write(&mut self, bytes: &[u8]) {
        // What the server does not take any more shows in what it says.
        let _ = self.socket.write_all(bytes).await;
    }

    async fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let mut frame = BytesMut::new();
        frame.put_uint(payload.len() as u64, 3);
        frame.put_slice(&[kind, flags]);
        frame.put_u32(stream);
        frame.put_slice(payload);
        self.write(&frame).await;
    }

    /// Opens a call of [`UNARY`].
    pub(crate) async fn open(&mut self, stream: u32, more: &[(&str, &str)]) {
        let fields = [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", UNARY),
            (":authority", "localhost"),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
        ];
        let mut block = Vec::new();
        for (name, value) in fields.iter().chain(more) {
            // A literal without index or Huffman code (RFC 7541, section 6.2.2).
            block.push(0);
            for text in [name, value] {
                block.push(u8::try_from(text.len()).expect("short"));
                block.extend_from_slice(text.as_bytes());
            }
        }
        self.frame(HEADERS, END_HEADERS, stream, &block).await;
    }

    /// Sends the only message of a call, and the half-close.
    pub(crate) async fn say(&mut self, stream: u32) {
        self.send(stream, &good()).await;
    }

    /// Sends this message, and the half-close.
    pub(crate) async fn send(&mut self, stream: u32, message: &[u8]) {
        self.frame(DATA, END_STREAM, stream, message).await;
    }

    pub(crate) async fn reset(&mut self, stream: u32) {
        let cancel = 8_u32.to_be_bytes();
        self.frame(RST_STREAM, 0, stream, &cancel).await;
    }

    pub(crate) async fn ping(&mut self, payload: &[u8; 8]) {
        self.frame(PING, 0, 0, payload).await;
    }

    /// The next frame, if one comes.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        self.next_within(PATIENCE).await
    }

    pub(crate) async fn next_within(&mut self, patience: Duration) -> Option<Frame> {
        loop {
            if let Some(frame) = self.take() {
                return Some(frame);
            }
            match timeout(patience, self.socket.read_buf(&mut self.read)).await {
                Ok(Ok(1..)) => {}
                Ok(Ok(0) | Err(_)) | Err(_) => return None,
            }
        }
    }

    fn take(&mut self) -> Option<Frame> {
        let mut head = self.read.get(..9)?;
        let length = usize::try_from(head.get_uint(3)).expect("three bytes");
        let kind = head.get_u8();
        head.advance(1);
        let stream = head.get_u32();
        if self.read.len() < 9 + length {
            return None;
        }
        let payload = self.read.split_to(9 + length).split_off(9).to_vec();
        Some(Frame { kind, stream, payload })
    }

    /// The first frame of this kind on this stream.
    pub(crate) async fn wait(&mut self, kind: u8, stream: u32) -> Option<Frame> {
        loop {
            let frame = self.next().await?;
            if frame.kind == kind && frame.stream == stream {
                return Some(frame);
            }
        }
    }

    /// Whether a right call is answered.
    pub(crate) async fn serves(&mut self, stream: u32) -> bool {
        self.open(stream, &[]).await;
        self.say(stream).await;
        self.wait(DATA, stream).await.is_some()
    }
}
