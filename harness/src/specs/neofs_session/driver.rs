//! Typed calls of the handshake, and the tokens that go into it.

use ed25519_dalek::{Signer as _, SigningKey};
use prost::Message as _;
use rand::Rng as _;
use rand_chacha::ChaCha12Rng;
use wirecheck_proto::session::create_request::Message as Request;
use wirecheck_proto::session::create_response::Message as Response;
use wirecheck_proto::session::{CreateRequest, CreateResponse, Token, VerificationHeader};

use crate::check::Stop;
use crate::client::{Answer, Call};
use crate::cx::Cx;
use crate::expect;
use crate::model::Finding;

/// The one method of the room.
pub(super) const CREATE: &str = "/session.Session/Create";

/// The owner of a token: under `ed25519` its id is its public key.
#[derive(Debug)]
pub(super) struct Owner(SigningKey);

impl Owner {
    pub(super) fn new(rng: &mut ChaCha12Rng) -> Owner {
        let mut secret = [0; 32];
        rng.fill_bytes(&mut secret);
        Owner(SigningKey::from_bytes(&secret))
    }

    /// An Init for two objects, epochs 1 to 100.
    pub(super) fn init(&self, rng: &mut ChaCha12Rng) -> Token {
        let mut object = || {
            let mut id = vec![0; 32];
            rng.fill_bytes(&mut id);
            id
        };
        Token {
            owner_id: self.0.verifying_key().to_bytes().to_vec(),
            first_epoch: 1,
            last_epoch: 100,
            object_id: vec![object(), object()],
            ..Token::default()
        }
    }

    /// The token as its owner signs it: the payload into Signature, the session key into KeySignature.
    pub(super) fn sign(&self, mut token: Token) -> Token {
        token.signature = self.0.sign(&payload(&token)).to_bytes().to_vec();
        let header = token.header.get_or_insert_default();
        header.key_signature = self.0.sign(&header.public_key).to_bytes().to_vec();
        token
    }

    /// A token that no server drew, validly signed.
    pub(super) fn made_up(&self, rng: &mut ChaCha12Rng) -> Token {
        let mut id = [0; 16];
        rng.fill_bytes(&mut id);
        let session = Owner::new(rng).0.verifying_key().to_bytes().to_vec();
        self.sign(Token {
            id: uuid::Builder::from_random_bytes(id).into_uuid().into_bytes().to_vec(),
            header: Some(VerificationHeader { public_key: session, key_signature: Vec::new() }),
            ..self.init(rng)
        })
    }
}

/// What the owner signs of a token: both epochs, big-endian, then every object's id.
pub(super) fn payload(token: &Token) -> Vec<u8> {
    let epochs = [token.first_epoch.to_be_bytes(), token.last_epoch.to_be_bytes()];
    epochs.into_iter().flatten().chain(token.object_id.iter().flatten().copied()).collect()
}

/// An encoded Init that any server answers.
pub(super) fn any_init(rng: &mut ChaCha12Rng) -> Vec<u8> {
    let owner = Owner::new(rng);
    request(Request::Init(owner.init(rng))).encode_to_vec()
}

pub(super) fn request(message: Request) -> CreateRequest {
    CreateRequest { message: Some(message), ..CreateRequest::default() }
}

/// One handshake under way.
#[derive(Debug)]
pub(super) struct Handshake(pub(super) Call);

impl Handshake {
    pub(super) async fn open(cx: &mut Cx) -> Result<Handshake, Stop> {
        Ok(Handshake(cx.call(CREATE).await?))
    }

    pub(super) fn init(&mut self, token: &Token) {
        self.0.send(&request(Request::Init(token.clone())));
    }

    pub(super) fn signed(&mut self, token: &Token) {
        self.0.send(&request(Request::Signed(token.clone())));
    }

    /// The next message, which has to be Unsigned.
    pub(super) async fn unsigned(&mut self) -> Result<Token, Stop> {
        match self.next("Unsigned").await? {
            Response::Unsigned(token) => Ok(token),
            Response::Result(_) => {
                expect::that(false, "Unsigned", "Result").map(|()| Token::default())
            }
        }
    }

    async fn next(&mut self, what: &str) -> Result<Response, Stop> {
        let message = expect::message(self.0.next().await, what)?;
        let response: CreateResponse = expect::parsed(&message, "CreateResponse")?;
        match response.message {
            Some(response) => Ok(response),
            None => Err(Finding::new(what, "a CreateResponse with neither member of its oneof")
                .marking([message.event])
                .into()),
        }
    }
}

/// Fails when any message of the answer is Unsigned or Result.
pub(super) fn nothing_granted(answer: &Answer, after: &str) -> Result<(), Stop> {
    let Some(message) = answer.messages.first() else { return Ok(()) };
    let response: CreateResponse = expect::parsed(message, "CreateResponse")?;
    let name = match response.message {
        Some(Response::Unsigned(_)) => "Unsigned",
        Some(Response::Result(_)) => "Result",
        None => "a CreateResponse with neither member of its oneof",
    };
    let expected = format!("neither Unsigned nor Result after {after}");
    Err(Finding::new(expected, name).marking([message.event]).into())
}
