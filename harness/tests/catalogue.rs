//! The catalogue is sound: ids, citations and faults fit together, and nothing is left unchecked.

use std::collections::BTreeSet;

use wirecheck::catalogue;
use wirecheck::model::room_of;
use wirecheck_reference::Fault;

#[test]
fn ids_are_room_topic_words() {
    let ids = catalogue::checks()
        .map(|check| check.id)
        .chain(catalogue::clauses().map(|clause| clause.id));
    for id in ids {
        let parts: Vec<_> = id.split('/').collect();
        assert_eq!(parts.len(), 3, "{id}");
        let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(parts.iter().all(|part| !part.is_empty() && part.chars().all(lower)), "{id}");
        assert!(parts[2].chars().any(|c| c.is_ascii_alphabetic()), "{id} is a number");
        assert!(catalogue::room(parts[0]).is_some(), "{id} stands in no room");
    }
}

#[test]
fn ids_are_unique() {
    let mut seen = BTreeSet::new();
    assert!(catalogue::checks().all(|check| seen.insert(check.id)), "two checks have one id");
    seen.clear();
    assert!(catalogue::clauses().all(|clause| seen.insert(clause.id)), "two clauses have one id");
}

#[test]
fn a_check_cites_a_clause_of_its_own_room() {
    for check in catalogue::checks() {
        assert_eq!(room_of(check.id), check.clause.room(), "{}", check.id);
        let listed = catalogue::clauses().any(|clause| std::ptr::eq(clause, check.clause));
        assert!(listed, "{} cites a clause that its room does not list", check.id);
        // One check of a clause bears its id; each further one begins with it.
        assert!(check.id.starts_with(check.clause.id), "{} does not say whose it is", check.id);
    }
}

#[test]
fn every_clause_is_checked_or_waived_with_a_reason() {
    for clause in catalogue::clauses() {
        let checked = catalogue::checks().any(|check| check.clause.id == clause.id);
        match clause.waived {
            Some(reason) => {
                assert!(!checked, "{} is checked and waived", clause.id);
                assert!(reason.len() > 20, "{} is waived without a reason", clause.id);
            }
            None => assert!(checked, "{} has no check", clause.id),
        }
    }
}

#[test]
fn every_clause_is_a_sentence_with_a_source() {
    for clause in catalogue::clauses() {
        assert!(
            clause.text.ends_with('.') && clause.text.len() > 20,
            "{}: {:?}",
            clause.id,
            clause.text
        );
        assert!(clause.source.len() > 5, "{}: {:?}", clause.id, clause.source);
    }
}

#[test]
fn every_fault_breaks_a_clause_of_the_catalogue() {
    for fault in Fault::ALL {
        let clause = catalogue::clauses().find(|clause| clause.id == fault.breaks());
        assert!(clause.is_some(), "{fault} breaks {}, which no room has", fault.breaks());
    }
}

#[test]
fn selection_works_at_any_depth() {
    let of = |pattern: &str| catalogue::select(&[pattern]).map(|checks| checks.len());
    let all = catalogue::select::<&str>(&[]).expect("everything").len();
    assert_eq!(all, catalogue::checks().count());
    let room = of("neofs-session").expect("a room");
    let topic = of("neofs-session/order").expect("a topic");
    assert!(0 < topic && topic < room && room < all);
    assert_eq!(of("neofs-session/order/"), Ok(topic));
    assert_eq!(of("neofs-session/order/*"), Ok(topic));
    assert_eq!(of("neofs-session/order/signed-first-refused"), Ok(1));
    assert!(of("neofs-session/ord").is_err(), "half a word is no topic");
    assert!(of("").is_err());
}
