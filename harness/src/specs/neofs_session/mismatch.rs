//! Checks of a Signed that is not the Unsigned, however well it is signed.

use super::change::Change;
use super::clauses::{
    OBJECTS_REGROUPED, OBJECTS_REORDERED, REPLAY_ACROSS_STREAMS, REPLAY_AFTER_RESULT,
    SIGNED_MATCHES_UNSIGNED,
};
use super::stimulus::{Stimulus, no_result};
use crate::check::{Check, Manner};

const OTHER_ID: &[Stimulus] = &[Stimulus::Signed(Change::OtherId)];
const OTHER_OWNER: &[Stimulus] = &[Stimulus::Signed(Change::OtherOwner)];
const OTHER_EPOCHS: &[Stimulus] =
    &[Stimulus::Signed(Change::OtherFirstEpoch), Stimulus::Signed(Change::OtherLastEpoch)];
const OTHER_OBJECTS: &[Stimulus] = &[
    Stimulus::Signed(Change::OtherObject),
    Stimulus::Signed(Change::ObjectAdded),
    Stimulus::Signed(Change::ObjectDropped),
];
const OTHER_SESSION_KEY: &[Stimulus] =
    &[Stimulus::Signed(Change::OtherSessionKey), Stimulus::Signed(Change::NoSessionKey)];
/// The same bytes to sign, in other ObjectIDs.
const REGROUPED: &[Stimulus] = &[
    Stimulus::Signed(Change::ObjectsJoined),
    Stimulus::Signed(Change::ObjectsCutElsewhere),
    Stimulus::Signed(Change::EmptyObjectAdded),
];
const REORDERED: &[Stimulus] = &[Stimulus::Signed(Change::ObjectsReordered)];

/// Everything in this file but the replays.
pub(super) fn changed() -> impl Iterator<Item = Stimulus> {
    const ALL: [&[Stimulus]; 7] = [
        OTHER_ID,
        OTHER_OWNER,
        OTHER_EPOCHS,
        OTHER_OBJECTS,
        OTHER_SESSION_KEY,
        REGROUPED,
        REORDERED,
    ];
    ALL.into_iter().flatten().copied()
}

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "neofs-session/signature/signed-matches-unsigned-id",
        clause: &SIGNED_MATCHES_UNSIGNED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(no_result(cx, OTHER_ID)),
    },
    Check {
        id: "neofs-session/signature/signed-matches-unsigned-owner",
        clause: &SIGNED_MATCHES_UNSIGNED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(no_result(cx, OTHER_OWNER)),
    },
    Check {
        id: "neofs-session/signature/signed-matches-unsigned-epochs",
        clause: &SIGNED_MATCHES_UNSIGNED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(no_result(cx, OTHER_EPOCHS)),
    },
    Check {
        id: "neofs-session/signature/signed-matches-unsigned-objects",
        clause: &SIGNED_MATCHES_UNSIGNED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(no_result(cx, OTHER_OBJECTS)),
    },
    Check {
        id: "neofs-session/signature/signed-matches-unsigned-session-key",
        clause: &SIGNED_MATCHES_UNSIGNED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(no_result(cx, OTHER_SESSION_KEY)),
    },
    Check {
        id: "neofs-session/signature/objects-regrouped",
        clause: &OBJECTS_REGROUPED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(no_result(cx, REGROUPED)),
    },
    Check {
        id: "neofs-session/signature/objects-reordered",
        clause: &OBJECTS_REORDERED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(no_result(cx, REORDERED)),
    },
    Check {
        id: "neofs-session/signature/replay-across-streams",
        clause: &REPLAY_ACROSS_STREAMS,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(no_result(cx, &[Stimulus::ReplayAcrossStreams])),
    },
    Check {
        id: "neofs-session/signature/replay-across-streams-of-two-connections",
        clause: &REPLAY_ACROSS_STREAMS,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(no_result(cx, &[Stimulus::ReplayAcrossConnections])),
    },
    Check {
        id: "neofs-session/signature/replay-after-result",
        clause: &REPLAY_AFTER_RESULT,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(no_result(cx, &[Stimulus::ReplayAfterResult])),
    },
];
