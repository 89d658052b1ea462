//! What the faults of the handshake show under the profile `p256`, which the other tests do not run.
#![cfg(feature = "embedded")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::time::Duration;

use wirecheck::catalogue;
use wirecheck::config::Profile;
use wirecheck::model::{CheckResult, Verdict, room_of};
use wirecheck::run::Options;
use wirecheck_reference::{Fault, Faults};

use super::inside::{self, Checks, RUNS, each, settled, verdicts};

/// For checks of many conversations: a debug build takes milliseconds for each.
const PATIENCE: Duration = Duration::from_secs(30);

/// Of each fault of the room, the results of the checks of its clause.
static EVIDENCE: LazyLock<BTreeMap<Fault, Vec<CheckResult>>> = LazyLock::new(|| {
    let faults = Fault::ALL.iter().filter(|fault| room_of(fault.breaks()) == "neofs-session");
    let runs = faults.map(|fault| of_clause(*fault, fault.breaks()));
    wait(each(RUNS, runs.collect())).into_iter().collect()
});

/// Whether the fault turns a check of its clause red.
pub(super) fn shows(fault: Fault) -> bool {
    EVIDENCE.get(&fault).is_some_and(|results| inside::shows(results))
}

#[test]
fn every_fault_shows_that_is_none_of_ed25519_alone() {
    let exercised = exercised();
    let unseen: Vec<_> = EVIDENCE
        .iter()
        .filter(|(fault, _)| exercised.contains(fault.breaks()) && !shows(**fault))
        // Who takes no Verify serves nobody here; its clause is held by what comes after a handshake.
        .filter(|(fault, _)| **fault != Fault::RefusesVerify)
        .map(|(fault, results)| format!("{fault} ({}): {}", fault.breaks(), verdicts(results)))
        .collect();
    assert!(unseen.is_empty(), "faults that turn nothing red:\n{}", unseen.join("\n"));

    let instead = "neofs-session/order/init-answered-by-unsigned";
    let (_, results) = wait(of_clause(Fault::RefusesVerify, instead));
    assert!(inside::shows(&results), "{}", verdicts(&results));
}

/// The clauses of which some check is no skip without any fault.
fn exercised() -> BTreeSet<&'static str> {
    let checks: Checks =
        catalogue::checks().filter(|it| room_of(it.id) == "neofs-session").collect();
    let results = wait(settled(Faults::default(), &checks, &options()));
    let skipped =
        |id: &str| results.iter().any(|it| it.id == id && matches!(it.verdict, Verdict::Skip(_)));
    checks.iter().filter(|check| !skipped(check.id)).map(|check| check.clause.id).collect()
}

async fn of_clause(fault: Fault, clause: &str) -> (Fault, Vec<CheckResult>) {
    let checks: Checks = catalogue::checks().filter(|check| check.clause.id == clause).collect();
    (fault, settled([fault].into_iter().collect(), &checks, &options()).await)
}

fn options() -> Options {
    let mut options = inside::options(PATIENCE);
    options.settings.config.neofs_session.profile = Profile::P256;
    options
}

fn wait<T>(run: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(run)
}
