//! Targets in every state of repair, and how long a run bears with them.

mod budget;
mod dead;
mod frail;
#[path = "../mute/mod.rs"]
mod mute;
mod partial;
mod programs;
mod traces;
