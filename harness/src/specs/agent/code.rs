//! Checks of the codes with which requests are refused.

use super::clauses::{BAD_ARGUMENT_CODE, MISSING_FIELD_CODE, NOT_STAGED_CODE};
use super::defects::{MISSING_FIELDS, PLACES, codes, no_uuids, tried, tried_text, twin};
use super::driver::{fresh, leaves_wait, look};
use super::messages::{Method, State};
use crate::check::{Check, Manner};
use crate::expect;
use crate::status::Code;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "agent/code/missing-field-code",
        clause: &MISSING_FIELD_CODE,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let mut ends = Vec::new();
                for defect in MISSING_FIELDS {
                    let end = tried(cx, defect).await?.end;
                    ends.push(cx.ended(defect.what, end));
                }
                codes(&ends, &[Code::InvalidArgument, Code::Internal])
            })
        },
    },
    Check {
        id: "agent/code/bad-argument-code",
        clause: &BAD_ARGUMENT_CODE,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let mut ends = Vec::new();
                for place in PLACES {
                    twin(cx, place.method, 1).await?;
                    for text in no_uuids(cx) {
                        let end = tried_text(cx, place, &text).await?.end;
                        ends.push(cx.ended(place.with(&text), end));
                    }
                }
                codes(&ends, &[Code::InvalidArgument])
            })
        },
    },
    Check {
        id: "agent/code/not-staged-code",
        clause: &NOT_STAGED_CODE,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let run = fresh(cx, Method::RunJob, 1);
                let look = look(cx, &run).await?;
                if look.state == Some(State::Wait) {
                    return leaves_wait(cx).await;
                }
                if look.end.is_ok() {
                    return expect::skip(format!(
                        "the job neither waits nor is refused: {}",
                        look.words()
                    ));
                }
                twin(cx, Method::RunJob, 1).await?;
                let allowed = [Code::FailedPrecondition, Code::NotFound];
                expect::code(&look.end, &allowed, "RunJob for a file that was never staged")
            })
        },
    },
];
