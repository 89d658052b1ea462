//! Every check can fail: each fault of the reference turns a check of its clause red, and each check
//! is red somewhere. What is tried follows from the faults and the catalogue; no list is kept here.
#![cfg(feature = "embedded")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use wirecheck::catalogue;
use wirecheck::check::Check;
use wirecheck::client::Origin;
use wirecheck::cx::Settings;
use wirecheck::model::{CheckResult, Verdict, room_of};
use wirecheck::run::{Options, Silent, run};
use wirecheck::target::{Endpoint, Target};
use wirecheck_reference::{Fault, Faults};

use super::mute::Muted;
use super::profile;

/// For a check of a server that a fault may have silenced: a right one answers in milliseconds.
const SHORT: Duration = Duration::from_secs(2);
/// For one that has to wait longer than that before it may say that nothing came.
const LONG: Duration = Duration::from_secs(10);
/// For a server that moves by itself, and one that a fault keeps from moving.
const OBSERVE: Duration = Duration::from_secs(1);
/// Runs under way at once against servers with faults, some of which withhold their answers.
pub(super) const RUNS: usize = 8;
/// The same where a first run was too short to tell.
const PATIENT_RUNS: usize = 4;
/// The same against mute ones, which all do.
const MUTE_RUNS: usize = 64;

/// What was seen of all checks.
struct Evidence {
    /// Of each fault, the results of the checks of its clause.
    faults: BTreeMap<Fault, Vec<CheckResult>>,
    /// The checks that were red somewhere, and are not red without any fault.
    red: BTreeSet<String>,
}

static EVIDENCE: LazyLock<Evidence> = LazyLock::new(|| {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(gathered())
});

#[test]
fn every_fault_turns_a_check_of_its_clause_red() {
    let unseen: Vec<_> = EVIDENCE
        .faults
        .iter()
        .filter(|(fault, results)| !shows(results) && !profile::shows(**fault))
        .map(|(fault, results)| format!("{fault} ({}): {}", fault.breaks(), verdicts(results)))
        .collect();
    assert!(unseen.is_empty(), "faults that turn nothing red:\n{}", unseen.join("\n"));
}

#[test]
fn every_check_is_red_somewhere() {
    let always_green: Vec<_> = catalogue::checks()
        .filter(|check| !EVIDENCE.red.contains(check.id))
        .map(|check| check.id)
        .collect();
    let advice = "a fault is missing that breaks just this, or the check cannot fail";
    assert!(always_green.is_empty(), "never red ({advice}):\n{}", always_green.join("\n"));
}

pub(super) type Checks = Vec<&'static Check>;

/// Runs what it takes, the cheapest first: each check under the faults of its clause; what is left,
/// under the other faults of its room; and what no fault is meant to break, against a mute target.
async fn gathered() -> Evidence {
    let all: Checks = catalogue::checks().collect();
    let without = settled(Faults::default(), &all, &options(LONG)).await;
    // What is red without any fault proves nothing by being red with one.
    let sound: BTreeSet<_> = without
        .into_iter()
        .filter(|result| matches!(result.verdict, Verdict::Pass | Verdict::Skip(_)))
        .map(|result| result.id)
        .collect();
    let left = |red: &BTreeSet<String>| -> Checks {
        all.iter().filter(|check| !red.contains(check.id)).copied().collect()
    };

    let faults = own_clauses(&all).await;
    let mut red = &reds(faults.values()) & &sound;
    red.extend(&reds(&other_clauses(&left(&red)).await) & &sound);
    let unbreakable = |check: &&Check| Fault::ALL.iter().all(|of| of.breaks() != check.clause.id);
    let mute = left(&red).into_iter().filter(unbreakable).map(against_mute);
    red.extend(&reds(&each(MUTE_RUNS, mute.collect()).await) & &sound);
    Evidence { faults, red }
}

/// Each fault against the checks of its clause; with more time, and fewer beside each other, where the
/// first run leaves one that is not red.
async fn own_clauses(all: &Checks) -> BTreeMap<Fault, Vec<CheckResult>> {
    let mut faults = BTreeMap::<Fault, Vec<CheckResult>>::new();
    for (runs, options) in [(RUNS, options(SHORT)), (PATIENT_RUNS, patient())] {
        let red = reds(faults.values());
        let shown = |fault: &Fault| faults.get(fault).is_some_and(|results| shows(results));
        let tries = Fault::ALL.iter().copied().filter_map(|fault| {
            let mut checks = all.clone();
            checks.retain(|check| check.clause.id == fault.breaks());
            // That every fault's clause has a check is the catalogue's own test.
            let done = checks.iter().all(|check| red.contains(check.id)) && shown(&fault);
            let options = options.clone();
            (!done && !checks.is_empty()).then_some(async move {
                (fault, settled([fault].into_iter().collect(), &checks, &options).await)
            })
        });
        let tries: Vec<_> = tries.collect();
        for (fault, results) in each(runs, tries).await {
            faults.entry(fault).or_default().extend(results);
        }
    }
    faults
}

/// Each fault against those of these checks that are of its room, but not of its clause.
async fn other_clauses(unproven: &Checks) -> Vec<Vec<CheckResult>> {
    let runs = Fault::ALL.iter().copied().filter_map(|fault| {
        let mut checks = unproven.clone();
        checks.retain(|check| {
            let clause = check.clause.id;
            room_of(clause) == room_of(fault.breaks()) && clause != fault.breaks()
        });
        let some = !checks.is_empty();
        some.then_some(async move {
            settled([fault].into_iter().collect(), &checks, &options(SHORT)).await
        })
    });
    each(RUNS, runs.collect()).await
}

/// Runs all of these, so many at once.
pub(super) async fn each<F>(seats: usize, runs: Vec<F>) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let seats = Arc::new(Semaphore::new(seats));
    let mut tasks = JoinSet::new();
    for run in runs {
        let seats = Arc::clone(&seats);
        tasks.spawn(async move {
            let _seat = seats.acquire().await.expect("the semaphore is never closed");
            run.await
        });
    }
    tasks.join_all().await
}

/// A run against the embedded reference.
pub(super) async fn settled(
    faults: Faults,
    checks: &[&'static Check],
    options: &Options,
) -> Vec<CheckResult> {
    let report = run(&Target::Embedded(faults), checks, options, &Silent).await;
    report.expect("the reference answers").results
}

pub(super) fn options(timeout: Duration) -> Options {
    Options {
        settings: Settings { seed: 7, timeout, observe: Some(OBSERVE), ..Settings::default() },
        strict: true,
        // Every run has a server of its own in this process.
        allow_destructive: true,
        ..Options::default()
    }
}

/// For a check that a busy machine kept from seeing enough.
fn patient() -> Options {
    let mut options = options(LONG);
    options.settings.observe = Some(4 * OBSERVE);
    options
}

/// One check against a server that falls silent once the run has found it alive.
async fn against_mute(check: &'static Check) -> Vec<CheckResult> {
    let muted = Muted::after(0).await;
    let origin = Origin::plain(muted.address.clone());
    let target = Target::Endpoint(Endpoint { url: muted.address.clone(), origin });
    let report = run(&target, &[check], &options(SHORT), &muted).await;
    report.expect("the reference answers at first").results
}

pub(super) fn is_red(result: &CheckResult) -> bool {
    matches!(result.verdict, Verdict::Fail(_))
}

/// Whether any of them is red.
pub(super) fn shows(results: &[CheckResult]) -> bool {
    results.iter().any(is_red)
}

fn reds<'a>(runs: impl IntoIterator<Item = &'a Vec<CheckResult>>) -> BTreeSet<String> {
    let red = runs.into_iter().flatten().filter(|result| is_red(result));
    red.map(|result| result.id.clone()).collect()
}

pub(super) fn verdicts(results: &[CheckResult]) -> String {
    let verdict = |result: &CheckResult| {
        format!("{} {}", result.id, result.verdict.name())
            + &result.verdict.reason().map_or_else(String::new, |reason| format!(" ({reason})"))
    };
    results.iter().map(verdict).collect::<Vec<_>>().join("; ")
}
