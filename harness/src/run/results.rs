//! What a run has found so far, weighed, and the report at its end.

use std::time::Duration;

use tokio::time::Instant;

use super::Run;
use super::attend::Attended;
use crate::check::Check;
use crate::model::{CheckResult, Clause, Command, Kind, Level, Report, Verdict};
use crate::target::Target;

impl Run<'_> {
    pub(super) fn failed(&self, result: &CheckResult) -> bool {
        matches!(result.verdict, Verdict::Fail(_))
            && self.options.known.reason(&result.id).is_none()
    }

    pub(super) fn judge(&mut self, check: &'static Check, verdict: Verdict) {
        self.push(CheckResult {
            id: check.id.to_owned(),
            clause: check.clause,
            verdict,
            known: None,
            duration: Duration::ZERO,
            calls: 0,
        });
    }

    pub(super) fn accept(&mut self, attended: Attended) {
        self.passing.see(attended.passive, &attended.trace);
        self.progress.traced(&attended.result.id, &attended.trace);
        self.push(attended.result);
    }

    pub(super) fn push(&mut self, mut result: CheckResult) {
        result.verdict = self.weighed(result.clause, result.verdict);
        if matches!(result.verdict, Verdict::Fail(_)) {
            result.known = self.options.known.reason(&result.id).map(ToOwned::to_owned);
        }
        self.progress.judged(&result);
        self.results.push(result);
    }

    /// A broken Should is a warning unless the run is strict; a crash is a failure at any level.
    fn weighed(&self, clause: &Clause, verdict: Verdict) -> Verdict {
        match verdict {
            Verdict::Fail(finding)
                if clause.level == Level::Should
                    && finding.kind == Kind::Contradiction
                    && !self.options.strict =>
            {
                Verdict::Warn(finding)
            }
            other => other,
        }
    }

    pub(super) async fn report(
        mut self,
        target: &Target,
        started: String,
        began: Instant,
    ) -> Report {
        self.judge_in_passing();
        self.live.stop().await;
        self.results.sort_by(|a, b| a.id.cmp(&b.id));
        let exercised = |result: &&CheckResult| {
            !matches!(result.verdict, Verdict::Skip(_) | Verdict::Broken(_))
        };
        let outcomes = self.results.iter().filter(exercised);
        let outcomes =
            outcomes.map(|result| (result.id.as_str(), matches!(result.verdict, Verdict::Fail(_))));
        let mut notes = self.notes;
        let mut broken_off = None;
        if let (Target::Trace(source), Some(records)) = (target, &self.settings.records) {
            notes.extend(records.notes());
            broken_off =
                records.broken.as_ref().map(|broken| format!("{}: {broken}", source.name()));
        }
        Report {
            stale: self.options.known.stale(outcomes),
            target: target.name(),
            command: Command::Check,
            flags: target.flags(),
            seed: self.options.settings.seed,
            started,
            duration: began.elapsed(),
            results: self.results,
            notes,
            broken_off,
        }
    }
}
