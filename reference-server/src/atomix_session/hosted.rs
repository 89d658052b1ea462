//! One session that the runtime hosts: what it is for good, and where it stands in its life.

use std::collections::BTreeMap;

use prost::Message as _;
use prost_types::Any;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use wirecheck_proto::atomix::runtime::v1::session_status::State;
use wirecheck_proto::atomix::runtime::v1::{
    PrimitiveId, Session, SessionId, SessionMeta, SessionSpec, SessionStatus,
};

use crate::{Fault, Faults};

/// The kinds of the sessions hosted here, in turn.
pub const KINDS: [&str; 4] = ["counter", "election", "lock", "map"];

/// How many ticks a closed session stays listed.
pub const LINGER: u32 = 20;

/// Room above and below a first version, more than one life uses up.
const VERSION_ROOM: u64 = 10_000;

/// Where a session stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    None,
    Opening,
    Opened,
    Closing,
    /// Closed, and listed for so many ticks yet.
    Closed {
        left: u32,
    },
}

impl Stage {
    /// One step on; `None` once the session is to be forgotten.
    fn next(self) -> Option<Stage> {
        match self {
            Stage::None => Some(Stage::Opening),
            Stage::Opening => Some(Stage::Opened),
            Stage::Opened => Some(Stage::Closing),
            Stage::Closing => Some(Stage::Closed { left: LINGER }),
            Stage::Closed { left } => left.checked_sub(1).map(|left| Stage::Closed { left }),
        }
    }

    fn before(self) -> Stage {
        match self {
            Stage::None | Stage::Opening => Stage::None,
            Stage::Opened => Stage::Opening,
            Stage::Closing => Stage::Opened,
            Stage::Closed { left: LINGER } => Stage::Closing,
            closed @ Stage::Closed { .. } => closed,
        }
    }

    fn state(self) -> State {
        match self {
            Stage::None => State::None,
            Stage::Opening => State::Opening,
            Stage::Opened => State::Opened,
            Stage::Closing => State::Closing,
            Stage::Closed { .. } => State::Closed,
        }
    }
}

/// What a tick did to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It is shown otherwise than before.
    Moved,
    /// It closed just now.
    Closed,
    /// It is shown as before.
    Stayed,
    /// It has been closed for long enough.
    Gone,
}

/// A session, its identity drawn from the seed and its place in the row of all sessions.
#[derive(Clone, Debug)]
pub(super) struct Hosted {
    pub(super) ordinal: u64,
    pub(super) id: SessionId,
    kind: usize,
    labels: BTreeMap<String, String>,
    config: Any,
    version: u64,
    stage: Stage,
    fell_back: bool,
    /// Set under `BringsBackClosed`, which brings each session back once.
    pub(super) came_back: bool,
    ticks: u64,
}

impl Hosted {
    /// The session with this place in the row. Every second one belongs to a primitive.
    pub(super) fn new(seed: u64, ordinal: u64, faults: &Faults) -> Hosted {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(ordinal);
        let kind = (ordinal % KINDS.len() as u64) as usize;
        let name = format!("{}-{ordinal}-{:08x}", KINDS[kind], rng.random::<u32>());
        let primitive = PrimitiveId { id: format!("primitive-{:04x}", rng.random::<u16>()) };
        let type_url = match faults.has(Fault::BareTypeUrl) {
            true => "type.googleapis.com/",
            false => "type.googleapis.com/atomix.runtime.v1.PrimitiveId",
        };
        let owner = if rng.random() { "zoë" } else { "" };
        Hosted {
            ordinal,
            id: SessionId {
                name,
                primitive: (ordinal / KINDS.len() as u64 % 2 == ordinal % 2)
                    .then(|| primitive.clone()),
            },
            kind,
            labels: BTreeMap::from([
                ("zone".to_owned(), format!("zone-{}", rng.random::<u8>())),
                ("owner".to_owned(), owner.to_owned()),
            ]),
            config: Any { type_url: type_url.to_owned(), value: primitive.encode_to_vec() },
            version: rng.random_range(VERSION_ROOM..u64::MAX - VERSION_ROOM),
            stage: Stage::None,
            fell_back: false,
            came_back: false,
            ticks: 0,
        }
    }

    /// Moves one step on.
    pub(super) fn step(&mut self, faults: &Faults) -> Step {
        self.ticks += 1;
        if faults.has(Fault::FallsBackToOpening)
            && self.stage == Stage::Opened
            && !std::mem::replace(&mut self.fell_back, true)
        {
            self.stage = Stage::Opening;
            self.raise_version(faults);
            return Step::Moved;
        }
        let Some(next) = self.stage.next() else {
            return Step::Gone;
        };
        let before = std::mem::replace(&mut self.stage, next);
        if before.state() == next.state() {
            if faults.has(Fault::RaisesVersionWhenClosed) {
                self.version += 1;
            }
            return Step::Stayed;
        }
        self.raise_version(faults);
        match next {
            Stage::Closed { .. } => Step::Closed,
            Stage::None | Stage::Opening | Stage::Opened | Stage::Closing => Step::Moved,
        }
    }

    /// Steps of several sizes, so that nobody relies on versions that follow each other.
    fn raise_version(&mut self, faults: &Faults) {
        let by = 1 + self.ordinal % 3;
        if faults.has(Fault::KeepsVersionOnChange) {
        } else if faults.has(Fault::VersionFalls) {
            self.version -= by;
        } else {
            self.version += by;
        }
    }

    pub(super) fn bring_back(&mut self) {
        self.stage = Stage::Closed { left: LINGER };
        self.came_back = true;
    }

    pub(super) fn kind(&self) -> &'static str {
        KINDS[self.kind]
    }

    /// The session as both calls show it.
    pub(super) fn told(&self, faults: &Faults) -> Session {
        let reopened = faults.has(Fault::ReopensClosed)
            && matches!(self.stage, Stage::Closed { left } if left < LINGER / 2);
        let state = match self.stage {
            _ if reopened => State::Opened as i32,
            Stage::Closing if faults.has(Fault::SaysStateNine) => 9,
            stage => stage.state() as i32,
        };
        let mut labels = self.labels.clone();
        if faults.has(Fault::ChangesLabelsUnseen) {
            labels.insert("ticks".to_owned(), self.ticks.to_string());
        }
        Session {
            meta: Some(SessionMeta {
                id: Some(self.id.clone()),
                version: self.version + u64::from(reopened),
                labels,
            }),
            spec: Some(SessionSpec {
                kind: self.kind().to_owned(),
                config: Some(self.config.clone()),
            }),
            status: Some(SessionStatus { state }),
        }
    }

    /// The session as GetSession shows it.
    pub(super) fn told_by_get(&self, faults: &Faults) -> Session {
        let mut session = self.told(faults);
        if let Some(meta) = &mut session.meta {
            if faults.has(Fault::DropsLabelsOnGet) {
                meta.labels.clear();
            }
            if let Some(id) = &mut meta.id {
                if faults.has(Fault::RenamesOnGet) {
                    id.name = id.name.to_uppercase();
                }
                if faults.has(Fault::DropsPrimitiveOnGet) {
                    id.primitive = None;
                }
            }
        }
        if faults.has(Fault::GetSaysOtherKind)
            && let Some(spec) = &mut session.spec
        {
            spec.kind = KINDS[(self.kind + 1) % KINDS.len()].to_owned();
        }
        if faults.has(Fault::LeavesOutMeta) {
            session.meta = None;
        }
        if faults.has(Fault::LeavesOutSpec) {
            session.spec = None;
        }
        if faults.has(Fault::LeavesOutStatus) {
            session.status = None;
        }
        session
    }

    /// The session as ListSessions shows it.
    pub(super) fn told_by_list(&self, faults: &Faults) -> Session {
        let mut session = self.told(faults);
        if faults.has(Fault::ListLagsBehind) {
            let state = self.stage.before().state() as i32;
            session.status = Some(SessionStatus { state });
        }
        session
    }
}
