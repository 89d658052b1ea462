//! Placeholder.

pub mod schema;
pub mod wire;
