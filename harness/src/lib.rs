//! Points at a gRPC server and says which clauses of its protocol the server breaks, with the
//! conversation that shows it.

#[cfg(feature = "net")]
pub mod catalogue;
#[cfg(feature = "net")]
pub mod check;
#[cfg(feature = "net")]
pub mod client;
#[cfg(feature = "net")]
pub mod config;
#[cfg(feature = "net")]
mod conformance;
#[cfg(feature = "net")]
pub mod cx;
pub mod decode;
#[cfg(feature = "net")]
pub mod duration;
#[cfg(feature = "net")]
pub mod expect;
#[cfg(feature = "fuzz")]
pub mod fuzz;
#[cfg(feature = "net")]
pub mod known;
pub mod model;
#[cfg(feature = "net")]
pub mod play;
pub mod records;
pub mod report;
#[cfg(feature = "net")]
pub mod run;
pub mod schema;
#[cfg(feature = "net")]
mod secrets;
pub mod specs;
pub mod status;
#[cfg(feature = "net")]
pub mod subject;
#[cfg(feature = "net")]
pub mod target;
pub mod trace;
pub mod wire;

#[cfg(feature = "net")]
pub use conformance::{Conformance, ConformanceError};
