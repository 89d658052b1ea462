//! A check: one clause, one defect in the stimulus, one closure that drives it.

use std::pin::Pin;

use crate::config::Spawning;
use crate::cx::Cx;
use crate::model::{Clause, Finding};

/// What a check does to the target; the run goes through these in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manner {
    /// Only what the documents allow.
    Allowed,
    /// Something that has to be refused.
    Refusal,
    /// Something that no client means well with.
    Hostile,
    /// Something that ends a target which does as it is told: after everything else, and alone.
    Ending,
}

/// What a check needs beside a target that serves its room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It may stop or harm the target: `--allow-destructive`.
    Destructive,
    /// A target of which it is known whether clients may spawn: `[jina] spawning`. The embedded
    /// reference is there in both states.
    Spawning(Spawning),
}

/// Why a check ended before its last line.
#[derive(Clone, Debug)]
pub enum Stop {
    /// The clause is broken.
    Fail(Box<Finding>),
    /// It could not be exercised.
    Skip(String),
    /// The harness or the connection failed in a way that says nothing about the clause.
    Broken(String),
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Stop {
        Stop::Fail(Box::new(finding))
    }
}

/// A check under way.
pub type Driving<'a> = Pin<Box<dyn Future<Output = Result<(), Stop>> + Send + 'a>>;

/// Drives a check. A closure without captures coerces to it.
pub type Drive = for<'a> fn(&'a mut Cx) -> Driving<'a>;

/// One check of the catalogue.
#[derive(Debug)]
pub struct Check {
    /// `room/topic/words`; the words say what the server does. The clause's own id where it has one check.
    pub id: &'static str,
    /// What the target is held to.
    pub clause: &'static Clause,
    /// What is done to the target.
    pub manner: Manner,
    /// What else it needs.
    pub needs: &'static [Need],
    /// Drives the stimulus and ends in one or two `expect` calls.
    pub drive: Drive,
}
