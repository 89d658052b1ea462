//! What a trace says of each clause: how often it had to keep it, and where it first did not.

use std::collections::BTreeMap;
use std::fmt;

use crate::model::{Clause, Finding};

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which record it is, from 1.
    pub record: u64,
    /// Where it begins.
    pub at: At,
}

/// A position in a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Bytes from the beginning.
    Offset(u64),
    /// A line, from 1.
    Line(u64),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Offset(offset) => write!(f, "offset {offset}"),
            At::Line(line) => write!(f, "line {line}"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {} at {}", self.record, self.at)
    }
}

/// What was seen of one clause.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How often the trace had to keep it.
    pub exercised: u64,
    /// Where it first did not.
    pub offence: Option<Offence>,
}

/// Where a clause was first broken.
#[derive(Clone, Debug)]
pub struct Offence {
    /// The record that broke it; none where the end of the trace did.
    pub place: Option<Place>,
    /// What was expected and what came.
    pub finding: Finding,
}

/// The tallies of all clauses.
#[derive(Clone, Debug, Default)]
pub struct Tallies(BTreeMap<&'static str, Tally>);

impl Tallies {
    /// Counts one occasion on which `clause` had to be kept; where it was not, `words` says what was
    /// expected and what came.
    pub(super) fn held(
        &mut self,
        clause: &'static Clause,
        place: Option<Place>,
        kept: bool,
        words: impl FnOnce() -> (String, String),
    ) {
        let tally = self.0.entry(clause.id).or_default();
        tally.exercised += 1;
        if !kept && tally.offence.is_none() {
            let (expected, actual) = words();
            let actual = match place {
                Some(place) => format!("{actual} ({place})"),
                None => format!("{actual} (at the end of the trace)"),
            };
            tally.offence = Some(Offence { place, finding: Finding::new(expected, actual) });
        }
    }

    /// What was seen of this clause.
    pub fn of(&self, clause: &Clause) -> Tally {
        self.0.get(clause.id).cloned().unwrap_or_default()
    }

    /// Offences that the record at `place` brought.
    pub(super) fn fresh(&mut self, place: Place) -> impl Iterator<Item = &mut Finding> {
        let offences = self.0.values_mut().filter_map(|tally| tally.offence.as_mut());
        let here = offences.filter(move |offence| offence.place == Some(place));
        here.map(|offence| &mut offence.finding)
    }

    /// How many clauses have been broken so far.
    pub(super) fn broken(&self) -> usize {
        self.0.values().filter(|tally| tally.offence.is_some()).count()
    }
}
