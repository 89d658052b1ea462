//! Every check can fail, and every fault of the reference is found by the checks of its clause.

mod inside;
#[path = "../mute/mod.rs"]
mod mute;
mod profile;
