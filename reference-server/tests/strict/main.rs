//! What the server owes any client of gRPC, and each fault of the transport as a client sees it.

mod client;
mod compression;
mod connection;
mod headers;
mod message;
mod method;
mod raw;
mod response;
mod timeout;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use client::Target;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use wirecheck_reference::{Fault, Faults};

/// Whether a clause holds, as a client of the target sees it.
type Holds = for<'a> fn(&'a Target) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

/// A clause, and what breaks it.
pub(crate) struct Probe {
    pub(crate) clause: &'static str,
    pub(crate) faults: &'static [Fault],
    pub(crate) holds: Holds,
}

/// Probes at a time; several mind what time it is.
const AT_A_TIME: usize = 8;

fn probes() -> impl Iterator<Item = &'static Probe> {
    [
        method::PROBES,
        headers::PROBES,
        timeout::PROBES,
        message::PROBES,
        compression::PROBES,
        connection::PROBES,
        response::PROBES,
    ]
    .into_iter()
    .flatten()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_clause_holds_without_a_fault_and_breaks_with_each_of_its_own() {
    let places = Arc::new(Semaphore::new(AT_A_TIME));
    let mut running = JoinSet::new();
    for probe in probes() {
        let faults = probe.faults.iter().map(|fault| Some(*fault));
        for fault in faults.chain([None]) {
            let places = Arc::clone(&places);
            running.spawn(async move {
                let _place = places.acquire_owned().await;
                let target = Target::start(fault.into_iter().collect()).await;
                let holds = (probe.holds)(&target).await;
                (probe.clause, fault, holds == fault.is_none())
            });
        }
    }
    let judged = running.join_all().await.into_iter();
    let wrong: Vec<_> = judged.filter(|(_, _, right)| !right).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn every_fault_of_the_transport_has_a_probe() {
    let of_the_room = |fault: &&Fault| fault.breaks().starts_with("grpc/");
    let faults: BTreeSet<_> = Fault::ALL.iter().filter(of_the_room).copied().collect();
    let probed: BTreeSet<_> = probes().flat_map(|probe| probe.faults).copied().collect();
    assert_eq!(faults, probed);
    for probe in probes() {
        for fault in probe.faults {
            assert_eq!(fault.breaks(), format!("grpc/{}", probe.clause), "{fault}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_let_go_of() {
    let config = wirecheck_reference::Config {
        preface_timeout: std::time::Duration::from_millis(50),
        faults: Faults::default(),
        ..wirecheck_reference::Config::default()
    };
    let server = wirecheck_reference::Server::start(config).await;
    let target = Target(server.expect("a free port"));
    let silent = target.socket().await;
    silent.readable().await.expect("its end comes");
    let mut byte = [0];
    while silent.try_read(&mut byte).is_ok_and(|read| read > 0) {}
    assert!(target.serves().await, "others are served");
}
