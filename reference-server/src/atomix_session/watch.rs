//! A list that waits for a change.

use wirecheck_proto::atomix::runtime::v1::{ListSessionsRequest, ListSessionsResponse};

use super::{KINDS, Sessions};
use crate::{Code, Fault, Refusal};

/// The most watches that wait at once.
pub const MOST_WATCHES: usize = 1_024;

/// Seats that a cancelled watch keeps under `LeaksCancelledWatches`: a hundred of them leave no other.
const LEAKED_SEATS: usize = 16;

/// A ListSessions with `watch` that has not been answered. It holds a seat until it is handed to
/// [`Sessions::leave`].
#[derive(Debug)]
pub struct Watch {
    kind: String,
    since: u64,
    before: ListSessionsResponse,
}

impl Sessions {
    /// ListSessions with `watch`.
    ///
    /// # Errors
    /// RESOURCE_EXHAUSTED where [`MOST_WATCHES`] wait already.
    pub fn watch(&mut self, request: &ListSessionsRequest) -> Result<Watch, Refusal> {
        if self.seats_taken >= MOST_WATCHES {
            return Err(Refusal::new(Code::ResourceExhausted, "too many watches wait already"));
        }
        self.seats_taken += 1;
        let kind = match self.faults.has(Fault::WatchIgnoresType) {
            true => String::new(),
            false => request.r#type.clone(),
        };
        Ok(Watch {
            since: self.tick,
            before: match self.faults.has(Fault::WatchAnswersStale) {
                true => self.listed(&kind),
                false => ListSessionsResponse::default(),
            },
            kind,
        })
    }

    /// The answer to a watch: the list as it is now, once something of the type asked for has changed
    /// since the watch began, or once the watch is `due`. `None` says wait on.
    pub fn answer(&self, watch: &Watch, due: bool) -> Option<ListSessionsResponse> {
        let moved = KINDS
            .iter()
            .zip(self.changed)
            .any(|(kind, at)| (watch.kind.is_empty() || *kind == watch.kind) && at > watch.since);
        match moved || due {
            true if self.faults.has(Fault::NeverAnswersWatch) => None,
            true if self.faults.has(Fault::WatchAnswersStale) => Some(watch.before.clone()),
            true => Some(self.listed(&watch.kind)),
            false => None,
        }
    }

    /// A watch ends: answered, or given up by the client.
    pub fn leave(&mut self, _watch: Watch, answered: bool) {
        self.seats_taken = self.seats_taken.saturating_sub(1);
        if !answered && self.faults.has(Fault::LeaksCancelledWatches) {
            self.seats_taken += LEAKED_SEATS;
        }
    }
}
