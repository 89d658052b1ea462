//! Checks of the order of messages.

use super::clauses::{INIT_ANSWERED_BY_UNSIGNED, SIGNED_FIRST_REFUSED};
use super::driver::{Handshake, Owner, nothing_granted};
use crate::check::{Check, Manner};
use crate::expect;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "neofs-session/order/init-answered-by-unsigned",
        clause: &INIT_ANSWERED_BY_UNSIGNED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let owner = Owner::new(cx.rng());
                let mut handshake = Handshake::open(cx).await?;
                handshake.init(&owner.init(cx.rng()));
                handshake.unsigned().await?;
                let deadline = cx.deadline();
                let connection = cx.connection().await?;
                expect::nothing_arrives(
                    connection,
                    &mut handshake.0,
                    deadline,
                    "nothing more before Signed",
                )
                .await
            })
        },
    },
    Check {
        id: "neofs-session/order/signed-first-refused",
        clause: &SIGNED_FIRST_REFUSED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let owner = Owner::new(cx.rng());
                let mut handshake = Handshake::open(cx).await?;
                // Validly signed, so that only its place can be wrong; then on as if nothing were.
                handshake.signed(&owner.made_up(cx.rng()));
                handshake.init(&owner.init(cx.rng()));
                let answer = handshake.0.finish().await;
                nothing_granted(&answer, "Signed as the first message")?;
                expect::refused(&answer.end, "Signed as the first message")
            })
        },
    },
];
