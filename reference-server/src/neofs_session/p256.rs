//! The profile `p256`: addresses of P-256 keys, and ECDSA over SHA-512 in 65 bytes.
//!
//! As the public implementation of that time has it, nspcc-dev/neofs-api-go v0.2.x, and NEO 2, whose
//! addresses name the owners.

use p256::ecdsa::signature::DigestVerifier as _;
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use ripemd::Ripemd160;
use sha2::{Digest as _, Sha256, Sha512};

use super::keys::Secret;
use super::verifier::Claim;
use crate::faults::{Fault, Faults};

/// How long a signature is, in bytes: the tag, r and s.
pub(super) const SIGNATURE_LENGTH: usize = 1 + 64;
/// What stands before r and s: the tag of an uncompressed point, as which the implementation writes
/// the two (SEC 1, 2.3.3).
const TAG: u8 = 0x04;
/// How long a compressed point is, in bytes.
const KEY_LENGTH: usize = 33;
/// The first byte of an address: of the network's version 23.
const VERSION: u8 = 0x17;
/// The operations of the verification script: push 33 bytes, and check a signature.
const PUSH_KEY: u8 = 0x21;
const CHECK_SIGNATURE: u8 = 0xac;

/// The key that Verify names, where OwnerID is its address.
pub(super) fn owner_key(claim: Claim) -> Option<VerifyingKey> {
    named_key(claim.peer).filter(|_| address(claim.peer) == *claim.owner)
}

/// The public half, compressed, of the first scalar that the secret's bytes or their repeated
/// digest make: one of 2^32 is none, being 0 or the group's order or more.
pub(super) fn public_key(secret: Secret) -> Vec<u8> {
    let mut bytes = secret.0;
    loop {
        if let Ok(key) = SigningKey::from_slice(&bytes) {
            return key.verifying_key().to_sec1_point(true).as_bytes().to_vec();
        }
        bytes = Sha256::digest(bytes).into();
    }
}

/// Whether the owner signed the message.
pub(super) fn verifies(claim: Claim, message: &[u8], bytes: &[u8], faults: &Faults) -> Option<()> {
    let signature = match bytes.split_first() {
        Some((&TAG, numbers)) => Signature::from_slice(numbers).ok()?,
        _ => return None,
    };
    if faults.has(Fault::ChecksSignatureFormOnly) {
        return Some(());
    }
    let key = match faults.has(Fault::TrustsNamedKey) {
        true => named_key(claim.peer)?,
        false => owner_key(claim)?,
    };
    let read = |digest: &mut Sha512| {
        digest.update(message);
        Ok(())
    };
    key.verify_digest(read, &signature).ok()
}

/// A point of the curve, compressed (SEC 1, 2.3.4); no other encoding has its length and these tags.
fn named_key(bytes: &[u8]) -> Option<VerifyingKey> {
    let compressed = bytes.len() == KEY_LENGTH && matches!(bytes[0], 0x02 | 0x03);
    compressed.then(|| VerifyingKey::from_sec1_bytes(bytes).ok())?
}

/// Version, digest of the verification script, and a checksum over both.
fn address(key: &[u8]) -> Vec<u8> {
    let script = [&[PUSH_KEY], key, &[CHECK_SIGNATURE]].concat();
    let mut address = vec![VERSION];
    address.extend(Ripemd160::digest(Sha256::digest(script)));
    let checksum = Sha256::digest(Sha256::digest(&address));
    address.extend(&checksum[..4]);
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The public key of RFC 6979, A.2.5.
    const PEER: [u8; 33] = [
        0x03, 0x60, 0xfe, 0xd4, 0xba, 0x25, 0x5a, 0x9d, 0x31, 0xc9, 0x61, 0xeb, 0x74, 0xc6, 0x35,
        0x6d, 0x68, 0xc0, 0x49, 0xb8, 0x92, 0x3b, 0x61, 0xfa, 0x6c, 0xe6, 0x69, 0x62, 0x2e, 0x60,
        0xf2, 0x9f, 0xb6,
    ];
    /// Its address, made with Python's hashlib.
    const OWNER: [u8; 25] = [
        0x17, 0xb3, 0x26, 0x6f, 0x0a, 0x91, 0xe4, 0x6d, 0xd5, 0x55, 0xd5, 0x63, 0x15, 0xe2, 0x72,
        0x82, 0xf4, 0xab, 0xdc, 0x48, 0x5f, 0xa8, 0xd3, 0xfb, 0x08,
    ];
    /// Its signature of "sample" with SHA-512, as the RFC has it and OpenSSL makes it.
    const SIGNATURE: [u8; 65] = [
        0x04, 0x84, 0x96, 0xa6, 0x0b, 0x5e, 0x9b, 0x47, 0xc8, 0x25, 0x48, 0x88, 0x27, 0xe0, 0x49,
        0x5b, 0x0e, 0x3f, 0xa1, 0x09, 0xec, 0x45, 0x68, 0xfd, 0x3f, 0x8d, 0x10, 0x97, 0x67, 0x8e,
        0xb9, 0x7f, 0x00, 0x23, 0x62, 0xab, 0x1a, 0xdb, 0xe2, 0xb8, 0xad, 0xf9, 0xcb, 0x9e, 0xda,
        0xb7, 0x40, 0xea, 0x60, 0x49, 0xc0, 0x28, 0x11, 0x4f, 0x24, 0x60, 0xf9, 0x65, 0x54, 0xf6,
        0x1f, 0xae, 0x33, 0x02, 0xfe,
    ];

    fn takes(claim: Claim, message: &[u8], signature: &[u8]) -> bool {
        verifies(claim, message, signature, &Faults::default()).is_some()
    }

    #[test]
    fn a_known_key_owns_its_known_address_alone() {
        assert!(owner_key(Claim { owner: &OWNER, peer: &PEER }).is_some());
        let mut other_owner = OWNER;
        other_owner[24] ^= 1;
        let mut other_peer = PEER;
        other_peer[0] = 0x02;
        for (owner, peer) in [
            (&other_owner[..], &PEER[..]),
            (&OWNER, &other_peer),
            (&OWNER[..24], &PEER),
            (&OWNER, &[]),
            (&[], &[]),
            (&address(&[0x02; 32]), &[0x02; 32]),
        ] {
            assert!(owner_key(Claim { owner, peer }).is_none(), "{owner:02x?}, {peer:02x?}");
        }
    }

    #[test]
    fn a_known_signature_verifies_whole_and_for_its_message_alone() {
        let claim = Claim { owner: &OWNER, peer: &PEER };
        assert!(takes(claim, b"sample", &SIGNATURE));
        assert!(!takes(claim, b"test", &SIGNATURE));
        assert!(!takes(Claim { owner: &OWNER, peer: &[] }, b"sample", &SIGNATURE));
        assert!(!takes(claim, b"sample", &SIGNATURE[1..]));
        for bit in 0..8 * SIGNATURE_LENGTH {
            let mut corrupted = SIGNATURE;
            corrupted[bit / 8] ^= 1 << (bit % 8);
            assert!(!takes(claim, b"sample", &corrupted), "bit {bit}");
        }
    }

    #[test]
    fn any_secret_makes_a_compressed_key() {
        for secret in [[7; 32], [0; 32], [0xff; 32]] {
            assert!(named_key(&public_key(Secret(secret))).is_some());
        }
        assert_ne!(public_key(Secret([0; 32])), public_key(Secret([0xff; 32])));
    }
}
