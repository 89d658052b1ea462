//! The profile `ed25519`: RFC 8032, read strictly.

pub(super) use ed25519_dalek::{SigningKey, VerifyingKey};

use ed25519_dalek::{Signature, Signer as _};
use rand_chacha::ChaCha12Rng;

use super::random;

/// Bytes of a public key.
pub(super) const KEY_LENGTH: usize = 32;
/// Bytes of a signature.
pub(super) const SIGNATURE_LENGTH: usize = 64;

pub(super) fn draw(rng: &mut ChaCha12Rng) -> SigningKey {
    SigningKey::from_bytes(&random(rng))
}

pub(super) fn sign(key: &SigningKey, message: &[u8]) -> Vec<u8> {
    key.sign(message).to_bytes().to_vec()
}

/// The neutral element in its canonical encoding or, for `above_the_prime`, with y = p + 1.
pub(super) fn neutral(above_the_prime: bool) -> Vec<u8> {
    let mut id = [0; KEY_LENGTH];
    id[0] = 1;
    if above_the_prime {
        id = [0xff; KEY_LENGTH];
        (id[0], id[31]) = (0xee, 0x7f);
    }
    id.to_vec()
}

/// A signature by the neutral element.
///
/// For the neutral element A, S·B = R + h·A holds for R = k·B and S = k whatever h, and so
/// whatever was signed: a key pair's public half and reduced scalar are such an R and S.
pub(super) fn sign_as_neutral(nonce: &SigningKey) -> Vec<u8> {
    [nonce.verifying_key().to_bytes(), nonce.to_scalar().to_bytes()].concat()
}

/// Whether `bytes` are a point of the curve in its only right encoding (RFC 8032, 5.1.3).
pub(super) fn is_point(bytes: &[u8]) -> bool {
    point(bytes).is_some()
}

/// The public key that `bytes` are: a point, and none of small order.
pub(super) fn public_key(bytes: &[u8]) -> Option<VerifyingKey> {
    point(bytes).filter(|key| !key.is_weak())
}

fn point(bytes: &[u8]) -> Option<VerifyingKey> {
    let key = VerifyingKey::from_bytes(bytes.try_into().ok()?).ok()?;
    // Decoding takes a y of the field's prime or more too; encoding it again shows it.
    (key.to_edwards().compress().to_bytes() == *bytes).then_some(key)
}

pub(super) fn verifies(key: &VerifyingKey, message: &[u8], signature: &[u8]) -> bool {
    let signature = Signature::from_slice(signature).ok();
    signature.is_some_and(|signature| key.verify_strict(message, &signature).is_ok())
}

/// 32 bytes that no decoder takes for a point: about every other draw is one.
pub(super) fn off_curve(rng: &mut ChaCha12Rng) -> Vec<u8> {
    loop {
        let bytes = random(rng);
        if VerifyingKey::from_bytes(&bytes).is_err() {
            return bytes.to_vec();
        }
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::Verifier as _;
    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn the_neutral_element_signs_everything_for_a_careless_verifier_and_nothing_for_a_strict_one() {
        let nonce = draw(&mut ChaCha12Rng::seed_from_u64(1));
        for above_the_prime in [false, true] {
            let id = neutral(above_the_prime);
            let key = VerifyingKey::from_bytes(id[..].try_into().expect("32 bytes"));
            let key = key.expect("a point");
            for message in [&b"one"[..], b"other"] {
                let signature = sign_as_neutral(&nonce);
                let parsed = Signature::from_slice(&signature).expect("64 bytes");
                if !above_the_prime {
                    key.verify(message, &parsed).expect("plain verification accepts it");
                }
                assert!(!verifies(&key, message, &signature));
            }
            assert!(public_key(&id).is_none());
            assert_eq!(is_point(&id), !above_the_prime);
        }
    }
}
