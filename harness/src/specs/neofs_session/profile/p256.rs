//! The profile `p256`: addresses of P-256 keys, and ECDSA over SHA-512 in 65 bytes.

pub(super) use p256::ecdsa::{SigningKey, VerifyingKey};

use p256::ecdsa::Signature;
use p256::ecdsa::signature::{DigestSigner as _, DigestVerifier as _};
use rand_chacha::ChaCha12Rng;
use ripemd::Ripemd160;
use sha2::{Digest as _, Sha256, Sha512};

use super::random;

/// Bytes of a compressed point.
pub(super) const KEY_LENGTH: usize = 33;
/// Bytes of an address.
pub(super) const ADDRESS_LENGTH: usize = 25;
/// Bytes of a signature.
pub(super) const SIGNATURE_LENGTH: usize = 65;

/// What stands before r and s: the implementation writes them as the coordinates of an uncompressed
/// point (SEC 1, 2.3.3).
const UNCOMPRESSED: u8 = 0x04;
/// What an address begins with on the network of NEO 2.
const VERSION: u8 = 0x17;

pub(super) fn draw(rng: &mut ChaCha12Rng) -> SigningKey {
    // One draw of 2^32 is 0, or the group's order or more.
    loop {
        if let Ok(key) = SigningKey::from_slice(&random::<32>(rng)) {
            return key;
        }
    }
}

/// The public key in 33 bytes: 0x02 for an even y, 0x03 for an odd one, and x (SEC 1, 2.3.3).
pub(super) fn compressed(key: &SigningKey) -> Vec<u8> {
    key.verifying_key().to_sec1_point(true).as_bytes().to_vec()
}

/// The public key that `bytes` are: a point in its compressed encoding.
pub(super) fn public_key(bytes: &[u8]) -> Option<VerifyingKey> {
    match bytes {
        [0x02 | 0x03, x @ ..] if x.len() == 32 => VerifyingKey::from_sec1_bytes(bytes).ok(),
        _ => None,
    }
}

/// The address of a compressed key: a byte for the version, RIPEMD-160 of SHA-256 of the script that
/// pushes the key (0x21) and checks a signature by it (0xac), and 4 bytes of checksum.
pub(super) fn address(public: &[u8]) -> [u8; ADDRESS_LENGTH] {
    let script = Sha256::new().chain_update([0x21]).chain_update(public).chain_update([0xac]);
    with_checksum(VERSION, &Ripemd160::digest(script.finalize()))
}

/// The address that differs from this one in its version alone; the checksum fits.
pub(super) fn with_other_version(address: &[u8]) -> Vec<u8> {
    // 0x35 is the version of NEO 3.
    with_checksum(0x35, address.get(1..21).unwrap_or_default()).to_vec()
}

fn with_checksum(version: u8, digest: &[u8]) -> [u8; ADDRESS_LENGTH] {
    let mut address = [0; ADDRESS_LENGTH];
    address[0] = version;
    address[1..].iter_mut().zip(digest).for_each(|(byte, of)| *byte = *of);
    let checksum = Sha256::digest(Sha256::digest(&address[..21]));
    address[21..].copy_from_slice(&checksum[..4]);
    address
}

/// The nonce is derived as RFC 6979 has it, but with SHA-256, which is the curve's own digest: the same
/// key signs the same bytes the same way, and which way is nobody's concern.
pub(super) fn sign(key: &SigningKey, message: &[u8]) -> Vec<u8> {
    let signature: Signature = key.sign_digest(|digest: &mut Sha512| digest.update(message));
    [&[UNCOMPRESSED][..], &signature.to_bytes()].concat()
}

/// Whether the signature verifies; s may be high, as FIPS 186-5 lets it.
pub(super) fn verifies(key: &VerifyingKey, message: &[u8], signature: &[u8]) -> bool {
    let Some((&UNCOMPRESSED, numbers)) = signature.split_first() else { return false };
    let Ok(signature) = Signature::from_slice(numbers) else { return false };
    let read = |digest: &mut Sha512| {
        digest.update(message);
        Ok(())
    };
    key.verify_digest(read, &signature).is_ok()
}

/// 33 bytes that look like a compressed point, and whose x no point of the curve has.
pub(super) fn off_curve(rng: &mut ChaCha12Rng) -> Vec<u8> {
    loop {
        let bytes = [&[0x02][..], &random::<32>(rng)].concat();
        if public_key(&bytes).is_none() {
            return bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    /// The key of RFC 6979, A.2.5.
    const SECRET: &str = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
    const PUBLIC: &str = "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
    /// Made with Python's hashlib from the public key; AY78eG3BxFBRo33WMoNZBXYQApCSUtdrpF in base 58.
    const ADDRESS: &str = "17b3266f0a91e46dd555d56315e27282f4abdc485fa8d3fb08";
    /// Of "sample" with SHA-512: RFC 6979, A.2.5, and OpenSSL through Python's cryptography.
    const OF_SAMPLE: &str = "04\
        8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00\
        2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe";
    /// Of "sample" with SHA-512 and the nonce of this file; OpenSSL verifies it.
    const OURS_OF_SAMPLE: &str = "04\
        962705d612647b04822c6060f31270f4b4cd703f6ba8fc1308c2a562ee600fc0\
        af713dc0b1a1423422198a0edbce3b096f25c8e47d80988880ff472e579ab61f";
    /// Of "random nonce" with SHA-512 by OpenSSL, which drew the nonce; s is low.
    const OF_RANDOM_NONCE: &str = "04\
        a2090b2e850c9c51f56d51dcec4c442b3d1e863af54ce2883d10fccd605a3af1\
        476e6cfb802d1998f953acf6c8bde94dac1c3ba3779eabaef212a95f273112d9";
    /// The same with the order less s in the place of s, by Python's arithmetic.
    const WITH_HIGH_S: &str = "04\
        a2090b2e850c9c51f56d51dcec4c442b3d1e863af54ce2883d10fccd605a3af1\
        b89193037fd2e66806ac5309374216b210cabf0a2f78f2d601a72163d5321278";

    fn hex(text: &str) -> Vec<u8> {
        let digits = text.as_bytes().chunks(2).map(|two| std::str::from_utf8(two).expect("ASCII"));
        digits.map(|two| u8::from_str_radix(two, 16).expect("hexadecimal")).collect()
    }

    fn key() -> VerifyingKey {
        public_key(&hex(PUBLIC)).expect("a point")
    }

    #[test]
    fn a_known_key_has_its_known_address() {
        let secret = SigningKey::from_slice(&hex(SECRET)).expect("a scalar");
        assert_eq!(compressed(&secret), hex(PUBLIC));
        assert_eq!(address(&hex(PUBLIC))[..], hex(ADDRESS));
        let other = with_other_version(&hex(ADDRESS));
        assert_eq!((other[0], &other[1..21]), (0x35, &hex(ADDRESS)[1..21]));
        assert_ne!(other[21..], hex(ADDRESS)[21..]);
    }

    #[test]
    fn a_known_message_has_its_known_signature() {
        let secret = SigningKey::from_slice(&hex(SECRET)).expect("a scalar");
        assert_eq!(sign(&secret, b"sample"), hex(OURS_OF_SAMPLE));
        for (message, signature) in [
            (&b"sample"[..], OF_SAMPLE),
            (b"sample", OURS_OF_SAMPLE),
            (b"random nonce", OF_RANDOM_NONCE),
            (b"random nonce", WITH_HIGH_S),
        ] {
            assert!(verifies(&key(), message, &hex(signature)));
            assert!(!verifies(&key(), b"test", &hex(signature)));
        }
    }

    #[test]
    fn every_bit_of_a_signature_counts_and_so_does_its_length() {
        let right = hex(OF_SAMPLE);
        for bit in 0..8 * SIGNATURE_LENGTH {
            let mut flipped = right.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(!verifies(&key(), b"sample", &flipped), "bit {bit}");
        }
        for wrong in [&right[1..], &right[..64], &[&right[..], &[0]].concat(), &[]] {
            assert!(!verifies(&key(), b"sample", wrong));
        }
    }

    #[test]
    fn only_a_compressed_point_is_a_key() {
        let secret = SigningKey::from_slice(&hex(SECRET)).expect("a scalar");
        let uncompressed = secret.verifying_key().to_sec1_point(false).as_bytes().to_vec();
        let above_the_prime = [&[0x02][..], &[0xff; 32]].concat();
        let compact = [&[0x05][..], &hex(PUBLIC)[1..]].concat();
        let off_curve = off_curve(&mut ChaCha12Rng::seed_from_u64(1));
        for none in
            [uncompressed, above_the_prime, compact, off_curve, vec![0], vec![], vec![2; 32]]
        {
            assert!(public_key(&none).is_none(), "{none:02x?}");
        }
    }
}
