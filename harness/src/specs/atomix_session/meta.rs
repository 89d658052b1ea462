//! Checks of what stands in a session's meta and spec.

use super::clauses::*;
use super::observe::observe;
use crate::check::{Check, Manner};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "atomix-session/meta/version-never-falls",
        clause: &VERSION_NEVER_FALLS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(observe(cx, &VERSION_NEVER_FALLS, 5)),
    },
    Check {
        id: "atomix-session/meta/version-tells-change",
        clause: &VERSION_TELLS_CHANGE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(observe(cx, &VERSION_TELLS_CHANGE, 5)),
    },
    Check {
        id: "atomix-session/meta/change-raises-version",
        clause: &CHANGE_RAISES_VERSION,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(observe(cx, &CHANGE_RAISES_VERSION, 5)),
    },
    Check {
        id: "atomix-session/meta/labels-survive",
        clause: &LABELS_SURVIVE,
        manner: Manner::Allowed,
        needs: &[],
        // Nothing has to change for this one: a few rounds of looks will do.
        drive: |cx| Box::pin(observe(cx, &LABELS_SURVIVE, 1)),
    },
    Check {
        id: "atomix-session/meta/config-type-url",
        clause: &CONFIG_TYPE_URL,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(observe(cx, &CONFIG_TYPE_URL, 1)),
    },
];
