//! The handshake against a client with a real key, step by step.

use ed25519_dalek::{Signer, SigningKey};
use wirecheck_proto::service::RequestMetaHeader;
use wirecheck_proto::session::create_request::Message as Ask;
use wirecheck_proto::session::create_response::Message as Answer;
use wirecheck_proto::session::{CreateRequest, CreateResponse, Token, VerificationHeader};

use super::{Handshake, Keys, Limits, Sessions, Verifier, payload};
use crate::faults::Faults;
use crate::refusal::{Code, Refusal};

fn owner() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

fn sessions() -> Sessions {
    with_limits(Limits::default())
}

fn with_limits(limits: Limits) -> Sessions {
    Sessions::new(Keys::seeded(1), Verifier::Ed25519, limits, Faults::default())
}

fn init_token() -> Token {
    Token {
        owner_id: owner().verifying_key().to_bytes().to_vec(),
        first_epoch: 1,
        last_epoch: 100,
        object_id: vec![vec![1; 32], vec![2; 32]],
        ..Token::default()
    }
}

fn init(token: Token) -> CreateRequest {
    request(Some(Ask::Init(token)))
}

fn signed(token: Token) -> CreateRequest {
    request(Some(Ask::Signed(token)))
}

fn request(message: Option<Ask>) -> CreateRequest {
    CreateRequest { message, ..CreateRequest::default() }
}

/// Signs what the token says now.
fn sign(mut token: Token, key: &SigningKey) -> Token {
    token.signature = key.sign(&payload(&token)).to_bytes().into();
    let header = token.header.get_or_insert_default();
    header.key_signature = key.sign(&header.public_key).to_bytes().into();
    token
}

fn only(answers: Vec<CreateResponse>) -> Answer {
    let [answer] = <[_; 1]>::try_from(answers).expect("one answer");
    answer.message.expect("a member of the oneof")
}

fn open(sessions: &Sessions) -> (Handshake, Token) {
    let mut handshake = Handshake::default();
    let answers = handshake.receive(init(init_token()), sessions);
    match only(answers.expect("Init is good")) {
        Answer::Unsigned(token) => (handshake, token),
        Answer::Result(_) => panic!("Result came for Init"),
    }
}

fn refused(outcome: Result<Vec<CreateResponse>, Refusal>) -> Refusal {
    outcome.expect_err("the stream is refused")
}

#[test]
fn a_handshake_in_order_gets_unsigned_then_result() {
    let sessions = sessions();
    let (mut handshake, unsigned) = open(&sessions);
    assert_eq!(sessions.open(), 1);
    assert_eq!(unsigned.object_id, init_token().object_id);
    assert!(unsigned.signature.is_empty());
    let token = sign(unsigned.clone(), &owner());
    let answers = handshake.receive(signed(token.clone()), &sessions);
    assert_eq!(only(answers.expect("Signed is good")), Answer::Result(token));
    assert_eq!(handshake.half_close(&sessions), Ok(vec![]));
    assert_eq!((sessions.open(), sessions.finished()), (0, 1));
    assert!(sessions.holds_key_of(&unsigned.id));
}

#[test]
fn every_wrong_order_is_a_failed_precondition() {
    let sessions = sessions();
    let first = |request| refused(Handshake::default().receive(request, &sessions)).code;
    let unasked = sign(init_token(), &owner());
    assert_eq!(first(signed(unasked)), Code::FailedPrecondition);
    assert_eq!(first(request(None)), Code::FailedPrecondition);

    for late in [init(init_token()), request(None)] {
        let (mut handshake, unsigned) = open(&sessions);
        let refusal = refused(handshake.receive(late, &sessions));
        assert_eq!(refusal.code, Code::FailedPrecondition);
        // A refused stream stays refused, even for what would have been right.
        let right = signed(sign(unsigned, &owner()));
        assert_eq!(refused(handshake.receive(right, &sessions)).code, Code::FailedPrecondition);
    }

    let (mut handshake, unsigned) = open(&sessions);
    let right = signed(sign(unsigned, &owner()));
    handshake.receive(right.clone(), &sessions).expect("Signed is good");
    assert_eq!(refused(handshake.receive(right, &sessions)).code, Code::FailedPrecondition);
}

#[test]
fn half_close_is_ok_before_the_first_message_and_after_the_last() {
    let sessions = sessions();
    assert_eq!(Handshake::default().half_close(&sessions), Ok(vec![]));
    let (mut handshake, _) = open(&sessions);
    assert_eq!(refused(handshake.half_close(&sessions)).code, Code::FailedPrecondition);
    assert_eq!(sessions.open(), 0);
}

#[test]
fn malformed_tokens_are_refused_at_init() {
    type Spoil = fn(&mut Token);
    let spoils: [(&str, Spoil); 4] = [
        ("no owner", |token| token.owner_id.clear()),
        ("no key", |token| token.owner_id = vec![1; 31]),
        ("small order", |token| token.owner_id = [&[1][..], &[0; 31]].concat()),
        ("lifetime", |token| token.first_epoch = 101),
    ];
    for (what, spoil) in spoils {
        let mut token = init_token();
        spoil(&mut token);
        let refusal = refused(Handshake::default().receive(init(token), &sessions()));
        assert_eq!(refusal.code, Code::InvalidArgument, "{what}: {refusal}");
    }
}

#[test]
fn every_epoch_and_number_of_objects_is_taken() {
    for (first, last, objects) in
        [(0, 0, 0), (5, 5, 1), ((1 << 53) + 1, 1 << 63, 1000), (0, u64::MAX, 2)]
    {
        let token = Token {
            first_epoch: first,
            last_epoch: last,
            object_id: vec![vec![3; 32]; objects],
            ..init_token()
        };
        let answers = Handshake::default().receive(init(token.clone()), &sessions());
        let Answer::Unsigned(unsigned) = only(answers.expect("Init is good")) else {
            panic!("Unsigned was due");
        };
        assert_eq!((unsigned.first_epoch, unsigned.last_epoch), (first, last));
        assert_eq!(unsigned.object_id, token.object_id);
    }
}

#[test]
fn what_the_client_puts_into_init_is_not_adopted() {
    let token = Token {
        id: vec![9; 16],
        signature: vec![9; 64],
        header: Some(VerificationHeader { public_key: vec![9; 32], key_signature: vec![9; 64] }),
        ..init_token()
    };
    let answers = Handshake::default().receive(init(token.clone()), &sessions());
    let Answer::Unsigned(unsigned) = only(answers.expect("Init is good")) else {
        panic!("Unsigned was due");
    };
    assert_ne!(unsigned.id, token.id);
    assert_ne!(unsigned.header, token.header);
    assert!(unsigned.signature.is_empty());
}

#[test]
fn a_token_that_changed_is_refused_however_well_it_is_signed() {
    type Change = fn(&mut Token);
    let changes: [(&str, Change); 8] = [
        ("ID", |token| token.id[0] ^= 1),
        ("OwnerID", |token| token.owner_id[0] ^= 1),
        ("FirstEpoch", |token| token.first_epoch += 1),
        ("LastEpoch", |token| token.last_epoch += 1),
        ("ObjectID", |token| token.object_id[1][0] ^= 1),
        ("ObjectID", |token| token.object_id.reverse()),
        ("ObjectID", |token| token.object_id = vec![token.object_id.concat()]),
        ("Header.PublicKey", |token| {
            token.header.get_or_insert_default().public_key[0] ^= 1;
        }),
    ];
    for (field, change) in changes {
        let sessions = sessions();
        let (mut handshake, mut token) = open(&sessions);
        change(&mut token);
        let refusal = refused(handshake.receive(signed(sign(token, &owner())), &sessions));
        assert_eq!(refusal.code, Code::InvalidArgument);
        assert!(refusal.message.ends_with(field), "{field}: {refusal}");
    }
}

#[test]
fn bad_signatures_are_unauthenticated() {
    type Spoil = fn(&mut Token);
    let spoils: [(&str, Spoil); 8] = [
        ("none", |token| token.signature.clear()),
        ("no key signature", |token| token.header.get_or_insert_default().key_signature.clear()),
        ("a flipped bit", |token| token.signature[40] ^= 4),
        ("a flipped bit", |token| token.header.get_or_insert_default().key_signature[3] ^= 1),
        ("short", |token| token.signature.truncate(63)),
        ("long", |token| token.signature.push(0)),
        ("another key", |token| {
            *token = sign(token.clone(), &SigningKey::from_bytes(&[2; 32]));
        }),
        ("swapped", |token| {
            let header = token.header.get_or_insert_default();
            std::mem::swap(&mut token.signature, &mut header.key_signature);
        }),
    ];
    for (what, spoil) in spoils {
        let sessions = sessions();
        let (mut handshake, unsigned) = open(&sessions);
        let mut token = sign(unsigned, &owner());
        spoil(&mut token);
        let refusal = refused(handshake.receive(signed(token), &sessions));
        assert_eq!(refusal.code, Code::Unauthenticated, "{what}: {refusal}");
        assert_eq!(sessions.finished(), 0);
    }
}

#[test]
fn swapped_and_replayed_tokens_are_refused() {
    let sessions = sessions();
    let (mut one, first) = open(&sessions);
    let (mut other, second) = open(&sessions);
    assert_ne!((&first.id, &first.header), (&second.id, &second.header));
    let (first, second) = (sign(first, &owner()), sign(second, &owner()));
    refused(other.receive(signed(first.clone()), &sessions));
    one.receive(signed(first.clone()), &sessions).expect("on its own stream it is good");
    let (mut later, _) = open(&sessions);
    refused(later.receive(signed(first), &sessions));
    let (mut later, _) = open(&sessions);
    refused(later.receive(signed(second), &sessions));
}

#[test]
fn a_ttl_of_zero_is_refused_in_both_steps_and_no_meta_is_fine() {
    let with_ttl = |request: CreateRequest, ttl| CreateRequest {
        meta: Some(RequestMetaHeader { ttl, ..RequestMetaHeader::default() }),
        ..request
    };
    let sessions = sessions();
    let at_init = Handshake::default().receive(with_ttl(init(init_token()), 0), &sessions);
    assert_eq!(refused(at_init).code, Code::InvalidArgument);
    let (mut handshake, unsigned) = open(&sessions);
    let token = signed(sign(unsigned, &owner()));
    let at_signed = handshake.receive(with_ttl(token, 0), &sessions);
    assert_eq!(refused(at_signed).code, Code::InvalidArgument);
    Handshake::default()
        .receive(with_ttl(init(init_token()), 1), &sessions)
        .expect("a TTL of 1 is good");
}

#[test]
fn the_last_member_of_the_oneof_counts() {
    use prost::Message;
    let (asked, given) = (init(init_token()).encode_to_vec(), signed(init_token()).encode_to_vec());
    let read =
        |bytes: Vec<u8>| super::parse(&bytes, &Faults::default()).expect("it parses").message;
    assert_eq!(read([&asked[..], &given].concat()), Some(Ask::Signed(init_token())));
    assert_eq!(read([&given[..], &asked].concat()), Some(Ask::Init(init_token())));
    assert_eq!(super::parse(&[0x0a], &Faults::default()).expect_err("cut").code, Code::Internal);
}

#[test]
fn open_handshakes_are_bounded_and_give_their_share_back() {
    let sessions = with_limits(Limits { open: 2, ..Limits::default() });
    let (first, _) = open(&sessions);
    let (_second, _) = open(&sessions);
    let third = Handshake::default().receive(init(init_token()), &sessions);
    assert_eq!(refused(third).code, Code::ResourceExhausted);
    drop(first);
    open(&sessions);
}

#[test]
fn finished_sessions_are_bounded_and_the_oldest_go_first() {
    let sessions = with_limits(Limits { finished: 2, ..Limits::default() });
    let ids: Vec<_> = (0..3)
        .map(|_| {
            let (mut handshake, unsigned) = open(&sessions);
            let token = sign(unsigned, &owner());
            handshake.receive(signed(token.clone()), &sessions).expect("Signed is good");
            token.id
        })
        .collect();
    let kept: Vec<_> = ids.iter().map(|id| sessions.holds_key_of(id)).collect();
    assert_eq!(kept, [false, true, true]);
}
