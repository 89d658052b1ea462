//! Clauses on what a version stands for.

use std::collections::BTreeMap;

use super::Judgement;
use super::agreement::between_lists;
use super::history::{Life, NOTHING_MOVED, Sighting, Through, contradiction};
use crate::model::Finding;
use crate::specs::atomix_session::clauses;

pub(super) fn judge(lives: &[Life<'_>]) -> Vec<Judgement> {
    vec![version_tells_change(lives), change_raises_version(lives)]
}

/// Hands over each sighting with the first one through the same method that showed the same version,
/// and with the one through that method just before it.
fn by_version<'a>(
    life: &Life<'a>,
    mut with: impl FnMut(Option<&'a Sighting>, Option<&'a Sighting>, &'a Sighting),
) {
    let mut first: BTreeMap<(bool, u64), &Sighting> = BTreeMap::new();
    let mut last: [Option<&Sighting>; 2] = [None, None];
    for &sighting in &life.sightings {
        let get = sighting.through == Through::Get;
        let same = first.get(&(get, sighting.shown.version)).copied();
        with(same, last[usize::from(get)].replace(sighting), sighting);
        first.entry((get, sighting.shown.version)).or_insert(sighting);
    }
}

fn version_tells_change(lives: &[Life<'_>]) -> Judgement {
    let mut judgement = Judgement::new(&clauses::VERSION_TELLS_CHANGE, NOTHING_MOVED);
    let what = |one: &Sighting, other: &Sighting| {
        let (one, other) = (&one.shown, &other.shown);
        let parts = [
            ("status", one.state != other.state),
            ("labels", one.labels != other.labels),
            ("kind", one.kind != other.kind),
            ("config", one.config != other.config),
        ];
        parts.into_iter().find(|(_, differs)| *differs).map(|(part, _)| part)
    };
    for life in lives {
        by_version(life, |same, before, later| {
            if let Some((same, part)) = same.and_then(|same| Some((same, what(same, later)?))) {
                let expected = format!(
                    "looks at {} that show one version to show one and the same session",
                    life.id
                );
                let actual = format!(
                    "two answers of {} that show version {} and differ in the session's {part}",
                    later.through.name(),
                    later.shown.version
                );
                let finding = Finding::new(expected, actual).marking([same.event, later.event]);
                judgement.judge(Some(finding));
            } else if before.is_some_and(|before| before.shown != later.shown) {
                judgement.judge(None);
            }
        });
        // What both calls show is the same as well. Status, kind and labels have clauses of their own.
        for (list, get) in between_lists(life, |list| (list.version, list.config.clone())) {
            let both = (get.shown.config.as_ref(), list.shown.config.as_ref());
            if let (Some(one), Some(other)) = both
                && one != other
                && get.shown.version == list.shown.version
            {
                let expected = format!(
                    "looks at {} that show one version to show one and the same session",
                    life.id
                );
                let actual = format!(
                    "another config in GetSession than in ListSessions, both under version {}",
                    get.shown.version
                );
                judgement
                    .judge(Some(Finding::new(expected, actual).marking([list.event, get.event])));
            }
        }
    }
    judgement
}

fn change_raises_version(lives: &[Life<'_>]) -> Judgement {
    let mut judgement = Judgement::new(
        &clauses::CHANGE_RAISES_VERSION,
        "no session changed its state while it was looked at",
    );
    let differ = |one: &Sighting, other: &Sighting| matches!((one.shown.state, other.shown.state), (Some(one), Some(other)) if one != other);
    for life in lives {
        by_version(life, |same, before, later| {
            if let Some(same) = same.filter(|same| differ(same, later)) {
                let expected = format!(
                    "looks at {} that show different states to show different versions",
                    life.id
                );
                judgement.judge(Some(contradiction(expected, same, later)));
            } else if before.is_some_and(|before| differ(before, later)) {
                judgement.judge(None);
            }
        });
    }
    judgement
}
