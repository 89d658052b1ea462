//! HTTP/2 frames written and read by hand, for what `h2` refuses to send, hides or loses.

mod codec;
mod hpack;
mod recording;

use bytes::BufMut as _;
use tokio::time::{Instant, timeout_at};
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{HalfClose, Side};

use super::connection::reach;
use super::{DialError, Origin, Recorder};
use codec::{
    ACK, CONTINUATION, Codec, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PING, PRIORITY,
    RST_STREAM, RawFrame, SETTINGS, WINDOW_UPDATE, first_u32, unpadded,
};
use hpack::literal;
use recording::Recording;

/// Bytes of one header block, over all its frames.
const BLOCK_CAP: usize = 256 << 10;

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
    codec: Codec,
    origin: Origin,
    hpack: hpack::Reader,
    recording: Recording,
    next_stream: u32,
    keeps_window: bool,
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
        let mut frames = Frames {
            codec: Codec::new(io, deadline),
            origin: origin.clone(),
            hpack: hpack::Reader::new(),
            recording: Recording::new(recorder),
            next_stream: 1,
            keeps_window: false,
        };
        let mut payload = Vec::new();
        for (name, value) in settings {
            payload.put_u16(*name);
            payload.put_u32(*value);
        }
        frames.codec.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
        frames.codec.frame(SETTINGS, 0, 0, &payload).await;
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
        // What the user gave for every call may be a secret: only the check's own are recorded.
        self.recording.opened(stream, fields, end_stream);
        let flags = END_HEADERS | if end_stream { END_STREAM } else { 0 };
        self.codec.frame(HEADERS, flags, stream, &block).await;
        stream
    }

    /// Sends DATA.
    pub async fn data(&mut self, stream: u32, bytes: &[u8], end_stream: bool) {
        self.recording.add(stream, Side::Client, What::Data(bytes.to_vec()));
        if end_stream {
            self.recording.add(stream, Side::Client, What::HalfClose(HalfClose {}));
        }
        let flags = if end_stream { END_STREAM } else { 0 };
        self.codec.frame(DATA, flags, stream, bytes).await;
    }

    /// Sends RST_STREAM.
    pub async fn reset(&mut self, stream: u32, code: u32) {
        self.recording.add(stream, Side::Client, What::Reset(code));
        self.codec.frame(RST_STREAM, 0, stream, &code.to_be_bytes()).await;
    }

    /// Sends a PING of these bytes.
    pub async fn ping(&mut self, payload: [u8; 8]) {
        self.recording.add(0, Side::Client, What::Ping(payload.to_vec()));
        self.codec.frame(PING, 0, 0, &payload).await;
    }

    /// Widens the window of a stream, or of the connection (stream 0).
    pub async fn widen(&mut self, stream: u32, by: u32) {
        self.codec.frame(WINDOW_UPDATE, 0, stream, &by.to_be_bytes()).await;
    }

    /// From now on what is read may not be sent again on the connection, so that its window is used up.
    pub fn keep_connection_window(&mut self) {
        self.keeps_window = true;
    }

    /// The next frame, by the check's deadline. SETTINGS and PINGs of the target are answered.
    pub async fn next(&mut self) -> Frame {
        let deadline = self.codec.deadline;
        // A target that never stops sending would be read past any deadline.
        if Instant::now() >= deadline {
            return Frame::Silence;
        }
        timeout_at(deadline, self.read()).await.unwrap_or(Frame::Silence)
    }

    async fn read(&mut self) -> Frame {
        let RawFrame { kind, flags, stream, payload } = match self.codec.read().await {
            Ok(frame) => frame,
            Err(why) => return self.closed(why),
        };
        match kind {
            DATA => self.got_data(flags, stream, &payload).await,
            HEADERS => self.got_headers(flags, stream, &payload).await,
            RST_STREAM => {
                let code = first_u32(&payload);
                self.recording.add(stream, Side::Server, What::Reset(code));
                Frame::Reset { stream, code }
            }
            SETTINGS if flags & ACK != 0 => Frame::SettingsAcknowledged,
            SETTINGS => {
                self.codec.frame(SETTINGS, ACK, 0, &[]).await;
                let cap = payload
                    .chunks_exact(6)
                    .find(|entry| entry[..2] == MAX_CONCURRENT_STREAMS.to_be_bytes());
                Frame::Settings { max_streams: cap.map(|entry| first_u32(&entry[2..])) }
            }
            PING => self.got_ping(flags, payload).await,
            GOAWAY => {
                let code = first_u32(payload.get(4..).unwrap_or_default());
                self.recording.add(0, Side::Server, What::Goaway(code));
                Frame::GoAway(code)
            }
            _ => Frame::Other,
        }
    }

    fn closed(&self, why: String) -> Frame {
        self.recording.add(0, Side::Server, What::ConnectionLost(why.clone()));
        Frame::Closed(why)
    }

    async fn got_data(&mut self, flags: u8, stream: u32, payload: &[u8]) -> Frame {
        let bytes = unpadded(flags, payload).to_vec();
        let end_stream = flags & END_STREAM != 0;
        if let Err(cap) = self.recording.got(stream, &bytes, end_stream) {
            return self.closed(format!("more than the harness reads: {cap}"));
        }
        // What was read may be sent again, on the stream and on the connection.
        if let Ok(by @ 1..) = u32::try_from(payload.len()) {
            if !self.keeps_window {
                self.widen(0, by).await;
            }
            if !end_stream {
                self.widen(stream, by).await;
            }
        }
        Frame::Data { stream, bytes, end_stream }
    }

    async fn got_headers(&mut self, flags: u8, stream: u32, payload: &[u8]) -> Frame {
        let mut block = unpadded(flags, payload);
        if flags & PRIORITY != 0 {
            block = block.get(5..).unwrap_or_default();
        }
        let mut block = block.to_vec();
        let mut last = flags;
        while last & END_HEADERS == 0 {
            match self.codec.read().await {
                Ok(more)
                    if more.kind == CONTINUATION
                        && more.stream == stream
                        && block.len() + more.payload.len() <= BLOCK_CAP =>
                {
                    block.extend(more.payload);
                    last = more.flags;
                }
                Ok(_) => return self.closed("a header block that does not end".to_owned()),
                Err(why) => return self.closed(why),
            }
        }
        let end_stream = flags & END_STREAM != 0;
        match self.hpack.read(&block) {
            Ok(fields) => {
                self.recording.answered(stream, &fields, end_stream);
                Frame::Headers { stream, fields, end_stream }
            }
            Err(why) => self.closed(why),
        }
    }

    async fn got_ping(&mut self, flags: u8, payload: Vec<u8>) -> Frame {
        if flags & ACK == 0 {
            self.codec.frame(PING, ACK, 0, &payload).await;
            return Frame::Other;
        }
        self.recording.add(0, Side::Server, What::Ping(payload.clone()));
        payload.try_into().map_or_else(
            |_| Frame::Closed("a PING that is not of eight bytes".to_owned()),
            Frame::Pong,
        )
    }
}
