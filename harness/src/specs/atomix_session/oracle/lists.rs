//! Clauses that hold a list against other calls around it.

use std::collections::{BTreeMap, BTreeSet};

use super::Judgement;
use super::history::{History, Record, Sighting, Through};
use super::looks::{Asked, Id, Look, Ordered, Span, Told, id};
use crate::model::Finding;
use crate::specs::atomix_session::clauses;

pub(super) fn judge(looks: &[Look], history: &History) -> Vec<Judgement> {
    vec![listed_can_be_got(looks, history), all_covers_types(looks)]
}

fn listed_can_be_got(looks: &[Look], history: &History) -> Judgement {
    let mut judgement =
        Judgement::new(&clauses::LISTED_CAN_BE_GOT, "no listed session was asked for");
    let mut gets: BTreeMap<&Id, Vec<&Look>> = BTreeMap::new();
    for look in looks {
        if let Asked::Get(asked) = &look.asked {
            gets.entry(asked).or_default().push(look);
        }
    }
    for (asked, gets) in gets {
        let Some(record) = history.ids.get(asked) else { continue };
        let lists = record.sightings.iter().filter(|seen| seen.through != Through::Get);
        let lists = Ordered::new(lists.map(|seen| (seen.span, seen)));
        for get in gets {
            let Some(before) = lists.before(get.span) else { continue };
            let Told::Refused(code) = get.told else {
                judgement.judge(None);
                continue;
            };
            let after = lists.after(get.span).filter(|after| !listed_away(record, before, after));
            let Some(after) = after else { continue };
            let end = code.map_or_else(|| "a reset stream".to_owned(), |code| code.to_string());
            let expected = format!(
                "GetSession of {asked} to bring the session that lists show before and after"
            );
            let actual = format!("{end}, though a list begun afterwards still shows it");
            let marks = [before.event, get.event, after.event];
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
    let lists = looks.iter().filter_map(|look| match (&look.asked, &look.told) {
        (Asked::List { kind, watch: false }, Told::Sessions(sessions)) => {
            let ids: BTreeSet<Id> = sessions.iter().filter_map(id).collect();
            Some((look, kind.as_str(), ids))
        }
        _ => None,
    });
    let (full, typed): (Vec<_>, Vec<_>) = lists.partition(|(_, kind, _)| kind.is_empty());
    let full = Ordered::new(full.iter().map(|full| (full.0.span, full)));
    for (look, kind, ids) in typed.iter().filter(|(_, _, ids)| !ids.is_empty()) {
        let around = (full.before(look.span), full.after(look.span));
        let (Some((before, _, all)), Some((after, _, still))) = around else { continue };
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
