//! Where token IDs and session keys come from: the operating system, or a seed.

use std::collections::HashMap;

use prost::Message;
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::{Digest, Sha256};
use wirecheck_proto::session::Token;

use crate::refusal::{Code, Refusal};

/// How many different Inits a seeded source tells apart, 40 bytes each.
const INITS_REMEMBERED: usize = 65_536;

/// The source of randomness for new sessions.
#[derive(Debug)]
pub struct Keys(Source);

#[derive(Debug)]
enum Source {
    Os,
    Seeded(Seeded),
}

/// Draws that depend on the seed and the Init alone, never on what other sessions do meanwhile:
/// so a run gives each session the same id and key, in whatever order its checks run.
#[derive(Debug)]
struct Seeded {
    seed: u64,
    seen: HashMap<[u8; 32], u64>,
    beyond: u64,
}

/// The private half of a session key. Never printed, never sent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Secret(pub(super) [u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What a new session needs of chance.
pub(super) struct Drawn {
    /// The token ID: a UUID of version 4.
    pub(super) id: [u8; 16],
    pub(super) secret: Secret,
}

impl Keys {
    /// The operating system's random source.
    pub fn os() -> Keys {
        Keys(Source::Os)
    }

    /// For tests and replays: the n-th session of one Init gets the same id and key in every run.
    pub fn seeded(seed: u64) -> Keys {
        Keys(Source::Seeded(Seeded { seed, seen: HashMap::new(), beyond: 0 }))
    }

    /// Draws for a session that begins with this Init.
    pub(super) fn draw(&mut self, init: &Token) -> Result<Drawn, Refusal> {
        let mut random = [0; 48];
        match &mut self.0 {
            Source::Os => SysRng.try_fill_bytes(&mut random).map_err(|error| {
                Refusal::new(Code::Unavailable, format!("no randomness: {error}"))
            })?,
            Source::Seeded(seeded) => random = seeded.draw(init),
        }
        let mut drawn = Drawn { id: [0; 16], secret: Secret([0; 32]) };
        drawn.id.copy_from_slice(&random[..16]);
        drawn.secret.0.copy_from_slice(&random[16..]);
        drawn.id = *uuid::Builder::from_random_bytes(drawn.id).as_uuid().as_bytes();
        Ok(drawn)
    }
}

impl Seeded {
    fn draw(&mut self, init: &Token) -> [u8; 48] {
        let init: [u8; 32] = Sha256::digest(init.encode_to_vec()).into();
        let turn = self.turn(init);
        let block = |purpose: &[u8]| {
            Sha256::new()
                .chain_update(purpose)
                .chain_update(self.seed.to_be_bytes())
                .chain_update(init)
                .chain_update(turn.to_be_bytes())
                .finalize()
        };
        let mut random = [0; 48];
        random[..16].copy_from_slice(&block(b"id")[..16]);
        random[16..].copy_from_slice(&block(b"key"));
        random
    }

    /// How often this Init was seen before. Past the cap a shared count goes on from where no
    /// Init's own can be: draws then depend on the order of sessions, but still never repeat.
    fn turn(&mut self, init: [u8; 32]) -> u64 {
        if self.seen.len() >= INITS_REMEMBERED && !self.seen.contains_key(&init) {
            self.beyond += 1;
            return (1 << 63) + self.beyond;
        }
        let count = self.seen.entry(init).or_insert(0);
        let turn = *count;
        *count += 1;
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn init(owner: u8) -> Token {
        Token { owner_id: vec![owner; 32], ..Token::default() }
    }

    fn draws(keys: &mut Keys, owners: &[u8]) -> Vec<(u8, [u8; 16], Secret)> {
        let draw = |owner: &u8| {
            let drawn = keys.draw(&init(*owner)).expect("a draw");
            (*owner, drawn.id, drawn.secret)
        };
        owners.iter().map(draw).collect()
    }

    #[test]
    fn a_seed_gives_each_session_its_draw_in_any_order() {
        let mut one = draws(&mut Keys::seeded(7), &[1, 1, 2, 3]);
        let mut other = draws(&mut Keys::seeded(7), &[3, 1, 2, 1]);
        one.sort();
        other.sort();
        assert_eq!(one, other);
        assert_ne!(one[0].1, one[1].1, "the second session of an Init is another");
        assert_ne!(draws(&mut Keys::seeded(8), &[1]), one[..1]);
    }

    #[test]
    fn past_the_cap_draws_still_never_repeat() {
        let mut keys = Keys::seeded(7);
        if let Source::Seeded(seeded) = &mut keys.0 {
            for count in 0..INITS_REMEMBERED as u64 {
                seeded.turn(Sha256::digest(count.to_be_bytes()).into());
            }
        }
        let drawn = draws(&mut keys, &[1, 1, 2]);
        assert_ne!(drawn[0].1, drawn[1].1);
        assert_ne!(drawn[1].1, drawn[2].1);
    }

    #[test]
    fn ids_are_version_four() {
        for mut keys in [Keys::os(), Keys::seeded(1)] {
            let id = keys.draw(&init(1)).expect("a draw").id;
            let id = uuid::Uuid::from_bytes(id);
            assert_eq!(id.get_version_num(), 4);
            assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
        }
    }
}
