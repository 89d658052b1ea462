//! Why a run starts nothing more.

use std::time::Duration;

use crate::model::Verdict;

/// Why nothing more is started.
#[derive(Clone, Debug)]
pub(super) enum Closed {
    Dead(String),
    FailFast(String),
    Budget(Duration),
}

impl Closed {
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Closed::Dead(why) => Verdict::Broken(why.clone()),
            Closed::FailFast(id) => Verdict::Skip(format!("--fail-fast: {id} failed before")),
            Closed::Budget(budget) => Verdict::Broken(format!(
                "the run's budget of {} s was used up before",
                budget.as_secs_f64()
            )),
        }
    }
}
