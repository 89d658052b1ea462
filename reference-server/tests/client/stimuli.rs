//! What the client says to find a fault, and what it makes of the answers.

use std::collections::BTreeSet;

use wirecheck_proto::service::{RequestMetaHeader, RequestVerificationHeader};
use wirecheck_proto::session::create_request::Message as Ask;
use wirecheck_proto::session::create_response::Message as Answer;
use wirecheck_proto::session::{CreateRequest, Token, VerificationHeader};
use wirecheck_reference::{Code, Faults};

use super::{Stream, init, other_key, owner, sessions, sign};

pub(crate) fn one_unsigned(stream: &Stream<'_>) -> bool {
    (stream.unsigneds(), stream.results()) == (1, 0)
}

pub(crate) fn request(message: Ask) -> CreateRequest {
    around(message, None, None)
}

pub(crate) fn around(
    message: Ask,
    ttl: Option<u32>,
    verify: Option<RequestVerificationHeader>,
) -> CreateRequest {
    CreateRequest {
        message: Some(message),
        meta: ttl.map(|ttl| RequestMetaHeader { ttl, ..RequestMetaHeader::default() }),
        verify,
    }
}

pub(crate) fn token(faults: &Faults) -> Token {
    token_for(faults, init())
}

pub(crate) fn token_for(faults: &Faults, init: Token) -> Token {
    Stream::open(&sessions(faults)).say(Ask::Init(init)).unsigned()
}

pub(crate) fn tokens(faults: &Faults) -> Vec<Token> {
    let sessions = sessions(faults);
    (0..40).map(|_| Stream::begun(&sessions).unsigned()).collect()
}

pub(crate) fn distinct(tokens: Vec<Token>, what: fn(&Token) -> Vec<u8>) -> bool {
    tokens.iter().map(what).collect::<BTreeSet<_>>().len() == tokens.len()
}

pub(crate) fn result(stream: &Stream<'_>) -> Token {
    match stream.answers.last() {
        Some(Answer::Result(token)) => token.clone(),
        other => panic!("Result was due, not {other:?}"),
    }
}

pub(crate) fn is_uuid4(id: &[u8]) -> bool {
    let id = uuid::Uuid::from_slice(id);
    id.is_ok_and(|id| id.get_version_num() == 4 && id.get_variant() == uuid::Variant::RFC4122)
}

pub(crate) fn public_key(token: &Token) -> Vec<u8> {
    token.header.clone().unwrap_or_default().public_key
}

pub(crate) fn key_signature(token: &mut Token) -> &mut Vec<u8> {
    &mut token.header.get_or_insert_default().key_signature
}

pub(crate) fn with_own_choice() -> Token {
    Token {
        id: vec![0x4a; 16],
        header: Some(VerificationHeader {
            public_key: other_key().verifying_key().to_bytes().into(),
            key_signature: vec![],
        }),
        ..init()
    }
}

pub(crate) fn lifetime(first_epoch: u64, last_epoch: u64) -> Token {
    Token { first_epoch, last_epoch, ..init() }
}

pub(crate) fn owned_by(owner: &[u8]) -> Token {
    Token { owner_id: owner.to_vec(), ..init() }
}

pub(crate) fn with_objects(count: usize) -> Token {
    Token { object_id: vec![vec![3; 32]; count], ..init() }
}

pub(crate) fn refused_at_init(faults: &Faults, init: Token) -> bool {
    Stream::open(&sessions(faults)).say(Ask::Init(init)).answers.is_empty()
}

pub(crate) fn completes(faults: &Faults, init: Token) -> bool {
    let sessions = sessions(faults);
    let stream = Stream::open(&sessions).say(Ask::Init(init));
    let signed = sign(stream.unsigned());
    stream.say(Ask::Signed(signed)).results() == 1
}

pub(crate) fn completes_with(
    faults: &Faults,
    ttl: Option<u32>,
    verify: Option<RequestVerificationHeader>,
) -> bool {
    let sessions = sessions(faults);
    let stream = Stream::open(&sessions).request(around(Ask::Init(init()), ttl, verify.clone()));
    let signed = Ask::Signed(sign(stream.unsigned()));
    stream.request(around(signed, ttl, verify)).results() == 1
}

/// Signs the Unsigned, spoils that, and gives whether Result came, and the refusal.
pub(crate) fn signed(faults: &Faults, spoil: impl Fn(&mut Token)) -> (bool, Option<Code>) {
    let sessions = sessions(faults);
    let stream = Stream::begun(&sessions);
    let mut token = sign(stream.unsigned());
    spoil(&mut token);
    let stream = stream.say(Ask::Signed(token));
    (stream.results() == 1, stream.refusal())
}

pub(crate) fn signed_as(faults: &Faults, spoil: impl Fn(&mut Token)) -> bool {
    signed(faults, spoil).0
}

/// Changes the Unsigned, signs that validly, and gives whether Result came.
pub(crate) fn changed_to(faults: &Faults, change: impl Fn(&mut Token)) -> bool {
    signed_as(faults, |token| {
        change(token);
        *token = sign(token.clone());
    })
}

/// Sends the Signed of one stream on another, and gives whether Result came.
pub(crate) fn replayed(faults: &Faults, finished: bool) -> bool {
    let sessions = sessions(faults);
    let (one, other) = (Stream::begun(&sessions), Stream::begun(&sessions));
    let signed = sign(one.unsigned());
    if finished {
        assert_eq!(one.say(Ask::Signed(signed.clone())).results(), 1);
    }
    other.say(Ask::Signed(signed)).results() == 1
}

/// S plus the order of the base point: the same signature to arithmetic, not to RFC 8032, 5.1.7.
pub(crate) fn add_order(signature: &mut [u8]) {
    let order =
        u128::from_le_bytes(*b"\xed\xd3\xf5\x5c\x1a\x63\x12\x58\xd6\x9c\xf7\xa2\xde\xf9\xde\x14");
    let order = [&order.to_le_bytes()[..], &(1u128 << 124).to_le_bytes()].concat();
    let mut carry = 0;
    for (digit, order) in signature[32..].iter_mut().zip(order) {
        let sum = u16::from(*digit) + u16::from(order) + carry;
        (*digit, carry) = (sum as u8, sum >> 8);
    }
}

/// Whether the identity point may own a token: R = kB and S = k verify for it, whatever the message.
pub(crate) fn small_order_completes(faults: &Faults) -> bool {
    let identity = [&[1][..], &[0; 31]].concat();
    let base = owner();
    let forged = [&base.verifying_key().to_bytes()[..], &base.to_scalar().to_bytes()].concat();
    let sessions = sessions(faults);
    let stream = Stream::open(&sessions).say(Ask::Init(owned_by(&identity)));
    let mut token = stream.unsigned();
    token.signature = forged.clone();
    *key_signature(&mut token) = forged;
    stream.say(Ask::Signed(token)).results() == 1
}
