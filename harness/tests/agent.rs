//! The agent room against the embedded reference: green without a fault, red with each.
#![cfg(feature = "embedded")]

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

async fn report(faults: &[Fault], checks: &[&'static Check]) -> Report {
    let options = Options {
        settings: Settings {
            seed: 7,
            timeout: Duration::from_secs(5),
            observe: Duration::from_millis(300),
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
    run(&target, checks, &options, &Silent).await.expect("the reference starts")
}

fn room() -> Vec<&'static Check> {
    catalogue::select(&["agent"]).expect("the room has checks")
}

#[tokio::test]
async fn the_reference_passes_everything() {
    let report = report(&[], &room()).await;
    for result in &report.results {
        assert_eq!(result.verdict, Verdict::Pass, "{}", result.id);
    }
}

#[tokio::test]
async fn every_fault_turns_a_check_of_its_clause_red() {
    for &fault in Fault::ALL.iter().filter(|fault| fault.breaks().starts_with("agent/")) {
        let mut checks = room();
        checks.retain(|check| check.clause.id == fault.breaks());
        let report = report(&[fault], &checks).await;
        let red = report.results.iter().any(|result| matches!(result.verdict, Verdict::Fail(_)));
        assert!(red, "{fault} turns nothing red: {report}");
    }
}
