//! Checks of what the server makes of Init: the Unsigned, the Result, and the ids and keys it draws.

use super::change::{Change, Which};
use super::clauses::{
    ID_IS_RANDOM, ID_IS_UUID4, IDS_UNIQUE, INIT_ECHOED, RESULT_MATCHES_UNSIGNED, RESULT_VERIFIES,
    SERVER_CHOOSES_ID, SESSION_KEY_PRESENT, SESSION_KEYS_UNIQUE, UNSIGNED_HAS_NO_SIGNATURE,
};
use super::driver::{Client, Handshake, complete, holds, unmet};
use super::sessions::{all_have, count_up, draw_many, ranges, stuck_bits};
use super::token::session_key;
use crate::check::{Check, Manner};
use crate::expect;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "neofs-session/token/id-is-uuid4",
        clause: &ID_IS_UUID4,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                // Several: a version or variant that is drawn too fits one ID in 64.
                for _ in 0..8 {
                    let client = Client::new(cx);
                    Handshake::begin(cx, &client).await.map_err(unmet)?;
                }
                holds(cx, &ID_IS_UUID4)
            })
        },
    },
    Check {
        id: "neofs-session/token/init-echoed",
        clause: &INIT_ECHOED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let client = Client::new(cx);
                // With three objects more than one order is wrong, and a set shows.
                for objects in [2, 3, 1] {
                    let mut handshake = Handshake::open(cx).await?;
                    handshake.send(&client.init(&[Change::Objects(objects)], cx));
                    handshake.unsigned("Init").await.map_err(unmet)?;
                }
                holds(cx, &INIT_ECHOED)
            })
        },
    },
    Check {
        id: "neofs-session/token/init-echoed-whatever-the-objects",
        clause: &INIT_ECHOED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                // What a set, or a field of fixed length, would not give back.
                for change in
                    [Change::ObjectRepeated, Change::EmptyObjectAdded, Change::ObjectsJoined]
                {
                    let client = Client::new(cx);
                    let mut handshake = Handshake::open(cx).await?;
                    handshake.send(&client.init(&[change], cx));
                    handshake.unsigned(&format!("Init with {change}")).await.map_err(unmet)?;
                }
                holds(cx, &INIT_ECHOED)
            })
        },
    },
    Check {
        id: "neofs-session/token/session-key-present",
        clause: &SESSION_KEY_PRESENT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let client = Client::new(cx);
                Handshake::begin(cx, &client).await.map_err(unmet)?;
                holds(cx, &SESSION_KEY_PRESENT)
            })
        },
    },
    Check {
        id: "neofs-session/token/unsigned-has-no-signature",
        clause: &UNSIGNED_HAS_NO_SIGNATURE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let client = Client::new(cx);
                Handshake::begin(cx, &client).await.map_err(unmet)?;
                holds(cx, &UNSIGNED_HAS_NO_SIGNATURE)
            })
        },
    },
    Check {
        id: "neofs-session/token/unsigned-has-no-signature-of-the-clients",
        clause: &UNSIGNED_HAS_NO_SIGNATURE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let client = Client::new(cx);
                let mut handshake = Handshake::open(cx).await?;
                // A server that copies Init whole gives it back.
                let change = Change::OtherKey(Which::Signature);
                handshake.send(&client.init(&[change], cx));
                handshake.unsigned(&format!("Init with {change}")).await.map_err(unmet)?;
                holds(cx, &UNSIGNED_HAS_NO_SIGNATURE)
            })
        },
    },
    Check {
        id: "neofs-session/token/server-chooses-id",
        clause: &SERVER_CHOOSES_ID,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                for change in [Change::OtherId, Change::OtherSessionKey] {
                    let client = Client::new(cx);
                    let mut handshake = Handshake::open(cx).await?;
                    handshake.send(&client.init(&[change], cx));
                    let init = format!("Init with {change}");
                    handshake.unsigned(&init).await.map_err(unmet)?;
                }
                holds(cx, &SERVER_CHOOSES_ID)
            })
        },
    },
    Check {
        id: "neofs-session/token/result-matches-unsigned",
        clause: &RESULT_MATCHES_UNSIGNED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                complete(cx, &[]).await.map_err(unmet)?;
                holds(cx, &RESULT_MATCHES_UNSIGNED)
            })
        },
    },
    Check {
        id: "neofs-session/token/result-verifies",
        clause: &RESULT_VERIFIES,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                complete(cx, &[]).await.map_err(unmet)?;
                holds(cx, &RESULT_VERIFIES)
            })
        },
    },
    Check {
        id: "neofs-session/token/ids-unique",
        clause: &IDS_UNIQUE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let drawn = draw_many(cx).await?;
                holds(cx, &IDS_UNIQUE)?;
                all_have(&drawn, "an ID", |token| &token.id)
            })
        },
    },
    Check {
        id: "neofs-session/token/session-keys-unique",
        clause: &SESSION_KEYS_UNIQUE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let drawn = draw_many(cx).await?;
                holds(cx, &SESSION_KEYS_UNIQUE)?;
                all_have(&drawn, "a session key", session_key)
            })
        },
    },
    Check {
        id: "neofs-session/token/id-is-random",
        clause: &ID_IS_RANDOM,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let ids: Vec<Vec<u8>> =
                    draw_many(cx).await?.into_iter().map(|token| token.id).collect();
                let stuck = stuck_bits(&ids);
                let expected = format!("every random bit to be set in some of {} IDs", ids.len());
                let expected = format!("{expected}, and clear in others");
                let actual = format!("bits that never change: {}", ranges(&stuck));
                expect::that(stuck.is_empty(), expected, actual)?;
                let expected = format!("no order in {} IDs drawn one after the other", ids.len());
                expect::that(!count_up(&ids), expected, "each ID is greater than the one before")
            })
        },
    },
];
