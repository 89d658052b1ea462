//! Tokens as the client makes them: an owner, what it signs, and the requests they go into.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use prost::Message as _;
use rand::Rng as _;
use rand_chacha::ChaCha12Rng;
use wirecheck_proto::service::{RequestMetaHeader, RequestVerificationHeader};
use wirecheck_proto::session::create_request::Message as Request;
use wirecheck_proto::session::{CreateRequest, Token, VerificationHeader};

/// The one method of the room.
pub const CREATE: &str = "/session.Session/Create";
/// Bytes of a signature under the profile `ed25519`.
pub const SIGNATURE_LENGTH: usize = 64;

/// First and last epoch of the tokens that checks ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// The first epoch that the token is for.
    pub first: u64,
    /// The last one.
    pub last: u64,
}

impl Default for Lifetime {
    fn default() -> Lifetime {
        Lifetime { first: 1, last: 100 }
    }
}

/// The owner of a token: under the profile `ed25519` its id is its public key.
#[derive(Clone, Debug)]
pub struct Owner {
    id: [u8; 32],
    key: SigningKey,
}

impl Owner {
    /// An owner with a key of its own.
    pub fn new(rng: &mut ChaCha12Rng) -> Owner {
        let key = SigningKey::from_bytes(&random(rng));
        Owner { id: key.verifying_key().to_bytes(), key }
    }

    /// An owner whose public key is the curve's neutral element, in its canonical encoding or, for
    /// `above_the_prime`, with y = p + 1. Nobody holds the key, and everybody can sign.
    pub fn of_small_order(rng: &mut ChaCha12Rng, above_the_prime: bool) -> Owner {
        let mut id = [0; 32];
        id[0] = 1;
        if above_the_prime {
            id = [0xff; 32];
            (id[0], id[31]) = (0xee, 0x7f);
        }
        Owner { id, ..Owner::new(rng) }
    }

    /// Token.OwnerID.
    pub fn id(&self) -> Vec<u8> {
        self.id.to_vec()
    }

    /// The signature of these bytes.
    ///
    /// For the neutral element A, S·B = R + h·A holds for R = k·B and S = k whatever h, and so
    /// whatever was signed: a key pair's public half and reduced scalar are such an R and S.
    fn mark(&self, message: &[u8]) -> Vec<u8> {
        if self.id == self.key.verifying_key().to_bytes() {
            return self.key.sign(message).to_bytes().to_vec();
        }
        let nonce = self.key.verifying_key().to_bytes();
        [nonce, self.key.to_scalar().to_bytes()].concat()
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

    /// A token that no server drew, not yet signed.
    pub fn made_up(&self, lifetime: Lifetime, rng: &mut ChaCha12Rng) -> Token {
        let public_key = Owner::new(rng).id();
        Token {
            id: uuid4(rng),
            header: Some(VerificationHeader { public_key, key_signature: Vec::new() }),
            ..self.init(lifetime, rng)
        }
    }
}

/// What the owner signs of a token: both epochs, big-endian, then every object's id.
pub fn payload(token: &Token) -> Vec<u8> {
    let epochs = [token.first_epoch.to_be_bytes(), token.last_epoch.to_be_bytes()];
    epochs.into_iter().flatten().chain(token.object_id.iter().flatten().copied()).collect()
}

/// Whether `bytes` are a point of the curve in its only right encoding (RFC 8032, 5.1.3).
pub fn is_point(bytes: &[u8]) -> bool {
    point(bytes).is_some()
}

/// The public key that `bytes` are under the profile `ed25519`: a point, and none of small order.
pub fn public_key(bytes: &[u8]) -> Option<VerifyingKey> {
    point(bytes).filter(|key| !key.is_weak())
}

fn point(bytes: &[u8]) -> Option<VerifyingKey> {
    let key = VerifyingKey::from_bytes(bytes.try_into().ok()?).ok()?;
    // Decoding takes a y of the field's prime or more too; encoding it again shows it.
    (key.to_edwards().compress().to_bytes() == *bytes).then_some(key)
}

/// Whether `signature` is the owner's for `message`, strictly.
pub fn verifies(owner: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let verified = || {
        let signature = Signature::from_slice(signature).ok()?;
        public_key(owner)?.verify_strict(message, &signature).ok()
    };
    verified().is_some()
}

/// Header.PublicKey, empty where there is no Header.
pub fn session_key(token: &Token) -> &[u8] {
    token.header.as_ref().map_or(&[], |header| &header.public_key)
}

/// Header.KeySignature, empty where there is no Header.
pub fn key_signature(token: &Token) -> &[u8] {
    token.header.as_ref().map_or(&[], |header| &header.key_signature)
}

/// A new ObjectID of 32 bytes.
pub(super) fn object(rng: &mut ChaCha12Rng) -> Vec<u8> {
    random::<32>(rng).to_vec()
}

/// A new UUID, version 4, in bytes.
pub(super) fn uuid4(rng: &mut ChaCha12Rng) -> Vec<u8> {
    uuid::Builder::from_random_bytes(random(rng)).into_uuid().into_bytes().to_vec()
}

fn random<const N: usize>(rng: &mut ChaCha12Rng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// A request in the making: a token, who signs it, and the envelope.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What goes into Init or Signed.
    pub token: Token,
    /// Who signs it.
    pub owner: Owner,
    /// CreateRequest.Meta.
    pub meta: Option<RequestMetaHeader>,
    /// CreateRequest.Verify.
    pub verify: Option<RequestVerificationHeader>,
}

impl Draft {
    /// Of this token and owner, with neither Meta nor Verify.
    pub fn new(token: Token, owner: &Owner) -> Draft {
        Draft { token, owner: owner.clone(), meta: None, verify: None }
    }

    /// As a request whose member is Init.
    pub fn init(self) -> CreateRequest {
        let message = Some(Request::Init(self.token));
        CreateRequest { message, meta: self.meta, verify: self.verify }
    }

    /// As a request whose member is Signed.
    pub fn signed(self) -> CreateRequest {
        let message = Some(Request::Signed(self.token));
        CreateRequest { message, meta: self.meta, verify: self.verify }
    }
}

/// An encoded Init that any server answers.
pub fn any_init(rng: &mut ChaCha12Rng) -> Vec<u8> {
    let owner = Owner::new(rng);
    Draft::new(owner.init(Lifetime::default(), rng), &owner).init().encode_to_vec()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn what_an_owner_signs_verifies_for_that_token_alone() {
        let mut rng = ChaCha12Rng::seed_from_u64(1);
        let owner = Owner::new(&mut rng);
        let mut token = owner.made_up(Lifetime::default(), &mut rng);
        owner.sign(&mut token);
        assert!(verifies(&owner.id(), &payload(&token), &token.signature));
        assert!(verifies(&owner.id(), session_key(&token), key_signature(&token)));
        assert!(!verifies(&Owner::new(&mut rng).id(), &payload(&token), &token.signature));
        token.last_epoch += 1;
        assert!(!verifies(&owner.id(), &payload(&token), &token.signature));
    }

    #[test]
    fn the_neutral_element_signs_everything_for_a_careless_verifier_and_nothing_for_a_strict_one() {
        use ed25519_dalek::Verifier as _;
        let mut rng = ChaCha12Rng::seed_from_u64(1);
        for above_the_prime in [false, true] {
            let nobody = Owner::of_small_order(&mut rng, above_the_prime);
            let key = VerifyingKey::from_bytes(&nobody.id).expect("a point");
            for message in [&b"one"[..], b"other"] {
                let signature = nobody.mark(message);
                let parsed = Signature::from_slice(&signature).expect("64 bytes");
                if !above_the_prime {
                    key.verify(message, &parsed).expect("plain verification accepts it");
                }
                assert!(!verifies(&nobody.id, message, &signature));
            }
            assert!(public_key(&nobody.id).is_none());
        }
    }

    #[test]
    fn the_payload_is_both_epochs_big_endian_and_the_joined_objects() {
        let token = Token {
            first_epoch: 1,
            last_epoch: 0x0203,
            object_id: vec![vec![4], vec![], vec![5, 6]],
            ..Token::default()
        };
        let expected = [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 3, 4, 5, 6];
        assert_eq!(payload(&token), expected);
    }
}
