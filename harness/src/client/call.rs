//! One call: messages and raw bytes out, messages and the end in.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use h2::client::ResponseFuture;
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, timeout_at};
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{HalfClose, Headers, Message, Side};

use super::connection::{Seat, fields};
use crate::status::{Code, End, percent_decoded};

/// Bytes that one message may announce, 4 MiB: what stock clients take.
const MESSAGE_CAP: usize = 4 << 20;
/// Messages that one call may answer.
const MESSAGES_CAP: usize = 20_000;
/// Bytes of raw DATA that the trace keeps, 64 KiB.
const RECORDED: usize = 64 << 10;
/// Bytes of `grpc-message` that are kept.
const GRPC_MESSAGE_CAP: usize = 1024;

/// One message from the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The first byte of its prefix: 1 says compressed.
    pub flag: u8,
    /// Its bytes without the prefix.
    pub payload: Bytes,
    /// Its index among the events of the trace.
    pub event: usize,
}

impl Received {
    /// Its bytes, where they are a message as it stands. Calls offer no encoding unless a check of the
    /// transport wants to, so one that is flagged as compressed cannot be read.
    ///
    /// # Errors
    /// Names the flag.
    pub fn plain(&self) -> Result<&[u8], String> {
        match self.flag {
            0 => Ok(&self.payload),
            flag => Err(format!("compressed flag {flag}, and no encoding was offered")),
        }
    }

    /// The message that they are.
    ///
    /// # Errors
    /// Says why they are none.
    pub fn read<M: prost::Message + Default>(&self) -> Result<M, String> {
        M::decode(self.plain()?).map_err(|error| error.to_string())
    }
}

/// What a call brings next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A whole message.
    Message(Received),
    /// Nothing more.
    End(End),
}

/// Everything that a call brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// In the order they came.
    pub messages: Vec<Received>,
    /// How the call ended.
    pub end: End,
}

/// A call under way. Dropped before its end, it is cancelled.
#[derive(Debug)]
pub struct Call {
    seat: Seat,
    deadline: Instant,
    opened: Instant,
    send: Option<SendStream<Bytes>>,
    half_closed: bool,
    response: Option<ResponseFuture>,
    body: Option<RecvStream>,
    headers: HeaderMap,
    trailers: HeaderMap,
    http: StatusCode,
    unread: BytesMut,
    messages: usize,
    end: Option<End>,
}

impl Call {
    pub(super) fn new(
        seat: Seat,
        deadline: Instant,
        response: ResponseFuture,
        send: SendStream<Bytes>,
    ) -> Call {
        Call {
            send: Some(send),
            response: Some(response),
            end: None,
            ..Call::stillborn(seat, deadline, "")
        }
    }

    /// A call that could not be opened.
    pub(super) fn stillborn(seat: Seat, deadline: Instant, why: &str) -> Call {
        let lost = seat.lost.why().unwrap_or_else(|| why.to_owned());
        Call {
            seat,
            deadline,
            opened: Instant::now(),
            send: None,
            half_closed: false,
            response: None,
            body: None,
            headers: HeaderMap::new(),
            trailers: HeaderMap::new(),
            http: StatusCode::OK,
            unread: BytesMut::new(),
            messages: 0,
            end: Some(End::Lost(lost)),
        }
    }

    /// Sends one message. What the target no longer takes is dropped; the call's end tells.
    pub fn send(&mut self, message: &impl prost::Message) {
        self.send_payload(&message.encode_to_vec());
    }

    /// Sends one message given as its encoded bytes.
    pub fn send_payload(&mut self, payload: &[u8]) {
        let message = Message { flag: 0, payload: payload.to_vec(), end_stream: false };
        self.transmit(framed(0, payload), false, What::Message(message));
    }

    /// Sends bytes as one DATA frame, or as several where they are many, just as they are. Of more
    /// than 64 KiB the trace keeps the beginning.
    pub fn send_raw(&mut self, bytes: impl Into<Bytes>, end_stream: bool) {
        let bytes = bytes.into();
        let what = match whole_message(&bytes) {
            Some(message) => What::Message(message),
            None => What::Data(bytes[..bytes.len().min(RECORDED)].to_vec()),
        };
        self.transmit(bytes, end_stream, what);
        if end_stream {
            self.seat.add(Side::Client, What::HalfClose(HalfClose {}));
        }
    }

    /// Sends so many zero bytes, as several DATA frames; a message of 64 MiB takes no memory here.
    pub fn send_zeros(&mut self, count: usize) {
        static ZEROS: [u8; RECORDED] = [0; RECORDED];
        let Some(send) = &mut self.send else { return };
        let pieces = std::iter::repeat_n(RECORDED, count / RECORDED).chain([count % RECORDED]);
        for piece in pieces.filter(|piece| *piece > 0) {
            // What the target no longer takes is told by the call's end.
            if send.send_data(Bytes::from_static(&ZEROS[..piece]), false).is_err() {
                break;
            }
        }
        self.seat.add(Side::Client, What::Data(vec![0; count.min(RECORDED)]));
    }

    /// Says that nothing more comes from the client.
    pub fn half_close(&mut self) {
        self.transmit(Bytes::new(), true, What::HalfClose(HalfClose {}));
    }

    /// Gives the call up with RST_STREAM.
    pub fn reset(&mut self, code: u32) {
        if let Some(mut send) = self.send.take() {
            self.seat.add(Side::Client, What::Reset(code));
            send.send_reset(Reason::from(code));
        }
    }

    fn transmit(&mut self, bytes: Bytes, end_stream: bool, what: What) {
        let Some(send) = self.send.as_mut().filter(|_| !self.half_closed) else { return };
        if send.send_data(bytes, end_stream).is_ok() {
            self.seat.add(Side::Client, what);
        }
        self.half_closed = end_stream;
    }

    /// The next message, or the end: by the check's deadline, else [`End::Silence`].
    pub async fn next(&mut self) -> Incoming {
        let next = self.next_by(self.deadline).await;
        if let Incoming::End(End::Silence(_)) = next {
            self.seat.add(Side::Server, What::Silence("an answer".to_owned()));
        }
        next
    }

    /// The next message, or the end, or [`End::Silence`] when neither has come by `deadline`.
    pub async fn next_by(&mut self, deadline: Instant) -> Incoming {
        loop {
            if let Some(message) = self.take_message() {
                return Incoming::Message(message);
            }
            if let Some(end) = &self.end {
                return Incoming::End(end.clone());
            }
            if timeout_at(deadline, self.read()).await.is_err() {
                return Incoming::End(End::Silence(self.opened.elapsed()));
            }
        }
    }

    /// Everything up to the end.
    pub async fn rest(&mut self) -> Answer {
        let mut messages = Vec::new();
        loop {
            match self.next().await {
                Incoming::Message(message) => messages.push(message),
                Incoming::End(end) => return Answer { messages, end },
            }
        }
    }

    /// Half-closes, then everything up to the end.
    pub async fn finish(&mut self) -> Answer {
        self.half_close();
        self.rest().await
    }

    /// The response's HTTP status; 200 as long as none has come.
    pub fn http(&self) -> u16 {
        self.http.as_u16()
    }

    /// The response's headers, as far as they have come.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The response's trailers, as far as they have come.
    pub fn trailers(&self) -> &HeaderMap {
        &self.trailers
    }

    /// One step of reading: headers, a DATA frame, or the trailers. Safe to drop half-way.
    async fn read(&mut self) {
        if let Some(response) = &mut self.response {
            match response.await {
                Ok(response) => self.take_headers(response),
                Err(error) => self.fail(&error),
            }
            return;
        }
        let Some(body) = &mut self.body else {
            self.end = Some(End::NoStatus("the call was given up".to_owned()));
            return;
        };
        match body.data().await {
            Some(Ok(bytes)) => {
                // A refusal to widen the window is told by the next read.
                let _ = body.flow_control().release_capacity(bytes.len());
                match self.seat.recorder.read(bytes.len()) {
                    Ok(()) => self.unread.extend_from_slice(&bytes),
                    Err(cap) => self.flood(cap),
                }
            }
            Some(Err(error)) => self.fail(&error),
            None => match body.trailers().await {
                Ok(trailers) => self.take_trailers(trailers),
                Err(error) => self.fail(&error),
            },
        }
    }

    fn take_headers(&mut self, response: http::Response<RecvStream>) {
        self.response = None;
        let (parts, body) = response.into_parts();
        let status = wirecheck_proto::wirecheck::v1::Header {
            name: ":status".to_owned(),
            value: parts.status.as_str().into(),
        };
        let end_stream = body.is_end_stream();
        let fields = std::iter::once(status).chain(fields(&parts.headers)).collect();
        self.seat.add(Side::Server, What::Headers(Headers { fields, end_stream }));
        self.http = parts.status;
        self.headers = parts.headers;
        self.body = Some(body);
    }

    fn take_trailers(&mut self, trailers: Option<HeaderMap>) {
        if !self.unread.is_empty() {
            self.seat.add(Side::Server, What::Data(self.unread.to_vec()));
        }
        if let Some(trailers) = trailers {
            let fields = fields(&trailers).collect();
            self.seat.add(Side::Server, What::Trailers(Headers { fields, end_stream: true }));
            self.trailers = trailers;
        } else if !self.headers.contains_key("grpc-status") {
            self.seat.add(Side::Server, What::HalfClose(HalfClose {}));
        }
        self.end = Some(ending(self.http, &self.headers, &self.trailers));
        self.body = None;
    }

    fn fail(&mut self, error: &h2::Error) {
        let end = match error.reason() {
            Some(reason) if error.is_reset() && error.is_remote() => {
                self.seat.add(Side::Server, What::Reset(reason.into()));
                End::Reset(reason.into())
            }
            _ => End::Lost(self.seat.lost.why().unwrap_or_else(|| error.to_string())),
        };
        self.close(end);
    }

    fn flood(&mut self, cap: String) {
        self.seat.recorder.flood(&cap);
        self.close(End::Flood(cap));
    }

    fn close(&mut self, end: End) {
        self.end = Some(end);
        self.send = None;
        self.response = None;
        self.body = None;
        self.unread.clear();
    }

    fn take_message(&mut self) -> Option<Received> {
        let mut prefix = self.unread.get(..5)?;
        let flag = prefix.get_u8();
        let length = prefix.get_u32() as usize;
        if length > MESSAGE_CAP {
            self.flood(format!("a message that announces {length} bytes"));
            return None;
        }
        if self.unread.len() - 5 < length {
            return None;
        }
        self.messages += 1;
        if self.messages > MESSAGES_CAP {
            self.flood(format!("{MESSAGES_CAP} messages in one call"));
            return None;
        }
        self.unread.advance(5);
        let payload = self.unread.split_to(length).freeze();
        let message = Message { flag: flag.into(), payload: payload.to_vec(), end_stream: false };
        let event = self.seat.add(Side::Server, What::Message(message));
        Some(Received { flag, payload, event })
    }
}

/// The bytes as a trace shows them best: as a message, where they are just one, uncompressed.
fn whole_message(bytes: &[u8]) -> Option<Message> {
    let (prefix, payload) = bytes.split_first_chunk::<5>()?;
    let announced = u32::from_be_bytes([prefix[1], prefix[2], prefix[3], prefix[4]]);
    let whole = prefix[0] == 0 && payload.len() == announced as usize && bytes.len() <= RECORDED;
    whole.then(|| Message { flag: 0, payload: payload.to_vec(), end_stream: false })
}

/// A message with its five-byte prefix.
pub fn framed(flag: u8, payload: &[u8]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(5 + payload.len());
    bytes.put_u8(flag);
    bytes.put_u32(u32::try_from(payload.len()).unwrap_or(u32::MAX));
    bytes.put_slice(payload);
    bytes.freeze()
}

/// How a call ended, read from what ended it (PROTOCOL-HTTP2.md, Responses).
fn ending(http: StatusCode, headers: &HeaderMap, trailers: &HeaderMap) -> End {
    let block = if trailers.contains_key("grpc-status") { trailers } else { headers };
    let mut codes = block.get_all("grpc-status").iter();
    let Some(code) = codes.next() else {
        return match http {
            StatusCode::OK => End::NoStatus("the stream ended without one".to_owned()),
            other => End::Http(other.as_u16()),
        };
    };
    if codes.next().is_some() {
        return End::NoStatus("there is more than one".to_owned());
    }
    let parsed = code.to_str().ok().and_then(|code| code.parse().ok()).and_then(Code::from_number);
    match parsed {
        Some(code) => End::Status { code, message: grpc_message(block) },
        None => End::NoStatus(format!("grpc-status is {code:?}")),
    }
}

fn grpc_message(block: &HeaderMap) -> String {
    let bytes = block.get("grpc-message").map_or(&[][..], |value| value.as_bytes());
    percent_decoded(&bytes[..bytes.len().min(GRPC_MESSAGE_CAP)])
}
