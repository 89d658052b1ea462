//! What a faulty agent remembers, and a right one has no use for.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::connection::ConnectionId;

/// How many entries each memory holds; the fault shows long before.
const CAP: usize = 65_536;
/// How many calls a connection goes on seeing what it saw.
const STALE_CALLS: u32 = 9;

/// Empty, and never written to, as long as no fault is on.
#[derive(Debug, Default)]
pub(super) struct Astray {
    last: Option<Uuid>,
    lost: BTreeSet<Uuid>,
    views: BTreeMap<(ConnectionId, Uuid), View>,
    waited: BTreeMap<Uuid, u32>,
    per_job: BTreeSet<(Uuid, Uuid)>,
}

/// What a connection was shown of a job, and how often since.
#[derive(Debug)]
struct View {
    code: i32,
    calls: u32,
}

impl Astray {
    /// Whether this call, behind one for another job, loses its job: every other one does.
    pub(super) fn loses(&mut self, job: Uuid) -> bool {
        let other = self.last.replace(job).is_some_and(|last| last != job);
        if !other || self.lost.remove(&job) {
            return false;
        }
        if self.lost.len() >= CAP {
            self.lost.pop_first();
        }
        self.lost.insert(job)
    }

    /// What this connection still sees of a job, if its view is not due for a new one.
    pub(super) fn stale(&mut self, connection: ConnectionId, job: Uuid) -> Option<i32> {
        let view = self.views.get_mut(&(connection, job))?;
        view.calls += 1;
        (view.calls <= STALE_CALLS).then_some(view.code)
    }

    /// Notes what a connection was shown of a job.
    pub(super) fn shown(&mut self, connection: ConnectionId, job: Uuid, code: i32) {
        if self.views.len() >= CAP {
            self.views.pop_first();
        }
        self.views.insert((connection, job), View { code, calls: 0 });
    }

    /// How often this job was looked at while its files were missing, this time included.
    pub(super) fn waits(&mut self, job: Uuid) -> u32 {
        if self.waited.len() >= CAP {
            self.waited.pop_first();
        }
        let waited = self.waited.entry(job).or_default();
        *waited += 1;
        *waited
    }

    /// Notes in the name of which job files were staged.
    pub(super) fn staged_for(&mut self, job: Uuid, files: &BTreeSet<Uuid>) {
        for file in files {
            if self.per_job.len() >= CAP {
                self.per_job.pop_first();
            }
            self.per_job.insert((job, *file));
        }
    }

    /// Whether this file was staged in the name of this job.
    pub(super) fn is_staged_for(&self, job: Uuid, file: Uuid) -> bool {
        self.per_job.contains(&(job, file))
    }
}
