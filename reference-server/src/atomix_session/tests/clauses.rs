//! Every fault breaks its clause where a client can see it, and without a fault every clause holds.

use super::*;

/// Whether a clause holds with these faults, as a client sees it.
type Holds = fn(&[Fault]) -> bool;

const CLAUSES: &[&[(&str, Holds)]] = &[GET, LIST, WATCH, META, STATE];

/// Longer than a life, and a time of being gone.
const TICKS: usize = 80;

#[test]
fn every_fault_breaks_its_clause_and_nothing_is_broken_without() {
    let clauses = || CLAUSES.iter().copied().flatten();
    for (clause, holds) in clauses() {
        assert!(holds(&[]), "{clause} is broken without a fault");
        let broken = Fault::ALL.iter().any(|fault| fault.breaks() == *clause);
        assert!(broken, "no fault breaks {clause}");
    }
    let ours = Fault::ALL.iter().filter(|fault| fault.breaks().starts_with("atomix-session/"));
    for fault in ours {
        let broken = clauses().find(|(clause, _)| *clause == fault.breaks());
        let (clause, holds) = broken.unwrap_or_else(|| panic!("no probe for {}", fault.breaks()));
        assert!(!holds(&[*fault]), "{fault} does not break {clause}");
    }
}

fn hosted(faults: &[Fault]) -> Sessions {
    sessions(9, faults)
}

/// Asks for every listed session, changed in some way.
fn asked(
    faults: &[Fault],
    change: impl Fn(SessionId) -> SessionId,
) -> Vec<(SessionId, Result<Option<Session>, Code>)> {
    let sessions = hosted(faults);
    let listed = list(&sessions, "");
    let asked = listed.iter().map(|session| change(id(session)));
    asked
        .map(|id| {
            let request = GetSessionRequest { session_id: Some(id.clone()) };
            let got = sessions.get(&request).map_err(|refusal| refusal.code);
            (id, got.map(|answer| answer.session))
        })
        .collect()
}

fn unchanged(faults: &[Fault]) -> Vec<(SessionId, Result<Option<Session>, Code>)> {
    asked(faults, |id| id)
}

fn under_primitive(id: SessionId, primitive: &str) -> SessionId {
    let primitive = PrimitiveId { id: primitive.to_owned() };
    SessionId { primitive: Some(primitive), ..id }
}

fn unknown(faults: &[Fault]) -> Option<Code> {
    let id = SessionId { name: "nobody".to_owned(), primitive: None };
    let request = GetSessionRequest { session_id: Some(id) };
    let refusal = hosted(faults).get(&request).err();
    refusal.map(|refusal| refusal.code)
}

fn missing(faults: &[Fault]) -> [Option<Code>; 2] {
    [None, Some(SessionId::default())].map(|session_id| {
        let request = GetSessionRequest { session_id };
        let refusal = hosted(faults).get(&request).err();
        refusal.map(|refusal| refusal.code)
    })
}

const GET: &[(&str, Holds)] = &[
    ("atomix-session/get/id-echoed", |f| {
        let mut got = unchanged(f).into_iter();
        got.all(|(asked, got)| got.is_ok_and(|got| got.is_some_and(|got| id(&got) == asked)))
    }),
    ("atomix-session/get/unknown-refused", |f| unknown(f).is_some()),
    ("atomix-session/get/unknown-is-not-found", |f| unknown(f) == Some(Code::NotFound)),
    ("atomix-session/get/missing-id-refused", |f| missing(f).iter().all(Option::is_some)),
    ("atomix-session/get/missing-id-is-invalid", |f| {
        missing(f) == [Some(Code::InvalidArgument); 2]
    }),
    ("atomix-session/get/session-present", |f| {
        let mut got = unchanged(f).into_iter();
        got.all(|(_, got)| got.is_ok_and(|got| got.is_some_and(|got| got.meta.is_some())))
    }),
    ("atomix-session/get/session-complete", |f| {
        let mut got = unchanged(f).into_iter();
        got.all(|(_, got)| {
            let got = got.ok().flatten();
            got.is_some_and(|got| got.spec.is_some() && got.status.is_some())
        })
    }),
    ("atomix-session/get/primitive-matters", |f| {
        let mut got = asked(f, |id| under_primitive(id, "another")).into_iter();
        got.all(|(_, got)| got.is_err())
    }),
    ("atomix-session/get/primitive-needed", |f| {
        let owned = unchanged(f).into_iter().map(|(id, _)| id.primitive.is_some());
        let nameless = |id| SessionId { primitive: None, ..id };
        let got = asked(f, nameless).into_iter().map(|(_, got)| got.is_err());
        owned.zip(got).all(|(owned, refused)| owned == refused)
    }),
];

fn names(sessions: &[Session]) -> BTreeSet<String> {
    sessions.iter().map(|session| id(session).name).collect()
}

const LIST: &[(&str, Holds)] = &[
    ("atomix-session/list/answered", |f| {
        let answer = hosted(f).list(&ListSessionsRequest::default());
        answer.is_ok()
    }),
    ("atomix-session/list/sessions-identified", |f| {
        let listed = list(&hosted(f), "");
        listed.iter().all(|session| !id(session).name.is_empty())
    }),
    ("atomix-session/list/ids-unique", |f| {
        let listed = list(&hosted(f), "");
        names(&listed).len() == listed.len()
    }),
    ("atomix-session/list/listed-can-be-got", |f| {
        // No primitive and an empty one are the same.
        let empty = |id: SessionId| match id.primitive {
            None => under_primitive(id, ""),
            Some(_) => id,
        };
        let mut got = unchanged(f).into_iter().chain(asked(f, empty));
        got.all(|(_, got)| got.is_ok())
    }),
    ("atomix-session/list/type-filters", |f| {
        KINDS.iter().all(|kind| {
            let mut sessions = hosted(f);
            let watched = watched(&mut sessions, kind, true).unwrap_or_default();
            let mut shown = list(&sessions, kind).into_iter().chain(watched);
            shown.all(|session| session.spec.is_some_and(|spec| spec.kind == *kind))
        })
    }),
    ("atomix-session/list/all-covers-types", |f| {
        let sessions = hosted(f);
        let all = names(&list(&sessions, ""));
        let mut kinds = KINDS.iter();
        kinds.all(|kind| names(&list(&sessions, kind)).is_subset(&all))
    }),
    ("atomix-session/list/unknown-type-empty", |f| {
        let request = ListSessionsRequest { r#type: "nobody's".to_owned(), watch: false };
        let answer = hosted(f).list(&request);
        answer.is_ok_and(|answer| answer.sessions.is_empty())
    }),
];

/// The answer to a watch, a tick after it began; or the watch is cancelled.
fn watched(sessions: &mut Sessions, kind: &str, wait: bool) -> Option<Vec<Session>> {
    let request = ListSessionsRequest { r#type: kind.to_owned(), watch: true };
    let watch = sessions.watch(&request).ok()?;
    if wait {
        sessions.tick();
    }
    let answer = wait.then(|| sessions.answer(&watch, true)).flatten();
    sessions.leave(watch, wait);
    answer.map(|answer| answer.sessions)
}

const WATCH: &[(&str, Holds)] = &[
    ("atomix-session/list/watch-answers", |f| watched(&mut hosted(f), "", true).is_some()),
    ("atomix-session/list/watch-sees-change", |f| {
        let mut sessions = hosted(f);
        let seen = (0..6).filter(|_| {
            let before = list(&sessions, "");
            let answer = watched(&mut sessions, "", true);
            assert_ne!(before, list(&sessions, ""), "something moves at every tick");
            answer.is_some_and(|answer| answer != before)
        });
        seen.count() >= 3
    }),
    ("atomix-session/list/watch-cancel", |f| {
        let mut sessions = hosted(f);
        for _ in 0..100 {
            watched(&mut sessions, "", false);
        }
        watched(&mut sessions, "", true).is_some()
    }),
];

/// Looks at every session at every tick, by List and then by Get, and judges each two that follow
/// one another: the one before, the next, and whether they are of one tick.
fn looks(faults: &[Fault], holds: fn(&Session, &Session, bool) -> bool) -> bool {
    let mut sessions = hosted(faults);
    let mut last: BTreeMap<String, Session> = BTreeMap::new();
    for _ in 0..TICKS {
        for listed in list(&sessions, "") {
            let name = id(&listed).name;
            let got = get(&sessions, Some(id(&listed))).expect("it is listed");
            let held = last.get(&name).is_none_or(|last| holds(last, &listed, false));
            if !held || !holds(&listed, &got, true) {
                return false;
            }
            last.insert(name, got);
        }
        sessions.tick();
    }
    true
}

fn labels(session: &Session) -> &BTreeMap<String, String> {
    &session.meta.as_ref().expect("meta").labels
}

const META: &[(&str, Holds)] = &[
    ("atomix-session/meta/version-never-falls", |f| {
        looks(f, |one, two, _| version(one) <= version(two))
    }),
    ("atomix-session/meta/version-tells-change", |f| {
        looks(f, |one, two, _| version(one) != version(two) || one == two)
    }),
    ("atomix-session/meta/change-raises-version", |f| {
        looks(f, |one, two, _| state(one) == state(two) || version(one) != version(two))
    }),
    ("atomix-session/meta/labels-survive", |f| {
        looks(f, |one, two, at_once| !at_once || labels(one) == labels(two))
    }),
    ("atomix-session/meta/config-type-url", |f| {
        looks(f, |one, _, _| {
            let config = one.spec.as_ref().and_then(|spec| spec.config.as_ref());
            let name = config.and_then(|config| config.type_url.rsplit_once('/'));
            name.is_some_and(|(_, name)| !name.is_empty())
        })
    }),
];

const CLOSED: i32 = State::Closed as i32;

const STATE: &[(&str, Holds)] = &[
    ("atomix-session/state/state-in-enum", |f| looks(f, |one, _, _| (0..=4).contains(&state(one)))),
    ("atomix-session/state/never-backwards", |f| {
        looks(f, |one, two, _| state(one) == CLOSED || state(one) <= state(two))
    }),
    ("atomix-session/state/closed-is-final", |f| {
        looks(f, |one, two, _| state(one) != CLOSED || state(two) == CLOSED)
    }),
    ("atomix-session/state/closed-keeps-version", |f| {
        looks(f, |one, two, _| {
            (state(one), state(two)) != (CLOSED, CLOSED) || version(one) == version(two)
        })
    }),
    ("atomix-session/state/gone-stays-gone", |f| {
        let mut sessions = hosted(f);
        let (mut seen, mut gone) = (BTreeSet::new(), BTreeSet::new());
        (0..TICKS).all(|_| {
            let now = names(&list(&sessions, ""));
            sessions.tick();
            seen.extend(now.clone());
            gone.extend(seen.difference(&now).cloned());
            gone.is_disjoint(&now)
        })
    }),
    ("atomix-session/state/get-and-list-agree", |f| {
        let kind = |session: &Session| session.spec.as_ref().map(|spec| spec.kind.clone());
        let mut sessions = hosted(f);
        (0..TICKS).all(|_| {
            sessions.tick();
            list(&sessions, "").iter().all(|listed| {
                let got = get(&sessions, Some(id(listed))).expect("it is listed");
                version(listed) != version(&got)
                    || (state(listed), kind(listed)) == (state(&got), kind(&got))
            })
        })
    }),
];
