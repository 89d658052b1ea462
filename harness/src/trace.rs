//! Reading a trace stream by stream, as oracles do.

use std::collections::BTreeMap;

use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Event, HalfClose, Header, Headers, Message, Side, Trace};

use crate::status::Code;

/// One stream of a trace: what each side sent on it, in the order the client saw it.
#[derive(Clone, Debug)]
pub struct Stream<'a> {
    /// Its number in the trace, from 1.
    pub number: u32,
    /// Its `:path`.
    pub path: &'a str,
    /// The index of the event that opened it: nothing of it was under way before.
    pub opened: usize,
    /// Its events, each with its index in the trace.
    pub turns: Vec<(usize, Turn<'a>)>,
}

/// One thing that one side did on a stream.
#[derive(Clone, Debug)]
pub enum Turn<'a> {
    /// The client sent a whole message: its payload.
    Sent(&'a [u8]),
    /// The client sent bytes that the trace does not take for whole messages.
    SentRaw(&'a [u8]),
    /// The client half-closed.
    HalfClosed,
    /// The client reset the stream.
    GaveUp,
    /// The target sent a whole message: its payload.
    Got(&'a [u8]),
    /// The target ended the stream with this status, or with none that can be read.
    Ended(Option<Code>),
    /// The target reset the stream, with an error code of HTTP/2.
    Reset(u32),
    /// The connection went away.
    Lost,
}

/// The streams of a trace, in the order of their opening.
pub fn streams(trace: &Trace) -> Vec<Stream<'_>> {
    let mut streams: Vec<Stream<'_>> = Vec::new();
    let mut seats = BTreeMap::new();
    let mut connections = Vec::new();
    for (index, event) in trace.events.iter().enumerate() {
        let Some(what) = &event.what else { continue };
        if let (What::Headers(headers), Side::Client) = (what, event.side()) {
            let path = text(&headers.fields, ":path").unwrap_or_default();
            seats.insert(event.stream, streams.len());
            streams.push(Stream { number: event.stream, path, opened: index, turns: Vec::new() });
            connections.push(event.connection);
        } else if let What::ConnectionLost(_) = what {
            let of_this =
                streams.iter_mut().zip(&connections).filter(|(_, of)| **of == event.connection);
            of_this.for_each(|(stream, _)| stream.turns.push((index, Turn::Lost)));
        } else if let Some(seat) = seats.get(&event.stream) {
            streams[*seat].turns.extend(turn(event.side(), what).map(|turn| (index, turn)));
        }
    }
    streams
}

fn turn(side: Side, what: &What) -> Option<Turn<'_>> {
    Some(match (side, what) {
        (Side::Client, What::Message(message)) => Turn::Sent(&message.payload),
        (Side::Client, What::Data(bytes)) => Turn::SentRaw(bytes),
        (Side::Client, What::HalfClose(_)) => Turn::HalfClosed,
        (Side::Client, What::Reset(_)) => Turn::GaveUp,
        (Side::Server, What::Message(message)) => Turn::Got(&message.payload),
        (Side::Server, What::Headers(headers)) if headers.end_stream => {
            Turn::Ended(status(&headers.fields))
        }
        (Side::Server, What::Trailers(trailers)) => Turn::Ended(status(&trailers.fields)),
        (Side::Server, What::HalfClose(_)) => Turn::Ended(None),
        (Side::Server, What::Reset(code)) => Turn::Reset(*code),
        _ => return None,
    })
}

fn status(fields: &[Header]) -> Option<Code> {
    text(fields, "grpc-status")?.parse().ok().and_then(Code::from_number)
}

/// The first field of this name, where it is text.
pub fn text<'a>(fields: &'a [Header], name: &str) -> Option<&'a str> {
    let field = fields.iter().find(|field| field.name == name)?;
    std::str::from_utf8(&field.value).ok()
}

impl Stream<'_> {
    /// The payloads that the target sent, each with its event's index.
    pub fn got(&self) -> impl Iterator<Item = (usize, &[u8])> + '_ {
        self.turns.iter().filter_map(|(index, turn)| match turn {
            Turn::Got(payload) => Some((*index, *payload)),
            _ => None,
        })
    }
}

/// A trace written event by event, of a conversation that no connection carried.
#[derive(Clone, Debug, Default)]
pub struct Tape(Trace);

impl Tape {
    /// The client opens this stream.
    pub fn opens(&mut self, stream: u32, path: &str) {
        let fields = vec![Header { name: ":path".to_owned(), value: path.into() }];
        self.add(stream, Side::Client, What::Headers(Headers { fields, end_stream: false }));
    }

    /// The client sends a message.
    pub fn sends(&mut self, stream: u32, payload: Vec<u8>) {
        let message = Message { payload, ..Message::default() };
        self.add(stream, Side::Client, What::Message(message));
    }

    /// The client half-closes.
    pub fn half_closes(&mut self, stream: u32) {
        self.add(stream, Side::Client, What::HalfClose(HalfClose {}));
    }

    /// The client gets a message.
    pub fn gets(&mut self, stream: u32, payload: Vec<u8>) {
        let message = Message { payload, ..Message::default() };
        self.add(stream, Side::Server, What::Message(message));
    }

    /// The target ends the stream with this code.
    pub fn ends(&mut self, stream: u32, code: Code) {
        let value = (code as u32).to_string().into();
        let fields = vec![Header { name: "grpc-status".to_owned(), value }];
        self.add(stream, Side::Server, What::Trailers(Headers { fields, end_stream: true }));
    }

    /// Something else happens.
    pub fn add(&mut self, stream: u32, side: Side, what: What) {
        let what = Some(what);
        self.0.events.push(Event { stream, connection: 1, side: side.into(), what, at_micros: 0 });
    }

    /// What has happened so far.
    pub fn trace(&self) -> &Trace {
        &self.0
    }
}
