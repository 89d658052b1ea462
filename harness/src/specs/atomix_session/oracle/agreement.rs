//! Clauses on what GetSession and ListSessions show of the same session.

use super::Judgement;
use super::history::{Life, Sighting, Through, contradiction};
use super::looks::{CLOSED, Ordered, Shown};
use crate::model::Finding;
use crate::specs::atomix_session::clauses;

pub(super) fn judge(lives: &[Life<'_>]) -> Vec<Judgement> {
    vec![labels_survive(lives), get_and_list_agree(lives)]
}

/// A Get, with the last list before it and the first after it that show the session.
struct Between<'a> {
    before: Option<&'a Sighting>,
    get: &'a Sighting,
    after: Option<&'a Sighting>,
}

fn gets<'a>(life: &Life<'a>) -> Vec<Between<'a>> {
    let of = |through: Through| {
        life.sightings.iter().copied().filter(move |seen| seen.through == through)
    };
    let lists = Ordered::new(of(Through::List).map(|seen| (seen.span, seen)));
    let between = |get: &'a Sighting| Between {
        before: lists.before(get.span),
        get,
        after: lists.after(get.span),
    };
    of(Through::Get).map(between).collect()
}

impl<'a> Between<'a> {
    /// The list before, where the list after shows the same in this regard: then nothing that the Get
    /// shows otherwise came about meanwhile.
    fn same<T: PartialEq>(&self, regard: impl Fn(&Shown) -> T) -> Option<&'a Sighting> {
        let (before, after) = (self.before?, self.after?);
        (regard(&before.shown) == regard(&after.shown)).then_some(before)
    }

    /// Two looks, the one of them the Get, of which the later shows an earlier state under the same
    /// version. No change can have brought that about, told by a version or not.
    fn backwards(&self) -> Option<(&'a Sighting, &'a Sighting)> {
        let pairs =
            [self.before.map(|list| (list, self.get)), self.after.map(|list| (self.get, list))];
        pairs.into_iter().flatten().find(|(earlier, later)| {
            let states = (earlier.shown.state, later.shown.state);
            earlier.shown.version == later.shown.version
                && matches!(states, (Some(one @ ..=CLOSED), Some(other @ 0..)) if other < one)
        })
    }
}

/// Each Get with the list before it, where the list after it shows the same in this regard.
pub(super) fn between_lists<'a, T: PartialEq>(
    life: &Life<'a>,
    regard: impl Fn(&Shown) -> T,
) -> Vec<(&'a Sighting, &'a Sighting)> {
    let gets = gets(life).into_iter();
    gets.filter_map(|between| Some((between.same(&regard)?, between.get))).collect()
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
        for between in gets(life) {
            let expected = format!(
                "GetSession and ListSessions to show the same state and kind of {} under one version",
                life.id
            );
            let regard = |list: &Shown| (list.version, list.state, list.kind.clone());
            let list =
                between.same(regard).filter(|list| list.shown.version == between.get.shown.version);
            if let Some((earlier, later)) = between.backwards() {
                judgement.judge(Some(contradiction(expected, earlier, later)));
            } else if let Some(list) = list {
                judgement.judge(disagreement(expected, list, between.get));
            }
        }
    }
    judgement
}

fn disagreement(expected: String, list: &Sighting, get: &Sighting) -> Option<Finding> {
    let (listed, got) = (&list.shown, &get.shown);
    if listed.state.zip(got.state).is_some_and(|(listed, got)| listed != got) {
        return Some(contradiction(expected, list, get));
    }
    let (listed, got) = (listed.kind.as_ref()?, got.kind.as_ref()?);
    let actual = format!(
        "under version {} ListSessions showed the kind {listed:?}; then GetSession the kind {got:?}",
        get.shown.version
    );
    (listed != got).then(|| Finding::new(expected, actual).marking([list.event, get.event]))
}
