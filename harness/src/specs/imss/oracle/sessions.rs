//! The clauses on sessions.

use std::collections::BTreeSet;

use super::kept::Kept;
use super::thing::Thing;
use crate::specs::imss::clauses::{
    COMPLETED_HAS_FINISH, COMPLETED_IS_FINAL, FINISH_AFTER_START, IMAGES_BELONG, ONE_ACTIVE,
};
use crate::specs::imss::memory::{HasText, Memory};
use crate::specs::imss::record::Session;
use crate::specs::imss::tally::{Place, Tallies};
use crate::specs::imss::time::Time;

/// Active sessions that are told apart: the second one breaks the clause.
const ACTIVE_CAP: usize = 2;

/// What is remembered of sessions.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    known: Memory<KnownSession>,
    active: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct KnownSession {
    completed: bool,
    created: Option<Time<'static>>,
}

impl HasText for KnownSession {
    fn text(&self) -> usize {
        self.created.as_ref().map_or(0, Time::text)
    }
}

impl Sessions {
    pub(super) fn see(&mut self, tallies: &mut Tallies, place: Place, session: &Session<'_>) {
        let id = session.id.as_ref();
        let what = Thing::Session(id);
        let here = Some(place);
        if session.completed {
            self.active.remove(id);
        } else if self.active.len() < ACTIVE_CAP && !self.active.contains(id) {
            self.active.insert(id.to_owned());
        }
        tallies.held(&ONE_ACTIVE, here, self.active.len() <= 1, || {
            let active: Vec<_> = self.active.iter().map(|id| format!("{id:?}")).collect();
            (
                "at most one session that is not completed".to_owned(),
                format!("sessions {}", active.join(", ")),
            )
        });
        let (known, before) = self.known.recall(id);
        if before {
            let (then, now) = (known.created.as_ref(), session.created.as_ref());
            Kept { tallies, place }.created(what, then, now);
            if known.completed {
                tallies.held(&COMPLETED_IS_FINAL, here, session.completed, || {
                    (format!("{what} to stay completed"), "not completed any more".to_owned())
                });
            }
        }
        if session.completed {
            // An occasion to come back, were there no further record.
            tallies.held(&COMPLETED_IS_FINAL, here, true, Default::default);
        }
        let together = session.completed == session.finished.is_some();
        tallies.held(&COMPLETED_HAS_FINISH, here, together, || match session.completed {
            true => (format!("finishedAt of {what}, which is completed"), "none".to_owned()),
            false => (format!("no finishedAt of {what}, which is active"), "one".to_owned()),
        });
        let (created, finished) = (session.created.as_ref(), session.finished.as_ref());
        finish_after_start(tallies, place, what, created, finished);
        for image in &session.images {
            tallies.held(&IMAGES_BELONG, here, image.session_id == id, || {
                (
                    format!("sessionId {id:?} of image {:?}, which that session lists", image.id),
                    format!("{:?}", image.session_id),
                )
            });
        }
        known.completed |= session.completed;
        known.created = session.created.as_ref().map(Time::to_static);
    }
}

/// `finishedAt` is not before `createdAt`, where there are both.
pub(super) fn finish_after_start(
    tallies: &mut Tallies,
    place: Place,
    what: Thing<'_>,
    created: Option<&Time<'_>>,
    finished: Option<&Time<'_>>,
) {
    if let (Some(created), Some(finished)) = (created, finished) {
        tallies.held(&FINISH_AFTER_START, Some(place), !finished.is_before(created), || {
            (
                format!("finishedAt of {what} at or after {created}, its createdAt"),
                finished.to_string(),
            )
        });
    }
}
