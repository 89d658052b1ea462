//! What a token has to be: as Init, as the Unsigned made of it, as Signed and as Result.

use std::collections::BTreeSet;

use wirecheck_proto::session::{Token, VerificationHeader};

use super::keys::Drawn;
use super::offence::Offence;
use super::verifier::{Claim, Verifier};
use crate::faults::{Fault, Faults};
use crate::refusal::Refusal;

/// Whether a session may be opened for this Init, beside which Verify names the key `peer`.
pub(super) fn check_init(
    init: &Token,
    peer: &[u8],
    verifier: Verifier,
    faults: &Faults,
) -> Result<(), Refusal> {
    let claim = Claim { owner: &init.owner_id, peer };
    let malformed = |message: &str| Err(Offence::Token.refuse(faults, message));
    if init.owner_id.is_empty() {
        if !faults.has(Fault::AcceptsNoOwner) {
            return malformed("Init has no OwnerID");
        }
    } else if !verifier.has_key(claim, faults) && !faults.has(Fault::JudgesOwnerLate) {
        return malformed("OwnerID is of no valid public key");
    }
    if !faults.has(Fault::JudgesLifetimeLate) {
        check_lifetime(init, faults)?;
    }
    if faults.has(Fault::RefusesManyObjects) && init.object_id.len() > 100 {
        return malformed("the token names too many objects");
    }
    if faults.has(Fault::RefusesNoObjects) && init.object_id.is_empty() {
        return malformed("the token names no object");
    }
    Ok(())
}

/// Whether the token is valid in any epoch at all.
pub(super) fn check_lifetime(token: &Token, faults: &Faults) -> Result<(), Refusal> {
    let (first, last) = (token.first_epoch, token.last_epoch);
    let refuse = |message| Err(Offence::Token.refuse(faults, message));
    if first > last && !faults.has(Fault::AcceptsReversedLifetime) {
        return refuse(format!("FirstEpoch {first} is after LastEpoch {last}"));
    }
    if first == last && faults.has(Fault::RefusesSingleEpoch) {
        return refuse(format!("FirstEpoch and LastEpoch are both {first}"));
    }
    if last >= 1 << 63 && faults.has(Fault::RefusesHighEpochs) {
        return refuse(format!("LastEpoch {last} is below 0"));
    }
    Ok(())
}

/// The token to sign: what Init asked for, with an ID and a key of the server's own.
/// An ID, a key or a signature that came with Init does not pass.
pub(super) fn unsigned(init: Token, drawn: &Drawn, verifier: Verifier, faults: &Faults) -> Token {
    let mut token = Token {
        header: Some(VerificationHeader {
            public_key: verifier.public_key(drawn.secret),
            key_signature: Vec::new(),
        }),
        signature: Vec::new(),
        id: drawn.id.to_vec(),
        ..init.clone()
    };
    if !faults.is_empty() {
        spoil_unsigned(&mut token, init, verifier, faults);
    }
    token
}

fn spoil_unsigned(token: &mut Token, init: Token, verifier: Verifier, faults: &Faults) {
    if faults.has(Fault::ReversesObjectIds) {
        token.object_id.reverse();
    }
    if faults.has(Fault::RoundsEpochs) {
        token.first_epoch = token.first_epoch as f64 as u64;
        token.last_epoch = token.last_epoch as f64 as u64;
    }
    if faults.has(Fault::SignsUnsigned) {
        token.signature = vec![0x5a; verifier.signature_length()];
    }
    if faults.has(Fault::DropsRepeatedObjects) {
        let mut seen = BTreeSet::new();
        token.object_id.retain(|object| seen.insert(object.clone()));
    }
    if faults.has(Fault::CopiesInitSignature) {
        token.signature = init.signature.clone();
    }
    if faults.has(Fault::OmitsSessionKey) {
        token.header = None;
    }
    if faults.has(Fault::AdoptsClientKey) && !public_key(&init).is_empty() {
        token.header = init.header;
    }
    if faults.has(Fault::AdoptsClientId) && !init.id.is_empty() {
        token.id = init.id;
    }
    if faults.has(Fault::WritesIdAsText)
        && let Ok(id) = uuid::Uuid::from_slice(&token.id)
    {
        token.id = id.to_string().into_bytes();
    }
}

/// Whether Signed says what Unsigned said, field by field.
///
/// The signature does not cover the ID, and covers the ObjectIDs only joined:
/// that it verifies does not say that the token is the same.
pub(super) fn check_same(unsigned: &Token, signed: &Token, faults: &Faults) -> Result<(), Refusal> {
    let fields = [
        ("ID", signed.id == unsigned.id, Fault::IgnoresChangedId),
        ("OwnerID", signed.owner_id == unsigned.owner_id, Fault::IgnoresChangedOwner),
        ("FirstEpoch", signed.first_epoch == unsigned.first_epoch, Fault::IgnoresChangedEpochs),
        ("LastEpoch", signed.last_epoch == unsigned.last_epoch, Fault::IgnoresChangedEpochs),
        (
            "ObjectID",
            same_objects(&unsigned.object_id, &signed.object_id, faults),
            Fault::IgnoresChangedObjects,
        ),
        ("Header.PublicKey", public_key(signed) == public_key(unsigned), Fault::IgnoresChangedKey),
    ];
    let differing = fields.into_iter().find(|(_, same, excuse)| !same && !faults.has(*excuse));
    match differing {
        None => Ok(()),
        Some((field, ..)) => {
            Err(Offence::Difference
                .refuse(faults, format!("Signed differs from Unsigned in {field}")))
        }
    }
}

fn same_objects(unsigned: &[Vec<u8>], signed: &[Vec<u8>], faults: &Faults) -> bool {
    let sorted = |objects: &[Vec<u8>]| {
        let mut objects = objects.to_vec();
        objects.sort();
        objects
    };
    unsigned == signed
        || faults.has(Fault::ComparesObjectsJoined) && unsigned.concat() == signed.concat()
        || faults.has(Fault::ComparesObjectsSorted) && sorted(unsigned) == sorted(signed)
}

/// Whether the owner signed the token and vouched for the session key. `peer` is the key that Verify
/// names beside Signed.
pub(super) fn check_signatures(
    signed: &Token,
    peer: &[u8],
    verifier: Verifier,
    faults: &Faults,
) -> Result<(), Refusal> {
    if signed.owner_id.is_empty() && faults.has(Fault::AcceptsNoOwner) {
        return Ok(());
    }
    let header = signed.header.as_ref();
    let key_signature = header.map_or(&[][..], |header| &header.key_signature);
    let payload = payload(signed);
    let right_length = verifier.signature_length();
    for (name, message, signature, skips_any, skips_empty) in [
        (
            "Signature",
            &payload[..],
            &signed.signature[..],
            Fault::SkipsSignature,
            Fault::SkipsEmptySignature,
        ),
        (
            "Header.KeySignature",
            public_key(signed),
            key_signature,
            Fault::SkipsKeySignature,
            Fault::SkipsEmptyKeySignature,
        ),
    ] {
        let signature = match signature.len() {
            0 if faults.has(skips_empty) => continue,
            length if length == right_length && faults.has(skips_any) => continue,
            length if length == right_length => signature,
            1.. if faults.has(Fault::SkipsOddLengths) => continue,
            length if length > right_length && faults.has(Fault::CutsLongSignatures) => {
                &signature[..right_length]
            }
            length => {
                let message = format!("{name} is of {length} bytes, not {right_length}");
                return Err(Offence::Length.refuse(faults, message));
            }
        };
        let elsewhere = [&payload[..], public_key(signed)];
        let claim = Claim { owner: &signed.owner_id, peer };
        let verifies = |message: &[u8]| verifier.verifies(claim, message, signature, faults);
        let exchanged = faults.has(Fault::TakesExchangedSignatures);
        if !(verifies(message) || exchanged && elsewhere.into_iter().any(verifies)) {
            let message = format!("{name} does not verify under OwnerID");
            return Err(Offence::Signature.refuse(faults, message));
        }
    }
    Ok(())
}

/// The token to use: what was signed, with both signatures.
pub(super) fn result(signed: Token, faults: &Faults) -> Token {
    let mut token = signed;
    if faults.has(Fault::ChangesIdInResult)
        && let Some(last) = token.id.last_mut()
    {
        *last ^= 1;
    }
    if faults.has(Fault::StripsResultSignature) {
        token.signature.clear();
    }
    if faults.has(Fault::StripsResultKeySignature)
        && let Some(header) = &mut token.header
    {
        header.key_signature.clear();
    }
    token
}

/// The bytes that `Token.Signature` signs: both epochs big-endian, then every ObjectID.
pub fn payload(token: &Token) -> Vec<u8> {
    let mut payload = Vec::with_capacity(16 + 32 * token.object_id.len());
    payload.extend_from_slice(&token.first_epoch.to_be_bytes());
    payload.extend_from_slice(&token.last_epoch.to_be_bytes());
    for object in &token.object_id {
        payload.extend_from_slice(object);
    }
    payload
}

/// The session key that the token carries, empty where it has none.
pub(super) fn public_key(token: &Token) -> &[u8] {
    token.header.as_ref().map_or(&[], |header| &header.public_key)
}
