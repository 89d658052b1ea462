//! Checks of request headers.

use super::clauses::{
    BAD_BIN, BIN_COMMA_JOINED, BIN_PADDING, CONNECTION_HEADER, CONTENT_TYPE_SUFFIXES,
    LARGE_METADATA, TE_MISSING, UNKNOWN_METADATA, WRONG_CONTENT_TYPE,
};
use super::driver::{answered, any, exchange, headers_with, served, serves_on, twin, with};
use super::raw::{Ending, raw_call};
use crate::check::{Check, Manner};
use crate::expect;
use crate::status::End;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "grpc/headers/wrong-content-type",
        clause: &WRONG_CONTENT_TYPE,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                twin(cx, &subject).await?;
                let (mut taken, mut events) = (Vec::new(), Vec::new());
                for wrong in [Some("application/json"), Some("text/plain"), None] {
                    let mut headers = with(&[("te", "trailers")]);
                    headers.extend(wrong.map(|wrong| {
                        (http::header::CONTENT_TYPE, http::HeaderValue::from_static(wrong))
                    }));
                    let (call, answer) = exchange(cx, &subject, headers).await?;
                    if call.http() != 415 {
                        let what = wrong.unwrap_or("none");
                        taken.push(format!("{what}: HTTP status {}, {}", call.http(), answer.end));
                        events.extend(cx.recorder().last_from_target(None));
                    }
                }
                let expected = "requests of content-type application/json, text/plain and none to be answered with HTTP status 415";
                let judged = expect::that(taken.is_empty(), expected, taken.join("; "));
                expect::marking(events, judged)
            })
        },
    },
    Check {
        id: "grpc/headers/content-type-suffixes",
        clause: &CONTENT_TYPE_SUFFIXES,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                for right in ["application/grpc", "application/grpc+proto"] {
                    let headers = with(&[("te", "trailers"), ("content-type", right)]);
                    let (_, answer) = exchange(cx, &subject, headers).await?;
                    served(&subject, &answer, &format!("content-type {right}"))?;
                }
                Ok(())
            })
        },
    },
    Check {
        id: "grpc/headers/unknown-metadata",
        clause: &UNKNOWN_METADATA,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                let headers = headers_with(&[
                    ("wirecheck-unknown", "a value"),
                    ("wirecheck-unknown-bin", "AAEC"),
                ]);
                let (_, answer) = exchange(cx, &subject, headers).await?;
                served(&subject, &answer, "a call with unknown metadata")
            })
        },
    },
    Check {
        id: "grpc/headers/bin-padding",
        clause: &BIN_PADDING,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                for value in ["AAE=", "AAE", "AA==", "AA"] {
                    let (_, answer) =
                        exchange(cx, &subject, headers_with(&[("wirecheck-bin", value)])).await?;
                    served(&subject, &answer, &format!("binary metadata {value:?}"))?;
                }
                Ok(())
            })
        },
    },
    Check {
        id: "grpc/headers/bin-comma-joined",
        clause: &BIN_COMMA_JOINED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                for value in ["AAE,AAI", "AAE=,AAI=", "AAE, AAI="] {
                    let (_, answer) =
                        exchange(cx, &subject, headers_with(&[("wirecheck-bin", value)])).await?;
                    served(&subject, &answer, &format!("binary metadata {value:?}"))?;
                }
                Ok(())
            })
        },
    },
    Check {
        id: "grpc/headers/bad-bin",
        clause: &BAD_BIN,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                for value in ["!!!", "A", "A===", ","] {
                    let (_, answer) =
                        exchange(cx, &subject, headers_with(&[("wirecheck-bin", value)])).await?;
                    answered(&answer.end, &format!("binary metadata {value:?}"))?;
                }
                serves_on(cx, &subject, "bad binary metadata").await
            })
        },
    },
    Check {
        id: "grpc/headers/connection-header",
        clause: &CONNECTION_HEADER,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                let twin = raw_call(cx, &subject, &[]).await?;
                if twin != Ending::Status(0) {
                    return expect::skip(format!(
                        "the same call without the header was not served: {twin}"
                    ));
                }
                let ending = raw_call(cx, &subject, &[("connection", "keep-alive")]).await?;
                // PROTOCOL_ERROR is 1 (RFC 9113, section 7).
                let malformed =
                    matches!(ending, Ending::Reset(1) | Ending::GoAway(1) | Ending::Http(400));
                let expected = "a request with the header connection: keep-alive to be refused with RST_STREAM or GOAWAY PROTOCOL_ERROR, or HTTP status 400";
                expect::that(malformed, expected, ending.to_string())
            })
        },
    },
    Check {
        id: "grpc/headers/te-missing",
        clause: &TE_MISSING,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                let (_, answer) =
                    exchange(cx, &subject, with(&[("content-type", "application/grpc")])).await?;
                answered(&answer.end, "a request without te")
            })
        },
    },
    Check {
        id: "grpc/headers/large-metadata",
        clause: &LARGE_METADATA,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                let value = "x".repeat(8 << 10);
                let fields = [("wirecheck-large", value.as_str()); 8];
                let (_, answer) = exchange(cx, &subject, headers_with(&fields)).await?;
                // Some servers end the connection over it; that a fresh one serves is what counts.
                if !matches!(answer.end, End::Lost(_)) {
                    answered(&answer.end, "a request with 64 KiB of metadata")?;
                }
                serves_on(cx, &subject, "64 KiB of metadata").await
            })
        },
    },
];
