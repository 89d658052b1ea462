//! What holds of any conversation with a runtime's sessions, judged over its trace alone.

mod agreement;
mod answers;
mod history;
mod lists;
mod lives;
pub(super) mod looks;
#[cfg(test)]
mod tests;
mod versions;

use wirecheck_proto::wirecheck::v1::Trace;

use crate::model::{Clause, Finding};
use history::History;

/// What a trace says of one clause.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The clause.
    pub clause: &'static Clause,
    /// How often the trace shows it held where it could have been broken. 0 says that it was not
    /// exercised, even where nothing contradicts it.
    pub exercised: usize,
    /// What the trace lacks where it was not exercised.
    pub lacking: &'static str,
    /// The first contradiction.
    pub finding: Option<Finding>,
}

impl Judgement {
    fn new(clause: &'static Clause, lacking: &'static str) -> Judgement {
        Judgement { clause, exercised: 0, lacking, finding: None }
    }

    /// It could have been broken here, and holds unless there is a finding.
    fn judge(&mut self, finding: Option<Finding>) {
        self.exercised += 1;
        if self.finding.is_none() {
            self.finding = finding;
        }
    }
}

/// Judges a trace of GetSession and ListSessions calls, on any connections: one judgement for each
/// clause that a trace alone can contradict.
pub fn judge(trace: &Trace) -> Vec<Judgement> {
    let looks = looks::looks(trace);
    let history = History::of(&looks);
    let mut judgements = answers::judge(&looks);
    judgements.extend(lists::judge(&looks, &history));
    let parted = history.lives();
    judgements.extend(lives::judge(&history, &parted));
    judgements.extend(versions::judge(&parted));
    judgements.extend(agreement::judge(&parted));
    judgements
}

/// The clauses that a trace breaks, each with its first contradiction.
pub fn broken(trace: &Trace) -> Vec<(&'static Clause, Finding)> {
    let judged = judge(trace).into_iter();
    judged.filter_map(|judgement| Some((judgement.clause, judgement.finding?))).collect()
}
