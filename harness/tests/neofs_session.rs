//! The room against the embedded reference: all of it passes, and every check is red for some fault.
#![cfg(feature = "embedded")]

use std::collections::BTreeSet;
use std::time::Duration;

use wirecheck::catalogue;
use wirecheck::check::Check;
use wirecheck::config::Config;
use wirecheck::cx::Settings;
use wirecheck::known::Known;
use wirecheck::model::{Report, Verdict};
use wirecheck::run::{Options, Silent, run};
use wirecheck::target::Target;
use wirecheck_reference::{Fault, Faults};

fn options() -> Options {
    let timeout = Duration::from_secs(30);
    let observe = Duration::from_secs(1);
    Options {
        settings: Settings { seed: 1, timeout, observe, config: Config::default() },
        jobs: 8,
        budget: Duration::from_secs(300),
        strict: true,
        allow_destructive: false,
        fail_fast: false,
        known: Known::default(),
    }
}

async fn check(checks: &[&'static Check], faults: impl IntoIterator<Item = Fault>) -> Report {
    let target = Target::Embedded(Faults::from_iter(faults));
    run(&target, checks, &options(), &Silent).await.expect("the reference starts")
}

fn room() -> Vec<&'static Check> {
    catalogue::select(&["neofs-session"]).expect("the room has checks")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_passes_every_check_without_a_warning() {
    let report = check(&room(), []).await;
    for result in &report.results {
        assert_eq!(result.verdict, Verdict::Pass, "{}", result.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_turns_a_check_of_its_clause_red_and_every_check_is_red_once() {
    let checks = room();
    let mut never_red: BTreeSet<&str> = checks.iter().map(|check| check.id).collect();
    for fault in Fault::ALL.iter().filter(|fault| fault.breaks().starts_with("neofs-session/")) {
        let of_the_clause = checks.iter().copied();
        let of_the_clause: Vec<_> =
            of_the_clause.filter(|check| check.clause.id == fault.breaks()).collect();
        let report = check(&of_the_clause, [*fault]).await;
        let red = report.results.iter().filter(|result| matches!(result.verdict, Verdict::Fail(_)));
        let red: Vec<_> = red.collect();
        assert!(!red.is_empty(), "{fault} leaves {} green", fault.breaks());
        never_red.retain(|id| !red.iter().any(|result| result.id == *id));
    }
    assert!(never_red.is_empty(), "no fault turns these red: {never_red:?}");
}

#[test]
fn every_clause_has_a_check() {
    let checks = room();
    for clause in wirecheck::specs::neofs_session::ROOM.clauses {
        let held = checks.iter().any(|check| check.clause.id == clause.id);
        assert!(held || clause.waived.is_some(), "{} has no check", clause.id);
    }
}
