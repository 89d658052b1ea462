//! jina: requests by call and by stream, searches and their matches, and spawning.

#[cfg(feature = "net")]
mod call;
pub mod clauses;
#[cfg(feature = "net")]
mod code;
#[cfg(feature = "net")]
mod control;
#[cfg(feature = "net")]
mod deep;
#[cfg(feature = "net")]
mod document;
pub mod documents;
#[cfg(feature = "net")]
mod driver;
#[cfg(feature = "net")]
mod ndarray;
pub mod oracle;
#[cfg(feature = "net")]
mod search;
#[cfg(feature = "net")]
mod spawn;
#[cfg(feature = "net")]
mod status;
#[cfg(feature = "net")]
mod unary;

#[cfg(feature = "net")]
use super::Probe;
use super::Room;

/// The room.
pub static ROOM: Room = Room {
    name: "jina",
    document: "jina.proto, protocol documentation",
    clauses: clauses::ALL,
    #[cfg(feature = "net")]
    topics: &[
        unary::CHECKS,
        search::CHECKS,
        document::CHECKS,
        ndarray::CHECKS,
        call::CHECKS,
        status::CHECKS,
        spawn::CHECKS,
        control::CHECKS,
        code::CHECKS,
    ],
    // Never Spawn: it may start processes.
    #[cfg(feature = "net")]
    probes: &[
        Probe {
            path: oracle::CALL_UNARY,
            request: |_, rng| driver::any_search(rng),
            echoed: Some(|_, rng| driver::long_search(rng)),
            half_close: true,
        },
        Probe {
            path: oracle::CALL,
            request: |_, rng| driver::any_search(rng),
            echoed: Some(|_, rng| driver::long_search(rng)),
            half_close: true,
        },
    ],
};
