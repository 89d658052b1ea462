//! One stream of a trace, read as a handshake.

use std::collections::BTreeMap;

use prost::Message as _;
use wirecheck_proto::session::create_request::Message as Request;
use wirecheck_proto::session::create_response::Message as Response;
use wirecheck_proto::session::{CreateRequest, CreateResponse, Token};
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Side, Trace};

use crate::specs::neofs_session::profile::{OwnerKey, Profile, peer};
use crate::specs::neofs_session::token::CREATE;
use crate::specs::neofs_session::words;
use crate::status::{Code, http2_error};
use crate::trace::{Stream, Turn, streams};

/// What both sides said on one stream.
#[derive(Debug)]
pub(super) struct Dialogue {
    /// The stream's number in the trace.
    pub(super) number: u32,
    pub(super) asked: Vec<Asked>,
    pub(super) came: Vec<Came>,
    /// How many messages had come when the client half-closed.
    pub(super) half_closed: Option<usize>,
    /// How the stream ended, and the event; a client that gave up does not know.
    pub(super) end: Option<(usize, Ending)>,
    /// Whether bytes were sent that are no message, or no CreateRequest: from there on, no clause of
    /// this room says what is right.
    pub(super) foreign: bool,
}

/// One request.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) request: CreateRequest,
    /// How many messages had come when it was sent.
    pub(super) after: usize,
}

/// One message from the server.
#[derive(Debug)]
pub(super) struct Came {
    pub(super) event: usize,
    /// Nothing where it does not parse.
    pub(super) response: Option<CreateResponse>,
    /// How many requests had been sent when it came.
    pub(super) after: usize,
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

impl Asked {
    pub(super) fn member(&self) -> Option<&Request> {
        self.request.message.as_ref()
    }

    /// Whether Meta and Verify, where there are any, are such as every server takes: a Verify names
    /// the owner's key where the profile has it there, and is without Signatures elsewhere.
    pub(super) fn has_plain_envelope(&self) -> bool {
        let CreateRequest { meta, verify, .. } = &self.request;
        let signatures = verify.as_ref().map_or(0, |verify| verify.signatures.len());
        let plain_verify = match Profile::of(&self.request) {
            Profile::Ed25519 => signatures == 0,
            Profile::P256 => signatures == 1,
        };
        plain_verify && meta.is_none_or(|meta| meta.ttl > 0 && meta.epoch == 0 && meta.version == 0)
    }

    /// The key that this request says owns what `owner_id` owns.
    pub(super) fn owner(&self, owner_id: &[u8]) -> Option<OwnerKey> {
        Profile::of(&self.request).owner(owner_id, peer(&self.request))
    }

    /// Whether Meta says that the request may not be processed.
    pub(super) fn has_zero_ttl(&self) -> bool {
        self.request.meta.is_some_and(|meta| meta.ttl == 0)
    }
}

impl Came {
    pub(super) fn member(&self) -> Option<&Response> {
        self.response.as_ref()?.message.as_ref()
    }

    /// In words, for a finding.
    pub(super) fn words(&self) -> String {
        match &self.response {
            Some(response) => words::response(response.message.as_ref()),
            None => "a message that is no CreateResponse".to_owned(),
        }
    }
}

impl Ending {
    /// In words, for a finding.
    pub(super) fn words(self) -> String {
        match self {
            Ending::Status(code) => code.to_string(),
            Ending::NoStatus => "an end without a grpc-status".to_owned(),
            Ending::Reset(code) => format!("RST_STREAM {}", http2_error(code)),
            Ending::Lost => "a lost connection".to_owned(),
            Ending::Silence => "nothing up to the deadline".to_owned(),
        }
    }

    /// Whether the server may have hit a limit, or was leaving: that says nothing of the handshake.
    pub(super) fn is_of_a_limit(self) -> bool {
        const LIMITS: [Code; 4] =
            [Code::Cancelled, Code::DeadlineExceeded, Code::ResourceExhausted, Code::Unavailable];
        // REFUSED_STREAM and ENHANCE_YOUR_CALM (RFC 9113, section 7).
        matches!(self, Ending::Status(code) if LIMITS.contains(&code))
            || matches!(self, Ending::Reset(0x7 | 0xb))
    }
}

impl Dialogue {
    /// The token of the first message, where it is Init.
    pub(super) fn init(&self) -> Option<&Token> {
        match self.asked.first()?.member() {
            Some(Request::Init(token)) => Some(token),
            _ => None,
        }
    }

    /// The profile that the client's first request shows.
    pub(super) fn profile(&self) -> Profile {
        self.asked.first().map_or_else(Profile::default, |asked| Profile::of(&asked.request))
    }

    /// The key that owns what this OwnerID owns, as the first request says that names it.
    pub(super) fn owner(&self, owner_id: &[u8]) -> Option<OwnerKey> {
        let of_the_profile = |asked: &&Asked| Profile::of(&asked.request) == self.profile();
        self.asked.iter().filter(of_the_profile).find_map(|asked| asked.owner(owner_id))
    }

    /// The token of the second message, where it is Signed.
    pub(super) fn signed(&self) -> Option<&Token> {
        match self.asked.get(1)?.member() {
            Some(Request::Signed(token)) => Some(token),
            _ => None,
        }
    }

    /// The first Unsigned.
    pub(super) fn unsigned(&self) -> Option<(usize, &Token)> {
        self.came.iter().find_map(|came| match came.member() {
            Some(Response::Unsigned(token)) => Some((came.event, token)),
            _ => None,
        })
    }

    /// The first Result.
    pub(super) fn result(&self) -> Option<(usize, &Token)> {
        self.came.iter().find_map(|came| match came.member() {
            Some(Response::Result(token)) => Some((came.event, token)),
            _ => None,
        })
    }

    /// Whether request and answer took turns up to this request, which nothing but a half-close
    /// followed before it was answered.
    pub(super) fn waited_for(&self, request: usize) -> bool {
        let in_turn = |(place, asked): (usize, &Asked)| asked.after >= place;
        let one_by_one = self.asked.iter().enumerate().take(request + 1).all(in_turn);
        let next = self.asked.get(request + 1);
        one_by_one && next.is_none_or(|next| next.after > request)
    }

    fn hear(&mut self, event: usize, turn: &Turn) {
        match turn {
            Turn::Sent(payload) => match CreateRequest::decode(*payload) {
                Ok(request) if !self.foreign => {
                    self.asked.push(Asked { request, after: self.came.len() });
                }
                _ => self.foreign = true,
            },
            Turn::SentRaw(_) => self.foreign = true,
            Turn::HalfClosed => self.half_closed = Some(self.came.len()),
            Turn::Got(payload) if !self.foreign => self.came.push(Came {
                event,
                response: CreateResponse::decode(*payload).ok(),
                after: self.asked.len(),
            }),
            Turn::Ended(code) => {
                let ending = code.map_or(Ending::NoStatus, Ending::Status);
                self.end.get_or_insert((event, ending));
            }
            Turn::Reset(code) => {
                self.end.get_or_insert((event, Ending::Reset(*code)));
            }
            Turn::Lost => {
                self.end.get_or_insert((event, Ending::Lost));
            }
            Turn::Got(_) | Turn::GaveUp => {}
        }
    }
}

/// The handshakes of a trace, in the order of their opening.
pub(super) fn dialogues(trace: &Trace) -> Vec<Dialogue> {
    let silences = silences(trace);
    let of_the_room = streams(trace).into_iter().filter(|stream| stream.path == CREATE);
    of_the_room.map(|stream| dialogue(&stream, &silences)).collect()
}

fn dialogue(stream: &Stream, silences: &BTreeMap<u32, usize>) -> Dialogue {
    let mut dialogue = Dialogue {
        number: stream.number,
        asked: Vec::new(),
        came: Vec::new(),
        half_closed: None,
        end: None,
        foreign: false,
    };
    for (event, turn) in &stream.turns {
        // What crosses the client's own RST_STREAM on the way is nobody's fault.
        if let Turn::GaveUp = turn {
            break;
        }
        dialogue.hear(*event, turn);
    }
    if let Some(silence) = silences.get(&stream.number) {
        dialogue.end.get_or_insert((*silence, Ending::Silence));
    }
    dialogue
}

/// Where a deadline passed on a stream.
fn silences(trace: &Trace) -> BTreeMap<u32, usize> {
    let events = trace.events.iter().enumerate();
    let silent = events.filter(|(_, event)| {
        event.side() == Side::Server && matches!(event.what, Some(What::Silence(_)))
    });
    silent.map(|(index, event)| (event.stream, index)).collect()
}
