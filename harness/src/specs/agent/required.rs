//! Checks of proto2's required and optional fields.

use super::clauses::{
    EXPLICIT_EMPTY_IS_PRESENT, FILE_UUID_MISSING, JOB_MISSING, JOB_UUID_MISSING, OPTIONAL_ABSENT,
    RESPONSE_CODE_PRESENT, STAGED_FILE_PRESENT,
};
use super::defects::{
    RUN_AMONG_GOOD, RUN_LONE_FILE, RUN_WITHOUT_JOB, RUN_WITHOUT_JOB_UUID, STAGING_AMONG_GOOD,
    STAGING_LONE_FILE, STAGING_WITHOUT_JOB, STAGING_WITHOUT_JOB_UUID, parses_empty, refuses,
};
use super::driver::{ask, fresh, is_accepted, judged, looks, named, needs, prepared, unexercised};
use super::messages::Method;
use super::oracle;
use crate::check::{Check, Manner};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "agent/required/job-missing-in-staging",
        clause: &JOB_MISSING,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(refuses(cx, &STAGING_WITHOUT_JOB)),
    },
    Check {
        id: "agent/required/job-missing-in-run",
        clause: &JOB_MISSING,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(refuses(cx, &RUN_WITHOUT_JOB)),
    },
    Check {
        id: "agent/required/job-uuid-missing-in-staging",
        clause: &JOB_UUID_MISSING,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(refuses(cx, &STAGING_WITHOUT_JOB_UUID)),
    },
    Check {
        id: "agent/required/job-uuid-missing-in-run",
        clause: &JOB_UUID_MISSING,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(refuses(cx, &RUN_WITHOUT_JOB_UUID)),
    },
    Check {
        id: "agent/required/file-uuid-missing-alone-in-staging",
        clause: &FILE_UUID_MISSING,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(refuses(cx, &STAGING_LONE_FILE)),
    },
    Check {
        id: "agent/required/file-uuid-missing-among-good-in-staging",
        clause: &FILE_UUID_MISSING,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(refuses(cx, &STAGING_AMONG_GOOD)),
    },
    Check {
        id: "agent/required/file-uuid-missing-alone-in-run",
        clause: &FILE_UUID_MISSING,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(refuses(cx, &RUN_LONE_FILE)),
    },
    Check {
        id: "agent/required/file-uuid-missing-among-good-in-run",
        clause: &FILE_UUID_MISSING,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(refuses(cx, &RUN_AMONG_GOOD)),
    },
    Check {
        id: "agent/required/explicit-empty-is-present-staging-job",
        clause: &EXPLICIT_EMPTY_IS_PRESENT,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(parses_empty(cx, 0)),
    },
    Check {
        id: "agent/required/explicit-empty-is-present-staging-file",
        clause: &EXPLICIT_EMPTY_IS_PRESENT,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(parses_empty(cx, 1)),
    },
    Check {
        id: "agent/required/explicit-empty-is-present-run-job",
        clause: &EXPLICIT_EMPTY_IS_PRESENT,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(parses_empty(cx, 2)),
    },
    Check {
        id: "agent/required/explicit-empty-is-present-run-file",
        clause: &EXPLICIT_EMPTY_IS_PRESENT,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(parses_empty(cx, 3)),
    },
    Check {
        id: "agent/required/response-code-present",
        clause: &RESPONSE_CODE_PRESENT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                // WAIT is 0, which a server that thinks in proto3 leaves out: a job that has to wait shows it.
                let waiting = fresh(cx, Method::RunJob, 1);
                let staged = prepared(cx, 1).await?;
                let mut seen = looks(cx, &waiting, 1).await?;
                seen.extend(looks(cx, &staged, 3).await?);
                if !seen.iter().any(|look| look.event.is_some()) {
                    return seen[0].unexercised("no RunJob call was answered");
                }
                judged(cx, oracle::response_code_present)
            })
        },
    },
    Check {
        id: "agent/required/staged-file-present",
        clause: &STAGED_FILE_PRESENT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let staging = fresh(cx, Method::StageInFiles, 3);
                let answer = ask(cx, &staging).await?;
                judged(cx, oracle::staged_file_present)?;
                if named(&staging, &answer).is_empty() {
                    return unexercised("no StagedFile came", &answer.end);
                }
                Ok(())
            })
        },
    },
    Check {
        id: "agent/required/optional-absent",
        clause: &OPTIONAL_ABSENT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let without = prepared(cx, 1).await?;
                let why = "RunJob is not accepted without requirements either";
                needs(&ask(cx, &without).await?, Method::RunJob, why)?;
                let mut run = prepared(cx, 1).await?;
                run.requirements = vec![None];
                let answer = ask(cx, &run).await?;
                let what = "RunJob with one JobRequirement that has no python_version";
                is_accepted(&answer, Method::RunJob, what)
            })
        },
    },
];
