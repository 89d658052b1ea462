//! Frames changed, added and taken away beneath HTTP/2, where no layer above it can.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, BytesMut};
use tokio::io::AsyncWrite;
use tokio::net::TcpStream;

use super::Astray;
use super::frames::{
    ACK, DATA, END_STREAM, Frame, Frames, GOAWAY, PING, RST_STREAM, WINDOW_UPDATE,
};
use crate::connection::ConnectionId;
use crate::faults::Fault;

/// The faults that need it.
const FAULTS: [Fault; 10] = [
    Fault::ResetsMalformedWithInternalError,
    Fault::EndsConnectionOnEmptyData,
    Fault::TalksToResetStream,
    Fault::EndsConnectionOnReset,
    Fault::StopsAfterMassCancel,
    Fault::EchoesWrongPing,
    Fault::SendsGoawayOnBadCall,
    Fault::RefusesPastCapWithInternalError,
    Fault::EndsConnectionPastCap,
    Fault::StopsAtFullWindow,
];

/// What the server may send on a new connection, in bytes (RFC 9113, section 6.9.2).
const WINDOW: i64 = 65_535;
const PROTOCOL_ERROR: u32 = 1;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;

/// What happens to the bytes of one connection.
#[derive(Debug)]
pub(in crate::serve) struct Tampering {
    astray: Arc<Astray>,
    connection: ConnectionId,
    heard: Frames,
    said: Frames,
    /// Changed, and not out yet.
    out: BytesMut,
    /// Streams that the client reset since its last PING.
    reset: Vec<u32>,
    /// What the server may send on the connection yet, in bytes.
    window: i64,
    /// Whether the connection ends once `out` is empty.
    ends: bool,
}

impl Tampering {
    /// None where no fault asks for it.
    pub(in crate::serve) fn begin(
        astray: &Arc<Astray>,
        connection: ConnectionId,
    ) -> Option<Box<Tampering>> {
        FAULTS.iter().any(|fault| astray.has(*fault)).then(|| {
            Box::new(Tampering {
                astray: Arc::clone(astray),
                connection,
                heard: Frames::of_client(),
                said: Frames::default(),
                out: BytesMut::new(),
                reset: Vec::new(),
                window: WINDOW,
                ends: false,
            })
        })
    }

    /// Whether the connection is over.
    pub(in crate::serve) fn is_over(&self) -> bool {
        self.ends && self.out.is_empty()
    }

    /// Looks at what the client sent.
    pub(in crate::serve) fn hear(&mut self, bytes: &[u8]) {
        self.heard.feed(bytes);
        while let Some(mut frame) = self.heard.next() {
            let empty = frame.payload().is_empty() && !frame.has(END_STREAM);
            match frame.kind() {
                DATA if empty => self.ends |= self.astray.has(Fault::EndsConnectionOnEmptyData),
                WINDOW_UPDATE if frame.stream() == 0 => {
                    let by = frame.payload().get(..4).map_or(0, |mut by| by.get_u32());
                    self.window += i64::from(by);
                }
                RST_STREAM => {
                    self.astray.reset();
                    self.ends |= self.astray.has(Fault::EndsConnectionOnReset);
                    if self.astray.has(Fault::TalksToResetStream) {
                        self.reset.push(frame.stream());
                    }
                }
                _ => {}
            }
        }
    }

    /// Takes what the server has to say, and says it in its own way.
    pub(in crate::serve) fn poll_say(
        &mut self,
        stream: &mut TcpStream,
        bytes: &[u8],
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_out(stream, cx))?;
        self.said.feed(bytes);
        while let Some(frame) = self.said.next() {
            self.say(frame);
        }
        if self.astray.was_refused(self.connection) {
            self.go_away();
        }
        // What does not go out now goes out with the next flush.
        if let Poll::Ready(Err(error)) = self.poll_out(stream, cx) {
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(bytes.len()))
    }

    /// Sends what is waiting.
    pub(in crate::serve) fn poll_out(
        &mut self,
        stream: &mut TcpStream,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while !self.out.is_empty() {
            match ready!(Pin::new(&mut *stream).poll_write(cx, &self.out))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.out.advance(written),
            }
        }
        Poll::Ready(Ok(()))
    }

    fn say(&mut self, mut frame: Frame) {
        if self.ends {
            return;
        }
        match frame.kind() {
            PING if frame.has(ACK) => {
                if self.astray.has(Fault::EchoesWrongPing) {
                    frame.payload()[0] ^= 1;
                }
                self.out.put(frame.into_bytes());
                for stream in std::mem::take(&mut self.reset) {
                    self.out.put(Frame::new(DATA, stream, &[]).into_bytes());
                }
            }
            DATA => {
                self.window -= frame.payload().len() as i64;
                if self.window <= 0 {
                    self.astray.fall(Fault::StopsAtFullWindow);
                }
                self.out.put(frame.into_bytes());
            }
            RST_STREAM => self.say_reset(frame),
            _ => self.out.put(frame.into_bytes()),
        }
    }

    fn say_reset(&mut self, mut frame: Frame) {
        let mut code = &*frame.payload();
        let other = match code.get_u32() {
            PROTOCOL_ERROR => Fault::ResetsMalformedWithInternalError,
            REFUSED_STREAM if self.astray.has(Fault::EndsConnectionPastCap) => {
                self.go_away();
                self.ends = true;
                return;
            }
            REFUSED_STREAM => Fault::RefusesPastCapWithInternalError,
            _ => return self.out.put(frame.into_bytes()),
        };
        if self.astray.has(other) {
            let code = INTERNAL_ERROR.to_be_bytes();
            frame.payload().copy_from_slice(&code);
        }
        self.out.put(frame.into_bytes());
    }

    /// As if nothing had been taken on this connection.
    fn go_away(&mut self) {
        let payload = [0, PROTOCOL_ERROR].map(u32::to_be_bytes).concat();
        self.out.put(Frame::new(GOAWAY, 0, &payload).into_bytes());
    }
}
