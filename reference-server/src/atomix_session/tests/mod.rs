//! What the rules of atomix-session promise, by looking at them tick by tick.

mod clauses;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

fn sessions(seed: u64, faults: &[Fault]) -> Sessions {
    let config = Config { seed, live: 6 };
    Sessions::new(&config, faults.iter().copied().collect())
}

fn list(sessions: &Sessions, kind: &str) -> Vec<Session> {
    let request = ListSessionsRequest { r#type: kind.to_owned(), watch: false };
    sessions.list(&request).expect("a list").sessions
}

fn get(sessions: &Sessions, id: Option<SessionId>) -> Result<Session, Refusal> {
    let answer = sessions.get(&GetSessionRequest { session_id: id })?;
    Ok(answer.session.expect("a session"))
}

fn id(session: &Session) -> SessionId {
    session.meta.clone().and_then(|meta| meta.id).expect("an id")
}

fn version(session: &Session) -> u64 {
    session.meta.as_ref().expect("meta").version
}

fn state(session: &Session) -> i32 {
    session.status.expect("a status").state
}

#[test]
fn every_listed_session_can_be_got_and_shows_the_same() {
    let mut sessions = sessions(1, &[]);
    for _ in 0..30 {
        for listed in list(&sessions, "") {
            assert_eq!(get(&sessions, Some(id(&listed))), Ok(listed));
        }
        sessions.tick();
    }
}

#[test]
fn a_list_shows_all_kinds_and_states_and_each_id_once() {
    let sessions = sessions(2, &[]);
    let all = list(&sessions, "");
    let ids: BTreeSet<_> = all.iter().map(|session| format!("{:?}", id(session))).collect();
    assert_eq!(ids.len(), all.len());
    let states: BTreeSet<i32> = all.iter().map(state).collect();
    assert_eq!(states, (0..5).collect());
    for kind in KINDS {
        let typed = list(&sessions, kind);
        assert!(!typed.is_empty());
        for session in typed {
            assert_eq!(session.spec.as_ref().expect("spec").kind, kind);
            assert!(all.contains(&session));
        }
    }
    assert_eq!(list(&sessions, "nobody's"), []);
}

#[test]
fn a_life_goes_forward_one_state_a_tick_and_ends() {
    let mut sessions = sessions(3, &[]);
    let mut seen: BTreeMap<String, Vec<(i32, u64)>> = BTreeMap::new();
    let mut gone = BTreeSet::new();
    for _ in 0..80 {
        let now = list(&sessions, "");
        for session in &now {
            let name = id(session).name;
            assert!(!gone.contains(&name), "{name} came back");
            seen.entry(name).or_default().push((state(session), version(session)));
        }
        let names: BTreeSet<_> = now.iter().map(|session| id(session).name).collect();
        gone.extend(seen.keys().filter(|name| !names.contains(*name)).cloned());
        sessions.tick();
    }
    assert!(gone.len() > 50);
    for looks in seen.values() {
        for pair in looks.windows(2) {
            let [(before, old), (after, new)] = pair else { unreachable!() };
            match before {
                4 => assert_eq!((after, new), (before, old)),
                _ => assert!(*after == before + 1 && new > old),
            }
        }
    }
    let linger = seen.values().map(|looks| looks.iter().filter(|(state, _)| *state == 4).count());
    assert_eq!(linger.max(), Some(LINGER as usize + 1));
}

#[test]
fn an_id_is_its_name_and_its_primitive() {
    let sessions = sessions(4, &[]);
    let all = list(&sessions, "");
    let bare = all.iter().map(id).find(|id| id.primitive.is_none());
    let bare = bare.expect("a session without a primitive");
    let owned = all.iter().map(id).find(|id| id.primitive.is_some());
    let owned = owned.expect("a session with a primitive");
    let with = |id: &SessionId, primitive: Option<&str>| {
        let primitive = primitive.map(|id| PrimitiveId { id: id.to_owned() });
        get(&sessions, Some(SessionId { primitive, ..id.clone() })).map_err(|refusal| refusal.code)
    };
    assert!(with(&bare, Some("")).is_ok());
    assert_eq!(with(&bare, Some("another")), Err(Code::NotFound));
    assert_eq!(with(&owned, Some("another")), Err(Code::NotFound));
    assert_eq!(with(&owned, None), Err(Code::NotFound));
    let missing = [None, Some(SessionId::default())];
    for id in missing {
        let code = get(&sessions, id).map_err(|refusal| refusal.code);
        assert_eq!(code, Err(Code::InvalidArgument));
    }
}

#[test]
fn a_watch_answers_at_the_next_change_of_its_kind() {
    let mut sessions = sessions(5, &[]);
    let request = |kind: &str| ListSessionsRequest { r#type: kind.to_owned(), watch: true };
    let all = sessions.watch(&request("")).expect("a watch");
    let typed = sessions.watch(&request(KINDS[1])).expect("a watch");
    let nobody = sessions.watch(&request("nobody's")).expect("a watch");
    let before = list(&sessions, "");
    assert_eq!(sessions.answer(&all, false), None);
    assert_eq!(sessions.answer(&all, true).expect("due").sessions, before);
    while list(&sessions, "") == before {
        sessions.tick();
    }
    let answer = sessions.answer(&all, false).expect("a change").sessions;
    assert_eq!(answer, list(&sessions, ""));
    for _ in 0..4 {
        sessions.tick();
    }
    let answer = sessions.answer(&typed, false).expect("a change").sessions;
    assert_eq!(answer, list(&sessions, KINDS[1]));
    assert_eq!(sessions.answer(&nobody, false), None);
    assert_eq!(sessions.answer(&nobody, true).expect("due").sessions, []);
}

#[test]
fn watches_are_bounded_and_give_their_seats_back() {
    let mut sessions = sessions(6, &[]);
    let request = ListSessionsRequest::default();
    let watches: Vec<_> =
        (0..MOST_WATCHES).map(|_| sessions.watch(&request).expect("a seat")).collect();
    let refused = sessions.watch(&request).map_err(|refusal| refusal.code);
    assert_eq!(refused.err(), Some(Code::ResourceExhausted));
    for watch in watches {
        sessions.leave(watch, false);
    }
    assert!(sessions.watch(&request).is_ok());
}

#[test]
fn the_same_seed_hosts_the_same_sessions() {
    assert_eq!(list(&sessions(7, &[]), ""), list(&sessions(7, &[]), ""));
    assert_ne!(list(&sessions(7, &[]), ""), list(&sessions(8, &[]), ""));
}

proptest! {
    #[test]
    fn no_request_panics(
        seed: u64,
        live: usize,
        name: String,
        primitive in proptest::option::of(any::<String>()),
        kind: String,
    ) {
        let config = Config { seed, live: live % 40 };
        let mut sessions = Sessions::new(&config, Faults::default());
        let primitive = primitive.map(|id| PrimitiveId { id });
        let known = list(&sessions, "").iter().map(id).next().expect("a session");
        for name in [name, known.name] {
            let session_id = Some(SessionId { name, primitive: primitive.clone() });
            let _ = sessions.get(&GetSessionRequest { session_id });
        }
        let _ = sessions.list(&ListSessionsRequest { r#type: kind, watch: false });
        sessions.tick();
    }
}
