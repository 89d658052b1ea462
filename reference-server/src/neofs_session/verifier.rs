//! Who may sign for whom: strict Ed25519, ECDSA on P-256, or a cheap stand-in for fuzzing.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, SigningKey, Verifier as _, VerifyingKey};
use sha2::{Digest, Sha256};

use super::keys::Secret;
use super::p256;
use crate::faults::{Fault, Faults};

/// How long an owner's key and a session key of Ed25519 or the stand-in are, in bytes.
pub const KEY_LENGTH: usize = 32;
/// How long a signature of Ed25519 or the stand-in is, in bytes.
pub const SIGNATURE_LENGTH: usize = 64;

/// The signature profile that a server is asked to work under.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Ed25519 throughout; OwnerID is the owner's public key.
    #[default]
    Ed25519,
    /// ECDSA on P-256 over SHA-512; OwnerID is the address of the key that Verify names.
    P256,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Profile::Ed25519 => "ed25519",
            Profile::P256 => "p256",
        })
    }
}

/// No profile is called so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no profile is called {0:?}; there are ed25519 and p256")]
pub struct UnknownProfile(String);

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Profile, UnknownProfile> {
        let found = [Profile::Ed25519, Profile::P256].into_iter().find(|of| of.to_string() == name);
        found.ok_or_else(|| UnknownProfile(name.to_owned()))
    }
}

/// Who is said to own a token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim<'a> {
    /// Token.OwnerID.
    pub(super) owner: &'a [u8],
    /// The key that the request's Verify names, empty where it names none. Only [`Verifier::P256`]
    /// looks at it.
    pub(super) peer: &'a [u8],
}

/// How a server tells whether an owner signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verifier {
    /// RFC 8032 with canonical points and S, small-order keys refused.
    Ed25519,
    /// ECDSA over SHA-512 by the key in Verify, whose address is OwnerID. Any S is right: the public
    /// implementation draws no line, and no clause does. Nor does one say what Verify's own
    /// signature signs, so it is not judged.
    P256,
    /// Signatures are [`stand_in_signature`]s: no security, but 100 times as fast,
    /// so that a fuzzer's time goes into the order of messages.
    StandIn,
}

impl From<Profile> for Verifier {
    fn from(profile: Profile) -> Verifier {
        match profile {
            Profile::Ed25519 => Verifier::Ed25519,
            Profile::P256 => Verifier::P256,
        }
    }
}

impl Verifier {
    /// How long a signature is, in bytes.
    pub(super) fn signature_length(self) -> usize {
        match self {
            Verifier::Ed25519 | Verifier::StandIn => SIGNATURE_LENGTH,
            Verifier::P256 => p256::SIGNATURE_LENGTH,
        }
    }

    /// Whether there is a key that owns the token.
    pub(super) fn has_key(self, claim: Claim, faults: &Faults) -> bool {
        match self {
            Verifier::Ed25519 => owner_key(claim.owner, faults).is_some(),
            Verifier::P256 => p256::owner_key(claim).is_some(),
            Verifier::StandIn => claim.owner.len() == KEY_LENGTH,
        }
    }

    /// Whether the owner signed the message.
    pub(super) fn verifies(
        self,
        claim: Claim,
        message: &[u8],
        signature: &[u8],
        faults: &Faults,
    ) -> bool {
        let owner = claim.owner;
        match self {
            Verifier::Ed25519 => verifies_strictly(owner, message, signature, faults).is_some(),
            Verifier::P256 => p256::verifies(claim, message, signature, faults).is_some(),
            Verifier::StandIn if faults.has(Fault::ChecksSignatureFormOnly) => true,
            Verifier::StandIn => signature == stand_in_signature(owner, message),
        }
    }

    /// The public half of a session key.
    pub(super) fn public_key(self, secret: Secret) -> Vec<u8> {
        match self {
            Verifier::Ed25519 => {
                SigningKey::from_bytes(&secret.0).verifying_key().to_bytes().into()
            }
            Verifier::P256 => p256::public_key(secret),
            Verifier::StandIn => Sha256::digest(secret.0).to_vec(),
        }
    }
}

/// What a stand-in key signs with: whoever knows the owner's bytes can make it.
pub fn stand_in_signature(owner: &[u8], message: &[u8]) -> [u8; SIGNATURE_LENGTH] {
    let half = Sha256::new()
        .chain_update((owner.len() as u64).to_be_bytes())
        .chain_update(owner)
        .chain_update(message)
        .finalize();
    let mut signature = [0; SIGNATURE_LENGTH];
    signature[..32].copy_from_slice(&half);
    signature[32..].copy_from_slice(&half);
    signature
}

/// A point in its one canonical encoding (RFC 8032, 5.1.3) and not of small order.
fn owner_key(owner: &[u8], faults: &Faults) -> Option<VerifyingKey> {
    let bytes = owner.try_into().ok()?;
    let key = VerifyingKey::from_bytes(bytes).ok()?;
    // Decompression takes y at or above the field's prime too; compressing again shows it.
    let canonical = key.to_edwards().compress().to_bytes() == *bytes;
    let small = key.is_weak() && !faults.has(Fault::AcceptsSmallOrderOwner);
    (canonical && !small).then_some(key)
}

fn verifies_strictly(
    owner: &[u8],
    message: &[u8],
    signature: &[u8],
    faults: &Faults,
) -> Option<()> {
    let mut bytes: [u8; SIGNATURE_LENGTH] = signature.try_into().ok()?;
    if faults.has(Fault::ReducesS) {
        reduce_s(&mut bytes);
    }
    let signature = Signature::from_bytes(&bytes);
    let key = owner_key(owner, faults)?;
    if faults.has(Fault::ChecksSignatureFormOnly) {
        return VerifyingKey::from_bytes(signature.r_bytes()).ok().map(|_| ());
    }
    if faults.has(Fault::AcceptsSmallOrderOwner) {
        return key.verify(message, &signature).ok();
    }
    key.verify_strict(message, &signature).ok()
}

/// The order of the base point, little-endian (RFC 8032, 5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Makes S canonical, as [`Fault::ReducesS`] does. S is below 16 times the order, so few turns do.
fn reduce_s(signature: &mut [u8; SIGNATURE_LENGTH]) {
    let s = &mut signature[32..];
    while s.iter().rev().ge(ORDER.iter().rev()) {
        let mut borrow = 0;
        for (digit, order) in s.iter_mut().zip(ORDER) {
            let difference = i16::from(*digit) - i16::from(order) - borrow;
            borrow = i16::from(difference < 0);
            *digit = difference.rem_euclid(256) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::Signer;

    fn verifies(verifier: Verifier, owner: &[u8], message: &[u8], signature: &[u8]) -> bool {
        let claim = Claim { owner, peer: &[] };
        verifier.verifies(claim, message, signature, &Faults::default())
    }

    fn is_key(owner: &[u8]) -> bool {
        Verifier::Ed25519.has_key(Claim { owner, peer: &[] }, &Faults::default())
    }

    fn owner() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    #[test]
    fn a_signature_verifies_for_its_key_and_message_alone() {
        let public = owner().verifying_key().to_bytes();
        let signature = owner().sign(b"token").to_bytes();
        let verifier = Verifier::Ed25519;
        assert!(verifies(verifier, &public, b"token", &signature));
        assert!(!verifies(verifier, &public, b"other", &signature));
        assert!(!verifies(verifier, &verifier.public_key(Secret([8; 32])), b"token", &signature));
        for bit in 0..512 {
            let mut corrupted = signature;
            corrupted[bit / 8] ^= 1 << (bit % 8);
            assert!(!verifies(verifier, &public, b"token", &corrupted), "bit {bit}");
        }
    }

    #[test]
    fn keys_of_small_order_or_odd_encoding_are_none() {
        let mut identity = [0; 32];
        identity[0] = 1;
        let mut identity_above_the_prime = [0xff; 32];
        identity_above_the_prime[0] = 0xee;
        identity_above_the_prime[31] = 0x7f;
        // y = 3 + p has a point of large order, were it canonical; y = 3 has it too.
        let mut three = [0; 32];
        three[0] = 3;
        let mut three_above_the_prime = [0xff; 32];
        three_above_the_prime[0] = 0xf0;
        three_above_the_prime[31] = 0x7f;
        for refused in [identity, identity_above_the_prime, three_above_the_prime, [0; 32]] {
            assert!(!is_key(&refused), "{refused:02x?}");
        }
        assert!(is_key(&three));
        assert!(is_key(&owner().verifying_key().to_bytes()));
        assert!(!is_key(&[1; 33]));
    }

    #[test]
    fn the_stand_in_tells_owners_and_messages_apart() {
        let signature = stand_in_signature(&[1; 32], b"token");
        assert!(verifies(Verifier::StandIn, &[1; 32], b"token", &signature));
        assert!(!verifies(Verifier::StandIn, &[2; 32], b"token", &signature));
        assert!(!verifies(Verifier::StandIn, &[1; 32], b"other", &signature));
        assert!(!verifies(Verifier::StandIn, &[1; 32], b"token", &signature[..63]));
    }
}
