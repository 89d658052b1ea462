//! The room of atomix-session against the embedded reference: all green, and red under every fault.
#![cfg(feature = "embedded")]

use std::time::{Duration, Instant};

use wirecheck::catalogue;
use wirecheck::config::Config;
use wirecheck::cx::Settings;
use wirecheck::known::Known;
use wirecheck::model::{Report, Verdict};
use wirecheck::run::{Options, Silent, run};
use wirecheck::target::Target;
use wirecheck_reference::Fault;

async fn check(pattern: &str, faults: &[Fault], observe: Duration) -> Report {
    let options = Options {
        settings: Settings {
            seed: 1,
            timeout: Duration::from_secs(5),
            observe,
            config: Config::default(),
        },
        jobs: 8,
        budget: Duration::from_secs(60),
        strict: true,
        allow_destructive: false,
        fail_fast: false,
        known: Known::default(),
    };
    let checks = catalogue::select(&[pattern]).expect("checks");
    let target = Target::Embedded(faults.iter().copied().collect());
    run(&target, &checks, &options, &Silent).await.expect("a report")
}

const WINDOW: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_passes() {
    let began = Instant::now();
    let report = check("atomix-session", &[], WINDOW).await;
    for result in &report.results {
        assert_eq!(result.verdict, Verdict::Pass, "{}", result.id);
        println!("{:>6} ms {:>4} calls {}", result.duration.as_millis(), result.calls, result.id);
    }
    println!("{:?} {:?}", report.duration, began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_turns_a_check_of_its_clause_red() {
    let faults = Fault::ALL.iter().filter(|fault| fault.breaks().starts_with("atomix-session/"));
    for fault in faults {
        let report = check("atomix-session", &[*fault], WINDOW).await;
        let red = report.results.iter().filter(|result| result.verdict.finding().is_some());
        let red: Vec<_> = red.map(|result| (result.clause.id, result.id.as_str())).collect();
        println!("{fault}: {red:?} {:?}", report.duration);
        for result in &report.results {
            if let Some(finding) = result.verdict.finding() {
                println!("   {} -- {} -- {}", result.id, finding.expected, finding.actual);
            } else if let Some(reason) = result.verdict.reason() {
                println!("   {} {} -- {reason}", result.verdict.name(), result.id);
            }
        }
    }
}
