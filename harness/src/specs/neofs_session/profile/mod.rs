//! The signature profiles: which keys own tokens, and what they sign with.

mod ed25519;
mod p256;
mod scalar;

use rand_chacha::ChaCha12Rng;
use serde::Deserialize;
use wirecheck_proto::session::CreateRequest;

/// A signature profile of the session handshake. What is signed is the same under both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Ed25519 throughout; the owner's id is the owner's public key.
    #[default]
    Ed25519,
    /// What the public implementation of that time used, nspcc-dev/neofs-api-go v0.2.x: the owner's
    /// id is the 25-byte address (of NEO 2) of a P-256 key, every request's
    /// `Verify.Signatures[0].Sign.Peer` is that key, compressed to 33 bytes, and signatures are
    /// ECDSA over SHA-512 in 65 bytes: 0x04, r and s.
    P256,
}

/// The private half of an owner's key.
#[derive(Clone, Debug)]
pub(super) enum Key {
    Ed25519(ed25519::SigningKey),
    /// Any key: the neutral element's signatures verify for everything whatever makes them.
    Neutral(ed25519::SigningKey),
    P256(p256::SigningKey),
}

/// The public half, as whoever judges a token has it.
#[derive(Clone, Debug)]
pub enum OwnerKey {
    /// Under [`Profile::Ed25519`].
    Ed25519(ed25519::VerifyingKey),
    /// Under [`Profile::P256`].
    P256(p256::VerifyingKey),
}

impl Profile {
    /// As `wirecheck.toml` has it.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Ed25519 => "ed25519",
            Profile::P256 => "p256",
        }
    }

    /// The profile of the client that sent this: under p256 alone, Verify names a key of 33 bytes. So
    /// nothing that a server says has a say in how it is judged.
    pub fn of(request: &CreateRequest) -> Profile {
        match peer(request).len() {
            p256::KEY_LENGTH => Profile::P256,
            _ => Profile::Ed25519,
        }
    }

    /// Bytes of a signature.
    pub fn signature_length(self) -> usize {
        match self {
            Profile::Ed25519 => ed25519::SIGNATURE_LENGTH,
            Profile::P256 => p256::SIGNATURE_LENGTH,
        }
    }

    /// Bytes of an OwnerID.
    pub fn owner_length(self) -> usize {
        match self {
            Profile::Ed25519 => ed25519::KEY_LENGTH,
            Profile::P256 => p256::ADDRESS_LENGTH,
        }
    }

    /// The bytes of a signature of which every bit tells: where a careless decoder drops some. Those
    /// are the sign of the point and the highest bits of S, and the tag before r and s.
    pub fn telling_bytes(self) -> &'static [usize] {
        match self {
            Profile::Ed25519 => &[31, 63],
            Profile::P256 => &[0],
        }
    }

    /// What a session key has to be, in words.
    pub fn session_key(self) -> &'static str {
        match self {
            Profile::Ed25519 => "an Ed25519 public key of 32 bytes",
            Profile::P256 => "a compressed point of P-256, 33 bytes",
        }
    }

    /// Whether these bytes are what a session key has to be.
    pub fn is_session_key(self, bytes: &[u8]) -> bool {
        match self {
            Profile::Ed25519 => ed25519::public_key(bytes).is_some(),
            Profile::P256 => p256::public_key(bytes).is_some(),
        }
    }

    /// The key that owns what this OwnerID owns; `peer` is the key that Verify names.
    pub fn owner(self, id: &[u8], peer: &[u8]) -> Option<OwnerKey> {
        match self {
            Profile::Ed25519 => ed25519::public_key(id).map(OwnerKey::Ed25519),
            Profile::P256 => {
                let key = p256::public_key(peer).filter(|_| p256::address(peer) == *id);
                key.map(OwnerKey::P256)
            }
        }
    }

    /// What an OwnerID is that no key owns anything under, in words.
    pub fn no_owner(self) -> &'static str {
        match self {
            Profile::Ed25519 => "no key",
            Profile::P256 => "not the address of a key that Verify names",
        }
    }

    /// Whether this OwnerID is of a key that nobody holds, for being of small order.
    pub fn is_of_small_order(self, id: &[u8]) -> bool {
        self == Profile::Ed25519 && ed25519::is_point(id) && ed25519::public_key(id).is_none()
    }

    /// Whether the signature is another form of one that it is not the right form of. ECDSA has none:
    /// -s is as good as s.
    pub fn is_malleated(self, signature: &[u8]) -> bool {
        self == Profile::Ed25519 && signature.last_chunk().is_some_and(|s| !scalar::is_canonical(s))
    }

    /// Makes a signature of [`Profile::Ed25519`] one that [`Profile::is_malleated`].
    pub(super) fn malleate(signature: &mut [u8]) {
        if let Some((_, s)) = signature.split_last_chunk_mut::<32>() {
            *s = scalar::not_canonical(s);
        }
    }

    /// A key that nobody holds, and its OwnerID: it is no point of the curve.
    pub(super) fn off_curve(self, rng: &mut ChaCha12Rng) -> Names {
        match self {
            Profile::Ed25519 => Names::alike(ed25519::off_curve(rng)),
            Profile::P256 => {
                let public = p256::off_curve(rng);
                Names { id: p256::address(&public).to_vec(), public }
            }
        }
    }
}

/// What a key is called in messages.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// OwnerID.
    pub(super) id: Vec<u8>,
    /// The public key, as Header.PublicKey or Verify has it.
    pub(super) public: Vec<u8>,
}

impl Names {
    pub(super) fn alike(public: Vec<u8>) -> Names {
        Names { id: public.clone(), public }
    }
}

impl Key {
    pub(super) fn draw(profile: Profile, rng: &mut ChaCha12Rng) -> Key {
        match profile {
            Profile::Ed25519 => Key::Ed25519(ed25519::draw(rng)),
            Profile::P256 => Key::P256(p256::draw(rng)),
        }
    }

    pub(super) fn profile(&self) -> Profile {
        match self {
            Key::Ed25519(_) | Key::Neutral(_) => Profile::Ed25519,
            Key::P256(_) => Profile::P256,
        }
    }

    pub(super) fn names(&self) -> Names {
        match self {
            Key::Ed25519(key) => Names::alike(key.verifying_key().to_bytes().to_vec()),
            Key::Neutral(_) => Names::alike(ed25519::neutral(false)),
            Key::P256(key) => {
                let public = p256::compressed(key);
                Names { id: p256::address(&public).to_vec(), public }
            }
        }
    }

    /// The signature of these bytes.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Key::Ed25519(key) => ed25519::sign(key, message),
            Key::Neutral(nonce) => ed25519::sign_as_neutral(nonce),
            Key::P256(key) => p256::sign(key, message),
        }
    }
}

impl OwnerKey {
    /// Whether `signature` is the owner's for `message`, strictly.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            OwnerKey::Ed25519(key) => ed25519::verifies(key, message, signature),
            OwnerKey::P256(key) => p256::verifies(key, message, signature),
        }
    }
}

/// The neutral element in its canonical encoding or, for `above_the_prime`, with y = p + 1.
pub(super) fn neutral(above_the_prime: bool, rng: &mut ChaCha12Rng) -> (Key, Names) {
    let key = Key::Neutral(ed25519::draw(rng));
    (key, Names::alike(ed25519::neutral(above_the_prime)))
}

/// An address that differs from this one in its version alone; the checksum fits.
pub(super) fn with_other_version(address: &[u8]) -> Vec<u8> {
    p256::with_other_version(address)
}

/// The key that Verify names first, empty where it names none.
pub fn peer(request: &CreateRequest) -> &[u8] {
    let first = request.verify.as_ref().and_then(|verify| verify.signatures.first());
    first.and_then(|signature| signature.sign.as_ref()).map_or(&[], |sign| &sign.peer)
}

fn random<const N: usize>(rng: &mut ChaCha12Rng) -> [u8; N] {
    use rand::Rng as _;
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}
