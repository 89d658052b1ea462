//! The oracle on traces made by hand: a right one passes, and each kind of wrong one names its clause.

use wirecheck_proto::session::Token;
use wirecheck_proto::session::create_response::Message as Response;
use wirecheck_proto::wirecheck::v1::Side;
use wirecheck_proto::wirecheck::v1::event::What;

use super::super::change::{Change, Which};
use super::super::clauses as c;
use super::super::owner::Owner;
use super::super::token::session_key;
use super::tape::{Tape, empty, token};
use crate::model::Clause;
use crate::status::Code;

#[test]
fn right_conversations_pass() {
    let mut tape = Tape::new();
    tape.grants(1, &[]);
    tape.begins(2, &[]);
    tape.half_closes(2).ends(2, Code::FailedPrecondition);
    tape.says(3, &empty()).ends(3, Code::InvalidArgument);
    tape.passes();
    Tape::new().half_closes(1).ends(1, Code::Ok).passes();
    // What ends a stream on which more was said after Result is open.
    let mut tape = Tape::new();
    let unsigned = tape.begins(1, &[]);
    let given = tape.given(&unsigned, &[]);
    tape.says(1, &given).gets(1, Response::Result(token(&given)));
    tape.says(1, &given).half_closes(1).ends(1, Code::Aborted).passes();
}

#[test]
fn a_server_at_its_limits_owes_nothing() {
    let mut tape = Tape::new();
    let asked = tape.asked(&[]);
    tape.says(1, &asked).ends(1, Code::ResourceExhausted).passes();
    let unsigned = tape.begins(2, &[]);
    let given = tape.given(&unsigned, &[]);
    tape.says(2, &given).ends(2, Code::Unavailable).passes();
}

#[test]
fn messages_out_of_place_break_the_order() {
    let of = |build: fn(&mut Tape, Response)| {
        let mut tape = Tape::new();
        let asked = tape.asked(&[]);
        let unsigned = tape.unsigned(&asked);
        build(&mut tape, Response::Unsigned(unsigned));
        tape
    };
    of(|tape, unsigned| {
        tape.gets(1, unsigned);
    })
    .breaks(&c::SERVER_WAITS_FOR_INIT);
    of(|tape, unsigned| {
        tape.half_closes(1).gets(1, unsigned);
    })
    .breaks(&c::HALF_CLOSE_BEFORE_INIT);
    of(|tape, unsigned| {
        let signed = tape.given(&Token::default(), &[]);
        tape.says(1, &signed).gets(1, unsigned);
    })
    .breaks(&c::SIGNED_FIRST_REFUSED);
    of(|tape, unsigned| {
        tape.says(1, &empty()).gets(1, unsigned);
    })
    .breaks(&c::EMPTY_MESSAGE_REFUSED);
    of(|tape, unsigned| {
        tape.begins(1, &[]);
        tape.gets(1, unsigned);
    })
    .breaks(&c::INIT_ANSWERED_BY_UNSIGNED);
    of(|tape, unsigned| {
        tape.begins(1, &[]);
        let again = tape.asked(&[]);
        tape.says(1, &again).gets(1, unsigned);
    })
    .breaks(&c::SECOND_INIT_REFUSED);
    of(|tape, unsigned| {
        tape.begins(1, &[]);
        tape.says(1, &empty()).gets(1, unsigned);
    })
    .breaks(&c::EMPTY_MESSAGE_REFUSED);
}

#[test]
fn results_out_of_place_break_the_order() {
    let mut tape = Tape::new();
    let asked = tape.asked(&[]);
    let unsigned = tape.unsigned(&asked);
    tape.says(1, &asked).gets(1, Response::Result(unsigned)).breaks(&c::INIT_ANSWERED_BY_UNSIGNED);

    let mut tape = Tape::new();
    let unsigned = tape.begins(1, &[]);
    tape.half_closes(1).gets(1, Response::Result(unsigned)).breaks(&c::HALF_CLOSE_AFTER_INIT);

    let mut tape = Tape::new();
    let unsigned = tape.begins(1, &[]);
    let given = tape.given(&unsigned, &[]);
    tape.says(1, &given).gets(1, Response::Unsigned(unsigned));
    tape.breaks(&c::SIGNED_ANSWERED_BY_RESULT);

    let mut tape = Tape::new();
    let unsigned = tape.begins(1, &[]);
    let given = tape.given(&unsigned, &[]);
    let result = Response::Result(token(&given));
    tape.says(1, &given).gets(1, result.clone());
    tape.passes();
    tape.gets(1, result.clone()).breaks(&c::SIGNED_ANSWERED_BY_RESULT);
    tape.trace.events.pop();
    tape.says(1, &given).gets(1, result).breaks(&c::NOTHING_AFTER_RESULT);
}

#[test]
fn answers_that_are_due_are_missed() {
    for end in [None, Some(Code::InvalidArgument), Some(Code::Ok)] {
        let end = |tape: &mut Tape| {
            match end {
                Some(code) => tape.ends(1, code),
                None => tape.is_silent(1),
            };
        };
        let mut tape = Tape::new();
        let asked = tape.asked(&[]);
        end(tape.says(1, &asked));
        tape.breaks(&c::INIT_ANSWERED_BY_UNSIGNED);

        let mut tape = Tape::new();
        let unsigned = tape.begins(1, &[]);
        let given = tape.given(&unsigned, &[]);
        end(tape.says(1, &given).half_closes(1));
        tape.breaks(&c::SIGNED_ANSWERED_BY_RESULT);
    }
}

#[test]
fn nothing_is_missed_where_the_client_did_not_wait_or_asked_for_too_much() {
    let mut tape = Tape::new();
    let asked = tape.asked(&[]);
    tape.says(1, &asked).says(1, &empty()).ends(1, Code::FailedPrecondition).passes();
    let asked = tape.asked(&[Change::NoOwner]);
    tape.says(2, &asked).ends(2, Code::InvalidArgument).passes();
    let unsigned = tape.begins(3, &[]);
    let given = tape.given(&unsigned, &[Change::Flipped(Which::Signature, 9)]);
    tape.says(3, &given).ends(3, Code::Unauthenticated).passes();
}

#[test]
fn ends_that_do_not_fit_are_found() {
    let mut tape = Tape::new();
    tape.grants(1, &[]);
    tape.trace.events.pop();
    tape.ends(1, Code::Aborted).breaks(&c::ENDS_OK_AFTER_RESULT);

    let mut tape = Tape::new();
    tape.begins(1, &[]);
    tape.half_closes(1).ends(1, Code::Ok).breaks(&c::INCOMPLETE_NOT_OK);

    let mut tape = Tape::new();
    tape.says(1, &empty()).half_closes(1).ends(1, Code::Ok).breaks(&c::EMPTY_MESSAGE_REFUSED);
    let mut tape = Tape::new();
    let given = tape.given(&Token::default(), &[]);
    tape.says(1, &given).half_closes(1).is_silent(1).breaks(&c::SIGNED_FIRST_REFUSED);
    let mut tape = Tape::new();
    tape.begins(1, &[]);
    let again = tape.asked(&[]);
    tape.says(1, &again).ends(1, Code::Ok).breaks(&c::SECOND_INIT_REFUSED);
}

#[test]
fn an_unsigned_that_is_not_made_right_is_found() {
    type Spoil = fn(&mut Token, &Token);
    let spoils: [(&Clause, Spoil); 9] = [
        (&c::INIT_ECHOED, |token, _| token.object_id.reverse()),
        (&c::INIT_ECHOED, |token, _| token.last_epoch += 1),
        (&c::INIT_ECHOED, |token, _| token.owner_id = token.id.clone()),
        (&c::ID_IS_UUID4, |token, _| token.id[6] = 0x10),
        (&c::ID_IS_UUID4, |token, _| token.id.push(0)),
        (&c::SESSION_KEY_PRESENT, |token, _| token.header = None),
        (&c::SESSION_KEY_PRESENT, |token, _| {
            token.header.get_or_insert_default().public_key = vec![0; 32];
        }),
        (&c::UNSIGNED_HAS_NO_SIGNATURE, |token, _| token.signature = vec![1]),
        (&c::SERVER_CHOOSES_ID, |token, asked| token.id = asked.id.clone()),
    ];
    for (clause, spoil) in spoils {
        let mut tape = Tape::new();
        let asked = tape.asked(&[Change::OtherId]);
        let mut unsigned = tape.unsigned(&asked);
        tape.says(1, &asked).gets(1, Response::Unsigned(unsigned.clone())).passes();
        tape.trace.events.pop();
        spoil(&mut unsigned, &token(&asked));
        tape.gets(1, Response::Unsigned(unsigned)).breaks(clause);
    }
}

#[test]
fn an_init_that_earns_no_unsigned_is_found() {
    for (change, clause) in [
        (Change::EpochsSwapped, &c::LIFETIME_REFUSED_AT_INIT),
        (Change::OwnerOffCurve, &c::OWNER_IS_A_KEY),
        (Change::Ttl(0), &c::ZERO_TTL_REFUSED),
    ] {
        let mut tape = Tape::new();
        tape.begins(1, &[change]);
        tape.breaks(clause);
    }
}

#[test]
fn a_signed_that_earns_no_result_is_found() {
    for (change, clause) in [
        (Change::OtherId, &c::SIGNED_MATCHES_UNSIGNED),
        (Change::OtherOwner, &c::SIGNED_MATCHES_UNSIGNED),
        (Change::OtherFirstEpoch, &c::SIGNED_MATCHES_UNSIGNED),
        (Change::OtherObject, &c::SIGNED_MATCHES_UNSIGNED),
        (Change::OtherSessionKey, &c::SIGNED_MATCHES_UNSIGNED),
        (Change::ObjectsJoined, &c::OBJECTS_REGROUPED),
        (Change::EmptyObjectAdded, &c::OBJECTS_REGROUPED),
        (Change::ObjectsReordered, &c::OBJECTS_REORDERED),
        (Change::Empty(Which::Signature), &c::SIGNATURE_REQUIRED),
        (Change::Empty(Which::KeySignature), &c::KEY_SIGNATURE_REQUIRED),
        (Change::Length(Which::KeySignature, 63), &c::WRONG_LENGTH),
        (Change::Flipped(Which::Signature, 3), &c::OTHER_KEY),
        (Change::OtherKey(Which::KeySignature), &c::OTHER_KEY),
        (Change::NonCanonical(Which::Signature), &c::MALLEABLE_SIGNATURE),
        (Change::Ttl(0), &c::ZERO_TTL_REFUSED),
    ] {
        let mut tape = Tape::new();
        tape.grants(1, &[change]);
        // The Result says what Signed said, so that it breaks clauses of its own too.
        let mut found = super::breaches(&tape.trace).into_iter();
        assert!(found.any(|breach| breach.clause.id == clause.id), "{change}: {}", clause.id);
    }
}

#[test]
fn owners_of_small_order_and_lifetimes_in_reverse_earn_no_result() {
    let mut tape = Tape::new();
    tape.owner = Owner::of_small_order(&mut tape.rng, false);
    tape.grants(1, &[]);
    let found = super::breaches(&tape.trace);
    assert!(found.iter().any(|breach| breach.clause.id == c::SMALL_ORDER_OWNER.id));

    let mut tape = Tape::new();
    let unsigned = tape.begins(1, &[Change::EpochsSwapped]);
    let given = tape.given(&unsigned, &[]);
    tape.says(1, &given).gets(1, Response::Result(token(&given))).breaks(&c::LIFETIME_ORDERED);
}

#[test]
fn a_signed_of_another_stream_is_a_replay() {
    let mut tape = Tape::new();
    let first = tape.begins(1, &[]);
    let second = tape.begins(2, &[]);
    let given = tape.given(&first, &[]);
    tape.says(2, &given).gets(2, Response::Result(second)).breaks(&c::REPLAY_ACROSS_STREAMS);

    let mut tape = Tape::new();
    let first = tape.grants(1, &[]);
    let second = tape.begins(2, &[]);
    let given = tape.given(&first, &[]);
    tape.says(2, &given).gets(2, Response::Result(second)).breaks(&c::REPLAY_AFTER_RESULT);
}

#[test]
fn a_result_that_is_not_the_unsigned_or_lacks_its_signatures_is_found() {
    type Spoil = fn(&mut Token);
    let spoils: [(&Clause, Spoil); 3] = [
        (&c::RESULT_MATCHES_UNSIGNED, |token| token.id[0] ^= 1),
        (&c::RESULT_VERIFIES, |token| token.signature.clear()),
        (&c::RESULT_VERIFIES, |token| {
            token.header.get_or_insert_default().key_signature.clear();
        }),
    ];
    for (clause, spoil) in spoils {
        let mut tape = Tape::new();
        let unsigned = tape.begins(1, &[]);
        let given = tape.given(&unsigned, &[]);
        let mut result = token(&given);
        spoil(&mut result);
        tape.says(1, &given).gets(1, Response::Result(result)).breaks(clause);
    }
}

#[test]
fn ids_and_keys_that_two_sessions_share_are_found() {
    let mut tape = Tape::new();
    let first = tape.begins(1, &[]);
    let asked = tape.asked(&[]);
    let mut second = tape.unsigned(&asked);
    second.id = first.id.clone();
    tape.says(2, &asked).gets(2, Response::Unsigned(second.clone())).breaks(&c::IDS_UNIQUE);

    tape.trace.events.pop();
    second.id[0] ^= 1;
    second.header.get_or_insert_default().public_key = session_key(&first).to_vec();
    tape.gets(2, Response::Unsigned(second)).breaks(&c::SESSION_KEYS_UNIQUE);
}

#[test]
fn bytes_that_are_no_message_and_a_client_that_gave_up_are_left_alone() {
    let mut tape = Tape::new();
    tape.add(1, Side::Client, What::Data(vec![0; 3]));
    tape.half_closes(1).ends(1, Code::Ok).passes();
    let unsigned = tape.begins(2, &[]);
    tape.add(2, Side::Client, What::Reset(8));
    tape.gets(2, Response::Result(unsigned)).passes();
}
