//! Servers without anything behind them: each does one and the same to every call. No check passes on
//! one of them that it has not earned.

mod earned;
mod server;
mod stale;

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use wirecheck::config::{Config, Spawning};
use wirecheck::model::{Report, Verdict};
use wirecheck::run::RunError;
use wirecheck::{Conformance, ConformanceError};

use earned::{earned, earned_by_another_answer};
use server::{Answers, Hollow, Says, When};
use stale::Stale;

/// Runs under way at once.
const RUNS: usize = 40;
/// What a check may take: an answer that comes at all comes at once.
const TIMEOUT: Duration = Duration::from_millis(800);
/// The same where most calls are never answered, and no verdict waits for more.
const SHORT: Duration = Duration::from_millis(400);
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
    // INTERNAL, INVALID_ARGUMENT, UNIMPLEMENTED, DEADLINE_EXCEEDED, PERMISSION_DENIED
    for code in [13, 3, 12, 4, 7] {
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
    // Who answers before the half-close, or with a refusal, serves no call that it holds open.
    let holds = matches!(hollow.answers, Answers::Ok(_) | Answers::Mute);
    runs.retain(|run| run.timeout != LONG || holds && hollow.when == When::HalfClose);
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
        .await;
    match report {
        Ok(report) => passed_in(report),
        // On a busy machine even the call that is answered may take too long; then nothing passes.
        Err(ConformanceError::Run(RunError::Unanswered(_))) => BTreeSet::new(),
        Err(error) => panic!("{:?}: {error}", run.hollow),
    }
}

fn passed_in(report: Report) -> BTreeSet<String> {
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

/// What passes on a server whose answers are those of the calls before.
async fn passed_on_stale(rooms: &[&str], jobs: usize) -> BTreeSet<String> {
    let run = Conformance::of(Stale::start().await).rooms(rooms.iter().copied()).seed(1).jobs(jobs);
    let run = run.timeout(2 * TIMEOUT).observe(Duration::from_millis(500));
    passed_in(run.run().await.expect("a server that answers"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_another_call_passes_for_no_answer() {
    // An agent's answers are few, so that of several checks at once one may get the answer that it is
    // due by chance.
    let agent = passed_on_stale(&["agent"], 1);
    let others = passed_on_stale(&["atomix-session", "jina", "neofs-session"], 32);
    let (agent, others) = tokio::join!(agent, others);
    let passed = &agent | &others;
    let unearned: Vec<_> = passed.iter().filter(|id| !earned_by_another_answer(id)).collect();
    assert!(unearned.is_empty(), "{unearned:#?}");
    assert!(passed.contains("jina/status/code-in-enum"), "{passed:#?}");
}
