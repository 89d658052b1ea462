//! The reference: the rules of all five protocols, done right, and with `serve` the server over them.
//!
//! Rules are state machines without tonic, tokio or a clock: message in, messages out.
//! A [`Fault`] makes one of them wrong in one named way.

pub mod connection;
pub mod faults;
pub mod refusal;
pub mod required;
pub mod tags;

// neofs-session
pub mod neofs_session;

// agent
pub mod agent;

// atomix-session
pub mod atomix_session;

// jina
pub mod jina;

// imss
pub mod imss;

// transport
#[cfg(feature = "serve")]
pub mod serve;

pub use connection::ConnectionId;
pub use faults::{Fault, Faults};
pub use refusal::{Code, Refusal};
#[cfg(feature = "serve")]
pub use serve::{Config, Server, Service, StartError};
