//! Every check can fail: each fault of the reference turns a check of its clause red, and each check
//! is red somewhere. What is tried follows from the faults and the catalogue; no list is kept here.
#![cfg(feature = "embedded")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use wirecheck::catalogue;
use wirecheck::check::{Check, Need};
use wirecheck::client::Origin;
use wirecheck::cx::Settings;
use wirecheck::known::Known;
use wirecheck::model::{CheckResult, Report, Verdict, room_of};
use wirecheck::run::{Options, Progress, Silent, run};
use wirecheck::target::{Endpoint, Target};
use wirecheck_reference::serve::{Config, Server};
use wirecheck_reference::{Fault, Faults};

/// For a check against a server that a fault has silenced.
const TIMEOUT: Duration = Duration::from_secs(2);
/// For a server that moves by itself, and one that a fault keeps from moving.
const OBSERVE: Duration = Duration::from_secs(1);
/// Runs under way at once: most of them wait for an answer that a fault withholds.
const RUNS: usize = 8;

/// What was seen of all checks.
struct Evidence {
    /// Of each fault, the results of the checks of its clause.
    faults: BTreeMap<Fault, Vec<CheckResult>>,
    /// The checks that were red somewhere, and not without a reason.
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
        .filter(|(_, results)| !results.iter().any(is_red))
        .map(|(fault, results)| format!("{fault} ({}): {}", fault.breaks(), verdicts(results)))
        .collect();
    assert!(unseen.is_empty(), "faults that turn nothing red:\n{}", unseen.join("\n"));
}

#[test]
fn every_check_is_red_somewhere() {
    let always_green: Vec<_> = catalogue::checks()
        .filter(|check| !check.needs.contains(&Need::Destructive))
        .filter(|check| !EVIDENCE.red.contains(check.id))
        .map(|check| check.id)
        .collect();
    let advice = "a fault is missing that breaks just this, or the check cannot fail";
    assert!(always_green.is_empty(), "never red ({advice}):\n{}", always_green.join("\n"));
}

/// Runs what it takes, the cheapest first: each check under the faults of its clause; what is left,
/// under the other faults of its room; and what no fault is meant to break, against a mute target.
async fn gathered() -> Evidence {
    let all: Vec<_> = catalogue::checks().collect();
    let without = settled(Faults::default(), all.clone()).await;
    // What is red without any fault proves nothing by being red with one.
    let sound: BTreeSet<_> = without
        .results
        .into_iter()
        .filter(|result| matches!(result.verdict, Verdict::Pass | Verdict::Skip(_)))
        .map(|result| result.id)
        .collect();

    let faults = each(Fault::ALL.iter().filter_map(|fault| {
        let of_clause = |check: &&&Check| check.clause.id == fault.breaks();
        let checks: Vec<_> = all.iter().filter(of_clause).copied().collect();
        // That every fault's clause has a check is the catalogue's own test.
        (!checks.is_empty()).then_some(async move { (*fault, under(*fault, checks).await) })
    }))
    .await;
    let faults: BTreeMap<_, _> = faults.into_iter().collect();
    let mut red = &reds(faults.values()) & &sound;

    let left = |red: &BTreeSet<String>| -> Vec<&'static Check> {
        all.iter().filter(|check| !red.contains(check.id)).copied().collect()
    };
    let unproven = left(&red);
    let others = each(Fault::ALL.iter().filter_map(|fault| {
        let mut checks = unproven.clone();
        checks.retain(|check| {
            let clause = check.clause.id;
            room_of(clause) == room_of(fault.breaks()) && clause != fault.breaks()
        });
        (!checks.is_empty()).then(|| under(*fault, checks))
    }));
    red.extend(&reds(&others.await) & &sound);

    let unbreakable = |check: &&Check| Fault::ALL.iter().all(|of| of.breaks() != check.clause.id);
    let mute = each(left(&red).into_iter().filter(unbreakable).map(against_mute)).await;
    red.extend(&reds(&mute) & &sound);
    Evidence { faults, red }
}

/// Runs all of these, some at once.
async fn each<F>(runs: impl Iterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let seats = Arc::new(Semaphore::new(RUNS));
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

async fn under(fault: Fault, checks: Vec<&'static Check>) -> Vec<CheckResult> {
    settled([fault].into_iter().collect(), checks).await.results
}

/// A run against the embedded reference, which nothing can harm.
async fn settled(faults: Faults, checks: Vec<&'static Check>) -> Report {
    let target = Target::Embedded(faults);
    run(&target, &checks, &options(true), &Silent).await.expect("the reference answers")
}

fn options(allow_destructive: bool) -> Options {
    let settings = Settings { seed: 7, timeout: TIMEOUT, observe: OBSERVE, ..Settings::default() };
    Options {
        settings,
        jobs: 8,
        budget: Duration::from_secs(60),
        strict: true,
        allow_destructive,
        fail_fast: false,
        known: Known::default(),
    }
}

/// One check against a server that falls silent once the run has found it alive.
async fn against_mute(check: &'static Check) -> Vec<CheckResult> {
    let server = Server::start(Config::default()).await.expect("the reference starts");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let muting = Muting::default();
    let passing = tokio::spawn(pass(listener, server.addr(), Arc::clone(&muting.0)));
    let origin = Origin::plain(address.clone());
    let target = Target::Endpoint(Endpoint { url: address, origin });
    let report = run(&target, &[check], &options(false), &muting).await;
    passing.abort();
    report.expect("the reference answers at first").results
}

/// Silences the target when the first check is about to start.
#[derive(Default)]
struct Muting(Arc<AtomicBool>);

impl Progress for Muting {
    fn begins(&self, _: usize) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn judged(&self, _: &CheckResult) {}
}

/// Passes connections on to the server; once mute, it takes what comes and says nothing.
async fn pass(listener: TcpListener, server: SocketAddr, mute: Arc<AtomicBool>) {
    while let Ok((mut client, _)) = listener.accept().await {
        let mute = mute.load(Ordering::SeqCst);
        tokio::spawn(async move {
            if mute {
                let mut heard = vec![0; 64 << 10];
                while client.read(&mut heard).await.is_ok_and(|read| read > 0) {}
            } else if let Ok(mut server) = TcpStream::connect(server).await {
                // Either side may go first.
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            }
        });
    }
}

fn is_red(result: &CheckResult) -> bool {
    matches!(result.verdict, Verdict::Fail(_))
}

fn reds<'a>(runs: impl IntoIterator<Item = &'a Vec<CheckResult>>) -> BTreeSet<String> {
    let red = runs.into_iter().flatten().filter(|result| is_red(result));
    red.map(|result| result.id.clone()).collect()
}

fn verdicts(results: &[CheckResult]) -> String {
    let verdict = |result: &CheckResult| {
        format!("{} {}", result.id, result.verdict.name())
            + &result.verdict.reason().map_or_else(String::new, |reason| format!(" ({reason})"))
    };
    results.iter().map(verdict).collect::<Vec<_>>().join("; ")
}
