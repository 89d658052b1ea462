//! Checks of the states that a session goes through.

use super::clauses::*;
use super::observe::observe;
use crate::check::{Check, Manner};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "atomix-session/state/state-in-enum",
        clause: &STATE_IN_ENUM,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(observe(cx, &STATE_IN_ENUM, 4)),
    },
    Check {
        id: "atomix-session/state/never-backwards",
        clause: &NEVER_BACKWARDS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(observe(cx, &NEVER_BACKWARDS, 6)),
    },
    Check {
        id: "atomix-session/state/closed-is-final",
        clause: &CLOSED_IS_FINAL,
        manner: Manner::Allowed,
        needs: &[],
        // Long enough that what closed at the beginning has been closed for a while.
        drive: |cx| Box::pin(observe(cx, &CLOSED_IS_FINAL, 8)),
    },
    Check {
        id: "atomix-session/state/closed-keeps-version",
        clause: &CLOSED_KEEPS_VERSION,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(observe(cx, &CLOSED_KEEPS_VERSION, 6)),
    },
    Check {
        id: "atomix-session/state/gone-stays-gone",
        clause: &GONE_STAYS_GONE,
        manner: Manner::Allowed,
        needs: &[],
        // Long enough that what went at the beginning could have come back.
        drive: |cx| Box::pin(observe(cx, &GONE_STAYS_GONE, 12)),
    },
    Check {
        id: "atomix-session/state/get-and-list-agree",
        clause: &GET_AND_LIST_AGREE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(observe(cx, &GET_AND_LIST_AGREE, 4)),
    },
];
