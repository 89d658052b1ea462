//! The room's streams in a trace, read as typed requests and answers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use prost::Message;
use wirecheck_proto::jina::request::Body;
use wirecheck_proto::jina::{Document, Request, SpawnRequest};
use wirecheck_proto::wirecheck::v1::Trace;
use wirecheck_proto::wirecheck::v1::event::What;

use super::status::is_pending;
use super::tree;
use crate::status::{Code, http2_error};
use crate::trace::{Stream, Turn, streams};

/// The path of Call.
pub const CALL: &str = "/jina.JinaRPC/Call";
/// The path of CallUnary.
pub const CALL_UNARY: &str = "/jina.JinaRPC/CallUnary";
/// The path of Spawn.
pub const SPAWN: &str = "/jina.JinaRPC/Spawn";

/// Everything of the room that a trace holds.
#[derive(Debug)]
pub struct Conversations {
    /// Streams of Call and CallUnary.
    pub(super) calls: Vec<Exchange<Request>>,
    /// Streams of Spawn.
    pub(super) spawns: Vec<Exchange<SpawnRequest>>,
    /// When the trace is read, in seconds since 1970.
    pub(super) now: i64,
    /// Whether nothing was left out of the trace: else what is missing proves nothing.
    pub(super) whole: bool,
}

/// One stream.
#[derive(Debug)]
pub(super) struct Exchange<M> {
    pub(super) unary: bool,
    pub(super) sent: Vec<Said<M>>,
    pub(super) got: Vec<Said<M>>,
    pub(super) half_closed: bool,
    /// Whether the client sent something that is no such message, or a unary call other than one:
    /// what the server owes to that, this room does not say.
    pub(super) foreign: bool,
    /// How it ended, and the event that shows it. A client that gave up does not know.
    pub(super) end: Option<(usize, Ending)>,
}

/// One message.
#[derive(Debug)]
pub(super) struct Said<M> {
    pub(super) event: usize,
    /// Nothing where the bytes are no such message.
    pub(super) message: Option<M>,
}

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Status(Code),
    NoStatus,
    Reset(u32),
    Lost,
    /// A deadline passed first.
    Silence,
}

/// A request and what was said under its id.
#[derive(Debug)]
pub(super) struct Pair<'a> {
    /// The event that sent it.
    pub(super) sent: usize,
    pub(super) request: &'a Request,
    pub(super) answers: Vec<(usize, &'a Request)>,
}

/// What the client itself said of a document, over the whole trace.
#[derive(Debug, Default)]
pub(super) struct Own<'a> {
    /// Each time it was sent at the top of a request, and the event.
    pub(super) sent: Vec<(usize, &'a Document)>,
    /// How many index requests held it.
    pub(super) indexed: usize,
}

impl Conversations {
    /// Reads a trace at `now`.
    pub fn of(trace: &Trace, now: SystemTime) -> Conversations {
        let silences: BTreeMap<u32, usize> = (trace.events.iter().enumerate())
            .filter(|(_, event)| matches!(event.what, Some(What::Silence(_))))
            .map(|(index, event)| (event.stream, index))
            .collect();
        let (mut calls, mut spawns) = (Vec::new(), Vec::new());
        for stream in streams(trace) {
            let silence = silences.get(&stream.number).copied();
            match stream.path {
                CALL | CALL_UNARY => calls.push(Exchange::of(&stream, silence)),
                SPAWN => spawns.push(Exchange::of(&stream, silence)),
                _ => {}
            }
        }
        let now = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        Conversations { calls, spawns, now, whole: trace.dropped_bytes == 0 }
    }

    /// The documents that the client sent at the top of its requests, by id.
    pub(super) fn own(&self) -> BTreeMap<u32, Own<'_>> {
        let mut own = BTreeMap::<u32, Own<'_>>::new();
        for said in self.calls.iter().flat_map(|call| &call.sent) {
            let Some(request) = &said.message else { continue };
            for document in docs(request) {
                let known = own.entry(document.id).or_default();
                known.sent.push((said.event, document));
                known.indexed += usize::from(matches!(request.body, Some(Body::Index(_))));
            }
        }
        own
    }
}

impl Own<'_> {
    /// Whether it was sent right every time, so that whatever is wrong with it later is the server's.
    pub(super) fn right(&self) -> bool {
        self.sent.iter().all(|(_, document)| tree::is_right(document))
    }
}

impl<M: Message + Default> Exchange<M> {
    fn of(stream: &Stream<'_>, silence: Option<usize>) -> Exchange<M> {
        let mut exchange = Exchange {
            unary: stream.path != CALL,
            sent: Vec::new(),
            got: Vec::new(),
            half_closed: false,
            foreign: false,
            end: None,
        };
        let said = |event, payload: &[u8]| Said { event, message: M::decode(payload).ok() };
        for (event, turn) in &stream.turns {
            let end = match turn {
                Turn::Sent(payload) => {
                    exchange.sent.push(said(*event, payload));
                    continue;
                }
                Turn::Got(payload) => {
                    exchange.got.push(said(*event, payload));
                    continue;
                }
                Turn::HalfClosed => {
                    exchange.half_closed = true;
                    continue;
                }
                Turn::SentRaw(_) => {
                    exchange.foreign = true;
                    continue;
                }
                Turn::GaveUp => break,
                Turn::Ended(Some(code)) => Ending::Status(*code),
                Turn::Ended(None) => Ending::NoStatus,
                Turn::Reset(code) => Ending::Reset(*code),
                Turn::Lost => Ending::Lost,
            };
            exchange.end.get_or_insert((*event, end));
        }
        if let Some(event) = silence {
            exchange.end.get_or_insert((event, Ending::Silence));
        }
        exchange.foreign |= exchange.sent.iter().any(|said| said.message.is_none());
        exchange.foreign |= exchange.unary && exchange.sent.len() != 1;
        exchange
    }

    /// What came and parses.
    pub(super) fn read(&self) -> impl Iterator<Item = (usize, &M)> {
        self.got.iter().filter_map(|said| Some((said.event, said.message.as_ref()?)))
    }

    /// The first thing that came and does not parse.
    pub(super) fn unreadable(&self) -> Option<usize> {
        self.got.iter().find(|said| said.message.is_none()).map(|said| said.event)
    }

    pub(super) fn ended_ok(&self) -> bool {
        matches!(self.end, Some((_, Ending::Status(Code::Ok))))
    }
}

impl Exchange<Request> {
    /// Each request with its answers. Where requests share an id, nobody can tell whose answer is
    /// whose: then there are no pairs.
    pub(super) fn pairs(&self) -> Vec<Pair<'_>> {
        if self.unary && self.foreign {
            return Vec::new();
        }
        let mut pairs: Vec<Pair<'_>> = (self.sent.iter())
            .filter_map(|said| Some((said.event, said.message.as_ref()?)))
            .map(|(sent, request)| Pair { sent, request, answers: Vec::new() })
            .collect();
        if self.unary {
            // Whatever came, it can only be meant for the one.
            pairs.iter_mut().for_each(|pair| pair.answers.extend(self.read()));
            return pairs;
        }
        let places = pairs.iter().enumerate();
        let places: BTreeMap<u32, usize> =
            places.map(|(place, pair)| (pair.request.request_id, place)).collect();
        if places.len() < pairs.len() {
            return Vec::new();
        }
        for (event, answer) in self.read() {
            if let Some(place) = places.get(&answer.request_id) {
                pairs[*place].answers.push((event, answer));
            }
        }
        pairs
    }

    /// Whether every request is one that any server of the room answers, each under an id of its own.
    pub(super) fn only_valid(&self) -> bool {
        let ids: BTreeSet<u32> =
            self.sent.iter().flat_map(|said| &said.message).map(|sent| sent.request_id).collect();
        let valid = |said: &Said<Request>| said.message.as_ref().is_some_and(is_valid);
        !self.foreign && ids.len() == self.sent.len() && self.sent.iter().all(valid)
    }
}

impl<'a> Pair<'a> {
    /// The answers that end the request: all but PENDING.
    pub(super) fn finals(&self) -> impl Iterator<Item = (usize, &'a Request)> {
        self.answers.iter().copied().filter(|(_, answer)| !is_pending(answer.status.as_ref()))
    }
}

/// Whether the request is as the document wants it, and does not end the server: it has a body, its
/// documents hold together, its command is STATUS or IDLE.
pub(super) fn is_valid(request: &Request) -> bool {
    let command_known = match &request.body {
        None => false,
        Some(Body::Control(control)) => matches!(control.command, 1 | 3),
        Some(Body::Train(_) | Body::Index(_) | Body::Search(_)) => true,
    };
    command_known && request.status.is_none() && docs(request).iter().all(tree::is_right)
}

/// The documents of a request or an answer.
pub(super) fn docs(request: &Request) -> &[Document] {
    match &request.body {
        Some(Body::Train(train)) => &train.docs,
        Some(Body::Index(index)) => &index.docs,
        Some(Body::Search(search)) => &search.docs,
        Some(Body::Control(_)) | None => &[],
    }
}

/// The name of the member that the body is.
pub(in super::super) fn kind(request: &Request) -> Option<&'static str> {
    Some(match request.body.as_ref()? {
        Body::Train(_) => "train",
        Body::Index(_) => "index",
        Body::Search(_) => "search",
        Body::Control(_) => "control",
    })
}

impl Ending {
    /// A refusal that any server may give where a limit was hit.
    pub(super) fn is_of_a_limit(self) -> bool {
        matches!(self, Ending::Status(Code::ResourceExhausted | Code::DeadlineExceeded))
    }

    /// A refusal by status or reset, as against an end that says nothing.
    pub(super) fn is_refusal(self) -> bool {
        match self {
            Ending::Status(code) => code != Code::Ok,
            Ending::Reset(_) => true,
            Ending::NoStatus | Ending::Lost | Ending::Silence => false,
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Status(code) => code.fmt(f),
            Ending::NoStatus => f.write_str("an end without a grpc-status"),
            Ending::Reset(code) => write!(f, "RST_STREAM {}", http2_error(*code)),
            Ending::Lost => f.write_str("a lost connection"),
            Ending::Silence => f.write_str("no end by the deadline"),
        }
    }
}
