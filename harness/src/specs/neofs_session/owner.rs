//! Owners of tokens: a key under one of the profiles, what it is called, and what it signs.

use rand_chacha::ChaCha12Rng;
use wirecheck_proto::service::RequestVerificationHeader;
use wirecheck_proto::service::request_verification_header::{Sign, Signature};
use wirecheck_proto::session::{Token, VerificationHeader};

use super::profile::{self, Key, Names, Profile};
use super::token::{Lifetime, object, payload, uuid4};

/// The owner of a token.
#[derive(Clone, Debug)]
pub struct Owner {
    names: Names,
    key: Key,
}

impl Owner {
    /// An owner with a key of its own.
    pub fn new(profile: Profile, rng: &mut ChaCha12Rng) -> Owner {
        let key = Key::draw(profile, rng);
        Owner { names: key.names(), key }
    }

    /// Another owner under the same profile.
    pub fn another(&self, rng: &mut ChaCha12Rng) -> Owner {
        Owner::new(self.profile(), rng)
    }

    /// An owner whose public key is the neutral element of Ed25519's curve, in its canonical encoding
    /// or, for `above_the_prime`, with y = p + 1. Nobody holds the key, and everybody can sign.
    pub fn of_small_order(rng: &mut ChaCha12Rng, above_the_prime: bool) -> Owner {
        let (key, names) = profile::neutral(above_the_prime, rng);
        Owner { names, key }
    }

    /// This owner, under the name of a key that is no point of the curve.
    pub fn off_curve(&self, rng: &mut ChaCha12Rng) -> Owner {
        Owner { names: self.profile().off_curve(rng), key: self.key.clone() }
    }

    /// What the owner's keys and signatures are.
    pub fn profile(&self) -> Profile {
        self.key.profile()
    }

    /// Token.OwnerID.
    pub fn id(&self) -> Vec<u8> {
        self.names.id.clone()
    }

    /// The owner's public key, as a Header or a Verify has it.
    pub fn public_key(&self) -> Vec<u8> {
        self.names.public.clone()
    }

    /// An Init for two objects.
    pub fn init(&self, lifetime: Lifetime, rng: &mut ChaCha12Rng) -> Token {
        Token {
            owner_id: self.id(),
            first_epoch: lifetime.first,
            last_epoch: lifetime.last,
            object_id: vec![object(rng), object(rng)],
            ..Token::default()
        }
    }

    /// Signs the token as it stands: its payload into Signature, its session key into KeySignature.
    pub fn sign(&self, token: &mut Token) {
        token.signature = self.mark(&payload(token));
        let header = token.header.get_or_insert_default();
        header.key_signature = self.mark(&header.public_key);
    }

    /// The owner's signature of these bytes.
    pub(super) fn mark(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(message)
    }

    /// The Verify of this owner's requests: under p256 it names the owner's key, and under ed25519 there
    /// is none. What it signs no document says; it is the token's payload here.
    pub(super) fn verify(
        &self,
        signature: impl FnOnce() -> Vec<u8>,
    ) -> Option<RequestVerificationHeader> {
        match self.profile() {
            Profile::Ed25519 => None,
            Profile::P256 => {
                let sign = Some(Sign { sign: signature(), peer: self.public_key() });
                let signatures = vec![Signature { sign, origin: None }];
                Some(RequestVerificationHeader { signatures })
            }
        }
    }

    /// A token that no server drew, not yet signed.
    pub fn made_up(&self, lifetime: Lifetime, rng: &mut ChaCha12Rng) -> Token {
        let public_key = self.another(rng).public_key();
        Token {
            id: uuid4(rng),
            header: Some(VerificationHeader { public_key, key_signature: Vec::new() }),
            ..self.init(lifetime, rng)
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;
    use crate::specs::neofs_session::token::{key_signature, session_key};

    #[test]
    fn what_an_owner_signs_verifies_for_that_token_alone() {
        for profile in [Profile::Ed25519, Profile::P256] {
            let mut rng = ChaCha12Rng::seed_from_u64(1);
            let owner = Owner::new(profile, &mut rng);
            let mut token = owner.made_up(Lifetime::default(), &mut rng);
            owner.sign(&mut token);
            let key_of = |owner: &Owner| profile.owner(&owner.id(), &owner.public_key());
            let key = key_of(&owner).expect("a key");
            assert_eq!(token.signature.len(), profile.signature_length());
            assert!(key.verifies(&payload(&token), &token.signature));
            assert!(key.verifies(session_key(&token), key_signature(&token)));
            let other = key_of(&owner.another(&mut rng)).expect("a key");
            assert!(!other.verifies(&payload(&token), &token.signature));
            token.last_epoch += 1;
            assert!(!key.verifies(&payload(&token), &token.signature));
        }
    }

    #[test]
    fn a_key_off_the_curve_owns_nothing() {
        for profile in [Profile::Ed25519, Profile::P256] {
            let mut rng = ChaCha12Rng::seed_from_u64(1);
            let owner = Owner::new(profile, &mut rng);
            let nobody = owner.off_curve(&mut rng);
            assert_eq!(nobody.id().len(), profile.owner_length());
            assert_eq!(nobody.public_key().len(), owner.public_key().len());
            assert!(profile.owner(&nobody.id(), &nobody.public_key()).is_none());
        }
    }
}
