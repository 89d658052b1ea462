//! Placeholder.

pub mod decode;
pub mod schema;
pub mod wire;
