//! The jina room against the embedded reference: right, it passes; with each fault, its clause turns red.

#![cfg(feature = "embedded")]

use std::collections::BTreeSet;
use std::time::Duration;

use wirecheck::catalogue;
use wirecheck::check::Check;
use wirecheck::config::{Config, Spawning};
use wirecheck::cx::Settings;
use wirecheck::known::Known;
use wirecheck::model::{CheckResult, Report, Verdict};
use wirecheck::run::{Options, Silent, run};
use wirecheck::target::Target;
use wirecheck_reference::{Fault, Server};

fn options(timeout: Duration) -> Options {
    let config = Config::default();
    Options {
        settings: Settings { seed: 1, timeout, observe: Duration::from_secs(1), config },
        jobs: 8,
        budget: Duration::from_secs(60),
        strict: true,
        allow_destructive: true,
        fail_fast: false,
        known: Known::default(),
    }
}

async fn judged(checks: &[&'static Check], faults: &[Fault], timeout: Duration) -> Report {
    let target = Target::Embedded(faults.iter().copied().collect());
    let report = run(&target, checks, &options(timeout), &Silent).await;
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

/// A server that stands elsewhere is in one state of spawning, and only the user can say in which.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_elsewhere_is_asked_what_its_state_lets_it_show() {
    use Spawning::{Allowed, Denied};
    let denied = "jina/spawn/not-allowed-says-so";
    let duplicate = "jina/spawn/duplicate-says-so";
    // Where all is refused alike, a refusal shows nothing, and nobody writes a log.
    let after_success = [
        "jina/spawn/log-is-one-line",
        "jina/spawn/log-is-one-line-whatever-the-name",
        "jina/spawn/needs-args",
        "jina/spawn/needs-args-of-a-pod",
        "jina/spawn/no-body-is-an-error",
    ];
    let cases: [(bool, Option<Spawning>, Vec<&str>); 4] = [
        (false, None, [&after_success[..], &[denied, duplicate]].concat()),
        (false, Some(Denied), [&after_success[..], &[duplicate]].concat()),
        (true, None, vec![denied, duplicate]),
        (true, Some(Allowed), vec![denied]),
    ];
    for (allow_spawn, spawning, skipped) in cases {
        let config = wirecheck_reference::Config { allow_spawn, ..Default::default() };
        let server = Server::start(config).await.expect("a server");
        let url = format!("http://{}", server.addr());
        let target = Target::endpoint(&url, false).await.expect("an address");
        let mut options = options(Duration::from_secs(10));
        options.settings.config.jina.spawning = spawning;
        options.allow_destructive = false;
        let checks = catalogue::select(&["jina/spawn", "jina/status"]).expect("topics");
        let report = run(&target, &checks, &options, &Silent).await.expect("a report");
        for result in &report.results {
            let right = match skipped.contains(&result.id.as_str()) {
                true => matches!(result.verdict, Verdict::Skip(_)),
                false => matches!(result.verdict, Verdict::Pass),
            };
            assert!(right, "{allow_spawn} {spawning:?} {}: {:?}", result.id, result.verdict);
        }
    }
}
