//! The order in which a job's codes are seen. Calls are ordered only where one began after another ended.

use std::collections::BTreeMap;

use super::super::messages::{Code, Method, State, key};
use super::{Calls, End};
use crate::model::Finding;

/// The codes that one job shows never go back.
///
/// # Errors
/// The first call that shows an earlier code than one that had ended before it began.
pub fn never_backwards(calls: &Calls<'_>) -> Result<(), Box<Finding>> {
    looks_by_job(calls).iter().try_for_each(|(job, looks)| in_order(job, looks, State::Run))
}

/// A job that has shown DONE shows DONE ever after.
///
/// # Errors
/// The first call that shows another code.
pub fn done_is_final(calls: &Calls<'_>) -> Result<(), Box<Finding>> {
    looks_by_job(calls).iter().try_for_each(|(job, looks)| in_order(job, looks, State::Done))
}

/// One look at a job: the code that a call showed.
#[derive(Clone, Copy, Debug)]
struct Look {
    began: usize,
    /// When the client knew, if the trace tells.
    ended: Option<usize>,
    state: State,
    /// The event that brought the code.
    event: usize,
}

/// The looks at each job in the order in which they began. Jobs whose uuids differ in case alone are one.
fn looks_by_job(calls: &Calls<'_>) -> BTreeMap<String, Vec<Look>> {
    let mut jobs = BTreeMap::<String, Vec<Look>>::new();
    for call in calls.answered(Method::RunJob) {
        let job = call.request.as_ref().and_then(|request| request.job.as_ref()?.0.as_deref());
        let Some(job) = job else { continue };
        for (event, response) in &call.responses {
            // Bytes that do not parse, and codes that are none, are other clauses' matter.
            let state = Code::of(response).ok().and_then(|code| code.state);
            let ended = match call.end {
                End::Ok(event) => Some(event),
                End::Otherwise | End::Untold => None,
            };
            let look = |state| Look { began: call.began, ended, state, event: *event };
            jobs.entry(key(job)).or_default().extend(state.map(look));
        }
    }
    jobs
}

/// No look shows less than what a look of at least `floor` showed that had ended before it began.
fn in_order(job: &str, looks: &[Look], floor: State) -> Result<(), Box<Finding>> {
    let mut ended: Vec<&Look> = looks.iter().filter(|look| look.state >= floor).collect();
    ended.retain(|look| look.ended.is_some());
    ended.sort_by_key(|look| look.ended);
    let mut ended = ended.into_iter().peekable();
    let mut furthest: Option<&Look> = None;
    for look in looks {
        while let Some(earlier) = ended.next_if(|earlier| earlier.ended < Some(look.began)) {
            if furthest.is_none_or(|furthest| earlier.state > furthest.state) {
                furthest = Some(earlier);
            }
        }
        if let Some(furthest) = furthest.filter(|furthest| furthest.state > look.state) {
            return Err(Box::new(went_back(job, furthest, look)));
        }
    }
    Ok(())
}

fn went_back(job: &str, earlier: &Look, later: &Look) -> Finding {
    let on = match earlier.state {
        State::Done => "DONE, which is final",
        State::Run | State::Wait => "RUN or DONE",
    };
    let expected = format!(
        "a job that a finished RunJob call has shown as {} to go on showing {on} (job {})",
        earlier.state,
        super::quoted(job)
    );
    let actual =
        format!("a RunJob call that began after that one had ended showed {}", later.state);
    Finding::new(expected, actual).marking([earlier.event, later.event])
}
