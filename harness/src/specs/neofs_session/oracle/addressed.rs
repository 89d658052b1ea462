//! The oracle on traces of a client under the profile `p256`, whose owner is an address.

use wirecheck_proto::session::create_response::Message as Response;

use super::super::change::{Change, Which};
use super::super::clauses as c;
use super::super::profile::Profile;
use super::tape::{Tape, empty, token};
use crate::status::Code;

fn tape() -> Tape {
    Tape::under(Profile::P256)
}

#[test]
fn right_conversations_pass() {
    let mut tape = tape();
    tape.grants(1, &[]);
    tape.begins(2, &[]);
    tape.half_closes(2).ends(2, Code::FailedPrecondition);
    tape.says(3, &empty()).ends(3, Code::InvalidArgument);
    tape.passes();
}

#[test]
fn answers_that_are_due_are_missed() {
    let mut init = tape();
    let asked = init.asked(&[]);
    init.says(1, &asked).ends(1, Code::InvalidArgument).breaks(&c::INIT_ANSWERED_BY_UNSIGNED);
    let mut signed = tape();
    let unsigned = signed.begins(1, &[]);
    let given = signed.given(&unsigned, &[]);
    signed.says(1, &given).ends(1, Code::Unauthenticated).breaks(&c::SIGNED_ANSWERED_BY_RESULT);
}

#[test]
fn an_owner_that_is_not_the_address_of_the_named_key_earns_no_unsigned() {
    for change in [
        Change::OwnerOffCurve,
        Change::OwnerOfOtherVersion,
        Change::OwnerMisspelt,
        Change::OwnerOfAnother,
        Change::OwnerOfLength(24),
        Change::OwnerOfLength(32),
    ] {
        let mut refused = tape();
        let asked = refused.asked(&[change]);
        refused.says(1, &asked).ends(1, Code::InvalidArgument).passes();
        let mut taken = tape();
        taken.begins(1, &[change]);
        taken.breaks(&c::OWNER_IS_A_KEY);
    }
}

#[test]
fn signatures_that_are_not_the_owners_earn_no_result() {
    for (change, clause) in [
        (Change::OtherSigner, &c::OTHER_KEY),
        (Change::OtherKey(Which::KeySignature), &c::OTHER_KEY),
        (Change::Flipped(Which::Signature, 0), &c::OTHER_KEY),
        (Change::Flipped(Which::KeySignature, 64 * 8 + 7), &c::OTHER_KEY),
        (Change::Length(Which::Signature, 64), &c::WRONG_LENGTH),
        (Change::Length(Which::KeySignature, 66), &c::WRONG_LENGTH),
        (Change::OtherOwner, &c::SIGNED_MATCHES_UNSIGNED),
    ] {
        let mut tape = tape();
        tape.grants(1, &[change]);
        let mut found = super::breaches(&tape.trace).into_iter();
        assert!(found.any(|breach| breach.clause.id == clause.id), "{change}: {}", clause.id);
    }
}

#[test]
fn the_client_chooses_the_profile_and_the_server_is_held_to_it() {
    for (client, server) in [(Profile::P256, Profile::Ed25519), (Profile::Ed25519, Profile::P256)] {
        let mut tape = Tape::under(client);
        let asked = tape.asked(&[]);
        let drawn = Tape::under(server).begins(1, &[]);
        let mut unsigned = tape.unsigned(&asked);
        unsigned.header = drawn.header.clone();
        tape.says(1, &asked).gets(1, Response::Unsigned(unsigned)).breaks(&c::SESSION_KEY_PRESENT);

        let mut tape = Tape::under(client);
        let unsigned = tape.begins(1, &[]);
        let given = tape.given(&unsigned, &[]);
        let mut result = token(&given);
        result.signature = token(&Tape::under(server).given(&unsigned, &[])).signature;
        tape.says(1, &given).gets(1, Response::Result(result)).breaks(&c::RESULT_VERIFIES);
    }
}
