//! What the looks of a trace tell of each session: when it was seen, and when it was not.

use std::collections::{BTreeMap, BTreeSet};

use super::looks::{Asked, CLOSED, Id, Look, Shown, Span, Told, id, state_name};
use crate::model::Finding;
use crate::status::Code;

/// Why a clause on change went unexercised.
pub(super) const NOTHING_MOVED: &str = "no session changed while it was looked at";

/// Which call showed a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Through {
    Get,
    List,
    Watch,
}

impl Through {
    pub(super) fn name(self) -> &'static str {
        match self {
            Through::Get => "GetSession",
            Through::List => "ListSessions",
            Through::Watch => "ListSessions with watch",
        }
    }
}

/// A look at one session.
#[derive(Clone, Debug)]
pub(super) struct Sighting {
    pub(super) span: Span,
    pub(super) event: usize,
    pub(super) through: Through,
    pub(super) shown: Shown,
}

impl Sighting {
    /// Whether it shows CLOSED.
    pub(super) fn closed(&self) -> bool {
        self.shown.state == Some(CLOSED)
    }

    /// Whether the two show another version or state.
    pub(super) fn differs(&self, other: &Sighting) -> bool {
        self.shown.version != other.shown.version || self.shown.state != other.shown.state
    }

    /// "GetSession showed version 7, OPENED (2)".
    pub(super) fn told(&self) -> String {
        let state = self.shown.state.map_or_else(|| "without a status".to_owned(), state_name);
        format!("{} showed version {}, {state}", self.through.name(), self.shown.version)
    }
}

/// A look that did not show a session, though one that asked the same had shown it before.
#[derive(Clone, Debug)]
pub(super) struct Absence {
    pub(super) span: Span,
    pub(super) event: usize,
    pub(super) through: Through,
    /// Whether the same was asked once more afterwards.
    pub(super) asked_again: bool,
}

/// What was told of one id.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    /// In the order of their ends.
    pub(super) sightings: Vec<Sighting>,
    /// In the order of their ends.
    pub(super) absences: Vec<Absence>,
}

/// Looks at one id between which it was never missing: nothing but one session can have been seen.
#[derive(Clone, Debug)]
pub(super) struct Life<'a> {
    pub(super) id: &'a Id,
    /// In the order of their ends.
    pub(super) sightings: Vec<&'a Sighting>,
}

/// All ids of a trace.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    pub(super) ids: BTreeMap<Id, Record>,
}

/// What can be asked again and again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum View {
    Get(Id),
    List(String),
}

impl History {
    /// Of looks in the order of their ends.
    pub(super) fn of(looks: &[Look]) -> History {
        let mut history = History::default();
        let mut present: BTreeMap<View, BTreeSet<Id>> = BTreeMap::new();
        let mut last: BTreeMap<View, usize> = BTreeMap::new();
        let mut absences: Vec<(View, Id, Absence)> = Vec::new();
        for look in looks {
            let (view, through) = view(&look.asked);
            let gone = match &look.told {
                // Any other refusal says nothing of whether the session is there.
                Told::Refused(code) if *code != Some(Code::NotFound) => continue,
                Told::Refused(_) if through != Through::Get => continue,
                _ => {
                    let shown = history.see(look, through);
                    let before = present.insert(view.clone(), shown.clone()).unwrap_or_default();
                    before.difference(&shown).cloned().collect::<Vec<_>>()
                }
            };
            let began = last.entry(view.clone()).or_default();
            *began = look.span.began.max(*began);
            for id in gone {
                let absence =
                    Absence { span: look.span, event: look.event, through, asked_again: false };
                absences.push((view.clone(), id, absence));
            }
        }
        for (view, id, mut absence) in absences {
            absence.asked_again = last.get(&view).is_some_and(|last| *last > absence.span.ended);
            history.ids.entry(id).or_default().absences.push(absence);
        }
        history
    }

    /// Takes down what a look shows, and says of which ids.
    fn see(&mut self, look: &Look, through: Through) -> BTreeSet<Id> {
        let mut seen = BTreeSet::new();
        for session in look.sessions() {
            let (Some(id), Some(shown)) = (id(session), Shown::of(session)) else { continue };
            // An answer for another id than was asked for tells nothing certain of either.
            if matches!(&look.asked, Asked::Get(asked) if *asked != id) {
                continue;
            }
            let sighting = Sighting { span: look.span, event: look.event, through, shown };
            self.ids.entry(id.clone()).or_default().sightings.push(sighting);
            seen.insert(id);
        }
        seen
    }

    /// Whether anything changed while it was looked at: a session, or which there are.
    pub(super) fn moved(&self, lives: &[Life<'_>]) -> bool {
        let gone = self.ids.values().any(|told| !told.absences.is_empty());
        gone || lives
            .iter()
            .any(|life| life.sightings.windows(2).any(|pair| pair[0].differs(pair[1])))
    }

    /// Every id's looks, parted where it was missing between. A look during which it may have been
    /// missing belongs to neither side.
    pub(super) fn lives(&self) -> Vec<Life<'_>> {
        let mut lives = Vec::new();
        for (id, told) in &self.ids {
            let mut parted: BTreeMap<usize, Vec<&Sighting>> = BTreeMap::new();
            for sighting in &told.sightings {
                if let Some(life) = told.life(sighting.span) {
                    parted.entry(life).or_default().push(sighting);
                }
            }
            lives.extend(parted.into_values().map(|sightings| Life { id, sightings }));
        }
        lives
    }
}

impl Record {
    /// How often the id had been missing before; `None` where it may have been missing just then.
    pub(super) fn life(&self, span: Span) -> Option<usize> {
        let overlaps = self.absences.iter().any(|absence| absence.span.overlaps(span));
        let before = || self.absences.iter().filter(|absence| absence.span.before(span)).count();
        (!overlaps).then(before)
    }
}

/// Two looks that no right server shows, the one after the other.
pub(super) fn contradiction(expected: String, earlier: &Sighting, later: &Sighting) -> Finding {
    let actual = format!("{}; then {}", earlier.told(), later.told());
    Finding::new(expected, actual).marking([earlier.event, later.event])
}

fn view(asked: &Asked) -> (View, Through) {
    match asked {
        Asked::Get(id) => (View::Get(id.clone()), Through::Get),
        Asked::List { kind, watch: false } => (View::List(kind.clone()), Through::List),
        Asked::List { kind, watch: true } => (View::List(kind.clone()), Through::Watch),
    }
}
