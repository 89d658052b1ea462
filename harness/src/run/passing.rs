//! What all responses of a run say, beside the clause that each was provoked for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use wirecheck_proto::wirecheck::v1::Trace;

use super::Run;
use crate::model::{CheckResult, Clause, Finding, Verdict};
use crate::specs::grpc::passive::Judged;

/// Of each clause on every response: whether one had to keep it, and the first that did not.
#[derive(Debug, Default)]
pub(super) struct Passing {
    exercised: BTreeSet<&'static str>,
    offences: BTreeMap<&'static str, (&'static Clause, Finding)>,
}

impl Passing {
    pub(super) fn see(&mut self, judged: Judged, trace: &Arc<Trace>) {
        self.exercised.extend(judged.exercised.iter().map(|clause| clause.id));
        for (clause, mut finding) in judged.offences {
            self.offences.entry(clause.id).or_insert_with(|| {
                finding.trace = Arc::clone(trace);
                (clause, finding)
            });
        }
    }
}

impl Run<'_> {
    /// Puts what was seen in passing into the results: an offence counts wherever it happened, and a
    /// clause that one check could not exercise another may have.
    pub(super) fn judge_in_passing(&mut self) {
        let passing = std::mem::take(&mut self.passing);
        for result in &mut self.results {
            let seen = passing.exercised.contains(result.id.as_str());
            if seen && matches!(result.verdict, Verdict::Skip(_)) {
                result.verdict = Verdict::Pass;
            }
        }
        for (id, (clause, finding)) in passing.offences {
            let earlier = self.results.iter().position(|result| result.id == id);
            let earlier = earlier.map(|at| self.results.swap_remove(at));
            if let Some(failed) = earlier.filter(|result| result.verdict.finding().is_some()) {
                self.results.push(failed);
                continue;
            }
            self.push(CheckResult {
                id: id.to_owned(),
                clause,
                verdict: Verdict::Fail(Box::new(finding)),
                known: None,
                duration: Duration::ZERO,
                calls: 0,
            });
        }
    }
}
