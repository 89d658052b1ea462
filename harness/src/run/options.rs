//! What a run is told, whom it tells, and why none may come about.

use std::time::Duration;

use crate::cx::Settings;
use crate::known::Known;
use crate::model::CheckResult;
use crate::records::source::SourceError;
use crate::target::TargetError;
use wirecheck_proto::wirecheck::v1::Trace;

/// How a run goes about it.
#[derive(Clone, Debug)]
pub struct Options {
    /// What checks are given.
    pub settings: Settings,
    /// How many checks run at once.
    pub jobs: usize,
    /// How long the whole run may take. What is under way then is cut off, and says nothing.
    pub budget: Duration,
    /// Whether a broken Should is a failure.
    pub strict: bool,
    /// Whether checks run that may stop or harm the target.
    pub allow_destructive: bool,
    /// Whether nothing more starts after the first failure.
    pub fail_fast: bool,
    /// Which checks may fail.
    pub known: Known,
}

impl Default for Options {
    /// Eight checks at once, five minutes for all; harmless, and a broken Should is a warning.
    fn default() -> Options {
        Options {
            settings: Settings::default(),
            jobs: 8,
            budget: Duration::from_secs(300),
            strict: false,
            allow_destructive: false,
            fail_fast: false,
            known: Known::default(),
        }
    }
}

/// Why no run came about.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The target could not be brought up.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// Its trace cannot be had.
    #[error(transparent)]
    Trace(#[from] SourceError),
    /// It was not up by the run's end.
    #[error("the run's budget of {} s was used up before the target was up", .0.as_secs_f64())]
    Late(Duration),
    /// It is up, and answers no call of any room.
    #[error("{0}")]
    Unanswered(String),
}

/// Told what goes on in a run.
pub trait Progress: Send + Sync {
    /// So many checks will be looked at.
    fn begins(&self, checks: usize);
    /// One of them has a verdict.
    fn judged(&self, result: &CheckResult);
    /// This happened on both sides while the check of that id ran.
    fn traced(&self, _id: &str, _trace: &Trace) {}
}

/// Tells nobody.
#[derive(Debug)]
pub struct Silent;

impl Progress for Silent {
    fn begins(&self, _: usize) {}
    fn judged(&self, _: &CheckResult) {}
}
