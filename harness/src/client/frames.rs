//! HTTP/2 frames written and read by hand, for what `h2` refuses to send, hides or loses.
//!
//! Header blocks are written as literals without index or Huffman coding (RFC 7541, section 6.2.2).

use std::collections::BTreeMap;

use bytes::{Buf, BufMut, BytesMut};
use loona_hpack::Decoder;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, timeout_at};
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{HalfClose, Header, Headers, Message, Side};

use super::connection::{Wire, reach};
use super::{DialError, Origin, Recorder};

/// Bytes that one frame may announce: what a peer may send unasked is 16 KiB.
const FRAME_CAP: usize = 1 << 20;
/// Bytes of one header block, over all its frames.
const BLOCK_CAP: usize = 1 << 20;
/// Bytes of one response that are kept for the trace.
const RESPONSE_CAP: usize = 4 << 20;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 0x1;
const ACK: u8 = 0x1;
const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;
const PRIORITY: u8 = 0x20;

/// SETTINGS_MAX_CONCURRENT_STREAMS and SETTINGS_INITIAL_WINDOW_SIZE (RFC 9113, section 6.5.2).
const MAX_CONCURRENT_STREAMS: u16 = 3;
/// The window that the target gets for each stream.
pub const INITIAL_WINDOW_SIZE: u16 = 4;

/// Something that the target sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// SETTINGS, with the cap on streams where it tells one; acknowledged already.
    Settings {
        /// SETTINGS_MAX_CONCURRENT_STREAMS.
        max_streams: Option<u32>,
    },
    /// Our SETTINGS were acknowledged.
    SettingsAcknowledged,
    /// The answer to a PING of ours.
    Pong([u8; 8]),
    /// A whole header block.
    Headers {
        /// The stream it is on.
        stream: u32,
        /// Names and values.
        fields: Vec<(Vec<u8>, Vec<u8>)>,
        /// Whether it ends the stream.
        end_stream: bool,
    },
    /// DATA without its padding.
    Data {
        /// The stream it is on.
        stream: u32,
        /// Its bytes.
        bytes: Vec<u8>,
        /// Whether it ends the stream.
        end_stream: bool,
    },
    /// RST_STREAM.
    Reset {
        /// The stream it ends.
        stream: u32,
        /// The error code.
        code: u32,
    },
    /// GOAWAY with this error code.
    GoAway(u32),
    /// Any other frame.
    Other,
    /// The connection ended, or what came on it is no HTTP/2.
    Closed(String),
    /// Nothing came by the deadline.
    Silence,
}

/// A connection whose frames are all the check's own.
pub struct Frames {
    io: Box<dyn Wire>,
    origin: Origin,
    unread: BytesMut,
    hpack: Decoder<'static>,
    deadline: Instant,
    recorder: Recorder,
    number: u32,
    next_stream: u32,
    /// For each stream, its number in the trace and what of its response forms no message yet.
    streams: BTreeMap<u32, (u32, BytesMut)>,
}

impl Frames {
    /// Connects, and sends preface and SETTINGS.
    ///
    /// # Errors
    /// When the target cannot be reached.
    pub async fn dial(
        origin: &Origin,
        recorder: &Recorder,
        settings: &[(u16, u32)],
        deadline: Instant,
    ) -> Result<Frames, DialError> {
        let late = |_| DialError::Late { address: origin.address.clone() };
        let io = timeout_at(deadline, reach(origin)).await.map_err(late)??;
        let mut hpack = Decoder::new();
        hpack.set_max_allowed_table_size(4096);
        let mut frames = Frames {
            io,
            origin: origin.clone(),
            unread: BytesMut::new(),
            hpack,
            deadline,
            recorder: recorder.clone(),
            number: recorder.next_connection(),
            next_stream: 1,
            streams: BTreeMap::new(),
        };
        let mut payload = Vec::new();
        for (name, value) in settings {
            payload.put_u16(*name);
            payload.put_u32(*value);
        }
        frames.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
        frames.frame(SETTINGS, 0, 0, &payload).await;
        Ok(frames)
    }

    /// Opens a stream with exactly these fields, in this order, and says its id. `:authority` and
    /// `:scheme` are the origin's, unless given.
    pub async fn request(&mut self, fields: &[(&str, &str)], end_stream: bool) -> u32 {
        let stream = self.next_stream;
        self.next_stream += 2;
        let given = |name: &str| fields.iter().any(|(given, _)| *given == name);
        let own =
            [(":scheme", self.origin.scheme()), (":authority", self.origin.authority.as_str())];
        let own = own.into_iter().filter(|(name, _)| !given(name));
        let user = self.origin.headers.iter();
        let user = user.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let mut block = Vec::new();
        for (name, value) in own.chain(fields.iter().copied()).chain(user) {
            literal(&mut block, name, value);
        }
        let seat = self.recorder.next_stream();
        self.streams.insert(stream, (seat, BytesMut::new()));
        let fields = fields.iter().map(|(name, value)| Header {
            name: (*name).to_owned(),
            value: value.as_bytes().to_vec(),
        });
        self.record(
            stream,
            Side::Client,
            What::Headers(Headers { fields: fields.collect(), end_stream }),
        );
        let flags = END_HEADERS | if end_stream { END_STREAM } else { 0 };
        self.frame(HEADERS, flags, stream, &block).await;
        stream
    }

    /// Sends DATA.
    pub async fn data(&mut self, stream: u32, bytes: &[u8], end_stream: bool) {
        self.record(stream, Side::Client, What::Data(bytes.to_vec()));
        if end_stream {
            self.record(stream, Side::Client, What::HalfClose(HalfClose {}));
        }
        self.frame(DATA, if end_stream { END_STREAM } else { 0 }, stream, bytes).await;
    }

    /// Sends RST_STREAM.
    pub async fn reset(&mut self, stream: u32, code: u32) {
        self.record(stream, Side::Client, What::Reset(code));
        self.frame(RST_STREAM, 0, stream, &code.to_be_bytes()).await;
    }

    /// Sends a PING of these bytes.
    pub async fn ping(&mut self, payload: [u8; 8]) {
        self.record(0, Side::Client, What::Ping(payload.to_vec()));
        self.frame(PING, 0, 0, &payload).await;
    }

    /// Widens the window of a stream, or of the connection (stream 0).
    pub async fn widen(&mut self, stream: u32, by: u32) {
        self.frame(WINDOW_UPDATE, 0, stream, &by.to_be_bytes()).await;
    }

    /// The next frame, by the check's deadline. SETTINGS and PINGs of the target are answered.
    pub async fn next(&mut self) -> Frame {
        match timeout_at(self.deadline, self.read()).await {
            Ok(frame) => frame,
            Err(_) => Frame::Silence,
        }
    }

    async fn read(&mut self) -> Frame {
        let (kind, flags, stream, payload) = match self.read_frame().await {
            Ok(frame) => frame,
            Err(why) => {
                self.record(0, Side::Server, What::ConnectionLost(why.clone()));
                return Frame::Closed(why);
            }
        };
        match kind {
            DATA => self.got_data(flags, stream, &payload).await,
            HEADERS => self.got_headers(flags, stream, payload).await,
            RST_STREAM => {
                let code = first_u32(&payload);
                self.record(stream, Side::Server, What::Reset(code));
                Frame::Reset { stream, code }
            }
            SETTINGS if flags & ACK != 0 => Frame::SettingsAcknowledged,
            SETTINGS => {
                self.frame(SETTINGS, ACK, 0, &[]).await;
                let cap = payload
                    .chunks_exact(6)
                    .find(|entry| entry[..2] == MAX_CONCURRENT_STREAMS.to_be_bytes());
                Frame::Settings { max_streams: cap.map(|entry| first_u32(&entry[2..])) }
            }
            PING if flags & ACK != 0 => {
                self.record(0, Side::Server, What::Ping(payload.clone()));
                payload.try_into().map_or_else(
                    |_| Frame::Closed("a PING that is not of eight bytes".to_owned()),
                    Frame::Pong,
                )
            }
            PING => {
                self.frame(PING, ACK, 0, &payload).await;
                Frame::Other
            }
            GOAWAY => {
                let code = first_u32(payload.get(4..).unwrap_or_default());
                self.record(0, Side::Server, What::Goaway(code));
                Frame::GoAway(code)
            }
            _ => Frame::Other,
        }
    }

    async fn got_data(&mut self, flags: u8, stream: u32, payload: &[u8]) -> Frame {
        let bytes = unpadded(flags, payload).to_vec();
        let end_stream = flags & END_STREAM != 0;
        // What was read may be sent again, on the stream and on the connection.
        if let Ok(by @ 1..) = u32::try_from(payload.len()) {
            self.widen(0, by).await;
            if !end_stream {
                self.widen(stream, by).await;
            }
        }
        self.record_data(stream, &bytes, end_stream);
        Frame::Data { stream, bytes, end_stream }
    }

    async fn got_headers(&mut self, flags: u8, stream: u32, payload: Vec<u8>) -> Frame {
        let mut block = unpadded(flags, &payload).to_vec();
        if flags & PRIORITY != 0 {
            block.drain(..block.len().min(5));
        }
        let mut last = flags;
        while last & END_HEADERS == 0 {
            match self.read_frame().await {
                Ok((CONTINUATION, flags, of, more))
                    if of == stream && block.len() + more.len() <= BLOCK_CAP =>
                {
                    block.extend(more);
                    last = flags;
                }
                Ok(_) => return Frame::Closed("a header block that does not end".to_owned()),
                Err(why) => return Frame::Closed(why),
            }
        }
        let fields = match self.hpack.decode(&block) {
            Ok(fields) => fields,
            Err(error) => {
                return Frame::Closed(format!("a header block that is no HPACK: {error:?}"));
            }
        };
        let end_stream = flags & END_STREAM != 0;
        let recorded = fields.iter().map(|(name, value)| Header {
            name: String::from_utf8_lossy(name).into_owned(),
            value: value.clone(),
        });
        let headers = Headers { fields: recorded.collect(), end_stream };
        let opening = fields.iter().any(|(name, _)| name == b":status");
        let what = if opening { What::Headers(headers) } else { What::Trailers(headers) };
        self.record(stream, Side::Server, what);
        Frame::Headers { stream, fields, end_stream }
    }

    async fn read_frame(&mut self) -> Result<(u8, u8, u32, Vec<u8>), String> {
        self.fill(9).await?;
        let length = self.unread.get_uint(3) as usize;
        let (kind, flags) = (self.unread.get_u8(), self.unread.get_u8());
        let stream = self.unread.get_u32() & 0x7fff_ffff;
        if length > FRAME_CAP {
            return Err(format!("a frame that announces {length} bytes"));
        }
        self.fill(length).await?;
        Ok((kind, flags, stream, self.unread.split_to(length).to_vec()))
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

    async fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let mut bytes = Vec::with_capacity(9 + payload.len());
        bytes.put_uint(payload.len() as u64, 3);
        bytes.put_u8(kind);
        bytes.put_u8(flags);
        bytes.put_u32(stream);
        bytes.put_slice(payload);
        self.write(&bytes).await;
    }

    /// What can no longer be sent is told by the next read.
    async fn write(&mut self, bytes: &[u8]) {
        let written = async {
            self.io.write_all(bytes).await?;
            self.io.flush().await
        };
        let _ = timeout_at(self.deadline, written).await;
    }

    fn record(&self, stream: u32, side: Side, what: What) {
        let seat = self.streams.get(&stream).map_or(0, |(seat, _)| *seat);
        self.recorder.add(self.number, seat, side, what);
    }

    fn record_data(&mut self, stream: u32, bytes: &[u8], end_stream: bool) {
        let Some((seat, pending)) = self.streams.get_mut(&stream) else { return };
        if pending.len() + bytes.len() <= RESPONSE_CAP {
            pending.extend_from_slice(bytes);
        }
        while let Some(message) = whole_message(pending) {
            self.recorder.add(self.number, *seat, Side::Server, What::Message(message));
        }
        if end_stream && !pending.is_empty() {
            self.recorder.add(self.number, *seat, Side::Server, What::Data(pending.to_vec()));
        }
    }
}

fn whole_message(pending: &mut BytesMut) -> Option<Message> {
    let mut prefix = pending.get(..5)?;
    let flag = prefix.get_u8();
    let length = prefix.get_u32() as usize;
    if pending.len() - 5 < length {
        return None;
    }
    pending.advance(5);
    Some(Message {
        flag: flag.into(),
        payload: pending.split_to(length).to_vec(),
        end_stream: false,
    })
}

/// The payload of a frame without the padding that its flags announce (RFC 9113, section 6.1).
fn unpadded(flags: u8, payload: &[u8]) -> &[u8] {
    match payload.split_first() {
        Some((pad, rest)) if flags & PADDED != 0 => {
            &rest[..rest.len().saturating_sub(usize::from(*pad))]
        }
        _ => payload,
    }
}

fn first_u32(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

/// A field as a literal, never indexed (RFC 7541, section 6.2.3).
fn literal(block: &mut Vec<u8>, name: &str, value: &str) {
    block.push(0x10);
    for text in [name, value] {
        length(block, text.len());
        block.extend_from_slice(text.as_bytes());
    }
}

/// An integer with a prefix of seven bits (RFC 7541, section 5.1).
fn length(block: &mut Vec<u8>, length: usize) {
    if length < 0x7f {
        block.push(length as u8);
        return;
    }
    block.push(0x7f);
    let mut rest = length - 0x7f;
    while rest >= 0x80 {
        block.push((rest as u8 & 0x7f) | 0x80);
        rest >>= 7;
    }
    block.push(rest as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_reads_back_through_an_independent_decoder() {
        let long = "v".repeat(70_000);
        let mut block = Vec::new();
        literal(&mut block, ":path", "/a");
        literal(&mut block, "x", &long);
        let read = Decoder::new().decode(&block).expect("HPACK");
        assert_eq!(read, [(b":path".to_vec(), b"/a".to_vec()), (b"x".to_vec(), long.into_bytes())]);
    }

    #[test]
    fn padding_that_lies_is_no_panic() {
        assert_eq!(unpadded(PADDED, &[2, 1, 0, 0]), [1]);
        assert_eq!(unpadded(PADDED, &[200, 1]), [0u8; 0]);
        assert_eq!(unpadded(PADDED, &[]), [0u8; 0]);
    }
}
