//! Checks of messages that are wrong: cut, lied about, flagged, too few or too many.

use super::clauses::{
    FLAG_RESERVED, LENGTH_LIES, TRUNCATED, TWO_ON_UNARY, UNPARSEABLE, ZERO_ON_UNARY,
};
use super::driver::{any, headers, open, raw_exchange, refused, streaming, twin, unary};
use crate::check::{Check, Manner, Stop};
use crate::client::framed;
use crate::cx::Cx;
use crate::expect;
use crate::status::Code;
use crate::subject::Subject;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "grpc/message/unparseable",
        clause: &UNPARSEABLE,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                twin(cx, &subject).await?;
                // A tag that does not end: no message of any type.
                let (_, answer) =
                    raw_exchange(cx, &subject, headers(), framed(0, &[0xff, 0xff])).await?;
                let codes = [Code::Internal, Code::InvalidArgument];
                expect::exactly(&answer.end, &codes, "bytes that are no message")
            })
        },
    },
    Check {
        id: "grpc/message/truncated",
        clause: &TRUNCATED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                truncated(cx, &subject, 0).await
            })
        },
    },
    Check {
        id: "grpc/message/truncated-on-a-stream",
        clause: &TRUNCATED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = streaming(cx)?;
                truncated(cx, &subject, 0).await?;
                truncated(cx, &subject, 1).await
            })
        },
    },
    Check {
        id: "grpc/message/length-lies",
        clause: &LENGTH_LIES,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                twin(cx, &subject).await?;
                for (lie, what) in [
                    (1i64, "one byte too long"),
                    (100, "100 bytes too long"),
                    (-1, "one byte too short"),
                ] {
                    let request = subject.request(cx.rng());
                    let mut bytes = framed(0, &request).to_vec();
                    let said = u32::try_from(request.len() as i64 + lie).unwrap_or_default();
                    bytes[1..5].copy_from_slice(&said.to_be_bytes());
                    let (_, answer) = raw_exchange(cx, &subject, headers(), bytes.into()).await?;
                    refused(&answer, &format!("a length prefix {what}"))?;
                }
                Ok(())
            })
        },
    },
    Check {
        id: "grpc/message/zero-on-unary",
        clause: &ZERO_ON_UNARY,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = unary(cx)?;
                twin(cx, &subject).await?;
                let mut call = open(cx, &subject.path, headers()).await?;
                let answer = call.finish().await;
                expect::exactly(&answer.end, &CARDINALITY, "a unary call without a message")
            })
        },
    },
    Check {
        id: "grpc/message/two-on-unary",
        clause: &TWO_ON_UNARY,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = unary(cx)?;
                twin(cx, &subject).await?;
                let message = framed(0, &subject.request(cx.rng()));
                let two = [&message[..], &message[..]].concat();
                let (_, answer) = raw_exchange(cx, &subject, headers(), two.into()).await?;
                expect::exactly(&answer.end, &CARDINALITY, "a unary call with two messages")
            })
        },
    },
    Check {
        id: "grpc/message/flag-reserved",
        clause: &FLAG_RESERVED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                twin(cx, &subject).await?;
                for flag in [2, 3, 128, 255] {
                    let message = framed(flag, &subject.request(cx.rng()));
                    let (_, answer) = raw_exchange(cx, &subject, headers(), message).await?;
                    refused(&answer, &format!("compressed flag {flag}"))?;
                }
                Ok(())
            })
        },
    },
];

/// What tells a wrong number of messages; real servers use the one or the other.
const CARDINALITY: [Code; 2] = [Code::Unimplemented, Code::Internal];

/// So many whole messages, then the better half of one, then a half-close.
async fn truncated(cx: &mut Cx, subject: &Subject, whole: usize) -> Result<(), Stop> {
    twin(cx, subject).await?;
    let mut bytes: Vec<u8> =
        (0..whole).flat_map(|_| framed(0, &subject.request(cx.rng()))).collect();
    let last = framed(0, &subject.request(cx.rng()));
    bytes.extend_from_slice(&last[..last.len() - 1]);
    let (_, answer) = raw_exchange(cx, subject, headers(), bytes.into()).await?;
    let after = if whole > 0 { ", after a whole one," } else { "" };
    refused(&answer, &format!("a half-close inside a message{after} on {}", subject.path))
}
