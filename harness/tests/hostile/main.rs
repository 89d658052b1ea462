//! Servers that mean harm: the command stays small, ends in time, does not panic, and passes nothing
//! that such a server has not earned.
//!
//! The servers write their frames by hand. Each answers the first calls as an echo would, so that the
//! run gets under way, and does its worst from then on; or from the first call on.

mod bytes;
mod run;
mod server;

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use run::{BUDGET, Ran, against, kept_its_bounds, passed};
use server::{ALL, Worst, Worst::LargeMessages};

/// Calls that are echoed before a server does its worst.
const HONEST: u32 = 60;
/// Runs at once in each of the two tests.
const AT_ONCE: usize = 4;

/// What a server can earn that does its worst from the first call on, whichever that is: PINGs are
/// answered, and what there is of responses may well keep clauses on every response.
fn earned(id: &str) -> bool {
    let of_any_response = id.starts_with("grpc/response/") && id != "grpc/response/reserved-codes";
    of_any_response || id == "grpc/connection/ping"
}

/// A run against each of the servers, several at once, and what they came to.
async fn against_each(honest: u32) -> Vec<(Worst, Ran)> {
    let seats = Arc::new(Semaphore::new(AT_ONCE));
    let mut runs = JoinSet::new();
    for worst in ALL {
        let seats = Arc::clone(&seats);
        runs.spawn(async move {
            let _seat = seats.acquire().await.expect("the semaphore is never closed");
            (worst, against(worst, honest, BUDGET).await)
        });
    }
    runs.join_all().await
}

/// What it passed without having earned it.
fn unearned(ran: &Ran) -> BTreeSet<String> {
    passed(ran).into_iter().filter(|id| !earned(id)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_first_call_on() {
    for (worst, ran) in against_each(0).await {
        kept_its_bounds(&ran, &format!("{worst:?} from the first call on"));
        assert!(matches!(ran.code, Some(1 | 2)), "{worst:?}: {:?}", ran.code);
        let unearned = unearned(&ran);
        assert!(unearned.is_empty(), "{worst:?} passes {unearned:?}\n{}", ran.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn once_the_run_is_under_way() {
    let harmless = against(LargeMessages, u32::MAX, "60s");
    let (echo, runs) = tokio::join!(harmless, against_each(HONEST));
    // What a mere echo passes that does no harm at all.
    let echo = passed(&echo);
    assert!(echo.len() > 50, "{echo:?}");
    for (worst, ran) in runs {
        kept_its_bounds(&ran, &format!("{worst:?} after {HONEST} calls"));
        assert_eq!(ran.code, Some(1), "{worst:?}: {}", ran.stderr);
        let unearned = &unearned(&ran) - &echo;
        assert!(unearned.is_empty(), "{worst:?} passes {unearned:?}\n{}", ran.stdout);
    }
}
