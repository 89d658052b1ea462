//! Tokens as the client makes them, what is signed of them, and the requests they go into.

use prost::Message as _;
use rand::Rng as _;
use rand_chacha::ChaCha12Rng;
use wirecheck_proto::service::{RequestMetaHeader, RequestVerificationHeader};
use wirecheck_proto::session::create_request::Message as Request;
use wirecheck_proto::session::{CreateRequest, Token};

use super::owner::Owner;
use super::profile::Profile;

/// The one method of the room.
pub const CREATE: &str = "/session.Session/Create";

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

/// What the owner signs of a token: both epochs, big-endian, then every object's id.
pub fn payload(token: &Token) -> Vec<u8> {
    let epochs = [token.first_epoch.to_be_bytes(), token.last_epoch.to_be_bytes()];
    epochs.into_iter().flatten().chain(token.object_id.iter().flatten().copied()).collect()
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
    /// CreateRequest.Verify, where it is not the one that the owner makes.
    pub verify: Option<RequestVerificationHeader>,
    /// The owner's signature of the token's payload, once it is made.
    signature: Option<Vec<u8>>,
}

impl Draft {
    /// Of this token and owner, without Meta, and with such a Verify as the profile demands.
    pub fn new(token: Token, owner: &Owner) -> Draft {
        Draft { token, owner: owner.clone(), meta: None, verify: None, signature: None }
    }

    /// Lets the owner sign the token as it stands.
    pub fn sign(&mut self) {
        self.owner.sign(&mut self.token);
        self.signature = Some(self.token.signature.clone());
    }

    /// As a request whose member is Init.
    pub fn init(self) -> CreateRequest {
        self.request(Request::Init)
    }

    /// As a request whose member is Signed.
    pub fn signed(self) -> CreateRequest {
        self.request(Request::Signed)
    }

    fn request(self, member: fn(Token) -> Request) -> CreateRequest {
        let signature = || self.signature.unwrap_or_else(|| self.owner.mark(&payload(&self.token)));
        let verify = self.verify.or_else(|| self.owner.verify(signature));
        CreateRequest { message: Some(member(self.token)), meta: self.meta, verify }
    }
}

/// A request of this owner whose oneof is unset.
pub fn empty(owner: &Owner) -> CreateRequest {
    CreateRequest { verify: owner.verify(|| owner.mark(&[])), ..CreateRequest::default() }
}

/// One request that encodes the members of both, in this order. What stands beside them is the
/// second's, which is the one that counts; both would merge.
pub fn joined(one: CreateRequest, other: &CreateRequest) -> Vec<u8> {
    let member = CreateRequest { message: one.message, ..CreateRequest::default() };
    [member.encode_to_vec(), other.encode_to_vec()].concat()
}

/// An encoded Init that any server answers which works under this profile.
pub fn any_init(profile: Profile, lifetime: Lifetime, rng: &mut ChaCha12Rng) -> Vec<u8> {
    let owner = Owner::new(profile, rng);
    Draft::new(owner.init(lifetime, rng), &owner).init().encode_to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

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
