//! Why a run starts nothing more.

use super::budget::Spent;
use crate::model::Verdict;

/// Why nothing more is started.
#[derive(Clone, Debug)]
pub(super) enum Closed {
    Dead(String),
    FailFast(String),
    Budget(Spent),
}

impl Closed {
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Closed::Dead(why) => Verdict::Broken(why.clone()),
            Closed::FailFast(id) => Verdict::Skip(format!("--fail-fast: {id} failed before")),
            Closed::Budget(spent) => Verdict::Broken(format!("{spent} before")),
        }
    }
}
