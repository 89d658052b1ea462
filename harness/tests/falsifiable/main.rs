//! Every check can fail, and every fault of the reference is found: by the reference in this process,
//! and by the program that serves it.

mod elsewhere;
mod inside;
#[path = "../mute/mod.rs"]
mod mute;
