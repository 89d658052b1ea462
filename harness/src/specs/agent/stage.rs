//! Checks of what StageInFiles takes and names.

use super::clauses::{
    AGAIN_IS_THE_SAME, EMPTY_REQUEST, MANY_FILES, NEEDS_NO_KNOWN_JOB, NO_DUPLICATES_INVENTED,
    SERVES_ANY_JOB, SUCCESS_WITHIN_REQUEST,
};
use super::driver::{
    ask, fresh, is_accepted, judged, leaves_wait, named, names_its_own, needs, staged_run, stages,
    unexercised, watch, window,
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
                if named(&staging, &answer).is_empty() {
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
                if named(&staging, &answer).is_empty() {
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
                if named(&staging, &answer).is_empty() {
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
                let answer = ask(cx, &staging).await?;
                is_accepted(&answer, Method::StageInFiles, "StageInFiles without files")?;
                judged(cx, oracle::success_within_request)?;
                // Who stages no files at all names none here for another reason.
                stages(cx).await
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
                let before = named(&staging, &first);
                if before.is_empty() {
                    return unexercised("success_files names no file", &first.end);
                }
                let again = ask(cx, &staging).await?;
                is_accepted(&again, Method::StageInFiles, "staging the same files again")?;
                let after = named(&staging, &again);
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
                let answer = ask(cx, &staging).await?;
                let what = "StageInFiles for a job that was never run";
                is_accepted(&answer, Method::StageInFiles, what)?;
                names_its_own(cx)?;
                // Who names none may have staged it, or not.
                if named(&staging, &answer).is_empty() {
                    return unexercised("success_files does not name the file", &answer.end);
                }
                Ok(())
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
                leaves_wait(cx).await?;
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
                needs(&answer, Method::StageInFiles, "staging two files does not succeed")?;
                let of_two = named(&two, &answer).len();
                let many = fresh(cx, Method::StageInFiles, MANY);
                let answer = ask(cx, &many).await?;
                is_accepted(&answer, Method::StageInFiles, &format!("staging {MANY} files"))?;
                names_its_own(cx)?;
                if of_two < two.files.len() {
                    return stages(cx).await;
                }
                let named = named(&many, &answer).len();
                let expected = format!(
                    "success_files to name all {MANY} files of a request, as it names both of two"
                );
                expect::that(
                    named == MANY,
                    expected,
                    format!("success_files names {named} of them"),
                )
            })
        },
    },
];
