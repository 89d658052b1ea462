//! The reference: the rules of all five protocols, done right, and with `serve` the server over them.
//!
//! Rules are state machines without tonic, tokio or a clock: message in, messages out.
//! A [`Fault`] makes one of them wrong in one named way.

pub mod faults;
pub mod refusal;

// atomix-session
pub mod atomix_session;

pub use faults::{Fault, Faults};
pub use refusal::{Code, Refusal};
