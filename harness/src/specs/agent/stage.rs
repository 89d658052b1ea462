//! Checks of what StageInFiles takes and names.

use super::clauses::{
    AGAIN_IS_THE_SAME, EMPTY_REQUEST, MANY_FILES, NEEDS_NO_KNOWN_JOB, NO_DUPLICATES_INVENTED,
    SERVES_ANY_JOB, SUCCESS_WITHIN_REQUEST,
};
use super::driver::{
    ask, fresh, judged, named, staged_run, staging, succeeds, unexercised, watch, window,
};
use super::messages::{Id, Method, State};
use super::oracle;
use crate::check::{Check, Manner};
use crate::expect;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "agent/stage/success-within-request",
        clause: &SUCCESS_WITHIN_REQUEST,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let staging = fresh(cx, Method::StageInFiles, 3);
                let answer = ask(cx, &staging).await?;
                judged(cx, oracle::success_within_request)?;
                if named(&answer).is_empty() {
                    return unexercised("success_files names no file", &answer.end);
                }
                Ok(())
            })
        },
    },
    Check {
        id: "agent/stage/no-duplicates-invented",
        clause: &NO_DUPLICATES_INVENTED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let staging = fresh(cx, Method::StageInFiles, 3);
                let answer = ask(cx, &staging).await?;
                judged(cx, oracle::no_duplicates_invented)?;
                if named(&answer).is_empty() {
                    return unexercised("success_files names no file", &answer.end);
                }
                Ok(())
            })
        },
    },
    Check {
        id: "agent/stage/no-duplicates-invented-among-repeated",
        clause: &NO_DUPLICATES_INVENTED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                // One file twice, one once: named once or twice, and once.
                let mut staging = fresh(cx, Method::StageInFiles, 2);
                staging.files.push(staging.files[0].clone());
                let answer = ask(cx, &staging).await?;
                judged(cx, oracle::no_duplicates_invented)?;
                if named(&answer).is_empty() {
                    return unexercised("success_files names no file", &answer.end);
                }
                Ok(())
            })
        },
    },
    Check {
        id: "agent/stage/empty-request",
        clause: &EMPTY_REQUEST,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let staging = fresh(cx, Method::StageInFiles, 0);
                let answer = succeeds(cx, &staging).await?;
                let named = named(&answer).len();
                let actual = format!("success_files names {named}");
                expect::that(
                    named == 0,
                    "success_files to be empty where no files were sent",
                    actual,
                )
            })
        },
    },
    Check {
        id: "agent/stage/again-is-the-same",
        clause: &AGAIN_IS_THE_SAME,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let staging = fresh(cx, Method::StageInFiles, 3);
                let first = ask(cx, &staging).await?;
                let before = named(&first);
                if before.is_empty() {
                    return unexercised("success_files names no file", &first.end);
                }
                let again = succeeds(cx, &staging).await?;
                let after = named(&again);
                let actual = format!(
                    "{} of these {}, and {} others",
                    after.intersection(&before).count(),
                    before.len(),
                    after.difference(&before).count()
                );
                expect::that(
                    before == after,
                    "staging the same files again to name the same files",
                    actual,
                )
            })
        },
    },
    Check {
        id: "agent/stage/needs-no-known-job",
        clause: &NEEDS_NO_KNOWN_JOB,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let staging = fresh(cx, Method::StageInFiles, 1);
                let end = ask(cx, &staging).await?.end;
                let expected = "StageInFiles for a job that was never run to end with OK (0)";
                expect::that(end.is_ok(), expected, end.to_string())
            })
        },
    },
    Check {
        id: "agent/stage/serves-any-job",
        clause: &SERVES_ANY_JOB,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let own = staged_run(cx, 1).await?;
                let seen = watch(cx, &own, State::Run).await?;
                if seen.iter().all(|look| look.state <= Some(State::Wait)) {
                    return expect::skip(
                        "the job that the file was staged for does not leave WAIT either",
                    );
                }
                let mut other = staged_run(cx, 1).await?;
                other.job = Some(Id::of(cx.uuid()));
                let seen = watch(cx, &other, State::Run).await?;
                let last = &seen[seen.len() - 1];
                let expected = format!(
                    "a job to leave WAIT within {} also when its file was staged in the name of another job",
                    window(cx)
                );
                expect::that(last.state > Some(State::Wait), expected, last.words())
            })
        },
    },
    Check {
        id: "agent/stage/many-files",
        clause: &MANY_FILES,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                const MANY: usize = 10_000;
                let two = fresh(cx, Method::StageInFiles, 2);
                let answer = ask(cx, &two).await?;
                if !answer.end.is_ok() {
                    return unexercised("staging two files does not succeed", &answer.end);
                }
                let completely = named(&answer).len() == 2;
                let many = fresh(cx, Method::StageInFiles, MANY);
                let answer = succeeds(cx, &staging(&many)).await?;
                let named = named(&answer).len();
                expect::that(
                    !completely || named == MANY,
                    format!(
                        "success_files to name all {MANY} files of a request, as it names both of two"
                    ),
                    format!("success_files names {named} of them"),
                )
            })
        },
    },
];
