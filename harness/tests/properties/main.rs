//! Conversations that nobody wrote: generated, played on the reference's rules in memory, and judged by
//! the rooms' oracles.

mod agent;
mod atomix;
mod handshake;
mod jina;
