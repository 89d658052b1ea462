//! atomix-session: the sessions of a runtime, which open and close by themselves.

pub mod clauses;
#[cfg(feature = "net")]
mod driver;
#[cfg(feature = "net")]
mod get;
#[cfg(feature = "net")]
mod list;
#[cfg(feature = "net")]
mod meta;
#[cfg(feature = "net")]
mod observe;
pub mod oracle;
#[cfg(feature = "net")]
mod state;
pub mod talk;
#[cfg(feature = "net")]
mod watch;
#[cfg(feature = "net")]
mod watching;

use super::Room;

/// The room.
pub static ROOM: Room = Room {
    name: "atomix-session",
    document: "atomix/runtime/v1/session.proto, protocol documentation; PrimitiveId: atomix/atomix at 23d7c5583",
    clauses: clauses::ALL,
    #[cfg(feature = "net")]
    topics: &[get::CHECKS, list::CHECKS, watch::CHECKS, meta::CHECKS, state::CHECKS],
    #[cfg(feature = "net")]
    probes: driver::PROBES,
};
