//! Checks of uuids as arguments.

use super::clauses::{CASE_INSENSITIVE_UUID, UUID_FORMAT};
use super::defects::{PLACES, no_response, no_uuids, other_notations, tried_text, twin};
use super::driver::{look, staged_run, watch};
use super::messages::{Id, Request, State};
use crate::check::{Check, Manner, Stop};
use crate::cx::Cx;
use crate::expect;
use crate::model::Finding;
use crate::status::Code;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "agent/argument/uuid-format-no-uuid-refused",
        clause: &UUID_FORMAT,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let texts = no_uuids(cx);
                refuses_texts(cx, &texts).await
            })
        },
    },
    Check {
        id: "agent/argument/uuid-format-other-notation-refused",
        clause: &UUID_FORMAT,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let texts = other_notations(cx);
                refuses_texts(cx, &texts).await
            })
        },
    },
    Check {
        id: "agent/argument/case-insensitive-uuid",
        clause: &CASE_INSENSITIVE_UUID,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let lower = with_letters(cx).await?;
                let mut upper = lower.clone();
                upper.job = lower.job.clone().map(|id| Id(id.0.map(|uuid| uuid.to_uppercase())));
                let seen = watch(cx, &lower, State::Done).await?;
                let before = &seen[seen.len() - 1];
                // A server on which every new job shows at once what this one shows tells nothing.
                let other = staged_run(cx, 1).await?;
                let new = look(cx, &other).await?;
                if before.state.is_none() || new.state >= before.state {
                    return expect::skip(format!(
                        "a new job shows {}, and this one no more than {}, so they cannot be told apart",
                        new.words(),
                        before.words()
                    ));
                }
                let after = look(cx, &upper).await?;
                if after.state >= before.state {
                    return Ok(());
                }
                let expected = format!(
                    "RunJob with the uuid in upper case to show {}, as the same job did with it in lower case",
                    before.words()
                );
                Err(Finding::new(expected, after.words())
                    .marking(before.event)
                    .marking(after.event)
                    .into())
            })
        },
    },
];

/// A job whose files are staged, with a letter in its uuid.
async fn with_letters(cx: &mut Cx) -> Result<Request, Stop> {
    loop {
        let run = staged_run(cx, 1).await?;
        let uuid = run.job.as_ref().and_then(|id| id.0.as_deref());
        if uuid.is_some_and(|uuid| uuid.contains(|c: char| c.is_ascii_lowercase())) {
            return Ok(run);
        }
    }
}

/// Each text is refused with INVALID_ARGUMENT wherever a uuid stands.
async fn refuses_texts(cx: &mut Cx, texts: &[String]) -> Result<(), Stop> {
    for place in PLACES {
        twin(cx, place.method, 1).await?;
        for text in texts {
            let what = place.with(text);
            let answer = tried_text(cx, place, text).await?;
            no_response(&answer, place.method, &what)?;
            expect::refused(&answer.end, &what)?;
            expect::code(&answer.end, &[Code::InvalidArgument], &what)?;
        }
    }
    Ok(())
}
