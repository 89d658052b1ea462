//! The reference in a process of its own: right, it passes; with each fault, a check of the clause that
//! the fault names is red.
#![cfg(feature = "embedded")]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::task::JoinSet;
use wirecheck::config::{Config, Jina, NeofsSession, Profile, Spawning};
use wirecheck::model::{Report, Verdict, room_of};
use wirecheck::records::source::Source;
use wirecheck::{Conformance, catalogue};
use wirecheck_reference::Fault;

/// Processes at once.
const AT_ONCE: usize = 8;

/// The program, built as the workspace builds it.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--workspace", "--bin", "wirecheck-reference"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .status();
    assert!(built.is_ok_and(|status| status.success()), "wirecheck-reference does not build");
    PathBuf::from(env!("CARGO_BIN_EXE_wirecheck")).with_file_name("wirecheck-reference")
});

/// What a server is told beside its faults, and the run of it.
#[derive(Clone, Copy)]
struct State {
    spawning: Spawning,
    profile: Profile,
}

/// The likelier first: few faults show in one of the others alone.
const STATES: [State; 3] = [
    State { spawning: Spawning::Denied, profile: Profile::Ed25519 },
    State { spawning: Spawning::Allowed, profile: Profile::Ed25519 },
    State { spawning: Spawning::Denied, profile: Profile::P256 },
];

/// A run of these checks against a server of its own.
async fn report(
    faults: &[Fault],
    State { spawning, profile }: State,
    checks: &[&str],
    timeout: Duration,
) -> Report {
    let mut command = tokio::process::Command::new(&*PROGRAM);
    command.args(["--listen", "127.0.0.1:0"]);
    if spawning == Spawning::Allowed {
        command.arg("--allow-spawn");
    }
    if profile == Profile::P256 {
        command.args(["--profile", "p256"]);
    }
    for fault in faults {
        command.args(["--fault", fault.name()]);
    }
    let command = command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().expect("it starts");
    let mut said = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let line = said.next_line().await.expect("it writes").expect("it says where it listens");
    let address = line.strip_prefix("LISTENING ").expect("LISTENING and the address");
    let config = Config {
        jina: Jina { spawning: Some(spawning) },
        neofs_session: NeofsSession { profile, ..NeofsSession::default() },
        ..Config::default()
    };
    let run = Conformance::of(address).rooms(checks.iter().copied()).config(config).seed(7);
    let run =
        run.strict(true).allow_destructive(true).timeout(timeout).observe(Duration::from_secs(2));
    run.run().await.expect("the reference answers")
}

/// Whether any of these checks is red under the fault.
async fn red(fault: Fault) -> bool {
    let checks: Vec<_> =
        catalogue::checks().filter(|check| check.clause.id == fault.breaks()).collect();
    let checks: Vec<_> = checks.iter().map(|check| check.id).collect();
    if room_of(fault.breaks()) == "imss" {
        let command = format!("'{}' imss --records 2000 --fault {fault}", PROGRAM.display());
        let run = Conformance::of_trace(Source::Program(command)).rooms(checks).strict(true);
        return is_red(&run.run().await.expect("it prints a trace"));
    }
    for timeout in [Duration::from_secs(3), Duration::from_secs(10)] {
        for state in STATES {
            if is_red(&report(&[fault], state, &checks, timeout).await) {
                return true;
            }
        }
    }
    false
}

fn is_red(report: &Report) -> bool {
    report.results.iter().any(|result| matches!(result.verdict, Verdict::Fail(_)))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_seen_from_outside() {
    let mut left = Fault::ALL.iter().copied();
    let mut running = JoinSet::new();
    let mut unseen = Vec::new();
    loop {
        while running.len() < AT_ONCE
            && let Some(fault) = left.next()
        {
            running.spawn(async move { (!red(fault).await).then_some(fault) });
        }
        match running.join_next().await {
            Some(judged) => unseen.extend(judged.expect("no panic")),
            None => break,
        }
    }
    assert!(unseen.is_empty(), "faults that turn nothing red: {unseen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_fault_everything_passes() {
    let report = report(&[], STATES[1], &[], Duration::from_secs(10)).await;
    for result in &report.results {
        let unserved =
            result.id.starts_with("imss/") || result.id.starts_with("jina/spawn/not-allowed");
        match &result.verdict {
            Verdict::Pass => {}
            Verdict::Skip(_) if unserved => {}
            other => panic!("{}: {other:?}", result.id),
        }
    }
}
