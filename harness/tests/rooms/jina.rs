//! The jina room against a server elsewhere, which is in one state of spawning only.

#![cfg(feature = "embedded")]

use std::time::Duration;

use wirecheck::catalogue;
use wirecheck::config::{Config, Spawning};
use wirecheck::cx::Settings;
use wirecheck::model::Verdict;
use wirecheck::run::{Options, Silent, run};
use wirecheck::target::Target;
use wirecheck_reference::Server;

fn options(timeout: Duration) -> Options {
    let config = Config::default();
    Options {
        settings: Settings {
            seed: 1,
            timeout,
            observe: Some(Duration::from_secs(1)),
            config,
            ..Settings::default()
        },
        strict: true,
        allow_destructive: true,
        ..Options::default()
    }
}

/// A server that stands elsewhere is in one state of spawning, and only the user can say in which.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_elsewhere_is_asked_what_its_state_lets_it_show() {
    use Spawning::{Allowed, Denied};
    let denied = "jina/spawn/not-allowed-says-so";
    let duplicate = "jina/spawn/duplicate-says-so";
    // Where all is refused alike, a refusal shows nothing, and nobody writes a log.
    let after_success = [
        "jina/spawn/log-is-one-line",
        "jina/spawn/log-is-one-line-whatever-the-name",
        "jina/spawn/needs-args",
        "jina/spawn/needs-args-of-a-pod",
        "jina/spawn/no-body-is-an-error",
    ];
    let cases: [(bool, Option<Spawning>, Vec<&str>); 4] = [
        (false, None, [&after_success[..], &[denied, duplicate]].concat()),
        (false, Some(Denied), [&after_success[..], &[duplicate]].concat()),
        (true, None, vec![denied, duplicate]),
        (true, Some(Allowed), vec![denied]),
    ];
    for (allow_spawn, spawning, skipped) in cases {
        let config = wirecheck_reference::Config { allow_spawn, ..Default::default() };
        let server = Server::start(config).await.expect("a server");
        let url = format!("http://{}", server.addr());
        let target = Target::endpoint(&url, false).await.expect("an address");
        let mut options = options(Duration::from_secs(10));
        options.settings.config.jina.spawning = spawning;
        options.allow_destructive = false;
        let checks = catalogue::select(&["jina/spawn", "jina/status"]).expect("topics");
        let report = run(&target, &checks, &options, &Silent).await.expect("a report");
        for result in &report.results {
            let right = match skipped.contains(&result.id.as_str()) {
                true => matches!(result.verdict, Verdict::Skip(_)),
                false => matches!(result.verdict, Verdict::Pass),
            };
            assert!(right, "{allow_spawn} {spawning:?} {}: {:?}", result.id, result.verdict);
        }
    }
}
