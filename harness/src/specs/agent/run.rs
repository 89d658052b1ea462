//! Checks of the codes that a job shows, one call after another and from several callers.

use futures_util::future::join_all;
use http::HeaderMap;
use rand::seq::SliceRandom as _;

use super::clauses::{
    CODE_IN_ENUM, CONCURRENT_CALLERS_AGREE, DONE_IS_FINAL, JOBS_INDEPENDENT, NEVER_BACKWARDS,
    REQUIREMENTS_ACCEPTED,
};
use super::driver::{
    Look, Pace, ask, fresh, is_accepted, judged, look, looks, prepared, staged_run, watch,
};
use super::messages::{Method, Request, State};
use super::oracle;
use crate::check::{Check, Manner, Stop};
use crate::cx::Cx;
use crate::expect;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "agent/run/code-in-enum",
        clause: &CODE_IN_ENUM,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let waiting = fresh(cx, Method::RunJob, 1);
                let staged = prepared(cx, 1).await?;
                let mut seen = looks(cx, &waiting, 1).await?;
                seen.extend(watch(cx, &staged, State::Done).await?);
                judged(cx, oracle::code_in_enum)?;
                if seen.iter().all(|look| look.state.is_none()) {
                    return seen[0].unexercised("no RunJob call was answered with a code");
                }
                Ok(())
            })
        },
    },
    Check {
        id: "agent/run/never-backwards",
        clause: &NEVER_BACKWARDS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let run = staged_run(cx, 2).await?;
                let mut seen = watch(cx, &run, State::Done).await?;
                seen.extend(looks(cx, &run, 3).await?);
                judged(cx, oracle::never_backwards)?;
                moved(&seen)
            })
        },
    },
    Check {
        id: "agent/run/done-is-final",
        clause: &DONE_IS_FINAL,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let run = staged_run(cx, 1).await?;
                let seen = watch(cx, &run, State::Done).await?;
                let last = &seen[seen.len() - 1];
                if last.state != Some(State::Done) {
                    return last.unexercised("the job does not reach DONE");
                }
                let after = looks(cx, &run, 8).await?;
                judged(cx, oracle::done_is_final)?;
                match after.iter().find(|look| look.state.is_none()) {
                    Some(look) => look.unexercised("a call after DONE shows none of the codes"),
                    None => Ok(()),
                }
            })
        },
    },
    Check {
        id: "agent/run/jobs-independent",
        clause: &JOBS_INDEPENDENT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                // One job that has to wait is among them: a server that confuses jobs shows it as running.
                let mut jobs = vec![fresh(cx, Method::RunJob, 1)];
                for _ in 0..3 {
                    jobs.push(staged_run(cx, 1).await?);
                }
                let seen = in_turns(cx, &jobs).await?;
                judged(cx, oracle::never_backwards)?;
                // Who moves one job alone has nothing to confuse.
                several(&seen)
            })
        },
    },
    Check {
        id: "agent/run/concurrent-callers-agree",
        clause: &CONCURRENT_CALLERS_AGREE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let run = staged_run(cx, 1).await?;
                let seen = at_once(cx, &run).await?;
                judged(cx, oracle::never_backwards)?;
                moved(&seen)
            })
        },
    },
    Check {
        id: "agent/run/requirements-accepted",
        clause: &REQUIREMENTS_ACCEPTED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                for count in [0, 1, 1000] {
                    let mut run = staged_run(cx, 1).await?;
                    run.requirements = vec![None; count];
                    let answer = ask(cx, &run).await?;
                    let what =
                        format!("RunJob with {count} requirements, all without python_version,");
                    is_accepted(&answer, Method::RunJob, &what)?;
                }
                Ok(())
            })
        },
    },
];

/// Skips unless a look came after one that had left WAIT: before that nothing can go back.
fn moved(seen: &[Look]) -> Result<(), Stop> {
    let before_last = &seen[..seen.len().saturating_sub(1)];
    if before_last.iter().any(|look| look.state > Some(State::Wait)) {
        return Ok(());
    }
    let why = "no job left WAIT in the observation window, so none could go back";
    match seen.iter().find(|look| !look.end.is_ok()).or(seen.last()) {
        Some(look) => look.unexercised(why),
        None => expect::skip(why),
    }
}

/// Skips unless at least two jobs moved under the eyes of the client.
fn several(seen: &[Vec<Look>]) -> Result<(), Stop> {
    let moved: Vec<_> = seen.iter().map(|looks| moved(looks)).collect();
    match moved.iter().filter(|moved| moved.is_ok()).count() {
        2.. => Ok(()),
        1 => expect::skip("one job alone left WAIT in the observation window"),
        _ => moved.into_iter().find(Result::is_err).unwrap_or(Ok(())),
    }
}

/// Looks at each job once a round, each round in another order, until all but the first are done.
async fn in_turns(cx: &mut Cx, jobs: &[Request]) -> Result<Vec<Vec<Look>>, Stop> {
    let mut pace = Pace::of(cx);
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    let mut seen = vec![Vec::new(); jobs.len()];
    let mut rounds_left = None;
    while rounds_left != Some(0) && pace.again().await {
        order.shuffle(cx.rng());
        let mut done = 0;
        for &job in &order {
            let look = look(cx, &jobs[job]).await?;
            done += usize::from(look.state == Some(State::Done));
            seen[job].push(look);
        }
        rounds_left = match rounds_left {
            Some(rounds) => Some(rounds - 1),
            // Some more, since DONE too can be lost.
            None => (done + 1 >= jobs.len()).then_some(3),
        };
    }
    Ok(seen)
}

/// Looks at one job from three connections at once, in rounds of three calls each, until all see it done.
async fn at_once(cx: &mut Cx, run: &Request) -> Result<Vec<Look>, Stop> {
    const CALLERS: usize = 3;
    const CALLS: usize = 3;
    let mut connections = Vec::new();
    for _ in 0..CALLERS {
        connections.push(cx.connect().await?);
    }
    // The window that is opened here puts the deadline off.
    let mut pace = Pace::of(cx);
    let (path, payload, deadline) = (run.method.path(), run.encode(), cx.deadline());
    let mut seen = Vec::new();
    let mut rounds_left = None;
    while rounds_left != Some(0) && pace.again().await {
        let round = join_all(connections.iter().map(async |connection| {
            let mut looks = Vec::new();
            for _ in 0..CALLS {
                let mut call = connection.call(path, &HeaderMap::new(), deadline).await;
                call.send_payload(&payload);
                looks.push(Look::of(&call.finish().await));
            }
            looks
        }));
        let round: Vec<Look> = round.await.into_iter().flatten().collect();
        let done = round.iter().all(|look| look.state == Some(State::Done));
        seen.extend(round);
        rounds_left = match rounds_left {
            Some(rounds) => Some(rounds - 1),
            None => done.then_some(2),
        };
    }
    Ok(seen)
}
