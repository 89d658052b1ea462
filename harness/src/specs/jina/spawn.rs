//! Checks of Spawn: who may, what comes of it, and the lines of its log.

use wirecheck_proto::jina::spawn_request::{
    Body, MutablepodSpawnRequest, PeaSpawnRequest, PodSpawnRequest,
};
use wirecheck_proto::jina::status::StatusCode;
use wirecheck_proto::jina::{SpawnRequest, Status};

use super::clauses::{
    BODY_KEPT, DUPLICATE_SAYS_SO, LOG_IS_ONE_LINE, NEEDS_ARGS, NOT_ALLOWED_SAYS_SO, OUTCOME_TOLD,
    SPAWN_NO_BODY_IS_AN_ERROR,
};
use super::driver::{judged, seen, serves};
use super::oracle::{self, Invariant, SPAWN, code_words, is_error, is_pending};
use crate::check::{Check, Manner, Need, Stop};
use crate::client::{Answer, Incoming, Received};
use crate::config::Spawning;
use crate::cx::Cx;
use crate::expect;
use crate::status::{Code, End};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "jina/spawn/not-allowed-says-so",
        clause: &NOT_ALLOWED_SAYS_SO,
        manner: Manner::Allowed,
        needs: &[Need::Spawning(Spawning::Denied)],
        drive: |cx| {
            Box::pin(async move {
                let name = named(cx);
                let answer = spawned(cx, pea(&[&name])).await?;
                let said = last_status(&answer).map(|status| status.code);
                let denied = said == Some(StatusCode::ErrorNotallowed as i32)
                    || matches!(
                        answer.end.code(),
                        Some(Code::PermissionDenied | Code::Unimplemented)
                    );
                let expected = "a Spawn where spawning is denied to end with ERROR_NOTALLOWED (5) as its last status, or with PERMISSION_DENIED (7) or UNIMPLEMENTED (12)";
                expect::brought(&answer, denied, expected, outcome(&answer))?;
                tells_of_spawning(cx, &answer).await
            })
        },
    },
    Check {
        id: "jina/spawn/not-allowed-says-so-never-silent",
        clause: &NOT_ALLOWED_SAYS_SO,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let name = named(cx);
                let answer = spawned(cx, pea(&[&name])).await?;
                judged(cx, oracle::never_silent)?;
                tells_of_spawning(cx, &answer).await
            })
        },
    },
    Check {
        id: "jina/spawn/outcome-told",
        clause: &OUTCOME_TOLD,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let name = named(cx);
                let answer = spawned(cx, pea(&[&name])).await?;
                judged(cx, oracle::outcome_told)?;
                tells_of_spawning(cx, &answer).await
            })
        },
    },
    Check {
        id: "jina/spawn/needs-args",
        clause: &NEEDS_ARGS,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(refused(cx, Some(pea(&[])), oracle::needs_args)),
    },
    Check {
        id: "jina/spawn/needs-args-of-a-pod",
        clause: &NEEDS_ARGS,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(refused(cx, Some(pod(&[])), oracle::needs_args)),
    },
    Check {
        id: "jina/spawn/body-kept",
        clause: &BODY_KEPT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let names = [named(cx), named(cx), named(cx), named(cx)];
                let mutable = MutablepodSpawnRequest {
                    head: Some(args(&[&names[2]])),
                    peas: vec![args(&[&names[3]])],
                    tail: None,
                };
                let mut bodies = 0;
                for body in [pea(&[&names[0]]), pod(&[&names[1]]), Body::MutablePod(mutable)] {
                    let answer = spawned(cx, body).await?;
                    bodies += messages(&answer).filter(|message| message.body.is_some()).count();
                }
                judged(cx, oracle::body_kept)?;
                seen(bodies > 0, "no message of a Spawn had a body")
            })
        },
    },
    Check {
        id: "jina/spawn/log-is-one-line",
        clause: &LOG_IS_ONE_LINE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let name = named(cx);
                let answer = spawned(cx, pea(&[&name])).await?;
                judged(cx, oracle::log_is_one_line)?;
                let logged = messages(&answer).any(|message| !message.log_record.is_empty());
                seen(logged, "no message of a Spawn had a log_record")
            })
        },
    },
    Check {
        id: "jina/spawn/log-is-one-line-whatever-the-name",
        clause: &LOG_IS_ONE_LINE,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                // A name that would break the line of whoever writes it down as it is.
                let name = format!("{}\r\nsecond line", named(cx));
                let answer = spawned(cx, pea(&[&name])).await?;
                judged(cx, oracle::log_is_one_line)?;
                let logged = messages(&answer).any(|message| !message.log_record.is_empty());
                seen(logged, "no message of a Spawn had a log_record")
            })
        },
    },
    Check {
        id: "jina/spawn/duplicate-says-so",
        clause: &DUPLICATE_SAYS_SO,
        manner: Manner::Refusal,
        needs: &[Need::Spawning(Spawning::Allowed)],
        drive: |cx| Box::pin(twice(cx)),
    },
    Check {
        id: "jina/spawn/no-body-is-an-error",
        clause: &SPAWN_NO_BODY_IS_AN_ERROR,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(refused(cx, None, oracle::spawn_no_body_is_an_error)),
    },
];

/// The name of a pea that nothing else in the run has.
pub(super) fn named(cx: &mut Cx) -> String {
    format!("wirecheck-{}", cx.uuid().simple())
}

/// A pea of this name; without one, a pea without args.
pub(super) fn pea(name: &[&str]) -> Body {
    Body::Pea(args(name))
}

fn pod(name: &[&str]) -> Body {
    Body::Pod(PodSpawnRequest { args: args(name).args })
}

fn args(name: &[&str]) -> PeaSpawnRequest {
    let args = name.iter().flat_map(|name| ["--name".to_owned(), (*name).to_owned()]);
    PeaSpawnRequest { args: args.collect() }
}

/// Spawns, and reads to the end.
///
/// # Errors
/// [`Stop::Skip`] when the stream is still open at the deadline, or ends without a status: it says
/// nothing of its outcome.
pub(super) async fn spawned(cx: &mut Cx, body: impl Into<Option<Body>>) -> Result<Answer, Stop> {
    let request = SpawnRequest { body: body.into(), ..SpawnRequest::default() };
    let answer = cx.unary(SPAWN, &request).await?;
    match &answer.end {
        End::Silence(_) => expect::skip("the Spawn was still open at the deadline"),
        End::Lost(why) => Err(Stop::Broken(format!("the connection went away: {why}"))),
        End::NoStatus(_) | End::Flood(_) => {
            expect::skip(format!("the Spawn brought {}", answer.end))
        }
        End::Status { .. } | End::Http(_) | End::Reset(_) => Ok(answer),
    }
}

/// A refused Spawn tells of spawning only where the target serves something else.
async fn tells_of_spawning(cx: &mut Cx, answer: &Answer) -> Result<(), Stop> {
    if answer.end.is_ok() { Ok(()) } else { serves(cx).await }
}

/// The messages of a Spawn that parse.
pub(super) fn messages(answer: &Answer) -> impl Iterator<Item = SpawnRequest> + '_ {
    answer.messages.iter().filter_map(parsed)
}

fn parsed(message: &Received) -> Option<SpawnRequest> {
    message.read().ok()
}

fn last_status(answer: &Answer) -> Option<Status> {
    parsed(answer.messages.last()?)?.status
}

/// What came of a Spawn, for the end of a sentence.
fn outcome(answer: &Answer) -> String {
    match last_status(answer) {
        Some(status) => {
            format!("{} as the last status, then {}", code_words(status.code), answer.end)
        }
        None => format!("no status in the last message, then {}", answer.end),
    }
}

/// The defective body is an error. What it proves depends on the same with a pea as it should be:
/// where that is refused as well, it is not the defect that was refused.
async fn refused(cx: &mut Cx, defective: Option<Body>, invariant: Invariant) -> Result<(), Stop> {
    let name = named(cx);
    let twin = spawned(cx, pea(&[&name])).await?;
    let good = |code| matches!(code, Ok(StatusCode::Ready | StatusCode::Success));
    let twin_succeeds = twin.end.is_ok()
        && last_status(&twin).is_some_and(|status| good(StatusCode::try_from(status.code)));
    spawned(cx, defective).await?;
    judged(cx, invariant)?;
    seen(
        twin_succeeds,
        &format!("a Spawn of a pea with args does not succeed either: {}", outcome(&twin)),
    )
}

/// Spawns a pea, waits until it is up, and spawns it again while the first stream may still be open.
async fn twice(cx: &mut Cx) -> Result<(), Stop> {
    let name = named(cx);
    let request = SpawnRequest { body: Some(pea(&[&name])), ..SpawnRequest::default() };
    let mut first = cx.call(SPAWN).await?;
    first.send(&request);
    first.half_close();
    loop {
        let message = match first.next().await {
            Incoming::Message(message) => message,
            Incoming::End(end) => {
                return expect::skip(format!(
                    "the first Spawn ended without READY or SUCCESS: {end}"
                ));
            }
        };
        let status = parsed(&message).and_then(|message| message.status);
        match status {
            Some(status) if is_error(Some(&status)) => {
                let code = code_words(status.code);
                return expect::skip(format!("the first Spawn did not succeed: {code}"));
            }
            Some(status) if !is_pending(Some(&status)) => break,
            _ => {}
        }
    }
    let answer = spawned(cx, pea(&[&name])).await?;
    let said = last_status(&answer).map(|status| status.code);
    let expected = "a Spawn of a pea that runs to end with ERROR_DUPLICATE (4) as its last status";
    let told = said == Some(StatusCode::ErrorDuplicate as i32);
    expect::brought(&answer, told, expected, outcome(&answer))
}
