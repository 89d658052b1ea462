//! Checks of what stands beside the token in a request: Meta, Verify, fields that nobody knows.

use prost::Message as _;
use prost::encoding::{WireType, encode_key, encode_varint};
use wirecheck_proto::session::create_request::Message as Request;
use wirecheck_proto::session::{CreateRequest, Token};

use super::change::Change;
use super::clauses::{META_AND_VERIFY_ACCEPTED, UNKNOWN_FIELDS_IGNORED, ZERO_TTL_REFUSED};
use super::driver::{Client, Handshake, complete, twin};
use super::stimulus::{Stimulus, refused};
use super::words;
use crate::check::{Check, Manner};
use crate::expect;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "neofs-session/envelope/meta-and-verify-accepted-meta",
        clause: &META_AND_VERIFY_ACCEPTED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                twin(cx, &[]).await?;
                for ttl in [1, 2, u32::MAX] {
                    complete(cx, &[Change::Ttl(ttl)]).await?;
                }
                Ok(())
            })
        },
    },
    Check {
        id: "neofs-session/envelope/meta-and-verify-accepted",
        clause: &META_AND_VERIFY_ACCEPTED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                twin(cx, &[]).await?;
                complete(cx, &[Change::EmptyVerify]).await?;
                complete(cx, &[Change::Ttl(1), Change::EmptyVerify]).await.map(drop)
            })
        },
    },
    Check {
        id: "neofs-session/envelope/zero-ttl-refused",
        clause: &ZERO_TTL_REFUSED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(refused(cx, &[Stimulus::Init(Change::Ttl(0))])),
    },
    Check {
        id: "neofs-session/envelope/zero-ttl-refused-in-signed",
        clause: &ZERO_TTL_REFUSED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(refused(cx, &[Stimulus::Signed(Change::Ttl(0))])),
    },
    Check {
        id: "neofs-session/envelope/unknown-fields-ignored",
        clause: &UNKNOWN_FIELDS_IGNORED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                twin(cx, &[]).await?;
                let client = Client::new(cx);
                let mut handshake = Handshake::open(cx).await?;
                handshake.0.send_payload(&with_unknown_fields(client.init(&[], cx)));
                let unsigned = handshake.unsigned("Init with unknown fields").await?;
                let asked = Token {
                    id: unsigned.id.clone(),
                    header: unsigned.header.clone(),
                    ..client.asked.clone()
                };
                unchanged("Unsigned", &asked, &unsigned)?;
                handshake.0.send_payload(&with_unknown_fields(client.signed(&unsigned, &[], cx)));
                let result = handshake.result("a valid Signed with unknown fields").await?;
                unchanged("Result", &unsigned, &result)
            })
        },
    },
];

fn unchanged(what: &str, right: &Token, came: &Token) -> Result<(), crate::check::Stop> {
    let Some((field, right, other)) = words::difference(right, came) else { return Ok(()) };
    expect::that(false, format!("{what} with {field} {right}"), format!("{field} {other}"))
}

/// The request with fields that no revision of the document has, of every wire type but groups: in
/// CreateRequest before and behind its member, and behind the known ones in Token and in its Header.
fn with_unknown_fields(request: CreateRequest) -> Vec<u8> {
    let beside = CreateRequest { message: None, ..request.clone() }.encode_to_vec();
    let (number, mut token) = match request.message {
        Some(Request::Init(token)) => (1, token),
        Some(Request::Signed(token)) => (2, token),
        None => return unknown_fields(),
    };
    let header = token.header.take();
    let mut content = token.encode_to_vec();
    if let Some(header) = header {
        submessage(1, &[header.encode_to_vec(), unknown_fields()].concat(), &mut content);
    }
    content.extend(unknown_fields());
    let mut bytes = unknown_fields();
    submessage(number, &content, &mut bytes);
    bytes.extend(unknown_fields());
    bytes.extend(beside);
    bytes
}

fn submessage(number: u32, content: &[u8], into: &mut Vec<u8>) {
    encode_key(number, WireType::LengthDelimited, into);
    encode_varint(content.len() as u64, into);
    into.extend_from_slice(content);
}

fn unknown_fields() -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_key(1000, WireType::Varint, &mut bytes);
    encode_varint(u64::MAX, &mut bytes);
    encode_key(1001, WireType::SixtyFourBit, &mut bytes);
    bytes.extend([0xff; 8]);
    submessage(1002, b"unknown", &mut bytes);
    encode_key(1003, WireType::ThirtyTwoBit, &mut bytes);
    bytes.extend([0xff; 4]);
    // The highest number there is.
    encode_key((1 << 29) - 1, WireType::Varint, &mut bytes);
    encode_varint(1, &mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_leave_the_request_what_it_is() {
        let header = Some(wirecheck_proto::session::VerificationHeader {
            public_key: vec![1; 32],
            key_signature: vec![2; 64],
        });
        let token = Token { header, first_epoch: 1, id: vec![3; 16], ..Token::default() };
        let verify = Some(wirecheck_proto::service::RequestVerificationHeader::default());
        for message in [Request::Init(token.clone()), Request::Signed(token)] {
            let request =
                CreateRequest { message: Some(message), verify: verify.clone(), meta: None };
            let bytes = with_unknown_fields(request.clone());
            assert!(bytes.len() > request.encoded_len() + 3 * unknown_fields().len());
            assert_eq!(CreateRequest::decode(&bytes[..]).expect("it parses"), request);
        }
    }
}
