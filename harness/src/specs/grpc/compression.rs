//! Checks of compressed messages.

use super::clauses::{
    BOMB, CORRUPT, FLAG_WITHOUT_ENCODING, GZIP, UNCOMPRESSED_FLAG_ZERO, UNKNOWN_ENCODING,
};
use super::driver::{any, headers, headers_with, raw_exchange, refused, served, serves_on, twin};
use super::gzip::{bomb, gzip};
use crate::check::{Check, Manner, Stop};
use crate::client::{Answer, Call, framed};
use crate::cx::Cx;
use crate::expect;
use crate::status::Code;
use crate::subject::Subject;

/// What an unknown encoding may bring where nothing is compressed: the documents do not say. Some
/// servers serve it, some look at the name first, and some take an unknown name for a broken header.
const UNUSED_ENCODING: [Code; 3] = [Code::Ok, Code::Unimplemented, Code::Internal];
/// An encoding that no server has.
const NONE_SUCH: &str = "wirecheck-none";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "grpc/compression/flag-without-encoding",
        clause: &FLAG_WITHOUT_ENCODING,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                twin(cx, &subject).await?;
                for (headers, what) in [
                    (headers(), "compressed flag 1 in a call without grpc-encoding"),
                    (
                        headers_with(&[("grpc-encoding", "identity")]),
                        "compressed flag 1 in a call with grpc-encoding: identity",
                    ),
                ] {
                    let message = framed(1, &subject.request(cx.rng()));
                    let (_, answer) = raw_exchange(cx, &subject, headers, message).await?;
                    expect::exactly(&answer.end, &[Code::Internal], what)?;
                }
                Ok(())
            })
        },
    },
    Check {
        id: "grpc/compression/unknown-encoding",
        clause: &UNKNOWN_ENCODING,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                twin(cx, &subject).await?;
                let headers = headers_with(&[("grpc-encoding", NONE_SUCH)]);
                let plain = framed(0, &subject.request(cx.rng()));
                let (_, unused) = raw_exchange(cx, &subject, headers.clone(), plain).await?;
                let what = "an uncompressed message (flag 0) in a call of an unknown grpc-encoding";
                expect::exactly(&unused.end, &UNUSED_ENCODING, what)?;
                let message = framed(1, &subject.request(cx.rng()));
                let (call, answer) = raw_exchange(cx, &subject, headers, message).await?;
                let what = "a compressed message (flag 1) of an unknown grpc-encoding";
                expect::exactly(&answer.end, &[Code::Unimplemented], what)?;
                let accepted = accepted(&call);
                let named =
                    accepted.as_deref().is_some_and(|accepted| !accepted.contains(NONE_SUCH));
                let actual = accepted.map_or_else(
                    || format!("{} without grpc-accept-encoding", answer.end),
                    |accepted| format!("grpc-accept-encoding: {accepted}"),
                );
                let expected = "the refusal of an unknown grpc-encoding to carry a grpc-accept-encoding that lists what is accepted, and not that one";
                expect::that(named, expected, actual)
            })
        },
    },
    Check {
        id: "grpc/compression/gzip",
        clause: &GZIP,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                needs_gzip(cx, &subject).await?;
                served(&subject, &compressed(cx, &subject).await?, "a gzip message")
            })
        },
    },
    Check {
        id: "grpc/compression/corrupt",
        clause: &CORRUPT,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                inflates(cx, &subject).await?;
                let mut member = gzip(&subject.request(cx.rng()));
                // Behind the ten bytes of gzip's header: the block's type becomes the reserved one.
                member[10] |= 0b110;
                let headers = headers_with(&[("grpc-encoding", "gzip")]);
                let (_, answer) = raw_exchange(cx, &subject, headers, framed(1, &member)).await?;
                refused(&answer, "a gzip message that does not decompress")
            })
        },
    },
    Check {
        id: "grpc/compression/bomb",
        clause: &BOMB,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                inflates(cx, &subject).await?;
                let headers = headers_with(&[("grpc-encoding", "gzip")]);
                let (_, answer) = raw_exchange(cx, &subject, headers, framed(1, &bomb())).await?;
                refused(&answer, "3 MiB of gzip that are 3 GiB")?;
                serves_on(cx, &subject, "the bomb").await
            })
        },
    },
    Check {
        id: "grpc/compression/uncompressed-flag-zero",
        clause: &UNCOMPRESSED_FLAG_ZERO,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                needs_gzip(cx, &subject).await?;
                let message = framed(0, &subject.request(cx.rng()));
                let (_, answer) =
                    raw_exchange(cx, &subject, headers_with(&[("grpc-encoding", "gzip")]), message)
                        .await?;
                served(&subject, &answer, "an uncompressed message in a call of encoding gzip")
            })
        },
    },
];

/// `grpc-accept-encoding`, wherever the response has it, all of its values.
fn accepted(call: &Call) -> Option<String> {
    let blocks = [call.headers(), call.trailers()].into_iter();
    let values = blocks.flat_map(|block| block.get_all("grpc-accept-encoding"));
    let values: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// A call with a gzip message.
async fn compressed(cx: &mut Cx, subject: &Subject) -> Result<Answer, Stop> {
    let message = framed(1, &gzip(&subject.request(cx.rng())));
    let headers = headers_with(&[("grpc-encoding", "gzip")]);
    raw_exchange(cx, subject, headers, message).await.map(|(_, answer)| answer)
}

/// The valid twin of what is wrong with a gzip message: who takes none refuses it for another reason.
async fn inflates(cx: &mut Cx, subject: &Subject) -> Result<(), Stop> {
    let answer = compressed(cx, subject).await?;
    if subject.served(&answer) {
        return Ok(());
    }
    expect::skip(format!("a right gzip message is not served either: {}", answer.end))
}

/// Skips unless the target says that it takes gzip: on a plain call, or on one of an unknown encoding.
async fn needs_gzip(cx: &mut Cx, subject: &Subject) -> Result<(), Stop> {
    let unknown = headers_with(&[("grpc-encoding", NONE_SUCH)]);
    for (flag, headers) in [(0, headers()), (1, unknown)] {
        let message = framed(flag, &subject.request(cx.rng()));
        let (call, _) = raw_exchange(cx, subject, headers, message).await?;
        let listed =
            accepted(&call).is_some_and(|list| list.split(',').any(|name| name.trim() == "gzip"));
        if listed {
            return Ok(());
        }
    }
    expect::skip("the target's grpc-accept-encoding does not list gzip")
}
