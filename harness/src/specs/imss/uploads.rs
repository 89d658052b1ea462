//! Checks of jobs and uploads: each looks its clause up in what the one pass over the trace said.

use super::clauses::{
    DONE_HAS_FINISH, DONE_IS_COMPLETE, ERROR_HAS_ERROR, FINAL_IS_FINAL, JOB_COMES_FIRST,
    JOB_DONE_NEEDS_IMAGES, JOB_IMAGES_KNOWN, JOB_SUMS_IMAGES, NEVER_BACKWARDS, NO_ERROR_OTHERWISE,
    PROGRESS_NEVER_FALLS, PROGRESS_WITHIN_SIZE, UPLOADED_HAS_CLOUD_ID, UPLOADS_BELONG,
};
use super::driver::judged;
use crate::check::{Check, Manner};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "imss/upload/never-backwards",
        clause: &NEVER_BACKWARDS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &NEVER_BACKWARDS) }),
    },
    Check {
        id: "imss/upload/final-is-final",
        clause: &FINAL_IS_FINAL,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &FINAL_IS_FINAL) }),
    },
    Check {
        id: "imss/upload/progress-never-falls",
        clause: &PROGRESS_NEVER_FALLS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &PROGRESS_NEVER_FALLS) }),
    },
    Check {
        id: "imss/upload/progress-within-size",
        clause: &PROGRESS_WITHIN_SIZE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &PROGRESS_WITHIN_SIZE) }),
    },
    Check {
        id: "imss/upload/done-is-complete",
        clause: &DONE_IS_COMPLETE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &DONE_IS_COMPLETE) }),
    },
    Check {
        id: "imss/upload/done-has-finish",
        clause: &DONE_HAS_FINISH,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &DONE_HAS_FINISH) }),
    },
    Check {
        id: "imss/upload/error-has-error",
        clause: &ERROR_HAS_ERROR,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &ERROR_HAS_ERROR) }),
    },
    Check {
        id: "imss/upload/no-error-otherwise",
        clause: &NO_ERROR_OTHERWISE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &NO_ERROR_OTHERWISE) }),
    },
    Check {
        id: "imss/upload/job-sums-images",
        clause: &JOB_SUMS_IMAGES,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &JOB_SUMS_IMAGES) }),
    },
    Check {
        id: "imss/upload/job-done-needs-images",
        clause: &JOB_DONE_NEEDS_IMAGES,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &JOB_DONE_NEEDS_IMAGES) }),
    },
    Check {
        id: "imss/upload/uploads-belong",
        clause: &UPLOADS_BELONG,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &UPLOADS_BELONG) }),
    },
    Check {
        id: "imss/upload/job-comes-first",
        clause: &JOB_COMES_FIRST,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &JOB_COMES_FIRST) }),
    },
    Check {
        id: "imss/upload/job-images-known",
        clause: &JOB_IMAGES_KNOWN,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &JOB_IMAGES_KNOWN) }),
    },
    Check {
        id: "imss/upload/uploaded-has-cloud-id",
        clause: &UPLOADED_HAS_CLOUD_ID,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &UPLOADED_HAS_CLOUD_ID) }),
    },
];
