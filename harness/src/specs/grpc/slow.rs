//! Checks of clients that do not read: they hold up nobody else.

use super::clauses::SLOW_READER;
use super::driver::{any, serves_on};
use super::raw::{Ending, ending, request};
use crate::check::{Check, Manner, Stop};
use crate::client::{Frame, Frames, INITIAL_WINDOW_SIZE, framed};
use crate::cx::Cx;
use crate::expect;
use crate::subject::Payload;

/// The window of a connection that nobody widens (RFC 9113, section 6.9.2), in bytes.
const WINDOW: usize = 65_535;
/// Calls that a window is used up with, at most.
const CALLS: usize = 20;
/// By how much a window is widened where it is to hold up nothing.
const WIDE: u32 = 1 << 20;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "grpc/connection/slow-reader",
        clause: &SLOW_READER,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                let messages =
                    [framed(0, &subject.request(cx.rng())), framed(0, &subject.request(cx.rng()))];
                let mut frames = cx.frames(&[(INITIAL_WINDOW_SIZE, 0)]).await?;
                let blocked = frames.request(&request(&subject.path), false).await;
                frames.data(blocked, &messages[0], true).await;
                let read = frames.request(&request(&subject.path), false).await;
                frames.widen(read, WIDE).await;
                frames.data(read, &messages[1], true).await;
                let end = ending(&mut frames, read, |_| {}).await;
                let expected = "a call to be served beside one whose stream has no window";
                expect::that(end == Ending::Status(0), expected, end.to_string())?;
                serves_on(cx, &subject, "a call on a stream without a window").await?;
                waited(&mut frames, blocked, blocked).await
            })
        },
    },
    Check {
        id: "grpc/connection/slow-reader-of-a-whole-connection",
        clause: &SLOW_READER,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let Some((subject, payload)) = cx.subjects().echoing() else {
                    return expect::skip("the target serves no method that is known");
                };
                let (subject, payload) = (subject.clone(), payload.clone());
                let (mut frames, blocked) = used_up(cx, &subject.path, &payload).await?;
                let with = "the window of another connection was used up";
                serves_on(cx, &subject, with).await?;
                waited(&mut frames, blocked, 0).await
            })
        },
    },
];

/// A connection of which the window is used up by answers, and the call whose answer does not fit.
async fn used_up(cx: &mut Cx, path: &str, payload: &Payload) -> Result<(Frames, u32), Stop> {
    let mut frames = cx.frames(&[(INITIAL_WINDOW_SIZE, WIDE)]).await?;
    frames.keep_connection_window();
    let mut left = WINDOW;
    loop {
        let stream = frames.request(&request(path), false).await;
        let message = framed(0, &payload.make(cx.rng()));
        frames.data(stream, &message, true).await;
        let mut came = 0;
        let end = ending(&mut frames, stream, |frame| {
            if let Frame::Data { bytes, .. } = frame {
                came += bytes.len();
            }
        })
        .await;
        if end != Ending::Status(0) || came < WINDOW / CALLS {
            return expect::skip(format!(
                "an answer of {came} bytes, then {end}, is too short to use a window up"
            ));
        }
        left = left.saturating_sub(came);
        if left < came {
            let blocked = frames.request(&request(path), false).await;
            frames.data(blocked, &framed(0, &payload.make(cx.rng())), true).await;
            fills(&mut frames, blocked, left).await?;
            return Ok((frames, blocked));
        }
    }
}

/// The answer to this call takes what is left of a window, and does not end there.
async fn fills(frames: &mut Frames, blocked: u32, mut left: usize) -> Result<(), Stop> {
    while left > 0 {
        match frames.next().await {
            Frame::Data { stream, bytes, end_stream: false } if stream == blocked => {
                left = left.saturating_sub(bytes.len());
            }
            Frame::Data { .. } | Frame::Headers { end_stream: true, .. } => {
                return expect::skip("the call that was to use the window up ended before");
            }
            Frame::Closed(why) => return Err(Stop::Broken(why)),
            Frame::Silence => {
                return expect::skip(format!(
                    "the target leaves {left} bytes of the window unused"
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The call has been there all the while: it ends once the window, of its stream or of the connection
/// (0), is wide enough, and not before.
async fn waited(frames: &mut Frames, blocked: u32, window: u32) -> Result<(), Stop> {
    frames.ping(*b"blocked-").await;
    loop {
        match frames.next().await {
            Frame::Pong(_) => break,
            Frame::Headers { stream, end_stream: true, .. } if stream == blocked => {
                return expect::skip("the call did not wait for its window");
            }
            Frame::Closed(why) => return Err(Stop::Broken(why)),
            Frame::Silence => return expect::skip("the target does not answer PING"),
            _ => {}
        }
    }
    frames.widen(window, WIDE).await;
    match ending(frames, blocked, |_| {}).await {
        Ending::Status(0) => Ok(()),
        end => expect::skip(format!("nothing shows that the call waited for its window: {end}")),
    }
}
