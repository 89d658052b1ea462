//! The room of atomix-session against the embedded reference: all green, and red under every fault.
#![cfg(feature = "embedded")]

use std::time::Duration;

use bytes::Bytes;
use tokio::net::{TcpListener, TcpStream};
use wirecheck::catalogue;
use wirecheck::check::Check;
use wirecheck::config::{AtomixSession, Config, KnownSession};
use wirecheck::cx::Settings;
use wirecheck::model::{CheckResult, Report, Verdict};
use wirecheck::run::{Options, Silent, run};
use wirecheck::target::Target;
use wirecheck_proto::atomix::runtime::v1::ListSessionsRequest;
use wirecheck_reference::atomix_session::{self, Sessions};
use wirecheck_reference::serve::{self, Server};
use wirecheck_reference::{Fault, Faults};

fn room() -> Vec<&'static Check> {
    catalogue::select(&["atomix-session"]).expect("the room")
}

async fn check_at(
    target: &Target,
    checks: &[&'static Check],
    observe: Duration,
    config: Config,
) -> Report {
    let options = Options {
        settings: Settings { seed: 1, observe: Some(observe), config, ..Settings::default() },
        strict: true,
        ..Options::default()
    };
    run(target, checks, &options, &Silent).await.expect("a report")
}

/// The ids of the checks with such a verdict, without the room's name.
fn ids(report: &Report, verdict: impl Fn(&Verdict) -> bool) -> Vec<&str> {
    let results = report.results.iter().filter(|result| verdict(&result.verdict));
    results.filter_map(|result| result.id.strip_prefix("atomix-session/")).collect()
}

/// The reasons of all skips.
fn reasons(report: &Report) -> Vec<&str> {
    report.results.iter().filter_map(|result| result.verdict.reason()).collect()
}

/// What did not pass, and why, a line each.
fn unpassed(report: &Report) -> String {
    let line = |result: &CheckResult| {
        let found = result.verdict.finding().map(|finding| finding.actual.as_str());
        Some(format!("{}: {}\n", result.id, result.verdict.reason().or(found)?))
    };
    report.results.iter().filter_map(line).collect()
}

const ON_CHANGE: [&str; 8] = [
    "list/watch-sees-change",
    "meta/change-raises-version",
    "meta/version-never-falls",
    "meta/version-tells-change",
    "state/closed-is-final",
    "state/closed-keeps-version",
    "state/gone-stays-gone",
    "state/never-backwards",
];

fn standing_still(faults: Faults) -> serve::Config {
    let tick = Duration::from_secs(3600);
    serve::Config { seed: Some(1), tick, faults, ..serve::Config::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_stands_still_passes_a_clause_on_change() {
    let server = Server::start(standing_still(Faults::default())).await.expect("a server");
    let target = Target::endpoint(&server.addr().to_string(), false).await.expect("an address");
    let observe = Duration::from_millis(200);
    let report = check_at(&target, &room(), observe, Config::default()).await;
    let skipped = ids(&report, |verdict| matches!(verdict, Verdict::Skip(_)));
    assert_eq!(skipped, ON_CHANGE, "{}", unpassed(&report));
    assert!(
        reasons(&report).iter().all(|reason| reason.contains("--observe")),
        "{}",
        unpassed(&report)
    );
    let passed = ids(&report, |verdict| *verdict == Verdict::Pass);
    assert_eq!(passed.len() + skipped.len(), report.results.len(), "{}", unpassed(&report));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_only_lists_by_type_is_looked_at_by_known_types() {
    let checks: Vec<_> =
        room().into_iter().filter(|check| check.id != "atomix-session/list/answered").collect();
    let target = Target::Embedded([Fault::RefusesPlainList].into_iter().collect());
    let observe = Duration::from_secs(2);

    let unknown = check_at(&target, &checks, observe, Config::default()).await;
    let passed = ids(&unknown, |verdict| *verdict == Verdict::Pass);
    // Without a session that can be got, not even a refusal's code says anything.
    assert_eq!(passed, [""; 0], "{}", unpassed(&unknown));
    let told = |reason: &&str| reason.contains("ListSessions brought INVALID_ARGUMENT");
    assert!(reasons(&unknown).iter().all(told), "{}", unpassed(&unknown));

    let known = Config {
        atomix_session: AtomixSession {
            types: vec!["lock".to_owned()],
            ..AtomixSession::default()
        },
        ..Config::default()
    };
    let known = check_at(&target, &checks, observe, known).await;
    let others = ids(&known, |verdict| *verdict != Verdict::Pass);
    assert_eq!(others, ["list/all-covers-types"], "{}", unpassed(&known));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_session_is_got_where_no_list_shows_it() {
    let faults: Faults = [Fault::RefusesPlainList].into_iter().collect();
    let server = Server::start(standing_still(faults)).await.expect("a server");
    let target = Target::endpoint(&server.addr().to_string(), false).await.expect("an address");
    // The same seed hosts the same sessions.
    let hosted = Sessions::new(&atomix_session::Config { seed: 1, live: 6 }, Faults::default());
    let listed = hosted.list(&ListSessionsRequest::default()).expect("a list").sessions;
    let known = listed.into_iter().filter_map(|session| session.meta?.id).map(|id| KnownSession {
        name: id.name,
        primitive: id.primitive.map(|primitive| primitive.id).unwrap_or_default(),
    });
    let config = Config {
        atomix_session: AtomixSession { sessions: known.collect(), ..AtomixSession::default() },
        ..Config::default()
    };
    let checks = catalogue::select(&["atomix-session/get", "atomix-session/state/state-in-enum"]);
    let checks = checks.expect("checks");
    let report = check_at(&target, &checks, Duration::from_millis(200), config).await;
    assert_eq!(ids(&report, |verdict| *verdict != Verdict::Pass), [""; 0], "{}", unpassed(&report));
}

/// Answers every ListSessions with no session, and refuses every GetSession.
async fn nobody_home(connection: TcpStream) -> Result<(), h2::Error> {
    let mut connection = h2::server::handshake(connection).await?;
    while let Some(request) = connection.accept().await {
        let (request, mut respond) = request?;
        let status = if request.uri().path().ends_with("/ListSessions") { "0" } else { "5" };
        let response = http::Response::builder().header("content-type", "application/grpc");
        let mut send = respond.send_response(response.body(()).expect("headers"), false)?;
        if status == "0" {
            send.send_data(Bytes::from_static(&[0; 5]), false)?;
        }
        let trailers = [("grpc-status", status)].map(|(name, value)| {
            (http::HeaderName::from_static(name), http::HeaderValue::from_static(value))
        });
        send.send_trailers(trailers.into_iter().collect())?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_what_needs_one_is_skipped() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let server = tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(nobody_home(connection));
        }
    });
    let target = Target::endpoint(&address, false).await.expect("an address");
    let observe = Duration::from_millis(200);
    let report = check_at(&target, &room(), observe, Config::default()).await;
    let passed = ids(&report, |verdict| *verdict == Verdict::Pass);
    assert_eq!(passed, ["list/answered", "list/watch-answers"], "{}", unpassed(&report));
    let failed = ids(&report, |verdict| matches!(verdict, Verdict::Fail(_)));
    // Its one mistake.
    assert_eq!(failed, ["get/missing-id-is-invalid"], "{}", unpassed(&report));
    // A session may open while a target is watched; everything else needs one at once.
    let watching = ["watch-sees-change", "watch-cancel"];
    for result in
        report.results.iter().filter(|result| !watching.iter().any(|id| result.id.ends_with(id)))
    {
        let explained = |reason: &str| reason.starts_with("ListSessions shows no session; ");
        assert!(result.verdict.reason().is_none_or(explained), "{result:?}");
    }
    server.abort();
}
