//! From a check to what the trace said of its clause.

use crate::check::Stop;
use crate::cx::Cx;
use crate::model::{Clause, Verdict};

/// What the run's trace says of this clause.
pub(super) fn judged(cx: &mut Cx, clause: &'static Clause) -> Result<(), Stop> {
    match cx.records()?.verdict(clause) {
        Verdict::Pass => Ok(()),
        Verdict::Fail(finding) | Verdict::Warn(finding) => Err(Stop::Fail(finding)),
        Verdict::Skip(reason) => Err(Stop::Skip(reason)),
        Verdict::Broken(cause) => Err(Stop::Broken(cause)),
    }
}
