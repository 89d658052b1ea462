//! Checks of a job's way from waiting for its files to its end.

use super::clauses::{LEAVES_WAIT, REACHES_DONE, REPEATED_FILE, WAITS_FOR_FILES};
use super::defects::twin;
use super::driver::{
    ask, fresh, leaves_wait, look, looks, named, staged_run, staging, unexercised, watch, window,
};
use super::messages::{Method, Request, State};
use crate::check::{Check, Manner, Stop};
use crate::cx::Cx;
use crate::expect;
use crate::model::Finding;

/// How often a call that has to wait is repeated: a server may tire of refusing.
const REPEATED: usize = 12;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "agent/run/waits-for-files",
        clause: &WAITS_FOR_FILES,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let run = fresh(cx, Method::RunJob, 1);
                waits(cx, &run, "whose file was never staged").await
            })
        },
    },
    Check {
        id: "agent/run/waits-for-files-when-one-is-missing",
        clause: &WAITS_FOR_FILES,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let mut run = staged_run(cx, 2).await?;
                // The one in the middle was never staged.
                let missing = fresh(cx, Method::RunJob, 1).files.remove(0);
                run.files.insert(1, missing);
                waits(cx, &run, "of whose files one was never staged").await
            })
        },
    },
    Check {
        id: "agent/run/leaves-wait-with-files-staged-before",
        clause: &LEAVES_WAIT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let run = staged_run(cx, 2).await?;
                gets_to(cx, &run, State::Run, "leave WAIT").await
            })
        },
    },
    Check {
        id: "agent/run/leaves-wait-with-files-staged-meanwhile",
        clause: &LEAVES_WAIT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let run = fresh(cx, Method::RunJob, 2);
                let first = look(cx, &run).await?;
                if first.state != Some(State::Wait) {
                    let why = "a job whose files are not staged does not show WAIT, so it cannot leave it";
                    return first.unexercised(why);
                }
                let answer = ask(cx, &staging(&run)).await?;
                if named(&run, &answer).len() < run.files.len() {
                    return unexercised("success_files does not name both files", &answer.end);
                }
                gets_to(cx, &run, State::Run, "leave WAIT").await
            })
        },
    },
    Check {
        id: "agent/run/repeated-file",
        clause: &REPEATED_FILE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                leaves_wait(cx).await?;
                let mut run = staged_run(cx, 1).await?;
                run.files.push(run.files[0].clone());
                let seen = watch(cx, &run, State::Run).await?;
                let last = &seen[seen.len() - 1];
                let expected = format!(
                    "a job that names its one staged file twice to leave WAIT within {}",
                    window(cx)
                );
                let came = Finding::new(expected, last.words()).marking(last.event);
                if last.state > Some(State::Wait) { Ok(()) } else { Err(came.into()) }
            })
        },
    },
    Check {
        id: "agent/run/reaches-done",
        clause: &REACHES_DONE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let run = staged_run(cx, 2).await?;
                gets_to(cx, &run, State::Done, "reach DONE").await
            })
        },
    },
];

/// However often the call is made, the job shows WAIT or is refused.
async fn waits(cx: &mut Cx, run: &Request, which: &str) -> Result<(), Stop> {
    let seen = looks(cx, run, REPEATED).await?;
    for (at, look) in seen.iter().enumerate() {
        let expected = format!("a job {which} to show WAIT, or to be refused");
        let words = format!("call {} of {REPEATED}: {}", at + 1, look.words());
        match look.state {
            Some(State::Wait) => {}
            Some(State::Run | State::Done) => {
                return Err(Finding::new(expected, words).marking(look.event).into());
            }
            // Its code is another clause's matter.
            None if look.end.is_ok() => {}
            None => expect::that(look.end.is_refusal(), expected, words)?,
        }
    }
    if seen.iter().any(|look| !look.end.is_ok()) {
        // Who refuses every job does not refuse this one for its files.
        return twin(cx, Method::RunJob, run.files.len()).await;
    }
    if seen.iter().any(|look| look.state == Some(State::Wait)) {
        return leaves_wait(cx).await;
    }
    seen[0].unexercised("no call showed WAIT or was refused")
}

/// The job shows this state or a later one within the observation window.
async fn gets_to(cx: &mut Cx, run: &Request, state: State, verb: &str) -> Result<(), Stop> {
    let seen = watch(cx, run, state).await?;
    let last = &seen[seen.len() - 1];
    if last.state >= Some(state) {
        return Ok(());
    }
    if seen.len() == 1 && last.end.is_refusal() {
        return last.unexercised("RunJob is refused, although the files are staged");
    }
    let expected = format!("a job whose files are all staged to {verb} within {}", window(cx));
    let actual = format!("{} at the last of {} calls", last.words(), seen.len());
    Err(Finding::new(expected, actual).marking(last.event).into())
}
