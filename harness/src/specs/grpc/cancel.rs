//! Checks of calls that the client gives up.

use super::clauses::{CANCEL_MASS, CANCEL_RESET};
use super::driver::{any, headers, open, serves_on};
use super::raw::{Ending, ending, request};
use crate::check::{Check, Manner, Stop};
use crate::client::{Frame, Frames, framed};
use crate::expect;

/// RST_STREAM CANCEL (RFC 9113, section 7).
const CANCEL: u32 = 8;
/// Calls that are opened and reset at once.
const MASS: usize = 1000;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "grpc/cancel/reset",
        clause: &CANCEL_RESET,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                let mut frames = cx.frames(&[]).await?;
                let cancelled = frames.request(&request(&subject.path), false).await;
                frames.data(cancelled, &framed(0, &subject.request(cx.rng())), false).await;
                frames.reset(cancelled, CANCEL).await;
                frames.ping(*b"reset---").await;
                pong(&mut frames).await?;
                let message = framed(0, &subject.request(cx.rng()));
                let next = frames.request(&request(&subject.path), false).await;
                frames.data(next, &message, true).await;
                let (after, late) = on_stream(&mut frames, next, cancelled).await;
                expect::that(
                    late.is_none(),
                    "no frame on the reset stream",
                    late.unwrap_or_default(),
                )?;
                let expected = "the connection to serve on: the next call ends with OK (0)";
                expect::that(after == Ending::Status(0), expected, after.to_string())
            })
        },
    },
    Check {
        id: "grpc/cancel/mass",
        clause: &CANCEL_MASS,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                for _ in 0..MASS {
                    open(cx, &subject.path, headers()).await?.reset(CANCEL);
                }
                // The connection may end over it; the target must not.
                serves_on(cx, &subject, "1,000 calls opened and reset at once").await
            })
        },
    },
];

/// Waits for a PING's answer.
async fn pong(frames: &mut Frames) -> Result<(), Stop> {
    loop {
        match frames.next().await {
            Frame::Pong(_) => return Ok(()),
            Frame::Closed(why) => return expect::that(false, "the connection to serve on", why),
            Frame::Silence => {
                return expect::that(false, "an answer to PING", "nothing up to the deadline");
            }
            _ => {}
        }
    }
}

/// How stream `next` ended, and the first frame on stream `cancelled` meanwhile.
async fn on_stream(frames: &mut Frames, next: u32, cancelled: u32) -> (Ending, Option<String>) {
    let mut late = None;
    let end = ending(frames, next, |frame| {
        let name = match frame {
            Frame::Headers { stream, .. } if *stream == cancelled => "HEADERS",
            Frame::Data { stream, .. } if *stream == cancelled => "DATA",
            Frame::Reset { stream, .. } if *stream == cancelled => "RST_STREAM",
            _ => return,
        };
        late.get_or_insert(format!("{name} on it after the answer to PING"));
    })
    .await;
    (end, late)
}
