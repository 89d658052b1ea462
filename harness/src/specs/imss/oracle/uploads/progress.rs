//! What holds for the status and progress of jobs and uploads alike.

use crate::specs::imss::clauses::{
    DONE_IS_COMPLETE, FINAL_IS_FINAL, NEVER_BACKWARDS, PROGRESS_NEVER_FALLS, PROGRESS_WITHIN_SIZE,
};
use crate::specs::imss::oracle::thing::Thing;
use crate::specs::imss::record::Status;
use crate::specs::imss::tally::{Place, Tallies};

/// How far a job or an upload is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Measure {
    pub(super) status: Status,
    pub(super) progress: u64,
    /// Of the job, or of the image that is uploaded, where that is known.
    pub(super) size: Option<u64>,
    /// Of a record that is DONE or ERROR, all that it says, in a number.
    pub(super) sealed: Option<u64>,
}

/// Judges what a record says now, and what it said before.
pub(super) fn measured(
    tallies: &mut Tallies,
    place: Place,
    what: Thing<'_>,
    before: Option<&Measure>,
    now: &Measure,
) {
    let here = Some(place);
    if let Some(size) = now.size {
        tallies.held(&PROGRESS_WITHIN_SIZE, here, now.progress <= size, || {
            (format!("progress of {what} of at most {size}, the size"), now.progress.to_string())
        });
        if now.status == Status::Done {
            tallies.held(&DONE_IS_COMPLETE, here, now.progress == size, || {
                (
                    format!("progress of {what}, which is DONE, of {size}, the size"),
                    now.progress.to_string(),
                )
            });
        }
    }
    if now.status.is_final() {
        // An occasion to change afterwards, were there no further record.
        tallies.held(&FINAL_IS_FINAL, here, true, Default::default);
    }
    let Some(before) = before else { return };
    if let (Some(then), Some(rank)) = (before.status.rank(), now.status.rank()) {
        tallies.held(&NEVER_BACKWARDS, here, then <= rank, || {
            (format!("{what} not to go back from {}", before.status), now.status.to_string())
        });
    }
    tallies.held(&PROGRESS_NEVER_FALLS, here, before.progress <= now.progress, || {
        (
            format!("progress of {what} not to fall from {}", before.progress),
            now.progress.to_string(),
        )
    });
    if before.sealed.is_some() {
        tallies.held(&FINAL_IS_FINAL, here, before.sealed == now.sealed, || {
            let expected = format!("nothing of {what}, which was {}, to change", before.status);
            (
                expected,
                format!(
                    "a record with {} and progress {}, not the same as before",
                    now.status, now.progress
                ),
            )
        });
    }
}
