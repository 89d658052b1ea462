//! A request as it stands around its token: the bytes, Meta and Verify.

use prost::Message;
use wirecheck_proto::service::{RequestMetaHeader, RequestVerificationHeader};
use wirecheck_proto::session::{CreateRequest, Token, create_request};

use super::offence::Offence;
use crate::faults::{Fault, Faults};
use crate::refusal::{Code, Refusal};
use crate::tags::{Fields, Value};

/// Reads one request. Of two members of the oneof the last on the wire counts; unknown fields do not.
///
/// # Errors
/// INTERNAL, the code of a failed parse, for bytes that are no request.
pub fn parse(bytes: &[u8], faults: &Faults) -> Result<CreateRequest, Refusal> {
    let mut request = CreateRequest::decode(bytes)
        .map_err(|error| Refusal::new(Code::Internal, format!("no CreateRequest: {error}")))?;
    if faults.has(Fault::RefusesUnknownFields) && has_unknown_field(bytes) {
        return Err(Offence::Token.refuse(faults, "the request has an unknown field"));
    }
    if faults.has(Fault::FirstMemberWins) {
        request.message = first_member(bytes).or(request.message);
    }
    Ok(request)
}

fn first_member(bytes: &[u8]) -> Option<create_request::Message> {
    let (number, content) = members(bytes).next()?;
    let token = Token::decode(content).ok()?;
    Some(match number {
        1 => create_request::Message::Init(token),
        _ => create_request::Message::Signed(token),
    })
}

/// The members of the oneof, Init=1 and Signed=2, in wire order.
fn members(bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    Fields::of(bytes).filter_map(|field| match field.ok()? {
        field if field.number > 2 => None,
        field => match field.value {
            Value::Bytes(content) => Some((field.number, content)),
            _ => None,
        },
    })
}

fn has_unknown_field(bytes: &[u8]) -> bool {
    let unknown = |bytes, known: &[u32]| {
        let mut fields = Fields::of(bytes).filter_map(Result::ok);
        fields.any(|field| !known.contains(&field.number))
    };
    unknown(bytes, &[1, 2, 98, 99])
        || members(bytes).any(|(_, token)| unknown(token, &[1, 2, 3, 4, 5, 6, 7]))
}

/// The key that Verify names first, empty where it names none: under the profile `p256` the owner's.
pub(super) fn peer(verify: Option<&RequestVerificationHeader>) -> &[u8] {
    let first = verify.and_then(|verify| verify.signatures.first()?.sign.as_ref());
    first.map_or(&[], |sign| &sign.peer)
}

/// Judges what comes with Init.
pub(super) fn check_init_meta(
    meta: Option<RequestMetaHeader>,
    verify: Option<&RequestVerificationHeader>,
    faults: &Faults,
) -> Result<(), Refusal> {
    let refuse = |message| Err(Offence::Token.refuse(faults, message));
    if meta.is_some() && faults.has(Fault::RefusesMeta) {
        return refuse("Meta is not taken");
    }
    if verify.is_some() && faults.has(Fault::RefusesVerify) {
        return refuse("Verify is not taken");
    }
    // A TTL of 0 says that the request must not be processed; without Meta nothing is said.
    match meta {
        Some(RequestMetaHeader { ttl: 0, .. }) if !faults.has(Fault::AcceptsZeroTtl) => {
            refuse("Meta.TTL is 0")
        }
        _ => Ok(()),
    }
}

/// Judges what comes with Signed.
pub(super) fn check_signed_meta(
    meta: Option<RequestMetaHeader>,
    verify: Option<&RequestVerificationHeader>,
    faults: &Faults,
) -> Result<(), Refusal> {
    if faults.has(Fault::ChecksTtlOfInitOnly) {
        return Ok(());
    }
    check_init_meta(meta, verify, faults)
}
