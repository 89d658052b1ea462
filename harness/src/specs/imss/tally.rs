//! What a trace says of each clause: how often it had to keep it, and where it first did not.

use std::fmt;

use super::clauses;
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

/// How many clauses there are.
const CLAUSES: usize = clauses::ALL.len();

/// The tallies of all clauses, each where its clause stands in the room's list.
#[derive(Clone, Debug, Default)]
pub struct Tallies {
    exercised: [u64; CLAUSES],
    offences: [Option<Box<Offence>>; CLAUSES],
    broken: usize,
}

/// Where a clause stands in the room's list. Inlined to where a clause is cited, all that is compared
/// is constant, and so is what comes out.
#[inline(always)]
fn position(clause: &'static Clause) -> Option<usize> {
    clauses::ALL.iter().position(|known| std::ptr::eq(*known, clause))
}

impl Tallies {
    /// Counts one occasion on which `clause` had to be kept; where it was not, `words` says what was
    /// expected and what came.
    #[inline(always)]
    pub(super) fn held(
        &mut self,
        clause: &'static Clause,
        place: Option<Place>,
        kept: bool,
        words: impl FnOnce() -> (String, String),
    ) {
        let Some(position) = position(clause) else { return };
        self.exercised[position] += 1;
        if !kept && self.offences[position].is_none() {
            self.offend(position, place, words());
        }
    }

    #[cold]
    fn offend(&mut self, position: usize, place: Option<Place>, words: (String, String)) {
        let (expected, actual) = words;
        let actual = match place {
            Some(place) => format!("{actual} ({place})"),
            None => format!("{actual} (at the end of the trace)"),
        };
        let finding = Finding::new(expected, actual);
        self.offences[position] = Some(Box::new(Offence { place, finding }));
        self.broken += 1;
    }

    /// What was seen of this clause.
    pub fn of(&self, clause: &'static Clause) -> Tally {
        position(clause).map_or_else(Tally::default, |position| Tally {
            exercised: self.exercised[position],
            offence: self.offences[position].as_deref().cloned(),
        })
    }

    /// Offences that the record at `place` brought.
    pub(super) fn fresh(&mut self, place: Place) -> impl Iterator<Item = &mut Finding> {
        let offences = self.offences.iter_mut().flatten();
        let here = offences.filter(move |offence| offence.place == Some(place));
        here.map(|offence| &mut offence.finding)
    }

    /// How many clauses have been broken so far.
    pub(super) fn broken(&self) -> usize {
        self.broken
    }
}
