//! How the transport goes wrong on purpose: nothing here does anything as long as no fault is on.

mod answers;
mod base64;
mod calls;
mod connection;
mod endings;
mod frames;
mod late;
mod requests;
mod status;
mod timeouts;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Semaphore;

use crate::connection::ConnectionId;
use crate::faults::{Fault, Faults};

pub(super) use calls::AstrayCalls;
pub(super) use connection::Tampering;
pub(super) use endings::Ending;

/// How many resets are a mass.
const MASS: usize = 500;
/// How many calls of a connection are too many for the faults that care.
const MANY: usize = 8;
/// How many connections that said nothing are too many.
const HALF_OPEN: usize = 50;
/// How many refused calls wait for their GOAWAY; the fault shows long before.
const CAP: usize = 4096;

/// What a faulty transport remembers, and a right one has no use for.
#[derive(Debug)]
pub(super) struct Astray {
    pub(super) faults: Faults,
    /// Whether every call is answered with UNAVAILABLE from now on.
    felled: AtomicBool,
    resets: AtomicUsize,
    half_open: AtomicUsize,
    refused: Mutex<BTreeSet<ConnectionId>>,
    busy: Mutex<BTreeMap<ConnectionId, Busy>>,
    /// Held by the answer that is being sent.
    turn: Arc<Semaphore>,
}

/// The calls of one connection.
#[derive(Debug, Default)]
struct Busy {
    calls: usize,
    last: Option<Bytes>,
}

impl Astray {
    pub(super) fn new(faults: Faults) -> Arc<Astray> {
        Arc::new(Astray {
            faults,
            felled: AtomicBool::new(false),
            resets: AtomicUsize::new(0),
            half_open: AtomicUsize::new(0),
            refused: Mutex::default(),
            busy: Mutex::default(),
            turn: Arc::new(Semaphore::new(1)),
        })
    }

    /// Whether this one is on.
    pub(super) fn has(&self, fault: Fault) -> bool {
        self.faults.has(fault)
    }

    /// Serves no more, if this fault is on.
    fn fall(&self, fault: Fault) {
        if self.has(fault) {
            self.felled.store(true, Ordering::Relaxed);
        }
    }

    fn has_fallen(&self) -> bool {
        self.felled.load(Ordering::Relaxed)
    }

    /// Notes a reset from a client.
    fn reset(&self) {
        if self.resets.fetch_add(1, Ordering::Relaxed) >= MASS {
            self.fall(Fault::StopsAfterMassCancel);
        }
    }

    /// Notes that a connection had a call refused.
    fn refused(&self, connection: ConnectionId) {
        let mut refused = locked(&self.refused);
        if self.has(Fault::SendsGoawayOnBadCall) && refused.len() < CAP {
            refused.insert(connection);
        }
    }

    /// Whether a connection had a call refused since this was last asked.
    fn was_refused(&self, connection: ConnectionId) -> bool {
        locked(&self.refused).remove(&connection)
    }
}

/// What is behind the locks is whole whatever happened to who held them.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A call under way, counted among those of its connection.
#[derive(Debug)]
struct UnderWay {
    astray: Arc<Astray>,
    connection: ConnectionId,
}

impl UnderWay {
    fn begin(astray: &Arc<Astray>, connection: ConnectionId) -> UnderWay {
        locked(&astray.busy).entry(connection).or_default().calls += 1;
        UnderWay { astray: Arc::clone(astray), connection }
    }

    fn is_one_of_many(&self) -> bool {
        let busy = locked(&self.astray.busy);
        let calls = busy.get(&self.connection).map_or(0, |busy| busy.calls);
        calls > MANY
    }

    /// Keeps an answer for another call, and gives the one kept before.
    fn exchange(&self, answer: &Bytes) -> Option<Bytes> {
        let mut busy = locked(&self.astray.busy);
        busy.entry(self.connection).or_default().last.replace(answer.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut busy = locked(&self.astray.busy);
        if let Some(now) = busy.get_mut(&self.connection) {
            now.calls -= 1;
            if now.calls == 0 {
                busy.remove(&self.connection);
            }
        }
    }
}

/// A connection that has not said anything.
#[derive(Debug)]
pub(super) struct HalfOpen(Arc<Astray>);

impl HalfOpen {
    /// None where there are too many already, and a fault minds.
    pub(super) fn begin(astray: &Arc<Astray>) -> Option<HalfOpen> {
        let before = astray.half_open.fetch_add(1, Ordering::Relaxed);
        let half_open = HalfOpen(Arc::clone(astray));
        (!astray.has(Fault::BearsFiftyHalfOpen) || before < HALF_OPEN).then_some(half_open)
    }
}

impl Drop for HalfOpen {
    fn drop(&mut self) {
        self.0.half_open.fetch_sub(1, Ordering::Relaxed);
    }
}
