//! What the streams of one server share: the source of keys, and the sessions, all bounded.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prost::Message;
use wirecheck_proto::session::Token;

use super::astray::Astray;
use super::keys::{Drawn, Keys, Secret};
use super::verifier::Verifier;
use crate::faults::{Fault, Faults};
use crate::refusal::{Code, Refusal};

/// How much the sessions of a server may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Handshakes between Unsigned and Signed. Past it Init gets RESOURCE_EXHAUSTED.
    pub open: usize,
    /// Bytes of their tokens, in all. Past it Init gets RESOURCE_EXHAUSTED.
    pub open_bytes: usize,
    /// Finished sessions. Past it the oldest are dropped.
    pub finished: usize,
    /// Bytes of their tokens, in all. Past it the oldest are dropped.
    pub finished_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { open: 4096, open_bytes: 256 << 20, finished: 4096, finished_bytes: 64 << 20 }
    }
}

/// The sessions of one server. Streams share it by reference.
#[derive(Debug)]
pub struct Sessions {
    pub(super) verifier: Verifier,
    pub(super) faults: Faults,
    limits: Limits,
    keys: Mutex<Keys>,
    open: Arc<Mutex<Usage>>,
    finished: Mutex<Finished>,
    /// Only where a fault is on.
    astray: Option<Mutex<Astray>>,
}

#[derive(Debug, Default)]
struct Usage {
    handshakes: usize,
    bytes: usize,
    leaked: usize,
}

/// How many handshakes [`Fault::LeaksCancelledHandshakes`] lets leak before no more are taken.
const LEAKS_BORNE: usize = 24;

#[derive(Debug, Default)]
struct Finished {
    sessions: VecDeque<Session>,
    bytes: usize,
}

/// A session whose handshake is done.
#[derive(Debug)]
struct Session {
    token: Token,
    secret: Secret,
    bytes: usize,
}

/// An open handshake's share of the limits; given back when dropped.
#[derive(Debug)]
pub(super) struct Slot {
    usage: Arc<Mutex<Usage>>,
    bytes: usize,
    leaks: bool,
}

impl Slot {
    /// The client said or ended something: the handshake is not cancelled.
    pub(super) fn settle(&mut self) {
        self.leaks = false;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut usage = lock(&self.usage);
        usage.handshakes -= 1;
        usage.bytes -= self.bytes;
        usage.leaked += usize::from(self.leaks);
    }
}

impl Sessions {
    /// No sessions yet.
    pub fn new(keys: Keys, verifier: Verifier, limits: Limits, faults: Faults) -> Sessions {
        Sessions {
            verifier,
            astray: (!faults.is_empty()).then(Mutex::default),
            faults,
            limits,
            keys: Mutex::new(keys),
            open: Arc::default(),
            finished: Mutex::default(),
        }
    }

    /// What these sessions do wrong, on purpose.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// How many handshakes are between Unsigned and Signed.
    pub fn open(&self) -> usize {
        lock(&self.open).handshakes
    }

    /// How many finished sessions are kept.
    pub fn finished(&self) -> usize {
        lock(&self.finished).sessions.len()
    }

    /// Whether the private half of the session key of this token is still kept.
    pub fn holds_key_of(&self, token_id: &[u8]) -> bool {
        let finished = lock(&self.finished);
        let session = finished.sessions.iter().find(|session| session.token.id == token_id);
        session.is_some_and(|session| {
            let header = session.token.header.as_ref();
            header
                .is_some_and(|header| header.public_key == self.verifier.public_key(session.secret))
        })
    }

    pub(super) fn draw(&self, init: &Token) -> Result<Drawn, Refusal> {
        let mut drawn = lock(&self.keys).draw(init)?;
        if let Some(mut astray) = self.astray() {
            astray.spoil(&mut drawn, &self.faults);
        }
        Ok(drawn)
    }

    /// The memory that only faults use.
    pub(super) fn astray(&self) -> Option<MutexGuard<'_, Astray>> {
        self.astray.as_ref().map(lock)
    }

    /// Takes a share of the limits for a handshake about this token.
    pub(super) fn admit(&self, init: &Token) -> Result<Slot, Refusal> {
        let bytes = init.encoded_len();
        let mut usage = lock(&self.open);
        let full =
            usage.handshakes >= self.limits.open || usage.bytes + bytes > self.limits.open_bytes;
        if full || usage.leaked >= LEAKS_BORNE {
            return Err(Refusal::new(
                Code::ResourceExhausted,
                "too many handshakes are open already",
            ));
        }
        usage.handshakes += 1;
        usage.bytes += bytes;
        Ok(Slot {
            usage: Arc::clone(&self.open),
            bytes,
            leaks: self.faults.has(Fault::LeaksCancelledHandshakes),
        })
    }

    /// Keeps a finished session, at the cost of the oldest ones.
    pub(super) fn keep(&self, token: Token, secret: Secret) {
        let bytes = token.encoded_len();
        let mut finished = lock(&self.finished);
        finished.bytes += bytes;
        finished.sessions.push_back(Session { token, secret, bytes });
        while finished.sessions.len() > self.limits.finished
            || finished.bytes > self.limits.finished_bytes
        {
            let Some(oldest) = finished.sessions.pop_front() else {
                break;
            };
            finished.bytes -= oldest.bytes;
        }
    }
}

/// What a lock guards here is whole after every statement, so a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
