//! agent: staging files and running jobs.

#[cfg(feature = "net")]
mod argument;
pub mod clauses;
#[cfg(feature = "net")]
mod code;
#[cfg(feature = "net")]
mod defects;
#[cfg(feature = "net")]
mod driver;
pub mod generate;
pub mod messages;
pub mod oracle;
#[cfg(feature = "net")]
mod required;
#[cfg(feature = "net")]
mod run;
#[cfg(feature = "net")]
mod stage;
#[cfg(feature = "net")]
mod waiting;

#[cfg(feature = "net")]
use super::Probe;
use super::Room;
#[cfg(feature = "net")]
use messages::Method;

/// The room.
pub static ROOM: Room = Room {
    name: "agent",
    document: "AgentService.proto, Common.proto, RunJob.proto and StageInFile.proto, protocol documentation",
    clauses: clauses::ALL,
    #[cfg(feature = "net")]
    topics: &[
        required::CHECKS,
        stage::CHECKS,
        run::CHECKS,
        waiting::CHECKS,
        argument::CHECKS,
        code::CHECKS,
    ],
    #[cfg(feature = "net")]
    probes: &[
        Probe {
            path: Method::StageInFiles.path(),
            request: |_, rng| driver::any_staging(rng),
            echoed: Some(|_, rng| driver::many_staged(rng)),
            half_close: true,
        },
        Probe {
            path: Method::RunJob.path(),
            request: |_, rng| driver::any_run(rng),
            echoed: None,
            half_close: true,
        },
    ],
};
