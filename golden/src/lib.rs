//! What must not change unseen: snapshots, and the other decoders that our own bytes are held up to.

pub mod prost_reflected;
pub mod prost_typed;
