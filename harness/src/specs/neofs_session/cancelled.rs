//! Handshakes that the client gives up, at each step of theirs.

use std::fmt;

use super::driver::{Client, Handshake};
use crate::check::Stop;
use crate::client::Connection;
use crate::cx::Cx;

/// How many are given up at each step.
pub(super) const TIMES: usize = 100;
/// How many stand open at once: fewer than what servers take for an attack.
const TOGETHER: usize = 10;
/// CANCEL (RFC 9113, section 7).
const CANCEL: u32 = 8;

/// A step that a client may not get past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Opened,
    InitSent,
    UnsignedHeard,
    SignedSent,
    ResultHeard,
}

/// All of them, in their order.
pub(super) const STEPS: [Step; 5] =
    [Step::Opened, Step::InitSent, Step::UnsignedHeard, Step::SignedSent, Step::ResultHeard];

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Opened => "before Init",
            Step::InitSent => "right behind Init",
            Step::UnsignedHeard => "after Unsigned",
            Step::SignedSent => "right behind Signed",
            Step::ResultHeard => "after Result",
        })
    }
}

/// Gives up so many handshakes at this step, on a connection of their own. A server may close one
/// that cancels so much: then the next has to serve.
pub(super) async fn cancel_at(cx: &mut Cx, step: Step) -> Result<(), Stop> {
    let mut connection = cx.connect().await?;
    for _ in 0..TIMES / TOGETHER {
        let cancelled = cancel_some(cx, &connection, step).await;
        if connection.lost().is_some() {
            connection = cx.connect().await?;
        } else {
            cancelled?;
        }
    }
    Ok(())
}

async fn cancel_some(cx: &mut Cx, connection: &Connection, step: Step) -> Result<(), Stop> {
    let mut open = Vec::with_capacity(TOGETHER);
    for _ in 0..TOGETHER {
        open.push(get_to(cx, connection, step).await?);
    }
    // One more is answered before and behind the resets: streams that end sooner than the server
    // takes them look like an attack, and so would a PING here and there between no answers.
    get_to(cx, connection, Step::UnsignedHeard).await?;
    open.iter_mut().for_each(|handshake| handshake.0.reset(CANCEL));
    get_to(cx, connection, Step::UnsignedHeard).await.map(drop)
}

async fn get_to(cx: &mut Cx, connection: &Connection, step: Step) -> Result<Handshake, Stop> {
    let client = Client::new(cx);
    let mut handshake = Handshake::open_on(connection, cx).await;
    if step == Step::Opened {
        return Ok(handshake);
    }
    handshake.send(&client.init(&[], cx));
    if step == Step::InitSent {
        return Ok(handshake);
    }
    let unsigned = handshake.unsigned("Init").await?;
    if step == Step::UnsignedHeard {
        return Ok(handshake);
    }
    handshake.send(&client.signed(&unsigned, &[], cx));
    if step == Step::ResultHeard {
        handshake.result("a valid Signed").await?;
    }
    Ok(handshake)
}
