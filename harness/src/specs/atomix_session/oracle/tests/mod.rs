//! Traces that are right and traces that are wrong, each wrong in one way.

mod sessions;

use wirecheck_proto::atomix::runtime::v1::Session;

use super::*;
use crate::specs::atomix_session::clauses::*;
use crate::specs::atomix_session::talk::Talk;
use crate::status::Code;
use sessions::{id_of, meta, session, spec, with};

/// The ids of the clauses that the talk breaks.
fn broken_by(talk: &Talk) -> Vec<&'static str> {
    broken(&talk.trace).into_iter().map(|(clause, _)| clause.id).collect()
}

fn exercised(talk: &Talk, clause: &Clause) -> usize {
    let judged = judge(&talk.trace).into_iter().find(|judged| judged.clause.id == clause.id);
    judged.expect("a clause of the oracle").exercised
}

#[track_caller]
fn breaks(clause: &Clause, talk: Talk) {
    assert_eq!(broken_by(&talk), [clause.id]);
    for (_, finding) in broken(&talk.trace) {
        assert!(finding.marks.iter().all(|mark| *mark < talk.trace.events.len()));
        assert!(!finding.marks.is_empty(), "{finding:?}");
    }
}

#[track_caller]
fn holds(talk: Talk) -> Talk {
    assert_eq!(broken_by(&talk), [""; 0]);
    talk
}

/// The whole life of one session, versions up to the highest there is, every call in it.
fn whole_life() -> Talk {
    let top = u64::MAX;
    let other = session("other", 7, 2);
    let mut talk = Talk::default();
    for (version, state) in [(top - 9, 0), (top - 5, 1), (top - 1, 3), (top, 4), (top, 4)] {
        let now = session("s", version, state);
        talk = talk
            .list(&[&now, &other])
            .get(&now)
            .list_by("lock", false, &[&other, &now])
            .list_by("lock", true, &[&now])
            .list(&[&other, &now])
            .list_by("lock", false, &[&other, &now]);
    }
    let gone = session("s", top, 4);
    talk.list(&[&other])
        .get_refused(&gone, Code::NotFound)
        .list(&[&other])
        .get_refused(&Session::default(), Code::InvalidArgument)
}

#[test]
fn a_right_conversation_breaks_nothing_and_exercises_everything() {
    let talk = holds(whole_life());
    for judgement in judge(&talk.trace) {
        assert!(judgement.exercised > 0, "{}", judgement.clause.id);
    }
}

#[test]
fn nothing_said_exercises_nothing() {
    for judgement in judge(&Trace::default()) {
        assert!(judgement.finding.is_none() && judgement.exercised == 0);
    }
}

#[test]
fn what_stands_still_exercises_no_clause_on_change() {
    let (open, closed) = (session("open", 1, 2), session("closed", 5, 4));
    let mut talk = Talk::default();
    for _ in 0..3 {
        talk = talk.list(&[&open, &closed]).get(&closed).get(&open);
    }
    let talk = holds(talk);
    for clause in [
        &VERSION_NEVER_FALLS,
        &VERSION_TELLS_CHANGE,
        &CHANGE_RAISES_VERSION,
        &NEVER_BACKWARDS,
        &CLOSED_IS_FINAL,
        &CLOSED_KEEPS_VERSION,
        &GONE_STAYS_GONE,
    ] {
        assert_eq!(exercised(&talk, clause), 0, "{}", clause.id);
    }
    assert!(exercised(&talk, &GET_AND_LIST_AGREE) > 0);
}

#[test]
fn answers_to_get() {
    let s = session("s", 1, 2);
    let talk = Talk::default;
    let renamed = with(&s, |s| meta(s).id.as_mut().expect("an id").name = "S".to_owned());
    breaks(&ID_ECHOED, talk().get_as(&s, Some(renamed)));
    let bare = with(&s, |s| meta(s).id.as_mut().expect("an id").primitive = None);
    breaks(&ID_ECHOED, talk().get_as(&s, Some(bare.clone())));
    let nobodys = with(&s, |s| meta(s).id = None);
    breaks(&ID_ECHOED, talk().get_as(&s, Some(nobodys)));
    breaks(&SESSION_PRESENT, talk().get_as(&s, None));
    breaks(&SESSION_PRESENT, talk().get_as(&s, Some(with(&s, |s| s.meta = None))));
    breaks(&SESSION_COMPLETE, talk().get_as(&s, Some(with(&s, |s| s.spec = None))));
    breaks(&SESSION_COMPLETE, talk().get_as(&s, Some(with(&s, |s| s.status = None))));
    breaks(&MISSING_ID_REFUSED, talk().get_as(&Session::default(), None));
    breaks(&MISSING_ID_IS_INVALID, talk().get_refused(&Session::default(), Code::Unknown));
    // No primitive and an empty one are the same.
    let empty = with(&bare, |s| {
        meta(s).id.as_mut().expect("an id").primitive = Some(Default::default());
    });
    holds(talk().get_as(&empty, Some(bare.clone())).get_as(&bare, Some(empty)));
}

#[test]
fn answers_to_list() {
    let (s, t) = (session("s", 1, 2), session("t", 1, 2));
    let talk = Talk::default;
    breaks(&IDS_UNIQUE, talk().list(&[&s, &t, &s]));
    let nameless = with(&t, |t| meta(t).id.as_mut().expect("an id").name.clear());
    breaks(&SESSIONS_IDENTIFIED, talk().list(&[&s, &nameless]));
    let map = with(&s, |s| spec(s).kind = "map".to_owned());
    breaks(&TYPE_FILTERS, talk().list_by("lock", false, &[&map, &t]));
    breaks(&TYPE_FILTERS, talk().list_by("lock", true, &[&t, &with(&s, |s| s.spec = None)]));
    for url in ["types.example/", "lock.Config", ""] {
        let bare = with(&s, |s| spec(s).config.as_mut().expect("one").type_url = url.to_owned());
        breaks(&CONFIG_TYPE_URL, talk().list(&[&bare]));
    }
    holds(talk().list(&[&with(&s, |s| spec(s).config = Some(Default::default()))]));
    breaks(&STATE_IN_ENUM, talk().list(&[&session("s", 1, 5)]));
    breaks(&STATE_IN_ENUM, talk().get(&session("s", 1, -1)));
    // The same name under two primitives is two ids.
    let other = with(&s, |s| meta(s).id.as_mut().expect("an id").primitive = None);
    holds(talk().list(&[&s, &other]));
}

#[test]
fn a_listed_session_can_be_got() {
    let s = session("s", 1, 2);
    let refused = |after: &[&Session]| {
        Talk::default().list(&[&s]).get_refused(&s, Code::NotFound).list(after)
    };
    breaks(&LISTED_CAN_BE_GOT, refused(&[&s]));
    holds(refused(&[]));
    let late =
        holds(Talk::default().list(&[&s]).list(&[]).get_refused(&s, Code::NotFound).list(&[&s]));
    assert_eq!(exercised(&late, &LISTED_CAN_BE_GOT), 0);
    // A list that was under way while the Get was refused proves nothing.
    let mut talk = Talk::default().list(&[&s]);
    let get = talk.open_get(id_of(&s));
    let list = talk.open_list("", false);
    talk.end(get, Code::NotFound);
    let sessions = vec![s.clone()];
    talk.answer(list, &wirecheck_proto::atomix::runtime::v1::ListSessionsResponse { sessions });
    holds(talk);
}

#[test]
fn all_covers_types() {
    let (s, t) = (session("s", 1, 2), session("t", 1, 2));
    let around = |before: &[&Session], all: &[&Session], after: &[&Session]| {
        let talk = Talk::default().list_by("lock", false, before).list(all);
        talk.list_by("lock", false, after)
    };
    breaks(&ALL_COVERS_TYPES, around(&[&s, &t], &[&s], &[&t, &s]));
    holds(around(&[&s, &t], &[&t, &s], &[&s]));
    // One came meanwhile, the other went.
    let moved = holds(around(&[&s], &[], &[&t]));
    assert_eq!(exercised(&moved, &ALL_COVERS_TYPES), 0);
    // What another type lists says nothing of this one.
    holds(Talk::default().list_by("lock", false, &[&s]).list(&[]).list_by("map", false, &[]));
}

#[test]
fn versions() {
    let talk = Talk::default;
    let at = |version, state| session("s", version, state);
    breaks(&VERSION_NEVER_FALLS, talk().list(&[&at(9, 1)]).get(&at(8, 2)));
    // As 64-bit numbers without a sign.
    holds(talk().get(&at(1, 1)).get(&at(1 << 63, 2)));
    breaks(&VERSION_NEVER_FALLS, talk().get(&at(1 << 63, 1)).get(&at(1, 2)));
    // Not only against the look just before.
    let talk_of_three = talk().get(&at(5, 1)).get(&at(6, 1)).get(&at(5, 1));
    breaks(&VERSION_NEVER_FALLS, talk_of_three);

    let relabelled = with(&at(5, 1), |s| {
        meta(s).labels.insert("zone".to_owned(), "b".to_owned());
    });
    breaks(&VERSION_TELLS_CHANGE, talk().list(&[&at(5, 1)]).list(&[&relabelled]));
    let reconfigured = with(&at(5, 1), |s| spec(s).config.as_mut().expect("one").value = vec![9]);
    breaks(&VERSION_TELLS_CHANGE, talk().get(&at(5, 1)).get(&reconfigured));
    let talk_of_both = talk().list(&[&at(5, 1)]).get(&reconfigured).list(&[&at(5, 1)]);
    breaks(&VERSION_TELLS_CHANGE, talk_of_both);
    // The order in which a config's map was encoded is no change.
    let reordered =
        with(&at(5, 1), |s| spec(s).config.as_mut().expect("one").value = vec![3, 1, 2]);
    holds(talk().get(&at(5, 1)).get(&reordered));

    let both = [VERSION_TELLS_CHANGE.id, CHANGE_RAISES_VERSION.id];
    assert_eq!(broken_by(&talk().get(&at(5, 1)).get(&at(5, 2))), both);
    holds(talk().get(&at(5, 1)).get(&at(6, 2)));
}

#[test]
fn get_against_list() {
    let s = session("s", 5, 2);
    let around = |told: Session| Talk::default().list(&[&s]).get_as(&s, Some(told)).list(&[&s]);
    breaks(&LABELS_SURVIVE, around(with(&s, |s| meta(s).labels.clear())));
    // The one of the two calls that lags takes the session back with each of its answers.
    let both = [NEVER_BACKWARDS.id, GET_AND_LIST_AGREE.id];
    assert_eq!(broken_by(&around(session("s", 5, 1))), both);
    breaks(&GET_AND_LIST_AGREE, around(with(&s, |s| spec(s).kind = "map".to_owned())));
    holds(around(s.clone()));
    // No list behind it is needed where one goes back under the same version.
    let back = Talk::default().get(&session("s", 5, 2)).list(&[&session("s", 5, 1)]);
    assert_eq!(broken_by(&back)[0], NEVER_BACKWARDS.id);
    assert!(broken_by(&back).contains(&GET_AND_LIST_AGREE.id));
    // A session that goes on under the same version breaks other clauses.
    let unversioned = Talk::default().list(&[&session("s", 5, 2)]).get(&session("s", 5, 3));
    holds(unversioned);
    // It changed between: no list stands on both sides of the Get.
    let changed = with(&session("s", 6, 3), |s| meta(s).labels.clear());
    holds(Talk::default().list(&[&s]).get(&changed).list(&[&changed]));
}

#[test]
fn lives() {
    let talk = Talk::default;
    let at = |version, state| session("s", version, state);
    breaks(&NEVER_BACKWARDS, talk().get(&at(1, 2)).list(&[&at(2, 1)]));
    // What is no state has no place in their order.
    let strange = talk().get(&at(1, 3)).get(&at(2, 9)).get(&at(3, 0)).get(&at(4, 4));
    assert_eq!(broken_by(&strange), [STATE_IN_ENUM.id, NEVER_BACKWARDS.id]);
    breaks(&CLOSED_IS_FINAL, talk().list(&[&at(1, 4)]).get(&at(2, 2)));
    breaks(&CLOSED_KEEPS_VERSION, talk().list(&[&at(1, 4)]).get(&at(2, 4)));
    breaks(&GONE_STAYS_GONE, talk().list(&[&at(1, 4)]).list(&[]).list(&[&at(1, 4)]));
    let by_get = talk().get(&at(9, 4)).get_refused(&at(9, 4), Code::NotFound).get(&at(1, 0));
    breaks(&GONE_STAYS_GONE, by_get);
    // An id that was not seen CLOSED may have been closed unseen, and may be another's now.
    holds(talk().list(&[&at(9, 2)]).list(&[]).list(&[&at(1, 0)]));
    // A refusal for other reasons says nothing.
    holds(talk().get(&at(1, 4)).get_refused(&at(1, 4), Code::Unavailable).get(&at(1, 4)));
    // A list by type that never showed it does not miss it.
    holds(talk().get(&at(1, 4)).list_by("map", false, &[]).get(&at(1, 4)));
}

#[test]
fn looks_that_overlap_are_in_no_order() {
    let told = |session: &Session| wirecheck_proto::atomix::runtime::v1::GetSessionResponse {
        session: Some(session.clone()),
    };
    let (old, new) = (session("s", 1, 1), session("s", 2, 2));
    let mut talk = Talk::default();
    let first = talk.open_get(id_of(&old));
    let second = talk.open_get(id_of(&old));
    talk.answer(second, &told(&new));
    talk.answer(first, &told(&old));
    holds(talk);

    let mut talk = Talk::default();
    let second = talk.open_get(id_of(&old));
    talk.answer(second, &told(&new));
    let first = talk.open_get(id_of(&old));
    talk.answer(first, &told(&old));
    assert_eq!(broken_by(&talk), [VERSION_NEVER_FALLS.id, NEVER_BACKWARDS.id]);
}

#[test]
fn a_trace_of_other_calls_is_not_judged() {
    let mut talk = Talk::default();
    let stream = talk.open("/session.Session/Create", &session("s", 1, 9));
    talk.answer(stream, &session("s", 1, 9));
    let cut = talk.open_get(id_of(&session("s", 1, 9)));
    talk.end(cut, Code::Ok);
    assert!(judge(&talk.trace).iter().all(|judgement| judgement.exercised == 0));
}
