//! The jina room against the embedded reference: right, it passes; with each fault, its clause turns red.

#![cfg(feature = "embedded")]

use std::collections::BTreeSet;
use std::time::Duration;

use wirecheck::catalogue;
use wirecheck::check::Check;
use wirecheck::config::Config;
use wirecheck::cx::Settings;
use wirecheck::known::Known;
use wirecheck::model::{CheckResult, Report, Verdict};
use wirecheck::run::{Options, Silent, run};
use wirecheck::target::Target;
use wirecheck_reference::{Fault, Faults};

async fn judged(checks: &[&'static Check], faults: &[Fault], timeout: Duration) -> Report {
    let faults: Faults = faults.iter().copied().collect();
    let config = Config::default();
    let settings = Settings { seed: 1, timeout, observe: Duration::from_secs(1), config };
    let options = Options {
        settings,
        jobs: 8,
        budget: Duration::from_secs(60),
        strict: true,
        allow_destructive: true,
        fail_fast: false,
        known: Known::default(),
    };
    let report = run(&Target::Embedded(faults), checks, &options, &Silent).await;
    report.expect("the embedded reference answers")
}

fn room() -> Vec<&'static Check> {
    catalogue::select(&["jina"]).expect("a room")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_right_reference_passes_everything() {
    let report = judged(&room(), &[], Duration::from_secs(10)).await;
    for result in &report.results {
        assert!(matches!(result.verdict, Verdict::Pass), "{}: {:?}", result.id, result.verdict);
    }
    assert!(report.notes.is_empty(), "{:?}", report.notes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_turns_its_clause_red_and_every_check_falls() {
    let mut never_red: BTreeSet<String> = room().iter().map(|check| check.id.to_owned()).collect();
    let ours = |fault: &&Fault| fault.breaks().starts_with("jina/");
    for fault in Fault::ALL.iter().filter(ours) {
        let held: Vec<_> =
            room().into_iter().filter(|check| check.clause.id == fault.breaks()).collect();
        let report = judged(&held, &[*fault], Duration::from_millis(700)).await;
        let red = |result: &&CheckResult| matches!(result.verdict, Verdict::Fail(_));
        let red: Vec<_> =
            report.results.iter().filter(red).map(|result| result.id.as_str()).collect();
        assert!(!red.is_empty(), "{fault} turns nothing red: {:?}", report.results);
        never_red.retain(|id| !red.contains(&id.as_str()));
    }
    assert!(never_red.is_empty(), "no fault turns these red: {never_red:?}");
}
