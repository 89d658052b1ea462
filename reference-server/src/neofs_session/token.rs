//! What a token has to be: as Init, as the Unsigned made of it, and as Signed.

use wirecheck_proto::session::{Token, VerificationHeader};

use super::keys::Drawn;
use super::verifier::{SIGNATURE_LENGTH, Verifier};
use crate::refusal::{Code, Refusal};

/// Whether a session may be opened for this Init.
pub(super) fn check_init(init: &Token, verifier: Verifier) -> Result<(), Refusal> {
    if init.owner_id.is_empty() {
        return Err(malformed("Init has no OwnerID"));
    }
    if !verifier.is_key(&init.owner_id) {
        return Err(malformed("OwnerID is no valid public key"));
    }
    if init.first_epoch > init.last_epoch {
        return Err(malformed(format!(
            "FirstEpoch {} is after LastEpoch {}",
            init.first_epoch, init.last_epoch
        )));
    }
    Ok(())
}

/// The token to sign: what Init asked for, with an ID and a key of the server's own.
/// An ID, a key or a signature that came with Init does not pass.
pub(super) fn unsigned(init: Token, drawn: &Drawn, verifier: Verifier) -> Token {
    Token {
        header: Some(VerificationHeader {
            public_key: verifier.public_key(drawn.secret),
            key_signature: Vec::new(),
        }),
        signature: Vec::new(),
        id: drawn.id.to_vec(),
        ..init
    }
}

/// Whether Signed says what Unsigned said, field by field.
///
/// The signature does not cover the ID, and covers the ObjectIDs only joined:
/// that it verifies does not say that the token is the same.
pub(super) fn check_same(unsigned: &Token, signed: &Token) -> Result<(), Refusal> {
    let differing = if signed.id != unsigned.id {
        "ID"
    } else if signed.owner_id != unsigned.owner_id {
        "OwnerID"
    } else if signed.first_epoch != unsigned.first_epoch {
        "FirstEpoch"
    } else if signed.last_epoch != unsigned.last_epoch {
        "LastEpoch"
    } else if signed.object_id != unsigned.object_id {
        "ObjectID"
    } else if public_key(signed) != public_key(unsigned) {
        "Header.PublicKey"
    } else {
        return Ok(());
    };
    Err(Refusal::new(
        Code::InvalidArgument,
        format!("Signed differs from Unsigned in {differing}"),
    ))
}

/// Whether the owner signed the token and vouched for the session key.
pub(super) fn check_signatures(signed: &Token, verifier: Verifier) -> Result<(), Refusal> {
    let payload = payload(signed);
    let header = signed.header.as_ref();
    let key_signature = header.map_or(&[][..], |header| &header.key_signature);
    for (name, message, signature) in [
        ("Signature", &payload[..], &signed.signature[..]),
        ("Header.KeySignature", public_key(signed), key_signature),
    ] {
        if signature.len() != SIGNATURE_LENGTH {
            return Err(unauthenticated(format!(
                "{name} is of {} bytes, not {SIGNATURE_LENGTH}",
                signature.len()
            )));
        }
        if !verifier.verifies(&signed.owner_id, message, signature) {
            return Err(unauthenticated(format!(
                "{name} does not verify under OwnerID"
            )));
        }
    }
    Ok(())
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

fn public_key(token: &Token) -> &[u8] {
    token
        .header
        .as_ref()
        .map_or(&[], |header| &header.public_key)
}

fn malformed(message: impl Into<String>) -> Refusal {
    Refusal::new(Code::InvalidArgument, message)
}

fn unauthenticated(message: impl Into<String>) -> Refusal {
    Refusal::new(Code::Unauthenticated, message)
}
