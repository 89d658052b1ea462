//! The command, run against one of the servers, and what it took.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;

use super::server::{self, Worst};

/// What the command may take at most, in KiB: 150 MiB.
const MOST: u64 = 150 << 10;
/// What the run may take by its own flags, and what starting, the last checks and the report may add.
pub(super) const BUDGET: &str = "4s";
const PATIENCE: Duration = Duration::from_secs(30);

/// The command's process, as the kernel sees it.
#[derive(Default)]
pub(super) struct Watch {
    pid: AtomicU32,
    peak: AtomicU64,
}

impl Watch {
    /// Notes how much memory the process has had at most so far, in KiB.
    pub(super) fn look(&self) {
        let path = format!("/proc/{}/status", self.pid.load(Ordering::Relaxed));
        let status = std::fs::read_to_string(path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
        self.peak.fetch_max(peak.unwrap_or(0), Ordering::Relaxed);
    }
}

/// What a run against such a server came to.
pub(super) struct Ran {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
    took: Duration,
    /// KiB.
    peak: u64,
    report: Option<serde_json::Value>,
}

/// Runs the command against a server that does its worst after so many honest calls.
pub(super) async fn against(worst: Worst, honest: u32, budget: &'static str) -> Ran {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let watch = Arc::new(Watch::default());
    let server = tokio::spawn(server::serve(listener, worst, honest, Arc::clone(&watch)));
    let ran = tokio::task::spawn_blocking(move || command(&address, worst, honest, budget, &watch));
    let ran = ran.await.expect("the command runs");
    server.abort();
    ran
}

fn command(address: &str, worst: Worst, honest: u32, budget: &str, watch: &Watch) -> Ran {
    let name = format!("wirecheck-hostile-{}-{worst:?}-{honest}.json", std::process::id());
    let path: PathBuf = std::env::temp_dir().join(name);
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_wirecheck"))
        .args(["check", "--target", address, "--seed", "1", "--timeout", "700ms"])
        .args(["--budget", budget, "--observe", "200ms", "--report"])
        .arg(format!("json={}", path.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    watch.pid.store(child.id(), Ordering::Relaxed);
    let (mut out, mut err) =
        (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
    let said = std::thread::spawn(move || {
        let mut said = String::new();
        err.read_to_string(&mut said).map(|_| said)
    });
    // With the first bytes on stdout the report stands; where it is longer than a pipe holds, the
    // command waits for the second read.
    let mut stdout = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(read @ 1..) = out.read(&mut chunk) {
        watch.look();
        stdout.extend_from_slice(&chunk[..read]);
    }
    let status = child.wait().expect("the command ends");
    let report = std::fs::read(&path).ok();
    let _ = std::fs::remove_file(&path);
    Ran {
        code: status.code(),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: said.join().expect("no panic").unwrap_or_default(),
        took: began.elapsed(),
        peak: watch.peak.load(Ordering::Relaxed),
        report: report.map(|bytes| serde_json::from_slice(&bytes).expect("JSON")),
    }
}

/// The ids of the checks that passed.
pub(super) fn passed(ran: &Ran) -> BTreeSet<String> {
    let results =
        ran.report.iter().flat_map(|report| report["results"].as_array().expect("results"));
    let passed = results.filter(|result| result["verdict"] == "pass");
    passed.map(|result| result["id"].as_str().expect("an id").to_owned()).collect()
}

/// Small, in time, without a panic, and no exit that says all is well.
#[expect(clippy::print_stderr, reason = "figures for whoever reads the test's output")]
pub(super) fn kept_its_bounds(ran: &Ran, who: &str) {
    eprintln!("{who}: at most {} MiB, {:.1} s", ran.peak >> 10, ran.took.as_secs_f64());
    assert!(ran.peak > 0, "{who}: the command was never seen");
    assert!(ran.peak < MOST, "{who}: {} KiB", ran.peak);
    assert!(ran.took < PATIENCE, "{who}: {:?}", ran.took);
    assert!(!ran.stderr.contains("panicked"), "{who}: {}", ran.stderr);
    assert!(!ran.stdout.contains("panicked"), "{who}: {}", ran.stdout);
}
