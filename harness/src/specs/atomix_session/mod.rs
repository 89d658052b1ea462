//! atomix-session: the sessions of a runtime, which open and close by themselves.

pub mod clauses;
pub mod oracle;

use super::Room;

/// The room.
pub static ROOM: Room = Room {
    name: "atomix-session",
    document: "atomix/runtime/v1/session.proto, protocol documentation; PrimitiveId: atomix/atomix at 23d7c5583",
    clauses: clauses::ALL,
    #[cfg(feature = "net")]
    topics: &[],
    #[cfg(feature = "net")]
    probes: &[],
};
