//! Clauses that hold a list against other calls around it.

use std::collections::BTreeSet;

use super::Judgement;
use super::history::{History, Record, Sighting, Through};
use super::looks::{Asked, Id, Look, Span, Told, id};
use crate::model::Finding;
use crate::specs::atomix_session::clauses;

pub(super) fn judge(looks: &[Look], history: &History) -> Vec<Judgement> {
    vec![listed_can_be_got(looks, history), all_covers_types(looks)]
}

fn listed_can_be_got(looks: &[Look], history: &History) -> Judgement {
    let mut judgement =
        Judgement::new(&clauses::LISTED_CAN_BE_GOT, "no listed session was asked for");
    for look in looks {
        let Asked::Get(asked) = &look.asked else { continue };
        let Some(record) = history.ids.get(asked) else { continue };
        let lists = || record.sightings.iter().filter(|seen| seen.through != Through::Get);
        let before = lists().rfind(|seen| seen.span.before(look.span));
        let Some(before) = before else { continue };
        let end = match look.told {
            Told::Session(_) | Told::Sessions(_) => {
                judgement.judge(None);
                continue;
            }
            Told::Refused(Some(code)) => code.to_string(),
            Told::Refused(None) => "a reset stream".to_owned(),
        };
        let after = lists()
            .filter(|seen| look.span.before(seen.span))
            .find(|after| !listed_away(record, before, after));
        if let Some(after) = after {
            let expected = format!(
                "GetSession of {asked} to bring the session that lists show before and after"
            );
            let actual = format!("{end}, though a list begun afterwards still shows it");
            let marks = [before.event, look.event, after.event];
            judgement.judge(Some(Finding::new(expected, actual).marking(marks)));
        }
    }
    judgement
}

/// Whether some list may have missed the id between the two.
fn listed_away(record: &Record, before: &Sighting, after: &Sighting) -> bool {
    let between = Span { began: before.span.began, ended: after.span.ended };
    let by_list = record.absences.iter().filter(|absence| absence.through != Through::Get);
    by_list.into_iter().any(|absence| absence.span.overlaps(between))
}

fn all_covers_types(looks: &[Look]) -> Judgement {
    let mut judgement = Judgement::new(
        &clauses::ALL_COVERS_TYPES,
        "no list by a type that shows a session stands between two lists without a type that show the same ids",
    );
    let lists = || {
        looks.iter().filter_map(|look| match (&look.asked, &look.told) {
            (Asked::List { kind, watch: false }, Told::Sessions(sessions)) => {
                let ids: BTreeSet<Id> = sessions.iter().filter_map(id).collect();
                Some((look, kind.as_str(), ids))
            }
            _ => None,
        })
    };
    let (full, typed): (Vec<_>, Vec<_>) = lists().partition(|(_, kind, _)| kind.is_empty());
    for (look, kind, ids) in typed.iter().filter(|(_, _, ids)| !ids.is_empty()) {
        let before = full.iter().rfind(|(full, ..)| full.span.before(look.span));
        let after = full.iter().find(|(full, ..)| look.span.before(full.span));
        let (Some((before, _, all)), Some((after, _, still))) = (before, after) else { continue };
        // Something came or went meanwhile: that the lists differ is then no contradiction.
        if all != still {
            continue;
        }
        let missing = ids.difference(all).next();
        judgement.judge(missing.map(|id| {
            let expected = format!("the list without a type to show every session that the list by the type {kind:?} shows");
            let actual = format!("{id} in the list by type, and in neither list without a type around it");
            Finding::new(expected, actual).marking([before.event, look.event, after.event])
        }));
    }
    judgement
}
