//! grpc: what any gRPC server owes on HTTP/2, tried on any method that the target serves.

pub mod clauses;
pub mod passive;

#[cfg(feature = "net")]
mod cancel;
#[cfg(feature = "net")]
mod cap;
#[cfg(feature = "net")]
mod compression;
#[cfg(feature = "net")]
mod connection;
#[cfg(feature = "net")]
mod defect;
#[cfg(feature = "net")]
mod driver;
#[cfg(feature = "net")]
mod framing;
#[cfg(feature = "net")]
mod gzip;
#[cfg(feature = "net")]
mod metadata;
#[cfg(feature = "net")]
mod method;
#[cfg(feature = "net")]
mod raw;
#[cfg(feature = "net")]
mod reserved;
#[cfg(feature = "net")]
mod response;
#[cfg(feature = "net")]
mod size;
#[cfg(feature = "net")]
mod slow;
#[cfg(feature = "net")]
mod timeout;

use super::Room;

/// The room.
pub static ROOM: Room = Room {
    name: "grpc",
    document: "PROTOCOL-HTTP2.md, statuscodes.md and compression.md of the gRPC project; RFC 9113",
    clauses: clauses::ALL,
    #[cfg(feature = "net")]
    topics: &[
        method::CHECKS,
        metadata::CHECKS,
        timeout::CHECKS,
        framing::CHECKS,
        defect::CHECKS,
        size::CHECKS,
        compression::CHECKS,
        cancel::CHECKS,
        connection::CHECKS,
        slow::CHECKS,
        cap::CHECKS,
        response::CHECKS,
        reserved::CHECKS,
    ],
    #[cfg(feature = "net")]
    probes: &[],
};

/// A path of the right form that no server has.
#[cfg(feature = "net")]
const NO_SUCH_METHOD: &str = "/wirecheck.NoSuchService/NoSuchMethod";
