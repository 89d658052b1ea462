//! Checks of paths and HTTP methods.

use http::Method;

use super::NO_SUCH_METHOD;
use super::clauses::{
    MALFORMED_PATH, MALFORMED_PATH_SURVIVED, POST_ONLY, UNKNOWN_METHOD, UNKNOWN_SERVICE,
};
use super::driver::{any, headers, open, refused, serves_on, twin};
use crate::check::{Check, Manner, Stop};
use crate::client::Answer;
use crate::cx::Cx;
use crate::expect;
use crate::status::Code;

/// Paths that name no service and no method, or one of them alone.
const MALFORMED: [&str; 6] = ["/", "/x", "//", "/S/", "/S//M", "/S/M/"];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "grpc/method/unknown-method",
        clause: &UNKNOWN_METHOD,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                twin(cx, &subject).await?;
                let service = subject.path.rsplit_once('/').map_or("", |(service, _)| service);
                let answer = post(cx, &format!("{service}/WirecheckNoSuchMethod")).await?;
                expect::exactly(&answer.end, &[Code::Unimplemented], "an unknown method")
            })
        },
    },
    Check {
        id: "grpc/method/unknown-service",
        clause: &UNKNOWN_SERVICE,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                // No twin: on a target of which no method is known this says something, too.
                let answer = post(cx, NO_SUCH_METHOD).await?;
                expect::exactly(&answer.end, &[Code::Unimplemented], "an unknown service")
            })
        },
    },
    Check {
        id: "grpc/method/malformed-path",
        clause: &MALFORMED_PATH,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                twin(cx, &subject).await?;
                for path in MALFORMED {
                    refused(&post(cx, path).await?, &format!("the path {path:?}"))?;
                }
                Ok(())
            })
        },
    },
    Check {
        id: "grpc/method/malformed-path-survived",
        clause: &MALFORMED_PATH_SURVIVED,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                for path in MALFORMED {
                    post(cx, path).await?;
                }
                // Not even a path of HTTP's: any answer will do, the end of the connection among them.
                let mut frames = cx.frames(&[]).await?;
                let fields = [
                    (":method", "POST"),
                    (":path", "x"),
                    ("te", "trailers"),
                    ("content-type", "application/grpc"),
                ];
                frames.request(&fields, true).await;
                frames.ping(*b"survived").await;
                frames.next().await;
                serves_on(cx, &subject, "malformed paths").await
            })
        },
    },
    Check {
        id: "grpc/method/post-only",
        clause: &POST_ONLY,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                twin(cx, &subject).await?;
                let deadline = cx.deadline();
                let (mut served, mut events) = (Vec::new(), Vec::new());
                for method in [Method::GET, Method::PUT] {
                    let request = subject.request(cx.rng());
                    let connection = cx.connection().await?;
                    let mut call = connection
                        .open(method.clone(), &subject.path, headers(), false, deadline)
                        .await;
                    call.send_payload(&request);
                    let end = call.finish().await.end;
                    if !end.is_refusal() {
                        served.push(format!("{method}: {end}"));
                        events.extend(cx.recorder().last_from_target(None));
                    }
                }
                let expected = "GET and PUT requests to be refused: HTTP status 405, or a status other than OK";
                let judged = expect::that(served.is_empty(), expected, served.join("; "));
                expect::marking(events, judged)
            })
        },
    },
];

/// A call on this path with an empty message.
async fn post(cx: &mut Cx, path: &str) -> Result<Answer, Stop> {
    let mut call = open(cx, path, headers()).await?;
    call.send_payload(&[]);
    Ok(call.finish().await)
}
