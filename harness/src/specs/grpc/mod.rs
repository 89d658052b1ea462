//! grpc: what any gRPC server owes on HTTP/2, tried on any method that the target serves.

pub mod clauses;

use super::Room;

/// The room.
pub static ROOM: Room = Room {
    name: "grpc",
    document: "PROTOCOL-HTTP2.md, statuscodes.md and compression.md of the gRPC project; RFC 9113",
    clauses: clauses::ALL,
    #[cfg(feature = "net")]
    topics: &[],
    #[cfg(feature = "net")]
    probes: &[],
};
