//! Servers without anything behind them: each does one and the same to every call. No check passes on
//! one of them that it has not earned.

mod earned;
mod server;

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use wirecheck::Conformance;
use wirecheck::config::{Config, Spawning};
use wirecheck::model::Verdict;

use earned::earned;
use server::{Answers, Hollow, Says, When};

/// Runs under way at once.
const RUNS: usize = 20;
/// What a check may take: an answer that comes at all comes at once.
const TIMEOUT: Duration = Duration::from_millis(1200);
/// The same where most calls are never answered, and no verdict waits for more.
const SHORT: Duration = Duration::from_millis(250);
/// For calls that have to stay open for two seconds.
const LONG: Duration = Duration::from_secs(4);

/// A run against a hollow server.
#[derive(Clone, Debug)]
struct Run {
    hollow: Hollow,
    spawning: Spawning,
    rooms: &'static [&'static str],
    timeout: Duration,
}

/// Every server, the whole catalogue where nobody may spawn, and jina again where anybody may; with
/// it goes the check whose method answers on any of them.
fn runs() -> Vec<Run> {
    let mut servers = Vec::new();
    for says in Says::ALL {
        servers.push(Hollow { answers: Answers::Ok(says), when: When::EachMessage });
    }
    for says in [Says::Nothing, Says::Empty, Says::Garbage, Says::Echo] {
        servers.push(Hollow { answers: Answers::Ok(says), when: When::HalfClose });
    }
    for says in [Says::Empty, Says::Garbage] {
        servers.push(Hollow { answers: Answers::Ok(says), when: When::AtOnce });
    }
    // INTERNAL, INVALID_ARGUMENT, UNIMPLEMENTED, DEADLINE_EXCEEDED, PERMISSION_DENIED, NOT_FOUND
    for code in [13, 3, 12, 4, 7, 5] {
        servers.push(Hollow { answers: Answers::Refusal(code), when: When::AtOnce });
    }
    servers.push(Hollow { answers: Answers::Refusal(13), when: When::HalfClose });
    for answers in [Answers::Reset, Answers::Close, Answers::Mute] {
        servers.push(Hollow { answers, when: When::AtOnce });
    }
    servers.into_iter().flat_map(runs_against).collect()
}

fn runs_against(hollow: Hollow) -> Vec<Run> {
    let timeout = if matches!(hollow.answers, Answers::Mute) { SHORT } else { TIMEOUT };
    let all = Run { hollow, spawning: Spawning::Denied, rooms: &[], timeout };
    let mut runs = vec![
        Run {
            spawning: Spawning::Allowed,
            rooms: &["jina", "atomix-session/list/answered"],
            ..all.clone()
        },
        Run { rooms: &["grpc/timeout"], timeout: LONG, ..all.clone() },
        all,
    ];
    // Who answers at once holds no call open.
    let holds = matches!(hollow.answers, Answers::Ok(_) | Answers::Mute);
    runs.retain(|run| run.timeout != LONG || holds && hollow.when != When::AtOnce);
    runs
}

/// The ids of the checks that passed.
async fn passed(run: &Run) -> BTreeSet<String> {
    let url = run.hollow.start().await;
    let mut config = Config::default();
    config.jina.spawning = Some(run.spawning);
    let report = Conformance::of(url)
        .rooms(run.rooms.iter().copied())
        .config(config)
        .seed(1)
        .jobs(32)
        .timeout(run.timeout)
        .observe(Duration::from_millis(200))
        .budget(Duration::from_secs(120))
        .allow_destructive(true)
        .run()
        .await
        .expect("a server that answers some call");
    let passed = report.results.into_iter().filter(|result| result.verdict == Verdict::Pass);
    passed.map(|result| result.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_passes_that_was_not_earned() {
    static SEATS: Semaphore = Semaphore::const_new(RUNS);
    let mut tasks = JoinSet::new();
    for run in runs() {
        tasks.spawn(async move {
            let _seat = SEATS.acquire().await.expect("the semaphore is never closed");
            let passed = passed(&run).await;
            (run, passed)
        });
    }
    let mut all = BTreeSet::new();
    let mut unearned = Vec::new();
    for (run, passed) in tasks.join_all().await {
        let others: Vec<_> = passed.iter().filter(|id| !earned(run.hollow, id)).collect();
        if !others.is_empty() {
            unearned.push(format!("{:?} ({:?}): {others:#?}", run.hollow, run.spawning));
        }
        all.extend(passed);
    }
    assert!(unearned.is_empty(), "{}", unearned.join("\n"));
    // The runs were none of checks that cannot pass.
    for id in ["grpc/connection/ping", "grpc/timeout/absent", "jina/call/one-to-one"] {
        assert!(all.contains(id), "{id} is passed by none: {all:#?}");
    }
}
