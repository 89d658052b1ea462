//! agent: staging files and running jobs.

pub mod clauses;

use super::Room;

/// The room.
pub static ROOM: Room = Room {
    name: "agent",
    document: "AgentService.proto, Common.proto, RunJob.proto and StageInFile.proto, protocol documentation",
    clauses: clauses::ALL,
    #[cfg(feature = "net")]
    topics: &[],
    #[cfg(feature = "net")]
    probes: &[],
};
