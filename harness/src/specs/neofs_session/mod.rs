//! neofs-session: the 4-step session handshake.

pub mod clauses;
#[cfg(feature = "net")]
mod driver;
#[cfg(feature = "net")]
mod order;

#[cfg(feature = "net")]
use super::Probe;
use super::Room;

/// The room.
pub static ROOM: Room = Room {
    name: "neofs-session",
    document: "session/service.proto and session/types.proto, protocol documentation; what is signed: nspcc-dev/neofs-api-go v0.2",
    clauses: clauses::ALL,
    #[cfg(feature = "net")]
    topics: &[order::CHECKS],
    #[cfg(feature = "net")]
    probes: &[Probe { path: driver::CREATE, request: driver::any_init, half_close: false }],
};
