//! The room of atomix-session against the embedded reference: all green, and red under every fault.
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
use wirecheck_reference::Fault;

fn room() -> Vec<&'static Check> {
    catalogue::select(&["atomix-session"]).expect("the room")
}

async fn check(checks: &[&'static Check], faults: &[Fault]) -> Report {
    let options = Options {
        settings: Settings {
            seed: 1,
            timeout: Duration::from_secs(5),
            observe: Duration::from_secs(2),
            config: Config::default(),
            method: None,
        },
        jobs: 8,
        budget: Duration::from_secs(60),
        strict: true,
        allow_destructive: false,
        fail_fast: false,
        known: Known::default(),
    };
    let target = Target::Embedded(faults.iter().copied().collect());
    run(&target, checks, &options, &Silent).await.expect("a report")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_passes() {
    let report = check(&room(), &[]).await;
    for result in &report.results {
        assert_eq!(result.verdict, Verdict::Pass, "{}", result.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_turns_its_clause_red_and_every_check_is_turned_by_one() {
    let faults = Fault::ALL.iter().filter(|fault| fault.breaks().starts_with("atomix-session/"));
    let mut turned = BTreeSet::new();
    for fault in faults {
        let of_its_clause = |check: &&Check| check.clause.id == fault.breaks();
        let checks: Vec<_> = room().into_iter().filter(of_its_clause).collect();
        let report = check(&checks, &[*fault]).await;
        let red = report.results.iter().filter(|result| matches!(result.verdict, Verdict::Fail(_)));
        let red: Vec<_> = red.map(|result| result.id.clone()).collect();
        assert!(!red.is_empty(), "{fault} goes unseen: {report:?}");
        turned.extend(red);
    }
    for check in room() {
        assert!(turned.contains(check.id), "no fault turns {} red", check.id);
    }
}
