//! neofs-session: the 4-step session handshake.

pub mod change;
pub mod clauses;
pub mod oracle;
pub mod owner;
pub mod pen;
pub mod profile;
#[cfg(feature = "rules")]
pub mod rehearsal;
pub mod scripts;
#[cfg(feature = "generators")]
pub mod strategy;
pub mod token;
mod words;

#[cfg(feature = "net")]
mod asked;
#[cfg(feature = "net")]
mod cancelled;
#[cfg(feature = "net")]
mod code;
#[cfg(feature = "net")]
mod driver;
#[cfg(feature = "net")]
mod ending;
#[cfg(feature = "net")]
mod envelope;
#[cfg(feature = "net")]
mod isolation;
#[cfg(feature = "net")]
mod made;
#[cfg(feature = "net")]
mod mismatch;
#[cfg(feature = "net")]
mod order;
#[cfg(feature = "net")]
mod sessions;
#[cfg(feature = "net")]
mod short_orders;
#[cfg(feature = "net")]
mod signature;
#[cfg(feature = "net")]
mod stimulus;

#[cfg(feature = "net")]
use rand_chacha::ChaCha12Rng;

#[cfg(feature = "net")]
use super::Probe;
use super::Room;
#[cfg(feature = "net")]
use crate::config::Config;

/// The room.
pub static ROOM: Room = Room {
    name: "neofs-session",
    document: "session/service.proto and session/types.proto, protocol documentation; what is signed: nspcc-dev/neofs-api-go v0.2",
    clauses: clauses::ALL,
    #[cfg(feature = "net")]
    topics: &[
        order::CHECKS,
        short_orders::CHECKS,
        ending::CHECKS,
        made::CHECKS,
        asked::CHECKS,
        signature::CHECKS,
        mismatch::CHECKS,
        isolation::CHECKS,
        envelope::CHECKS,
        code::CHECKS,
    ],
    #[cfg(feature = "net")]
    probes: &[Probe { path: token::CREATE, request: any_init, echoed: None, half_close: false }],
};

/// An Init such as the configured target answers.
#[cfg(feature = "net")]
fn any_init(config: &Config, rng: &mut ChaCha12Rng) -> Vec<u8> {
    let session = &config.neofs_session;
    token::any_init(session.profile, session.lifetime(), rng)
}
