//! The rules of atomix-session: sessions that open and close by the tick, and what a look at them shows.

mod hosted;
mod watch;

use wirecheck_proto::atomix::runtime::v1::session_status::State;
use wirecheck_proto::atomix::runtime::v1::{
    GetSessionRequest, GetSessionResponse, ListSessionsRequest, ListSessionsResponse, PrimitiveId,
    Session, SessionId, SessionMeta, SessionSpec, SessionStatus,
};

use crate::{Code, Fault, Faults, Refusal};
use hosted::{Hosted, Step};

pub use hosted::{KINDS, LINGER};
pub use watch::{MOST_WATCHES, Watch};

/// The most sessions that can be open at once.
pub const MOST_LIVE: usize = 1_000;

/// For how many ticks the fault `BringsBackClosed` hides a session before it comes back.
const HIDDEN: u32 = 5;

/// What the runtime hosts.
#[derive(Clone, Debug)]
pub struct Config {
    /// Names, kinds, labels and versions are drawn from it.
    pub seed: u64,
    /// How many sessions are not closed at any time, 1 to [`MOST_LIVE`]; what lies outside is moved inside.
    pub live: usize,
}

impl Default for Config {
    fn default() -> Config {
        Config { seed: 0, live: 6 }
    }
}

/// The sessions of a runtime. Time is told from outside, by [`Sessions::tick`].
#[derive(Debug)]
pub struct Sessions {
    seed: u64,
    faults: Faults,
    hosted: Vec<Hosted>,
    next_ordinal: u64,
    /// Gone, and to come back after so many ticks: only under `BringsBackClosed`.
    limbo: Vec<(Hosted, u32)>,
    tick: u64,
    /// The tick of the last change, by kind.
    changed: [u64; KINDS.len()],
    seats_taken: usize,
}

impl Sessions {
    /// A runtime that has been at work for a while: sessions of all kinds, in all states.
    pub fn new(config: &Config, faults: Faults) -> Sessions {
        let mut sessions = Sessions {
            seed: config.seed,
            faults,
            hosted: Vec::new(),
            next_ordinal: 0,
            limbo: Vec::new(),
            tick: 0,
            changed: [0; KINDS.len()],
            seats_taken: 0,
        };
        let live = config.live.clamp(1, MOST_LIVE);
        // Opened in turn, or all would stand in the same state for ever.
        for quarter in 0..4 {
            for _ in (quarter..live).step_by(4) {
                sessions.open();
            }
            sessions.tick();
        }
        for _ in 0..=LINGER {
            sessions.tick();
        }
        sessions
    }

    fn open(&mut self) {
        let opened = Hosted::new(self.seed, self.next_ordinal, &self.faults);
        self.next_ordinal += 1;
        self.changed(&opened);
        self.hosted.push(opened);
    }

    fn changed(&mut self, hosted: &Hosted) {
        let kind = KINDS.iter().position(|kind| *kind == hosted.kind());
        if let Some(last) = kind.and_then(|kind| self.changed.get_mut(kind)) {
            *last = self.tick;
        }
    }

    /// One step for every session; as many open as close.
    pub fn tick(&mut self) {
        self.tick += 1;
        for mut hosted in std::mem::take(&mut self.hosted) {
            let step = hosted.step(&self.faults);
            if step != Step::Stayed {
                self.changed(&hosted);
            }
            match step {
                Step::Gone if self.faults.has(Fault::BringsBackClosed) && !hosted.came_back => {
                    self.limbo.push((hosted, HIDDEN));
                }
                Step::Gone => {}
                Step::Moved | Step::Stayed => self.hosted.push(hosted),
                Step::Closed => {
                    self.hosted.push(hosted);
                    self.open();
                }
            }
        }
        for (mut hosted, left) in std::mem::take(&mut self.limbo) {
            match left.checked_sub(1) {
                Some(left) => self.limbo.push((hosted, left)),
                None => {
                    hosted.bring_back();
                    self.changed(&hosted);
                    self.hosted.push(hosted);
                }
            }
        }
    }

    /// GetSession.
    ///
    /// # Errors
    /// INVALID_ARGUMENT without an id or with an empty name; NOT_FOUND where no session has that id.
    pub fn get(&self, request: &GetSessionRequest) -> Result<GetSessionResponse, Refusal> {
        if self.faults.has(Fault::AnswersGetEmpty) {
            return Ok(GetSessionResponse { session: None });
        }
        let asked = request.session_id.as_ref();
        let Some(asked) = asked.filter(|id| !id.name.is_empty()) else {
            return self.get_without_id();
        };
        let found = self.hosted.iter().find(|hosted| {
            same_id(&hosted.id, asked, &self.faults)
                && !(self.faults.has(Fault::LosesOneKind) && hosted.kind() == KINDS[0])
        });
        match found {
            Some(hosted) => Ok(got(hosted.told_by_get(&self.faults))),
            None if self.invents(asked) => Ok(got(invented(asked))),
            None if self.faults.has(Fault::CallsUnknownSessionInvalid) => {
                Err(Refusal::new(Code::InvalidArgument, "no such session"))
            }
            None => Err(Refusal::new(Code::NotFound, "no session has this name and primitive")),
        }
    }

    fn get_without_id(&self) -> Result<GetSessionResponse, Refusal> {
        let first = self.hosted.first();
        if let Some(first) = first.filter(|_| self.faults.has(Fault::TakesMissingIdForFirst)) {
            return Ok(got(first.told_by_get(&self.faults)));
        }
        let code = match self.faults.has(Fault::CallsMissingIdNotFound) {
            true => Code::NotFound,
            false => Code::InvalidArgument,
        };
        Err(Refusal::new(code, "session_id is missing or has no name"))
    }

    fn invents(&self, asked: &SessionId) -> bool {
        self.faults.has(Fault::InventsUnknownSession)
            && self.hosted.iter().all(|hosted| hosted.id.name != asked.name)
    }

    /// ListSessions without `watch`: all sessions, or those whose kind is the type asked for.
    ///
    /// # Errors
    /// None; a type that nobody has brings an empty list.
    pub fn list(&self, request: &ListSessionsRequest) -> Result<ListSessionsResponse, Refusal> {
        let kind = request.r#type.as_str();
        if !kind.is_empty() && !KINDS.contains(&kind) && self.faults.has(Fault::RefusesUnknownType)
        {
            return Err(Refusal::new(Code::NotFound, "nobody has this type"));
        }
        if kind.is_empty() && self.faults.has(Fault::RefusesPlainList) {
            return Err(Refusal::new(Code::InvalidArgument, "a list needs a type"));
        }
        let any_kind = self.faults.has(Fault::ListIgnoresType);
        Ok(self.listed(if any_kind { "" } else { kind }))
    }

    fn listed(&self, kind: &str) -> ListSessionsResponse {
        let hidden = kind.is_empty() && self.faults.has(Fault::HidesFromFullList);
        let shown = self.hosted.iter().filter(|hosted| {
            (kind.is_empty() || hosted.kind() == kind)
                && !(hidden && (hosted.ordinal / KINDS.len() as u64).is_multiple_of(2))
        });
        let mut sessions: Vec<_> = shown.map(|hosted| hosted.told_by_list(&self.faults)).collect();
        if self.faults.has(Fault::ListsTwice)
            && let Some(first) = sessions.first().cloned()
        {
            sessions.push(first);
        }
        let last = sessions.last_mut().and_then(|last| last.meta.as_mut());
        if let Some(id) = last.and_then(|meta| meta.id.as_mut())
            && self.faults.has(Fault::ListsNameless)
        {
            id.name.clear();
        }
        ListSessionsResponse { sessions }
    }
}

fn got(session: Session) -> GetSessionResponse {
    GetSessionResponse { session: Some(session) }
}

/// An absent primitive equals an empty one: protobuf tells the two apart, the protocol does not.
fn same_id(hosted: &SessionId, asked: &SessionId, faults: &Faults) -> bool {
    let (has, asks) = (primitive(hosted), primitive(asked));
    let same_primitive = has == asks
        || (asks.is_empty() && faults.has(Fault::TakesNameAlone))
        || (!asks.is_empty() && faults.has(Fault::IgnoresPrimitive));
    let spelled_empty = asked.primitive.is_some() && asks.is_empty();
    hosted.name == asked.name
        && same_primitive
        && !(spelled_empty && faults.has(Fault::RefusesEmptyPrimitive))
}

fn primitive(id: &SessionId) -> &str {
    let named = id.primitive.as_ref().map(|PrimitiveId { id }| id.as_str());
    named.unwrap_or_default()
}

fn invented(id: &SessionId) -> Session {
    Session {
        meta: Some(SessionMeta { id: Some(id.clone()), version: 1, ..SessionMeta::default() }),
        spec: Some(SessionSpec { kind: KINDS[0].to_owned(), config: None }),
        status: Some(SessionStatus { state: State::Opened as i32 }),
    }
}

#[cfg(test)]
mod tests;
