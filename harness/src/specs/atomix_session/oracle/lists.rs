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
        "no list without a type stands between two lists by one type that both show a session",
    );
    let mut by_type: BTreeMap<&str, Vec<(&Look, BTreeSet<Id>)>> = BTreeMap::new();
    for look in looks {
        if let (Asked::List { kind, watch: false }, Told::Sessions(sessions)) =
            (&look.asked, &look.told)
        {
            let ids = sessions.iter().filter_map(id).collect();
            by_type.entry(kind).or_default().push((look, ids));
        }
    }
    let full = by_type.remove("").unwrap_or_default();
    for (kind, typed) in by_type {
        let typed = Ordered::new(typed.iter().map(|typed| (typed.0.span, typed)));
        for (look, all) in &full {
            let around = (typed.before(look.span), typed.after(look.span));
            let (Some((before, ids)), Some((after, still))) = around else { continue };
            // What came or went meanwhile stands in one of the two alone, and is no contradiction.
            let mut there = ids.intersection(still).peekable();
            if there.peek().is_none() {
                continue;
            }
            let missing = there.find(|id| !all.contains(id));
            judgement.judge(missing.map(|id| {
                let expected = format!("the list without a type to show every session that the list by the type {kind:?} shows");
                let actual = format!("{id} in the lists by type before and after, and not in the list without a type");
                Finding::new(expected, actual).marking([before.event, look.event, after.event])
            }));
        }
    }
    judgement
}
