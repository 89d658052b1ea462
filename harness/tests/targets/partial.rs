//! A server of some of the protocols: the others are skipped with that reason, and it is judged on those.

use std::collections::BTreeSet;
use std::time::Duration;

use wirecheck::Conformance;
use wirecheck::config::{Config, Jina, Spawning};
use wirecheck::model::{Outcome, Report, Verdict};
use wirecheck_reference::{Config as ServerConfig, Server, Service};

/// A run against the reference, on a port, with these services alone.
async fn serving(services: BTreeSet<Service>, rooms: &[&str]) -> Report {
    let config = ServerConfig { services, ..ServerConfig::default() };
    let server = Server::start(config).await.expect("the reference");
    let known = Config { jina: Jina { spawning: Some(Spawning::Denied) }, ..Config::default() };
    let run = Conformance::of(server.addr().to_string()).rooms(rooms.iter().copied());
    run.config(known).timeout(Duration::from_secs(20)).run().await.expect("it answers")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_not_there_is_skipped_and_the_others_are_judged() {
    let rooms = Service::ALL.map(Service::name);
    let each = [Service::Jina, Service::Agent].map(|missing| async move {
        let others = Service::ALL.into_iter().filter(|service| *service != missing).collect();
        (missing, serving(others, &rooms).await)
    });
    for (missing, report) in futures_util::future::join_all(each).await {
        assert_eq!(report.outcome(), Outcome::Passed, "without {missing}:\n{report}");
        for (room, results) in report.rooms() {
            let unserved = |verdict: &Verdict| match verdict {
                Verdict::Skip(reason) => reason.contains("does not serve it"),
                _ => false,
            };
            let unserved = results.iter().filter(|result| unserved(&result.verdict)).count();
            let expected = if room == missing.name() { results.len() } else { 0 };
            assert_eq!(unserved, expected, "{room} without {missing}:\n{report}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_that_are_not_served_at_all_come_to_nothing() {
    let report = serving([Service::Agent].into(), &["jina", "neofs-session"]).await;
    assert_eq!(report.outcome(), Outcome::Nothing, "{report}");
}
