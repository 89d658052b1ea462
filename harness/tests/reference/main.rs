//! The whole catalogue against the reference: all of it passes, and it reaches all that there is.

mod passes;
mod profile;
mod reached;
