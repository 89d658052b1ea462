//! Checks of the order of messages: what the server says, and when it says nothing.

use super::clauses::{
    EMPTY_MESSAGE_REFUSED, ENDS_OK_AFTER_RESULT, INIT_ANSWERED_BY_UNSIGNED, SECOND_INIT_REFUSED,
    SERVER_WAITS_FOR_INIT, SIGNED_ANSWERED_BY_RESULT, SIGNED_FIRST_REFUSED,
};
use super::driver::{Client, Handshake, holds, unmet};
use super::stimulus::{Stimulus, refused};
use crate::check::{Check, Manner};
use crate::expect;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "neofs-session/order/server-waits-for-init",
        clause: &SERVER_WAITS_FOR_INIT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let mut handshake = Handshake::open(cx).await?;
                let expected = "nothing from the server before the client's first message";
                handshake.is_quiet(cx, expected).await?;
                // The stream was alive all the while.
                handshake.send(&Client::new(cx).init(&[], cx));
                handshake.unsigned("Init").await.map(drop).map_err(unmet)
            })
        },
    },
    Check {
        id: "neofs-session/order/init-answered-by-unsigned",
        clause: &INIT_ANSWERED_BY_UNSIGNED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let client = Client::new(cx);
                let (mut handshake, _) = Handshake::begin(cx, &client).await?;
                let expected = "nothing after Unsigned before the client sends Signed";
                handshake.is_quiet(cx, expected).await
            })
        },
    },
    Check {
        id: "neofs-session/order/signed-answered-by-result",
        clause: &SIGNED_ANSWERED_BY_RESULT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let client = Client::new(cx);
                let (mut handshake, unsigned) =
                    Handshake::begin(cx, &client).await.map_err(unmet)?;
                handshake.send(&client.signed(&unsigned, &[], cx));
                handshake.result("a valid Signed").await?;
                // The stream may end here; a message may not come.
                let deadline = cx.deadline();
                expect::settled(cx.connection().await?, &mut [handshake.0], deadline).await;
                holds(cx, &SIGNED_ANSWERED_BY_RESULT)
            })
        },
    },
    Check {
        id: "neofs-session/order/signed-answered-by-result-where-half-closed",
        clause: &SIGNED_ANSWERED_BY_RESULT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let client = Client::new(cx);
                let (mut handshake, unsigned) =
                    Handshake::begin(cx, &client).await.map_err(unmet)?;
                handshake.send(&client.signed(&unsigned, &[], cx));
                // At once: the server may see the half-close before it has judged Signed.
                handshake.0.half_close();
                handshake.result("a valid Signed and a half-close right behind it").await?;
                handshake.0.rest().await;
                holds(cx, &SIGNED_ANSWERED_BY_RESULT)
            })
        },
    },
    Check {
        id: "neofs-session/order/ends-ok-after-result",
        clause: &ENDS_OK_AFTER_RESULT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let client = Client::new(cx);
                let (mut handshake, unsigned) =
                    Handshake::begin(cx, &client).await.map_err(unmet)?;
                handshake.send(&client.signed(&unsigned, &[], cx));
                handshake.result("a valid Signed").await.map_err(unmet)?;
                let end = handshake.0.finish().await.end;
                let expected = "the stream to end with OK (0) after Result and the half-close";
                expect::that(end.is_ok(), expected, end.to_string())
            })
        },
    },
    Check {
        id: "neofs-session/order/signed-first-refused",
        clause: &SIGNED_FIRST_REFUSED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(refused(cx, &[Stimulus::SignedFirst])),
    },
    Check {
        id: "neofs-session/order/signed-first-refused-for-another-streams-token",
        clause: &SIGNED_FIRST_REFUSED,
        manner: Manner::Refusal,
        needs: &[],
        // A server that finds the handshake by the token's ID would take it.
        drive: |cx| Box::pin(refused(cx, &[Stimulus::OthersSignedFirst])),
    },
    Check {
        id: "neofs-session/order/second-init-refused",
        clause: &SECOND_INIT_REFUSED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(refused(cx, &[Stimulus::SecondInit])),
    },
    Check {
        id: "neofs-session/order/empty-message-refused",
        clause: &EMPTY_MESSAGE_REFUSED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(refused(cx, &[Stimulus::EmptyFirst, Stimulus::EmptySecond])),
    },
];
