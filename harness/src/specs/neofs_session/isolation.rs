//! Checks that handshakes on one connection do not touch each other.

use wirecheck_proto::session::Token;

use super::cancelled::{STEPS, TIMES, cancel_at};
use super::change::{Change, Which};
use super::clauses::{
    CANCEL_LEAVES_SERVER_WELL, STREAMS_INDEPENDENT, SWAPPED_SIGNED_REFUSED,
    VIOLATION_STAYS_ON_ITS_STREAM,
};
use super::driver::{Client, FirstHalf, Handshake, Heard, complete, twin, unmet};
use super::stimulus::{Stimulus, ended};
use super::words;
use crate::check::{Check, Manner, Stop};
use crate::cx::Cx;
use crate::expect;

/// How many handshakes are interleaved, where the server allows as many streams.
const INTERLEAVED: usize = 32;
/// One violation of each kind.
const VIOLATIONS: [Stimulus; 6] = [
    Stimulus::SignedFirst,
    Stimulus::SecondInit,
    Stimulus::EmptyFirst,
    Stimulus::Init(Change::NoOwner),
    Stimulus::Signed(Change::Flipped(Which::Signature, 0)),
    Stimulus::Signed(Change::OtherId),
];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "neofs-session/isolation/streams-independent",
        clause: &STREAMS_INDEPENDENT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(interleave(cx)),
    },
    Check {
        id: "neofs-session/isolation/swapped-signed-refused",
        clause: &SWAPPED_SIGNED_REFUSED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let client = Client::new(cx);
                // The twin: two streams with one Init, each with its own Signed.
                let mut own = pair(cx, &client).await.map_err(unmet)?;
                for (handshake, unsigned) in &mut own {
                    handshake.complete(&client, unsigned, cx).await.map_err(unmet)?;
                }
                let [(mut one, first), (mut other, second)] =
                    pair(cx, &client).await.map_err(unmet)?;
                one.send(&client.signed(&second, &[], cx));
                other.send(&client.signed(&first, &[], cx));
                for mut handshake in [one, other] {
                    let heard = Heard::of(&handshake.0.finish().await);
                    let defect = "the Signed of the stream opened beside it, which got its own";
                    heard.no_result(defect)?;
                    ended(cx, &heard.end, defect)?;
                }
                Ok(())
            })
        },
    },
    Check {
        id: "neofs-session/isolation/violation-stays-on-its-stream",
        clause: &VIOLATION_STAYS_ON_ITS_STREAM,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                twin(cx, &[]).await?;
                for violation in VIOLATIONS {
                    let client = Client::new(cx);
                    let (mut before, unsigned) =
                        Handshake::begin(cx, &client).await.map_err(unmet)?;
                    let heard = violation.drive(cx).await?;
                    if heard.no_result(&violation.defect()).is_err() {
                        let granted = violation.defect();
                        return expect::skip(format!("{granted} was taken for no violation"));
                    }
                    let what = format!("whatever came on another stream: {}", violation.defect());
                    let told = |stop| beside(stop, &what);
                    before.complete(&client, &unsigned, cx).await.map_err(told)?;
                    complete(cx, &[]).await.map_err(told)?;
                }
                Ok(())
            })
        },
    },
    Check {
        id: "neofs-session/isolation/cancel-leaves-server-well",
        clause: &CANCEL_LEAVES_SERVER_WELL,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                twin(cx, &[]).await?;
                let time = FirstHalf::of(cx);
                for (done, step) in STEPS.into_iter().enumerate() {
                    if let Some(reason) = time.is_over(done * TIMES, STEPS.len() * TIMES) {
                        return expect::skip(reason);
                    }
                    let what = format!("behind handshakes that were cancelled {step}");
                    let told = |stop| beside(stop, &what);
                    cancel_at(cx, step).await.map_err(told)?;
                    complete(cx, &[]).await.map_err(told)?;
                }
                Ok(())
            })
        },
    },
];

/// The failure of a handshake that is right, told with what went on beside it.
fn beside(stop: Stop, what: &str) -> Stop {
    match stop {
        Stop::Fail(mut finding) => {
            finding.expected = format!("{}, {what}", finding.expected);
            Stop::Fail(finding)
        }
        other => other,
    }
}

/// Two streams of one client, each with its Unsigned for the same Init.
async fn pair(cx: &mut Cx, client: &Client) -> Result<[(Handshake, Token); 2], Stop> {
    Ok([Handshake::begin(cx, client).await?, Handshake::begin(cx, client).await?])
}

/// All Inits, then the Signed of each from the last to the first, then all Results: every other
/// handshake is one owner's.
async fn interleave(cx: &mut Cx) -> Result<(), Stop> {
    // What the server allows is known once it has answered something.
    twin(cx, &[]).await?;
    let allowed = cx.connection().await?.stream_cap().min(INTERLEAVED);
    if allowed < 4 {
        return expect::skip(format!("the server allows {allowed} streams on one connection"));
    }
    let again = Client::new(cx);
    let mut open = Vec::with_capacity(allowed);
    for place in 0..allowed {
        let mut client = Client::new(cx);
        if place % 2 == 0 {
            // The one owner's, for objects of its own: what tells them apart is told by the bytes.
            client = Client::of(again.owner.clone(), cx);
        }
        let mut handshake = Handshake::open(cx).await?;
        handshake.send(&client.init(&[], cx));
        open.push((handshake, client));
    }
    let others = format!("amid {} other handshakes on the connection", allowed - 1);
    let beside = |stop| beside(stop, &others);
    let mut given = Vec::with_capacity(allowed);
    for (mut handshake, client) in open {
        let unsigned = handshake.unsigned("Init").await.map_err(beside)?;
        given.push((handshake, client, unsigned));
    }
    for (handshake, client, unsigned) in given.iter_mut().rev() {
        handshake.send(&client.signed(unsigned, &[], cx));
    }
    for (handshake, _, unsigned) in &mut given {
        let result = handshake.result("a valid Signed").await.map_err(beside)?;
        if let Some((field, right, other)) = words::difference(unsigned, &result) {
            let expected = format!("Result to have {field} {right} as its stream's Unsigned has");
            return expect::that(false, expected, format!("{field} {other}"));
        }
        handshake.close(cx).await;
    }
    Ok(())
}
