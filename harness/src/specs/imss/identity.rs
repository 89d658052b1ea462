//! Checks of what every record owes: each looks its clause up in what the one pass over the trace said.

use super::clauses::{IDS_PRESENT, IDS_UNIQUE_PER_KIND, SIZE_IS_KEPT, TIMESTAMPS_VALID};
use super::driver::judged;
use crate::check::{Check, Manner};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "imss/record/ids-present",
        clause: &IDS_PRESENT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &IDS_PRESENT) }),
    },
    Check {
        id: "imss/record/ids-unique-per-kind",
        clause: &IDS_UNIQUE_PER_KIND,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &IDS_UNIQUE_PER_KIND) }),
    },
    Check {
        id: "imss/record/timestamps-valid",
        clause: &TIMESTAMPS_VALID,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &TIMESTAMPS_VALID) }),
    },
    Check {
        id: "imss/record/size-is-kept",
        clause: &SIZE_IS_KEPT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(async move { judged(cx, &SIZE_IS_KEPT) }),
    },
];
