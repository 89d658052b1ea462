//! A target that dies, or stops answering for good, on one certain message: the culprit is named, and
//! the rest of the run still says something.
//!
//! The target is this very test program, launched as [`frail_server`]: a proxy in front of the
//! reference server that watches for a message of no bytes.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use wirecheck::Conformance;
use wirecheck::model::{Finding, Kind, Report, Verdict};
use wirecheck_reference::serve::{Config, Server};

pub(super) const CULPRIT: &str = "neofs-session/order/empty-message-refused";

/// Run by the other tests alone: serves on `$FRAIL_PORT`, says where that is, and does `$FRAIL` on an
/// empty message.
#[test]
#[ignore = "a server, launched by the other tests"]
fn frail_server() {
    let Ok(port) = std::env::var("FRAIL_PORT") else { return };
    let dies = std::env::var("FRAIL").is_ok_and(|what| what == "dies");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let server = Server::start(Config::default()).await.expect("the reference");
        let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await.expect("the port");
        let address = listener.local_addr().expect("an address");
        // Past the test harness's capture, on a line of its own.
        std::io::Write::write_all(
            &mut std::io::stdout(),
            format!("\nLISTENING {address}\n").as_bytes(),
        )
        .expect("it writes");
        let (wedge, wedged) = watch::channel(false);
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(server.addr()).await.expect("the reference");
            let (wedge, wedged) = (wedge.clone(), wedged.clone());
            tokio::spawn(pass(client, server, dies, wedge, wedged));
        }
    });
}

/// Hands bytes both ways until the message comes; from then on none, on any connection.
async fn pass(
    client: TcpStream,
    server: TcpStream,
    dies: bool,
    wedge: watch::Sender<bool>,
    mut wedged: watch::Receiver<bool>,
) {
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    let mut up = vec![0; 64 << 10];
    let mut down = vec![0; 64 << 10];
    let mut seen = Vec::new();
    loop {
        tokio::select! {
            biased;
            () = wedged_for_good(&mut wedged) => std::future::pending().await,
            read = from_client.read(&mut up) => match read {
                Ok(read) if read > 0 => {
                    seen.extend_from_slice(&up[..read]);
                    if seen.windows(14).any(is_empty_message) {
                        if dies {
                            // Past the test harness's capture, as a crashing server's words go.
                            let _ = std::io::Write::write_all(&mut std::io::stderr(), b"frail: cannot bear an empty message\n");
                            std::process::exit(101);
                        }
                        wedge.send_replace(true);
                        continue;
                    }
                    seen.drain(..seen.len().saturating_sub(13));
                    if to_server.write_all(&up[..read]).await.is_err() { return }
                }
                _ => return,
            },
            read = from_server.read(&mut down) => match read {
                Ok(read) if read > 0 => if to_client.write_all(&down[..read]).await.is_err() { return },
                _ => return,
            },
        }
    }
}

async fn wedged_for_good(wedged: &mut watch::Receiver<bool>) {
    // The sender lives as long as the server.
    let _ = wedged.wait_for(|wedged| *wedged).await;
}

/// A DATA frame of five bytes, all of them zero: flag 0, length 0.
fn is_empty_message(bytes: &[u8]) -> bool {
    bytes[..4] == [0, 0, 5, 0] && bytes[9..] == [0; 5]
}

pub(super) fn command(what: &str) -> String {
    let program = std::env::current_exe().expect("this program");
    format!(
        "env FRAIL={what} FRAIL_PORT={{port}} '{}' --exact frail::frail_server --ignored --nocapture",
        program.display()
    )
}

fn launched(what: &str, checks: &[&str]) -> Report {
    let run = Conformance::of_command(command(what))
        .rooms(checks.iter().copied())
        .timeout(Duration::from_millis(1500));
    run.run_blocking().expect("a target that answers at first")
}

fn finding<'a>(report: &'a Report, id: &str) -> &'a Finding {
    let result = report.results.iter().find(|result| result.id == id).expect("the check ran");
    match &result.verdict {
        Verdict::Fail(finding) => finding,
        other => panic!("{id}: {other:?}\n{report}"),
    }
}

#[test]
fn a_crash_is_pinned_on_the_check_that_brought_it() {
    let report = launched("dies", &["neofs-session/order"]);
    let finding = finding(&report, CULPRIT);
    assert_eq!(finding.kind, Kind::Crash, "{report}");
    assert!(
        finding.output.as_deref().is_some_and(|output| output.contains("cannot bear")),
        "{report}"
    );
    assert!(!finding.trace.events.is_empty(), "the conversation is missing");
    rest_is_judged(&report);
}

#[test]
fn a_wedge_is_pinned_on_the_check_that_brought_it() {
    // Each that sends the message costs four timeouts: of those that only do what is allowed, and of
    // the refusals, one.
    let checks = [
        "neofs-session/order/*-refused*",
        "neofs-session/order/nothing-*",
        "neofs-session/order/*-answered-*",
    ];
    let report = launched("wedges", &checks);
    assert_eq!(finding(&report, CULPRIT).kind, Kind::Wedge, "{report}");
    rest_is_judged(&report);
}

/// Everything that sends no empty message passes; nothing is left broken.
fn rest_is_judged(report: &Report) {
    let summary = report.summary();
    assert_eq!(summary.broken, 0, "{report}");
    assert!(summary.pass >= 6, "{report}");
    let innocent = "neofs-session/order/signed-first-refused";
    let result = report.results.iter().find(|result| result.id == innocent).expect("the check ran");
    assert_eq!(result.verdict, Verdict::Pass, "{report}");
}

/// Nobody starts it anew: what comes after the crash is broken with that reason, and the run failed.
#[tokio::test(flavor = "multi_thread")]
async fn without_launch_the_rest_is_broken_and_says_why() {
    let words = shlex::split(&command("dies").replace("{port}", "0")).expect("a command");
    let mut child = tokio::process::Command::new(&words[0])
        .args(&words[1..])
        .kill_on_drop(true)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the server starts");
    let mut said = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let address = loop {
        let line = said.next_line().await.expect("it writes").expect("it says where it listens");
        if let Some(address) = line.strip_prefix("LISTENING ") {
            break address.to_owned();
        }
    };
    let run =
        Conformance::of(address).rooms(["neofs-session"]).jobs(1).timeout(Duration::from_secs(2));
    let report = run.run().await.expect("it answers at first");
    assert_eq!(report.outcome(), wirecheck::model::Outcome::Failed, "{report}");
    assert!(report.results.iter().any(|result| matches!(&result.verdict, Verdict::Fail(finding) if finding.kind == Kind::Crash)), "{report}");
    let broken = report.results.iter().filter_map(|result| match &result.verdict {
        Verdict::Broken(why) => Some(why),
        _ => None,
    });
    assert!(
        broken.clone().count() > 0 && broken.clone().all(|why| why.contains("--launch")),
        "{report}"
    );
    child.wait().await.expect("it is dead");
}
