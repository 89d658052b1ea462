//! The clauses on sessions.

use std::collections::BTreeSet;

use super::kept::Kept;
use crate::specs::imss::clauses::{
    COMPLETED_HAS_FINISH, COMPLETED_IS_FINAL, FINISH_AFTER_START, IMAGES_BELONG, ONE_ACTIVE,
};
use crate::specs::imss::memory::Memory;
use crate::specs::imss::record::{Session, Time};
use crate::specs::imss::tally::{Place, Tallies};

/// Active sessions that are told apart; more than one breaks a clause already.
const ACTIVE_CAP: usize = 1000;

/// What is remembered of sessions.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    known: Memory<KnownSession>,
    active: BTreeSet<String>,
}

#[derive(Debug)]
struct KnownSession {
    completed: bool,
    created: Option<Time>,
}

impl Sessions {
    pub(super) fn see(&mut self, tallies: &mut Tallies, place: Place, session: &Session) {
        let id = &session.id;
        let here = Some(place);
        if session.completed {
            self.active.remove(id);
        } else if self.active.len() < ACTIVE_CAP {
            self.active.insert(id.clone());
        }
        tallies.held(&ONE_ACTIVE, here, self.active.len() <= 1, || {
            let active: Vec<_> = self.active.iter().take(3).map(|id| format!("{id:?}")).collect();
            (
                "at most one session that is not completed".to_owned(),
                format!("sessions {}", active.join(", ")),
            )
        });
        if let Some(known) = self.known.get(id) {
            let what = format!("session {id:?}");
            Kept { tallies, place }.created(
                &what,
                known.created.as_ref(),
                session.created.as_ref(),
            );
            if known.completed {
                tallies.held(&COMPLETED_IS_FINAL, here, session.completed, || {
                    (
                        format!("session {id:?} to stay completed"),
                        "not completed any more".to_owned(),
                    )
                });
            }
        }
        // A session once completed has had its occasion to come back.
        let completed =
            session.completed || self.known.get(id).is_some_and(|known| known.completed);
        if session.completed {
            tallies.held(&COMPLETED_IS_FINAL, here, true, Default::default);
        }
        let together = session.completed == session.finished.is_some();
        tallies.held(&COMPLETED_HAS_FINISH, here, together, || match session.completed {
            true => {
                (format!("finishedAt of session {id:?}, which is completed"), "none".to_owned())
            }
            false => {
                (format!("no finishedAt of session {id:?}, which is active"), "one".to_owned())
            }
        });
        finish_after_start(
            tallies,
            place,
            &format!("session {id:?}"),
            session.created.as_ref(),
            session.finished.as_ref(),
        );
        for image in &session.images {
            tallies.held(&IMAGES_BELONG, here, image.session_id == *id, || {
                (
                    format!("sessionId {id:?} of image {:?}, which that session lists", image.id),
                    format!("{:?}", image.session_id),
                )
            });
        }
        self.known.insert(id, KnownSession { completed, created: session.created.clone() });
    }
}

/// `finishedAt` is not before `createdAt`, where there are both.
pub(super) fn finish_after_start(
    tallies: &mut Tallies,
    place: Place,
    what: &str,
    created: Option<&Time>,
    finished: Option<&Time>,
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
