//! Checks of the statuses in answers.

use wirecheck_proto::jina::{Request, Status};

use super::clauses::{
    CODE_IN_ENUM, DETAILS_TIME_VALID, ERROR_DESCRIBED, ERROR_IS_FINAL, PENDING_IS_FOLLOWED,
    SPAWN_CODES_STAY_WITH_SPAWN,
};
use super::driver::{
    all_answered, ask, judged, one_of_each, ran_through, seen, stream, with_documents,
};
use super::oracle::{self, CALL_UNARY, is_error};
use super::spawn::{named, pea, spawned};
use crate::check::{Check, Manner, Stop};
use crate::client::Answer;
use crate::cx::Cx;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "jina/status/code-in-enum",
        clause: &CODE_IN_ENUM,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let mut came = each_unary(cx).await?;
                let requests = with_documents(cx, 4);
                came.extend(statuses(&stream(cx, &requests).await?));
                judged(cx, oracle::code_in_enum)?;
                seen(!came.is_empty(), "no answer had a status")
            })
        },
    },
    Check {
        id: "jina/status/pending-is-followed",
        clause: &PENDING_IS_FOLLOWED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let came = each_unary(cx).await?;
                judged(cx, oracle::pending_is_followed)?;
                seen(!came.is_empty(), "no answer had a status")
            })
        },
    },
    Check {
        id: "jina/status/pending-is-followed-on-a-stream",
        clause: &PENDING_IS_FOLLOWED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let requests = with_documents(cx, 4);
                let answer = stream(cx, &requests).await?;
                judged(cx, oracle::pending_is_followed)?;
                ran_through(&answer)?;
                all_answered(cx)?;
                seen(!statuses(&answer).is_empty(), "no answer had a status")
            })
        },
    },
    Check {
        id: "jina/status/pending-is-followed-on-spawn",
        clause: &PENDING_IS_FOLLOWED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let name = named(cx);
                let answer = spawned(cx, pea(&[&name])).await?;
                judged(cx, oracle::pending_is_followed)?;
                ran_through(&answer)?;
                let any = super::spawn::messages(&answer).any(|it| it.status.is_some());
                seen(any, "no message of the Spawn had a status")
            })
        },
    },
    Check {
        id: "jina/status/error-is-final",
        clause: &ERROR_IS_FINAL,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let mut requests = with_documents(cx, 4);
                requests[1].body = None;
                let answer = stream(cx, &requests).await?;
                judged(cx, oracle::error_is_final)?;
                let bad = requests[1].request_id;
                let mut errors = read(&answer).filter(|it| is_error(it.status.as_ref()));
                let any = errors.any(|it| it.request_id == bad);
                seen(any, "a request without a body brought no error code under its id")
            })
        },
    },
    Check {
        id: "jina/status/error-described",
        clause: &ERROR_DESCRIBED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let answer = ask(cx, None).await?.answer;
                judged(cx, oracle::error_described)?;
                seen(any_error(&answer), "a request without a body brought no error code")
            })
        },
    },
    Check {
        id: "jina/status/error-described-on-spawn",
        clause: &ERROR_DESCRIBED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let answer = spawned(cx, pea(&[])).await?;
                judged(cx, oracle::error_described)?;
                let any = super::spawn::messages(&answer).any(|it| is_error(it.status.as_ref()));
                seen(any, "a Spawn of a pea without args brought no error code")
            })
        },
    },
    Check {
        id: "jina/status/details-time-valid",
        clause: &DETAILS_TIME_VALID,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let answer = ask(cx, None).await?.answer;
                judged(cx, oracle::details_time_valid)?;
                let mut details = statuses(&answer).into_iter().flat_map(|status| status.details);
                seen(details.any(|details| details.time.is_some()), "no error came with a time")
            })
        },
    },
    Check {
        id: "jina/status/spawn-codes-stay-with-spawn",
        clause: &SPAWN_CODES_STAY_WITH_SPAWN,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let came = each_unary(cx).await?;
                judged(cx, oracle::spawn_codes_stay_with_spawn)?;
                seen(!came.is_empty(), "no answer had a status")
            })
        },
    },
];

/// The statuses that one valid request of each kind brings by CallUnary.
async fn each_unary(cx: &mut Cx) -> Result<Vec<Status>, Stop> {
    let mut came = Vec::new();
    for request in one_of_each(cx) {
        came.extend(statuses(&cx.unary(CALL_UNARY, &request).await?));
    }
    Ok(came)
}

/// The answers that parse.
fn read(answer: &Answer) -> impl Iterator<Item = Request> + '_ {
    answer.messages.iter().filter_map(|message| message.read::<Request>().ok())
}

fn statuses(answer: &Answer) -> Vec<Status> {
    read(answer).filter_map(|request| request.status).collect()
}

fn any_error(answer: &Answer) -> bool {
    statuses(answer).iter().any(|status| is_error(Some(status)))
}
