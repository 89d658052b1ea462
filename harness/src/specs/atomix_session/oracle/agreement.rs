//! Clauses on what GetSession and ListSessions show of the same session.

use super::Judgement;
use super::history::{Life, Sighting, Through, contradiction};
use super::looks::{Ordered, Shown};
use crate::model::Finding;
use crate::specs::atomix_session::clauses;

pub(super) fn judge(lives: &[Life<'_>]) -> Vec<Judgement> {
    vec![labels_survive(lives), get_and_list_agree(lives)]
}

/// Each Get with the list before it, where the list after it shows the same in this regard: then
/// nothing that the Get shows otherwise came about meanwhile.
pub(super) fn between_lists<'a, T: PartialEq>(
    life: &Life<'a>,
    regard: impl Fn(&Shown) -> T,
) -> Vec<(&'a Sighting, &'a Sighting)> {
    let of = |through: Through| {
        life.sightings.iter().copied().filter(move |seen| seen.through == through)
    };
    let lists = Ordered::new(of(Through::List).map(|seen| (seen.span, seen)));
    let pair = |get: &'a Sighting| {
        let (before, after) = (lists.before(get.span)?, lists.after(get.span)?);
        (regard(&before.shown) == regard(&after.shown)).then_some((before, get))
    };
    of(Through::Get).filter_map(pair).collect()
}

fn labels_survive(lives: &[Life<'_>]) -> Judgement {
    let mut judgement = Judgement::new(
        &clauses::LABELS_SURVIVE,
        "no session with labels was got between two lists that show the same of it",
    );
    for life in lives {
        for (list, get) in between_lists(life, |list| list.labels.clone()) {
            let (listed, got) = (&list.shown.labels, &get.shown.labels);
            if listed.is_empty() && got.is_empty() {
                continue;
            }
            judgement.judge((listed != got).then(|| {
                let expected =
                    format!("GetSession to show the labels of {} that ListSessions shows", life.id);
                let actual = format!("{got:?}; the lists before and after show {listed:?}");
                Finding::new(expected, actual).marking([list.event, get.event])
            }));
        }
    }
    judgement
}

fn get_and_list_agree(lives: &[Life<'_>]) -> Judgement {
    let mut judgement = Judgement::new(
        &clauses::GET_AND_LIST_AGREE,
        "no session was got between two lists that show it under the same version",
    );
    for life in lives {
        let regard = |list: &Shown| (list.version, list.state, list.kind.clone());
        let pairs = between_lists(life, regard).into_iter();
        for (list, get) in pairs.filter(|(list, get)| list.shown.version == get.shown.version) {
            let (listed, got) = (&list.shown, &get.shown);
            let state =
                matches!((listed.state, got.state), (Some(one), Some(other)) if one != other);
            let kind =
                matches!((&listed.kind, &got.kind), (Some(one), Some(other)) if one != other);
            let expected = || {
                format!(
                    "GetSession and ListSessions to show the same state and kind of {} under one version",
                    life.id
                )
            };
            judgement.judge(if state {
                Some(contradiction(expected(), list, get))
            } else if kind {
                let name = |kind: &Option<String>| kind.clone().unwrap_or_default();
                let actual = format!("under version {} ListSessions showed the kind {:?}; then GetSession the kind {:?}", got.version, name(&listed.kind), name(&got.kind));
                Some(Finding::new(expected(), actual).marking([list.event, get.event]))
            } else {
                None
            });
        }
    }
    judgement
}
