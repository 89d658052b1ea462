//! What the tokens say: what Unsigned owes to Init, Result to Unsigned, and what earns no Result.

use wirecheck_proto::session::Token;

use super::super::clauses::{
    ID_IS_UUID4, INIT_ECHOED, KEY_SIGNATURE_REQUIRED, LIFETIME_ORDERED, LIFETIME_REFUSED_AT_INIT,
    MALLEABLE_SIGNATURE, OBJECTS_REGROUPED, OBJECTS_REORDERED, OTHER_KEY, OWNER_IS_A_KEY,
    OWNER_REQUIRED, REPLAY_ACROSS_STREAMS, REPLAY_AFTER_RESULT, RESULT_MATCHES_UNSIGNED,
    RESULT_VERIFIES, SERVER_CHOOSES_ID, SESSION_KEY_PRESENT, SIGNATURE_REQUIRED,
    SIGNED_MATCHES_UNSIGNED, SMALL_ORDER_OWNER, UNSIGNED_HAS_NO_SIGNATURE, WRONG_LENGTH,
    ZERO_TTL_REFUSED,
};
use super::super::profile::{OwnerKey, Profile};
use super::super::token::{key_signature, payload, session_key};
use super::super::words;
use super::Breach;
use super::dialogue::{Asked, Dialogue};
use crate::model::Clause;

/// A clause, what it lets one expect, and what came instead.
type Contradiction = (&'static Clause, String, String);

/// Adds what the stream's Unsigned and Result contradict.
pub(super) fn judge(dialogue: &Dialogue, all: &[Dialogue], breaches: &mut Vec<Breach>) {
    let breach = |events: &[usize], (clause, expected, actual): Contradiction| {
        Breach::new(clause, dialogue, expected, actual, events.iter().copied())
    };
    let (Some((event, unsigned)), Some(init)) = (dialogue.unsigned(), dialogue.init()) else {
        return;
    };
    let found = judge_unsigned(dialogue, init, unsigned);
    breaches.extend(found.into_iter().map(|found| breach(&[event], found)));

    let Some((result_event, result)) = dialogue.result() else { return };
    if let Some(signed) = dialogue.signed()
        && let Some((clause, expected)) = refused_for(dialogue, unsigned, signed)
    {
        let clause = replayed(dialogue, signed, all).unwrap_or(clause);
        let actual = format!("Result ({})", words::token(result));
        breaches.push(breach(&[event, result_event], (clause, expected, actual)));
    }
    let found = judge_result(dialogue, unsigned, result);
    breaches.extend(found.into_iter().map(|found| breach(&[event, result_event], found)));
}

/// What is wrong with an Unsigned, given its Init.
fn judge_unsigned(dialogue: &Dialogue, init: &Token, unsigned: &Token) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let (profile, asked) = (dialogue.profile(), dialogue.asked.first());
    let repeated =
        Token { id: unsigned.id.clone(), header: unsigned.header.clone(), ..init.clone() };
    if let Some((field, right, other)) = words::difference(&repeated, unsigned) {
        let expected = format!("Unsigned to repeat {field} of Init: {right}");
        found.push((&INIT_ECHOED, expected, format!("{field} {other}")));
    }
    if !is_uuid4(&unsigned.id) {
        let expected = "Unsigned.ID to be a UUID of version 4 in 16 bytes".to_owned();
        found.push((&ID_IS_UUID4, expected, format!("ID {}", words::id(&unsigned.id))));
    }
    let key = session_key(unsigned);
    if !profile.is_session_key(key) {
        let expected = format!("Unsigned.Header.PublicKey to be {}", profile.session_key());
        found.push((&SESSION_KEY_PRESENT, expected, format!("PublicKey {}", words::key(key))));
    }
    if !unsigned.signature.is_empty() {
        let actual = format!("Signature {}", words::signature(&unsigned.signature));
        let expected = "Unsigned.Signature to be empty".to_owned();
        found.push((&UNSIGNED_HAS_NO_SIGNATURE, expected, actual));
    }
    for (field, asked, got, words) in [
        ("ID", &init.id[..], &unsigned.id[..], words::id(&unsigned.id)),
        ("PublicKey", session_key(init), key, words::key(key)),
    ] {
        if !asked.is_empty() && asked == got {
            let expected =
                format!("Unsigned to have another {field} than the client put into Init");
            found.push((&SERVER_CHOOSES_ID, expected, format!("the client's {field} {words}")));
        }
    }
    let actual = || format!("Unsigned ({})", words::token(unsigned));
    if init.first_epoch > init.last_epoch {
        let expected = "no Unsigned for FirstEpoch greater than LastEpoch".to_owned();
        found.push((&LIFETIME_REFUSED_AT_INIT, expected, actual()));
    }
    let owner = asked.and_then(|asked| asked.owner(&init.owner_id));
    if owner.is_none() && !profile.is_of_small_order(&init.owner_id) {
        let expected = format!("no Unsigned for an OwnerID that is {}", profile.no_owner());
        found.push((&OWNER_IS_A_KEY, expected, actual()));
    }
    if asked.is_some_and(Asked::has_zero_ttl) {
        let expected = "no Unsigned for Init with Meta.TTL 0".to_owned();
        found.push((&ZERO_TTL_REFUSED, expected, actual()));
    }
    found
}

/// What is wrong with a Result, given its Unsigned.
fn judge_result(dialogue: &Dialogue, unsigned: &Token, result: &Token) -> Vec<Contradiction> {
    let mut found = Vec::new();
    if let Some((field, right, other)) = words::difference(unsigned, result) {
        let expected = format!("Result to repeat {field} of Unsigned: {right}");
        found.push((&RESULT_MATCHES_UNSIGNED, expected, format!("{field} {other}")));
    }
    let owner = dialogue.owner(&unsigned.owner_id);
    let of_the_key = (session_key(unsigned), key_signature(result));
    for (field, (message, signature)) in [
        ("Signature", (&payload(unsigned)[..], &result.signature[..])),
        ("Header.KeySignature", of_the_key),
    ] {
        if !verifies(owner.as_ref(), message, signature) {
            let expected = format!("Result.{field} to verify under OwnerID");
            let actual = format!("{field} {}, which does not", words::signature(signature));
            found.push((&RESULT_VERIFIES, expected, actual));
        }
    }
    found
}

/// Why this Signed earns no Result for this Unsigned, and what that lets one expect.
pub(super) fn refused_for(
    dialogue: &Dialogue,
    unsigned: &Token,
    signed: &Token,
) -> Option<(&'static Clause, String)> {
    let no_result = |clause, defect: &str| Some((clause, format!("no Result for {defect}")));
    if unsigned.first_epoch > unsigned.last_epoch {
        return no_result(&LIFETIME_ORDERED, "FirstEpoch greater than LastEpoch");
    }
    if unsigned.owner_id.is_empty() {
        return no_result(&OWNER_REQUIRED, "an empty OwnerID");
    }
    if let Some((clause, defect)) = malformed(dialogue.profile(), signed) {
        return no_result(clause, &defect);
    }
    if let Some((field, right, other)) = words::difference(unsigned, signed) {
        let defect = format!("Signed with {field} {other} where Unsigned has {right}");
        return no_result(changed(unsigned, signed), &defect);
    }
    if dialogue.profile().is_of_small_order(&unsigned.owner_id) {
        return no_result(&SMALL_ORDER_OWNER, "an OwnerID of small order");
    }
    let owner = dialogue.owner(&signed.owner_id);
    for (field, message, signature) in [
        ("Signature", &payload(signed)[..], &signed.signature[..]),
        ("KeySignature", session_key(signed), key_signature(signed)),
    ] {
        if dialogue.profile().is_malleated(signature) {
            return no_result(&MALLEABLE_SIGNATURE, &format!("a {field} whose S is not canonical"));
        }
        if !verifies(owner.as_ref(), message, signature) {
            return no_result(&OTHER_KEY, &format!("a {field} that does not verify under OwnerID"));
        }
    }
    let zero_ttl = dialogue.asked.iter().take(2).any(Asked::has_zero_ttl);
    zero_ttl.then(|| no_result(&ZERO_TTL_REFUSED, "a request with Meta.TTL 0"))?
}

fn verifies(owner: Option<&OwnerKey>, message: &[u8], signature: &[u8]) -> bool {
    owner.is_some_and(|owner| owner.verifies(message, signature))
}

/// A signature that is none, for its length.
fn malformed(profile: Profile, signed: &Token) -> Option<(&'static Clause, String)> {
    let (signature, key_signature) = (signed.signature.len(), key_signature(signed).len());
    let right = profile.signature_length();
    match (signature, key_signature) {
        (0, _) => Some((&SIGNATURE_REQUIRED, "Signed with an empty Signature".to_owned())),
        (_, 0) => Some((&KEY_SIGNATURE_REQUIRED, "Signed with an empty KeySignature".to_owned())),
        (other, _) if other != right => {
            Some((&WRONG_LENGTH, format!("a Signature of {other} bytes")))
        }
        (_, other) if other != right => {
            Some((&WRONG_LENGTH, format!("a KeySignature of {other} bytes")))
        }
        _ => None,
    }
}

/// The clause for two tokens that differ, by what they have in common.
fn changed(unsigned: &Token, signed: &Token) -> &'static Clause {
    let sorted = |token: &Token| {
        let mut objects = token.object_id.clone();
        objects.sort();
        objects
    };
    let with_its_objects = Token { object_id: unsigned.object_id.clone(), ..signed.clone() };
    if words::difference(unsigned, &with_its_objects).is_some() {
        &SIGNED_MATCHES_UNSIGNED
    } else if unsigned.object_id.concat() == signed.object_id.concat() {
        &OBJECTS_REGROUPED
    } else if sorted(unsigned) == sorted(signed) {
        &OBJECTS_REORDERED
    } else {
        &SIGNED_MATCHES_UNSIGNED
    }
}

/// The clause for a Signed that answers the Unsigned of another stream.
fn replayed(dialogue: &Dialogue, signed: &Token, all: &[Dialogue]) -> Option<&'static Clause> {
    let answers = |other: &&Dialogue| {
        let unsigned = other.unsigned();
        other.number != dialogue.number
            && unsigned.is_some_and(|(_, unsigned)| words::difference(unsigned, signed).is_none())
    };
    let other = all.iter().find(answers)?;
    Some(if other.result().is_some() { &REPLAY_AFTER_RESULT } else { &REPLAY_ACROSS_STREAMS })
}

/// 16 bytes with version 4 and the variant of RFC 9562 (sections 4.1 and 4.2).
fn is_uuid4(id: &[u8]) -> bool {
    id.len() == 16 && id[6] >> 4 == 4 && id[8] >> 6 == 0b10
}
