//! Targets in every state of repair, and how long a run bears with them.

mod dead;
mod frail;
mod traces;
