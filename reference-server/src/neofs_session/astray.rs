//! What a faulty server remembers across streams, and a right one has no use for.

use std::collections::{BTreeMap, VecDeque};

use wirecheck_proto::session::Token;

use super::keys::{Drawn, Secret};
use super::token::public_key;
use crate::connection::ConnectionId;
use crate::faults::{Fault, Faults};

/// How many entries each memory holds; the fault shows long before.
const CAP: usize = 4096;

/// Empty, and never written to, as long as no fault is on.
#[derive(Debug, Default)]
pub(super) struct Astray {
    drawn: u64,
    last_id: [u8; 16],
    issued: VecDeque<Issued>,
    violations: BTreeMap<ConnectionId, u64>,
    turns: BTreeMap<(ConnectionId, Vec<u8>), u64>,
}

/// A token that went out as Unsigned.
#[derive(Debug)]
struct Issued {
    id: Vec<u8>,
    public_key: Vec<u8>,
    finished: bool,
}

/// What a handshake was opened amid; another one meanwhile may change it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Surroundings {
    violations: u64,
    turn: u64,
}

impl Astray {
    /// Spoils what was drawn for a session.
    pub(super) fn spoil(&mut self, drawn: &mut Drawn, faults: &Faults) {
        self.drawn += 1;
        if faults.has(Fault::CountsIdsUp) {
            drawn.id = version_four(u128::from(self.drawn).to_be_bytes());
        }
        if faults.has(Fault::DrawsHalfTheId) {
            drawn.id[..8].copy_from_slice(&version_four([0x5a; 16])[..8]);
        }
        if faults.has(Fault::ReusesTokenId) && self.drawn.is_multiple_of(16) {
            drawn.id = self.last_id;
        }
        if faults.has(Fault::MakesVersionOneIds) {
            drawn.id[6] = 0x10 | drawn.id[6] & 0x0f;
        }
        if faults.has(Fault::SharesSessionKey) {
            drawn.secret = Secret([0x42; 32]);
        }
        self.last_id = drawn.id;
    }

    /// Notes a token that goes out as Unsigned; gives what the handshake is amid.
    pub(super) fn opened(&mut self, connection: ConnectionId, unsigned: &Token) -> Surroundings {
        bound(&mut self.turns);
        let turn = self.turns.entry((connection, unsigned.owner_id.clone())).or_default();
        *turn += 1;
        self.issued.push_back(Issued {
            id: unsigned.id.clone(),
            public_key: public_key(unsigned).to_vec(),
            finished: false,
        });
        if self.issued.len() > CAP {
            self.issued.pop_front();
        }
        self.surroundings(connection, &unsigned.owner_id)
    }

    /// What a handshake of this owner on this connection is amid now.
    pub(super) fn surroundings(&self, connection: ConnectionId, owner: &[u8]) -> Surroundings {
        let turn = self.turns.get(&(connection, owner.to_vec()));
        Surroundings {
            violations: self.violations.get(&connection).copied().unwrap_or(0),
            turn: turn.copied().unwrap_or(0),
        }
    }

    /// Notes that a stream of this connection was refused.
    pub(super) fn violated(&mut self, connection: ConnectionId) {
        bound(&mut self.violations);
        *self.violations.entry(connection).or_default() += 1;
    }

    /// Notes that a session had its Result.
    pub(super) fn finished(&mut self, token: &Token) {
        let issued = self.issued.iter_mut().find(|issued| issued.id == token.id);
        if let Some(issued) = issued {
            issued.finished = true;
        }
    }

    /// Whether a fault takes this token for one of another stream.
    pub(super) fn takes(&self, signed: &Token, faults: &Faults) -> bool {
        let mut others = self.issued.iter();
        let issued =
            others.find(|issued| issued.id == signed.id && issued.public_key == public_key(signed));
        issued.is_some_and(|issued| {
            faults.has(Fault::AcceptsSignedOfAnyStream)
                || faults.has(Fault::AcceptsSignedOfFinishedSession) && issued.finished
                || faults.has(Fault::AcceptsSignedOfOpenStream) && !issued.finished
        })
    }
}

impl Surroundings {
    /// Whether a fault ends a handshake because its surroundings changed.
    pub(super) fn spoiled_by(self, now: Surroundings, faults: &Faults) -> bool {
        faults.has(Fault::PoisonsConnection) && self.violations != now.violations
            || faults.has(Fault::KeepsOneHandshakePerOwner) && self.turn != now.turn
    }
}

fn version_four(bytes: [u8; 16]) -> [u8; 16] {
    *uuid::Builder::from_random_bytes(bytes).as_uuid().as_bytes()
}

fn bound<K: Ord, V>(map: &mut BTreeMap<K, V>) {
    if map.len() >= CAP {
        map.pop_first();
    }
}
