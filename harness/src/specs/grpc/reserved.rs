//! A check of the codes that a gRPC library may make up.

use super::NO_SUCH_METHOD;
use super::clauses::RESERVED_CODES;
use super::driver::{any, headers, headers_with, open, raw_exchange, twin, with};
use crate::check::{Check, Manner, Stop};
use crate::client::framed;
use crate::cx::{Cx, Ended};
use crate::expect;
use crate::status::Code;
use crate::subject::Subject;

/// Codes that only an application gives (statuscodes.md).
const RESERVED: [Code; 7] = [
    Code::InvalidArgument,
    Code::NotFound,
    Code::AlreadyExists,
    Code::FailedPrecondition,
    Code::Aborted,
    Code::OutOfRange,
    Code::DataLoss,
];

pub(super) const CHECKS: &[Check] = &[Check {
    id: "grpc/response/reserved-codes",
    clause: &RESERVED_CODES,
    manner: Manner::Refusal,
    needs: &[],
    drive: |cx| {
        Box::pin(async move {
            let subject = any(cx)?;
            twin(cx, &subject).await?;
            // What the application says to an empty message is its own, also where a library hands it
            // one instead of refusing the call.
            let empty = raw_exchange(cx, &subject, headers(), framed(0, &[])).await?.1.end;
            let mut ends = refusals(cx, &subject).await?;
            ends.retain(|ended| ended.end != empty);
            for Ended { what, end, event } in &ends {
                let made_up = end.code().is_some_and(|code| RESERVED.contains(&code));
                let expected =
                    format!("{what} to be refused with a code that a gRPC library may make up");
                expect::marking(*event, expect::that(!made_up, expected, end.to_string()))?;
            }
            let refused =
                ends.iter().any(|ended| ended.end.code().is_some_and(|code| code != Code::Ok));
            if refused { Ok(()) } else { expect::skip("nothing was refused with a status") }
        })
    },
}];

/// Everything that a library refuses before the application hears of it, and how it ended.
async fn refusals(cx: &mut Cx, subject: &Subject) -> Result<Vec<Ended>, Stop> {
    let message = framed(0, &subject.request(cx.rng()));
    let flagged = framed(1, &message[5..]);
    let cut = message.slice(..message.len() - 1);
    let odd = framed(255, &message[5..]);
    let none = bytes::Bytes::new();
    let stimuli = [
        (
            "a content-type of another protocol",
            with(&[("te", "trailers"), ("content-type", "text/plain")]),
            message.clone(),
        ),
        ("a reserved compressed flag", headers(), odd),
        ("a compressed flag without grpc-encoding", headers(), flagged.clone()),
        ("an unknown grpc-encoding", headers_with(&[("grpc-encoding", "wirecheck-none")]), flagged),
        ("no message", headers(), none),
        ("a cut message", headers(), cut),
        ("a malformed grpc-timeout", headers_with(&[("grpc-timeout", "soon")]), message),
    ];
    let mut ends = Vec::new();
    for path in [NO_SUCH_METHOD, "/", "//"] {
        let mut call = open(cx, path, headers()).await?;
        let end = call.finish().await.end;
        ends.push(cx.ended("an unknown or malformed path", end));
    }
    for (what, headers, bytes) in stimuli {
        let (_, answer) = raw_exchange(cx, subject, headers, bytes).await?;
        ends.push(cx.ended(what, answer.end));
    }
    let mut call = open(cx, &subject.path, headers_with(&[("grpc-timeout", "100m")])).await?;
    let end = call.rest().await.end;
    ends.push(cx.ended("an expired grpc-timeout", end));
    Ok(ends)
}
