//! The run's budget: what is under way at its end is cut off, and says nothing for or against the target.
#![cfg(feature = "embedded")]

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::timeout;
use wirecheck::model::{Report, Verdict};
use wirecheck::run::RunError;
use wirecheck::{Conformance, ConformanceError};

use super::frail;
use super::mute::Muted;

/// What a run may take.
const BUDGET: Duration = Duration::from_secs(1);
/// What a wait may take that the budget does not cut off.
const TIMEOUT: Duration = Duration::from_secs(600);
/// When a test gives up: long before such a wait ends.
const PATIENCE: Duration = Duration::from_secs(60);

async fn ran(target: Conformance) -> Result<Report, ConformanceError> {
    let run = target.timeout(TIMEOUT).budget(BUDGET).jobs(1);
    timeout(PATIENCE, run.run()).await.expect("it ends with its budget")
}

/// The verdicts of these checks on a server that serves so many connections of theirs.
async fn on_a_mute_one(checks: &str, served: usize) -> Vec<Verdict> {
    let muted = Muted::after(served).await;
    let run = Conformance::of(&muted.address).rooms([checks]);
    let run = run.timeout(TIMEOUT).budget(BUDGET).jobs(1);
    let ran = timeout(PATIENCE, run.run_telling(&muted)).await.expect("it ends with its budget");
    let results = ran.expect("it answers at first").results;
    results.into_iter().map(|result| result.verdict).collect()
}

fn is_broken_by(verdict: &Verdict, why: &str) -> bool {
    matches!(verdict, Verdict::Broken(cause) if cause.contains("budget") && cause.contains(why))
}

#[tokio::test]
async fn a_check_under_way_is_broken_and_so_is_what_comes_after() {
    let verdicts = on_a_mute_one("neofs-session/order", 0).await;
    let of = |why| verdicts.iter().filter(|verdict| is_broken_by(verdict, why)).count();
    assert_eq!(of("while this ran"), 1, "{verdicts:?}");
    assert_eq!(of("before"), verdicts.len() - 1, "{verdicts:?}");
}

#[tokio::test]
async fn a_check_after_which_nobody_could_be_asked_does_not_pass() {
    let verdicts = on_a_mute_one("neofs-session/order/signed-first-refused", 1).await;
    assert!(matches!(&verdicts[..], [one] if is_broken_by(one, "sign of life")), "{verdicts:?}");
}

#[tokio::test]
async fn first_questions_end_with_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let target = Conformance::of(listener.local_addr().expect("an address").to_string());
    let holding = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok(accepted) = listener.accept().await {
            held.push(accepted);
        }
    });
    let ran = ran(target).await;
    assert!(matches!(ran, Err(ConformanceError::Run(RunError::Unanswered(_)))), "{ran:?}");
    holding.abort();
}

#[tokio::test]
async fn a_launch_ends_with_it() {
    let ran = ran(Conformance::of_command("sh -c 'exec sleep 600' {port}")).await;
    assert!(matches!(ran, Err(ConformanceError::Run(RunError::Late(BUDGET)))), "{ran:?}");
}

/// The check and the probe after it wait for 1.2 s each, and so would both once more.
#[tokio::test]
async fn an_inquest_that_is_cut_off_names_nobody() {
    let run = Conformance::of_command(frail::command("wedges")).rooms([frail::CULPRIT]);
    let run = run.timeout(Duration::from_millis(1200)).budget(Duration::from_secs(3));
    let report = timeout(PATIENCE, run.run()).await.expect("it ends with its budget");
    let report = report.expect("it answers at first");
    let verdicts: Vec<_> = report.results.iter().map(|result| &result.verdict).collect();
    assert!(matches!(&verdicts[..], [one] if is_broken_by(one, "")), "{report}");
}
