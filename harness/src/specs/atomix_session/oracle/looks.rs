//! A trace read as looks at sessions: what was asked, when, and what was told.

use std::collections::BTreeMap;
use std::fmt;

use prost::Message as _;
use wirecheck_proto::atomix::runtime::v1::session_status::State;
use wirecheck_proto::atomix::runtime::v1::{
    GetSessionRequest, GetSessionResponse, ListSessionsRequest, ListSessionsResponse, Session,
    SessionId,
};
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Side, Trace};

use crate::status::Code;
use crate::trace::{Stream, Turn, streams};

/// The room's methods.
pub(in super::super) const GET: &str = "/atomix.runtime.v1.SessionService/GetSession";
pub(in super::super) const LIST: &str = "/atomix.runtime.v1.SessionService/ListSessions";

/// `SessionStatus.State.CLOSED`.
pub(in super::super) const CLOSED: i32 = State::Closed as i32;

/// An id as the protocol compares it: no primitive equals an empty one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Id {
    pub(in super::super) name: String,
    pub(in super::super) primitive: String,
}

impl From<&SessionId> for Id {
    fn from(id: &SessionId) -> Id {
        let primitive = id.primitive.as_ref().map(|primitive| primitive.id.clone());
        Id { name: id.name.clone(), primitive: primitive.unwrap_or_default() }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.primitive.as_str() {
            "" => write!(f, "{:?} without a primitive", self.name),
            primitive => write!(f, "{:?} of the primitive {primitive:?}", self.name),
        }
    }
}

/// From the opening of a call to its end, as indices of the trace's events. What the answer shows was
/// so at some moment between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) began: usize,
    pub(super) ended: usize,
}

impl Span {
    /// Two calls are in order only where the one had ended when the other began.
    pub(super) fn before(self, other: Span) -> bool {
        self.ended < other.began
    }

    pub(super) fn overlaps(self, other: Span) -> bool {
        !self.before(other) && !other.before(self)
    }
}

/// Things with spans, to be found by what lies around them.
#[derive(Clone, Debug)]
pub(super) struct Ordered<'a, T> {
    by_end: Vec<(Span, &'a T)>,
    by_beginning: Vec<(Span, &'a T)>,
}

impl<'a, T> Ordered<'a, T> {
    pub(super) fn new(things: impl Iterator<Item = (Span, &'a T)>) -> Ordered<'a, T> {
        let mut by_end: Vec<_> = things.collect();
        let mut by_beginning = by_end.clone();
        by_end.sort_by_key(|(span, _)| span.ended);
        by_beginning.sort_by_key(|(span, _)| span.began);
        Ordered { by_end, by_beginning }
    }

    /// The last that had ended when this began.
    pub(super) fn before(&self, span: Span) -> Option<&'a T> {
        let ended = self.by_end.partition_point(|(thing, _)| thing.before(span));
        self.by_end.get(ended.checked_sub(1)?).map(|(_, thing)| *thing)
    }

    /// The first that began when this had ended.
    pub(super) fn after(&self, span: Span) -> Option<&'a T> {
        let begun = self.by_beginning.partition_point(|(thing, _)| !span.before(*thing));
        self.by_beginning.get(begun).map(|(_, thing)| *thing)
    }
}

/// What a look asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// GetSession with this id; empty where the request had none.
    Get(Id),
    /// ListSessions.
    List { kind: String, watch: bool },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Told {
    /// GetSession ended with OK.
    Session(Option<Session>),
    /// ListSessions ended with OK.
    Sessions(Vec<Session>),
    /// The call ended with another status, or was reset.
    Refused(Option<Code>),
}

/// One call that came to its end. Calls that did not, or whose bytes do not parse, are no looks.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub(super) span: Span,
    /// The event that tells: the message, or the end without one.
    pub(super) event: usize,
    pub(super) asked: Asked,
    pub(super) told: Told,
}

impl Look {
    /// The sessions that it shows, of whichever call.
    pub(super) fn sessions(&self) -> &[Session] {
        match &self.told {
            Told::Session(session) => session.as_slice(),
            Told::Sessions(sessions) => sessions,
            Told::Refused(_) => &[],
        }
    }
}

/// The looks of a trace, in the order of their ends.
pub(super) fn looks(trace: &Trace) -> Vec<Look> {
    let openings: BTreeMap<u32, usize> = (trace.events.iter().enumerate())
        .filter(|(_, event)| {
            event.side() == Side::Client && matches!(event.what, Some(What::Headers(_)))
        })
        .map(|(index, event)| (event.stream, index))
        .collect();
    let streams = streams(trace);
    let read = |stream: &Stream<'_>| look(stream, *openings.get(&stream.number)?);
    let mut looks: Vec<Look> = streams.iter().filter_map(read).collect();
    looks.sort_by_key(|look| look.span.ended);
    looks
}

fn look(stream: &Stream<'_>, began: usize) -> Option<Look> {
    let mut sent = stream.turns.iter().filter_map(|(_, turn)| match turn {
        Turn::Sent(payload) => Some(*payload),
        _ => None,
    });
    let (request, None) = (sent.next()?, sent.next()) else { return None };
    let asked = match stream.path {
        GET => Asked::Get(
            GetSessionRequest::decode(request)
                .ok()?
                .session_id
                .as_ref()
                .map_or(Id { name: String::new(), primitive: String::new() }, Id::from),
        ),
        LIST => {
            let request = ListSessionsRequest::decode(request).ok()?;
            Asked::List { kind: request.r#type, watch: request.watch }
        }
        _ => return None,
    };
    let (ended, end) = stream.turns.iter().find_map(|(index, turn)| match turn {
        Turn::Ended(Some(code)) => Some((*index, Some(*code))),
        Turn::Reset(_) => Some((*index, None)),
        _ => None,
    })?;
    let (event, told) = match end {
        Some(Code::Ok) => {
            let mut got = stream.got();
            let ((event, payload), None) = (got.next()?, got.next()) else { return None };
            (event, told(&asked, payload)?)
        }
        refused => (ended, Told::Refused(refused)),
    };
    Some(Look { span: Span { began, ended }, event, asked, told })
}

fn told(asked: &Asked, payload: &[u8]) -> Option<Told> {
    Some(match asked {
        Asked::Get(_) => Told::Session(GetSessionResponse::decode(payload).ok()?.session),
        Asked::List { .. } => Told::Sessions(ListSessionsResponse::decode(payload).ok()?.sessions),
    })
}

/// The id of a session, where it has one with a name.
pub(in super::super) fn id(session: &Session) -> Option<Id> {
    let id = session.meta.as_ref()?.id.as_ref()?;
    (!id.name.is_empty()).then(|| Id::from(id))
}

/// What a session showed beside its id, as looks are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Shown {
    pub(in super::super) version: u64,
    pub(in super::super) labels: BTreeMap<String, String>,
    /// `None` without a spec.
    pub(in super::super) kind: Option<String>,
    pub(in super::super) config: Option<Config>,
    /// `None` without a status.
    pub(in super::super) state: Option<i32>,
}

/// A config as it is compared. A map inside may be written in another order each time it is encoded:
/// that is no other config, so its bytes are compared without their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Config {
    type_url: String,
    bytes: Vec<u8>,
}

impl Shown {
    /// `None` where the session has no meta.
    pub(in super::super) fn of(session: &Session) -> Option<Shown> {
        let meta = session.meta.as_ref()?;
        let config = session.spec.as_ref().and_then(|spec| spec.config.as_ref());
        Some(Shown {
            version: meta.version,
            labels: meta.labels.clone(),
            kind: session.spec.as_ref().map(|spec| spec.kind.clone()),
            config: config.map(|config| {
                let mut bytes = config.value.clone();
                bytes.sort_unstable();
                Config { type_url: config.type_url.clone(), bytes }
            }),
            state: session.status.map(|status| status.state),
        })
    }
}

/// A state by its name, as the document spells it.
pub(super) fn state_name(state: i32) -> String {
    match State::try_from(state) {
        Ok(known) => format!("{} ({state})", known.as_str_name()),
        Err(_) => format!("{state}, which is no State"),
    }
}
