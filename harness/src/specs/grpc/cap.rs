//! Checks of the cap on streams that a server announces.

use std::collections::BTreeSet;

use super::clauses::{STREAM_CAP, STREAM_CAP_SPARES_OTHERS};
use super::driver::any;
use super::raw::{Ending, ending, next_ending, request};
use crate::check::{Check, Manner, Stop};
use crate::client::{Frame, Frames, framed};
use crate::cx::Cx;
use crate::expect;
use crate::subject::Subject;

/// A cap beyond this is not filled.
const MOST: u32 = 2000;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "grpc/connection/stream-cap",
        clause: &STREAM_CAP,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                let (mut frames, _) = filled(cx, &subject).await?;
                let message = framed(0, &subject.request(cx.rng()));
                let extra = frames.request(&request(&subject.path), false).await;
                frames.data(extra, &message, true).await;
                frames.ping(*b"past cap").await;
                let refused = loop {
                    match frames.next().await {
                        // PROTOCOL_ERROR is 1, REFUSED_STREAM 7 (RFC 9113, section 7).
                        Frame::Reset { stream, code: 1 | 7 } if stream == extra => break Ok(()),
                        Frame::GoAway(0 | 1) => break Ok(()),
                        // Not a word on the stream before the PING's answer: it waits.
                        Frame::Pong(_) => break Ok(()),
                        Frame::Silence => return expect::skip("the target does not answer PING"),
                        Frame::Reset { stream, code } if stream == extra => {
                            break Err(Ending::Reset(code));
                        }
                        Frame::Headers { stream, .. } if stream == extra => {
                            break Err(ending(&mut frames, extra, |_| {}).await);
                        }
                        Frame::GoAway(code) => break Err(Ending::GoAway(code)),
                        Frame::Closed(why) => break Err(Ending::Closed(why)),
                        _ => {}
                    }
                };
                let expected = "a stream past the announced cap to be refused with REFUSED_STREAM or PROTOCOL_ERROR, or to wait";
                refused.or_else(|came| expect::that(false, expected, came.to_string()))
            })
        },
    },
    Check {
        id: "grpc/connection/stream-cap-spares-others",
        clause: &STREAM_CAP_SPARES_OTHERS,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                let (mut frames, held) = filled(cx, &subject).await?;
                let _extra = frames.request(&request(&subject.path), false).await;
                for stream in &held {
                    frames.data(*stream, &framed(0, &subject.request(cx.rng())), true).await;
                }
                let mut held = BTreeSet::from_iter(held);
                while !held.is_empty() {
                    let (stream, end) = next_ending(&mut frames, &held, |_| {}).await;
                    let expected =
                        "a stream under the cap to be answered although one past it was opened";
                    expect::that(end == Ending::Status(0), expected, end.to_string())?;
                    held.remove(&stream);
                }
                Ok(())
            })
        },
    },
];

/// A connection with as many open calls as the target announces, once SETTINGS are acknowledged.
async fn filled(cx: &mut Cx, subject: &Subject) -> Result<(Frames, Vec<u32>), Stop> {
    let mut frames = cx.frames(&[]).await?;
    let mut cap = None;
    loop {
        match frames.next().await {
            Frame::Settings { max_streams } => cap = cap.or(max_streams),
            Frame::SettingsAcknowledged => break,
            Frame::Closed(why) => return Err(Stop::Broken(why)),
            Frame::Silence => return expect::skip("the target does not acknowledge SETTINGS"),
            _ => {}
        }
    }
    let cap = match cap {
        None => return expect::skip("the target announces no cap on streams"),
        Some(0 | MOST..) => {
            return expect::skip("the target announces a cap of none, or of thousands");
        }
        Some(cap) => cap,
    };
    let mut held = Vec::new();
    for _ in 0..cap {
        held.push(frames.request(&request(&subject.path), false).await);
    }
    // Our acknowledgement and all requests are through when this is answered.
    frames.ping(*b"at cap--").await;
    loop {
        match frames.next().await {
            Frame::Pong(_) => return Ok((frames, held)),
            Frame::Closed(why) => return Err(Stop::Broken(why)),
            Frame::Silence => return expect::skip("the target does not answer PING"),
            _ => {}
        }
    }
}
