//! Clauses that hold looks at one session against each other.

use std::collections::BTreeMap;

use super::Judgement;
use super::history::{History, Life, NOTHING_MOVED, Record, Sighting, contradiction};
use super::looks::{CLOSED, Id, state_name};
use crate::model::{Clause, Finding};
use crate::specs::atomix_session::clauses;

const NOTHING_CLOSED: &str =
    "no session was seen CLOSED and looked at again while sessions changed";

pub(super) fn judge(history: &History, lives: &[Life<'_>]) -> Vec<Judgement> {
    let mut judgements = vec![
        version_never_falls(lives),
        never_backwards(lives),
        closed_is_final(lives),
        closed_keeps_version(lives),
    ];
    // What stood still for good would hold these two whatever the target does.
    if !history.moved(lives) {
        let still = judgements.iter_mut().filter(|one| one.lacking == NOTHING_CLOSED);
        still.for_each(|judgement| judgement.exercised = 0);
    }
    judgements.push(gone_stays_gone(&history.ids));
    judgements
}

/// For each sighting: the one among all that had ended when it began which stands for them. `stands`
/// says whether one takes the place of another that stood before.
fn each_later<'a>(
    life: &Life<'a>,
    stands: impl Fn(Option<&Sighting>, &Sighting) -> bool,
    mut with: impl FnMut(&'a Sighting, &'a Sighting),
) {
    let mut later = life.sightings.clone();
    later.sort_by_key(|sighting| sighting.span.began);
    let mut ended = life.sightings.iter().copied().peekable();
    let mut earlier = None;
    for sighting in later {
        while let Some(one) = ended.next_if(|ended| ended.span.before(sighting.span)) {
            if stands(earlier, one) {
                earlier = Some(one);
            }
        }
        if let Some(earlier) = earlier {
            with(earlier, sighting);
        }
    }
}

fn version_never_falls(lives: &[Life<'_>]) -> Judgement {
    let mut judgement = Judgement::new(&clauses::VERSION_NEVER_FALLS, NOTHING_MOVED);
    let highest = |highest: Option<&Sighting>, ended: &Sighting| {
        highest.is_none_or(|highest| highest.shown.version <= ended.shown.version)
    };
    for life in lives {
        each_later(life, highest, |highest, later| {
            if later.shown.version < highest.shown.version {
                let expected =
                    format!("the version of {} not to fall from one look to a later one", life.id);
                judgement.judge(Some(contradiction(expected, highest, later)));
            } else if later.differs(highest) {
                judgement.judge(None);
            }
        });
    }
    judgement
}

fn never_backwards(lives: &[Life<'_>]) -> Judgement {
    let mut judgement = Judgement::new(
        &clauses::NEVER_BACKWARDS,
        "no session changed its state while it was looked at",
    );
    // CLOSED is other clauses' matter, and what is no state has no place in their order.
    let open =
        |sighting: &Sighting| sighting.shown.state.filter(|state| (0..CLOSED).contains(state));
    let furthest = |furthest: Option<&Sighting>, ended: &Sighting| {
        open(ended).is_some() && furthest.is_none_or(|furthest| open(furthest) <= open(ended))
    };
    for life in lives {
        each_later(life, furthest, |furthest, later| {
            let (Some(before), Some(after)) = (open(furthest), later.shown.state) else { return };
            if (0..before).contains(&after) {
                let expected = format!(
                    "{}, once seen {}, not to be seen in a state before it",
                    life.id,
                    state_name(before)
                );
                judgement.judge(Some(contradiction(expected, furthest, later)));
            } else if (before + 1..=CLOSED).contains(&after) {
                judgement.judge(None);
            }
        });
    }
    judgement
}

/// Judges the looks at a session after the first that shows it CLOSED.
fn once_closed(
    clause: &'static Clause,
    lives: &[Life<'_>],
    holds: impl Fn(&Sighting, &Sighting) -> Option<bool>,
    expected: &str,
) -> Judgement {
    let mut judgement = Judgement::new(clause, NOTHING_CLOSED);
    let first = |first: Option<&Sighting>, ended: &Sighting| first.is_none() && ended.closed();
    for life in lives {
        each_later(life, first, |closed, later| {
            let Some(holds) = holds(closed, later) else { return };
            let expected = || format!("{}, once seen CLOSED (4), {expected}", life.id);
            judgement.judge((!holds).then(|| contradiction(expected(), closed, later)));
        });
    }
    judgement
}

fn closed_is_final(lives: &[Life<'_>]) -> Judgement {
    let holds = |_: &Sighting, later: &Sighting| Some(later.shown.state? == CLOSED);
    let expected = "to be CLOSED in every later look until it is gone";
    once_closed(&clauses::CLOSED_IS_FINAL, lives, holds, expected)
}

fn closed_keeps_version(lives: &[Life<'_>]) -> Judgement {
    let holds = |closed: &Sighting, later: &Sighting| {
        later.closed().then_some(later.shown.version == closed.shown.version)
    };
    once_closed(&clauses::CLOSED_KEEPS_VERSION, lives, holds, "to keep its version")
}

fn gone_stays_gone(ids: &BTreeMap<Id, Record>) -> Judgement {
    let mut judgement = Judgement::new(
        &clauses::GONE_STAYS_GONE,
        "no session was seen CLOSED, then missing, and then looked for again",
    );
    for (id, record) in ids {
        for absence in record.absences.iter().filter(|absence| absence.asked_again) {
            let mut before = record.sightings.iter().filter(|seen| seen.span.before(absence.span));
            let Some(closed) = before.find(|seen| seen.closed()) else { continue };
            let back = record.sightings.iter().find(|seen| absence.span.before(seen.span));
            judgement.judge(back.map(|back| {
                let expected =
                    format!("{id}, once seen CLOSED (4) and then missing, not to come back");
                let actual = format!(
                    "{}; then {} did not show it; then {}",
                    closed.told(),
                    absence.through.name(),
                    back.told()
                );
                let marks = [closed.event, absence.event, back.event];
                Finding::new(expected, actual).marking(marks)
            }));
        }
    }
    judgement
}
