//! Checks of how streams end: half-closed early, incomplete, or with more said after Result.

use super::change::{Change, Which};
use super::clauses::{
    HALF_CLOSE_AFTER_INIT, HALF_CLOSE_BEFORE_INIT, INCOMPLETE_NOT_OK, NOTHING_AFTER_RESULT,
};
use super::driver::{Client, Handshake, Heard, twin, unmet};
use super::stimulus::{Stimulus, each, ended};
use crate::check::{Check, Manner};
use crate::expect;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "neofs-session/order/nothing-after-result",
        clause: &NOTHING_AFTER_RESULT,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                for what in ["Init", "the same Signed again", "an empty message"] {
                    let client = Client::new(cx);
                    let (mut handshake, unsigned) =
                        Handshake::begin(cx, &client).await.map_err(unmet)?;
                    let signed = client.signed(&unsigned, &[], cx);
                    handshake.send(&signed);
                    handshake.result("a valid Signed").await.map_err(unmet)?;
                    handshake.send(&match what {
                        "Init" => client.init(&[], cx),
                        "an empty message" => client.empty(),
                        _ => signed,
                    });
                    // With which status the stream then ends is open.
                    let heard = Heard::of(&handshake.0.finish().await);
                    heard.nothing(&format!("{what} behind Result"))?;
                }
                Ok(())
            })
        },
    },
    Check {
        id: "neofs-session/order/half-close-before-init",
        clause: &HALF_CLOSE_BEFORE_INIT,
        // Nothing forbids it, but there are servers that a call without a message stops for good.
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                // Who never says anything is silent here for another reason.
                twin(cx, &[]).await?;
                let mut handshake = Handshake::open(cx).await?;
                let heard = Heard::of(&handshake.0.finish().await);
                heard.no_message("a half-close without any message")?;
                expect::ended(&heard.end, "a half-close without any message")
            })
        },
    },
    Check {
        id: "neofs-session/order/half-close-after-init",
        clause: &HALF_CLOSE_AFTER_INIT,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                twin(cx, &[]).await?;
                let client = Client::new(cx);
                let (mut handshake, _) = Handshake::begin(cx, &client).await.map_err(unmet)?;
                let heard = Heard::of(&handshake.0.finish().await);
                heard.no_result("a half-close in place of Signed")?;
                ended(cx, &heard.end, "a half-close in place of Signed")
            })
        },
    },
    Check {
        id: "neofs-session/order/half-close-after-init-at-once",
        clause: &HALF_CLOSE_AFTER_INIT,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                twin(cx, &[]).await?;
                let client = Client::new(cx);
                let mut handshake = Handshake::open(cx).await?;
                handshake.send(&client.init(&[], cx));
                // Unsigned may still come, Result not.
                let heard = Heard::of(&handshake.0.finish().await);
                heard.no_result("Init and a half-close right behind it")?;
                ended(cx, &heard.end, "Init and a half-close right behind it")
            })
        },
    },
    Check {
        id: "neofs-session/order/incomplete-not-ok",
        clause: &INCOMPLETE_NOT_OK,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                twin(cx, &[]).await?;
                let client = Client::new(cx);
                let (mut handshake, _) = Handshake::begin(cx, &client).await.map_err(unmet)?;
                let end = handshake.0.finish().await.end;
                expect::refused(&end, "a half-close in place of Signed")?;
                each(cx, &INCOMPLETE, |_, heard, defect| match heard.no_result(defect) {
                    Ok(()) => expect::refused(&heard.end, defect),
                    Err(_) => expect::skip(format!(
                        "{defect} was granted, which is another clause's matter"
                    )),
                })
                .await
            })
        },
    },
];

/// Handshakes that go wrong at each step.
const INCOMPLETE: [Stimulus; 6] = [
    Stimulus::SignedFirst,
    Stimulus::EmptyFirst,
    Stimulus::SecondInit,
    Stimulus::Init(Change::EpochsSwapped),
    Stimulus::Signed(Change::Empty(Which::Signature)),
    Stimulus::Signed(Change::OtherId),
];
