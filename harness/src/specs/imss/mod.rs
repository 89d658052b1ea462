//! imss: sessions, images and their uploads, judged by what an implementation writes down of them.

pub mod binary;
pub mod clauses;
pub mod json;
mod memory;
pub mod oracle;
pub mod record;
pub mod tally;
pub mod time;

#[cfg(feature = "net")]
mod driver;
#[cfg(feature = "net")]
mod identity;
#[cfg(feature = "net")]
mod sessions;
#[cfg(feature = "net")]
mod uploads;

use super::Room;

/// The room.
pub static ROOM: Room = Room {
    name: "imss",
    document: "data/imss.proto, protocol documentation",
    clauses: clauses::ALL,
    #[cfg(feature = "net")]
    topics: &[sessions::CHECKS, uploads::CHECKS, identity::CHECKS],
    // It has no service.
    #[cfg(feature = "net")]
    probes: &[],
};
