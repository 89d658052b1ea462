//! Checks of sessions and their images: each looks its clause up in what the one pass over the trace said.

use super::clauses::{
    COMPLETED_HAS_FINISH, COMPLETED_IS_FINAL, CREATED_IS_KEPT, FINISH_AFTER_START, IMAGES_BELONG,
    ONE_ACTIVE,
};
use super::driver::judged;
use crate::check::{Check, Manner};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "imss/session/one-active",
        clause: &ONE_ACTIVE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &ONE_ACTIVE) }),
    },
    Check {
        id: "imss/session/completed-is-final",
        clause: &COMPLETED_IS_FINAL,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &COMPLETED_IS_FINAL) }),
    },
    Check {
        id: "imss/session/completed-has-finish",
        clause: &COMPLETED_HAS_FINISH,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &COMPLETED_HAS_FINISH) }),
    },
    Check {
        id: "imss/session/finish-after-start",
        clause: &FINISH_AFTER_START,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &FINISH_AFTER_START) }),
    },
    Check {
        id: "imss/session/images-belong",
        clause: &IMAGES_BELONG,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &IMAGES_BELONG) }),
    },
    Check {
        id: "imss/session/created-is-kept",
        clause: &CREATED_IS_KEPT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &CREATED_IS_KEPT) }),
    },
];
