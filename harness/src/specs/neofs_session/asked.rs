//! Checks of what Init may ask for: lifetimes, owners, objects.

use super::change::Change;
use super::clauses::{
    EPOCHS_ARE_UINT64, LIFETIME_ORDERED, LIFETIME_REFUSED_AT_INIT, MANY_OBJECTS, OWNER_IS_A_KEY,
    OWNER_REQUIRED, SINGLE_EPOCH_ACCEPTED,
};
use super::driver::{complete, twin};
use super::stimulus::{Stimulus, no_result, refused};
use super::words;
use crate::check::{Check, Manner};
use crate::expect;

/// One above what a double holds, and the two ends of what an int64 does not.
const EPOCHS: [u64; 4] = [0, (1 << 53) + 1, 1 << 63, u64::MAX];

/// OwnerIDs of the right length that nobody can sign for.
const NO_OWNERS: [Change; 4] = [
    Change::OwnerOffCurve,
    Change::OwnerOfOtherVersion,
    Change::OwnerMisspelt,
    Change::OwnerOfAnother,
];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "neofs-session/token/lifetime-ordered",
        clause: &LIFETIME_ORDERED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(no_result(
                cx,
                &[
                    Stimulus::Init(Change::EpochsSwapped),
                    // Far apart, and not so for who takes them for signed numbers.
                    Stimulus::Init(Change::Epochs(u64::MAX, 1)),
                ],
            ))
        },
    },
    Check {
        id: "neofs-session/token/lifetime-refused-at-init",
        clause: &LIFETIME_REFUSED_AT_INIT,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(refused(cx, &[Stimulus::Init(Change::EpochsSwapped)])),
    },
    Check {
        id: "neofs-session/token/single-epoch-accepted",
        clause: &SINGLE_EPOCH_ACCEPTED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                twin(cx, &[]).await?;
                let epoch = cx.config().neofs_session.last_epoch;
                complete(cx, &[Change::Epochs(epoch, epoch)]).await.map(drop)
            })
        },
    },
    Check {
        id: "neofs-session/token/epochs-are-uint64",
        clause: &EPOCHS_ARE_UINT64,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                twin(cx, &[]).await?;
                let pairs = EPOCHS.windows(2).map(|pair| (pair[0], pair[1]));
                for (first, last) in pairs.chain(EPOCHS.map(|epoch| (epoch, epoch))) {
                    let token = complete(cx, &[Change::Epochs(first, last)]).await?;
                    let came = (token.first_epoch, token.last_epoch);
                    let expected = format!("Result with the {}", words::epochs(first, last));
                    let actual = words::epochs(came.0, came.1);
                    expect::that(came == (first, last), expected, actual)?;
                }
                Ok(())
            })
        },
    },
    Check {
        id: "neofs-session/token/owner-required",
        clause: &OWNER_REQUIRED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(no_result(cx, &[Stimulus::Init(Change::NoOwner)])),
    },
    Check {
        id: "neofs-session/token/owner-is-a-key",
        clause: &OWNER_IS_A_KEY,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let right = cx.config().neofs_session.profile.owner_length();
                let lengths = [right - 1, right + 1, 1].map(Change::OwnerOfLength);
                let owners = [&NO_OWNERS[..], &lengths].concat();
                refused(cx, &owners.into_iter().map(Stimulus::Init).collect::<Vec<_>>()).await
            })
        },
    },
    Check {
        id: "neofs-session/token/many-objects",
        clause: &MANY_OBJECTS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                twin(cx, &[]).await?;
                let token = complete(cx, &[Change::Objects(1000)]).await?;
                expect::same("number of ObjectIDs in Result", &1000, &token.object_id.len())
            })
        },
    },
    Check {
        id: "neofs-session/token/many-objects-or-none",
        clause: &MANY_OBJECTS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                twin(cx, &[]).await?;
                complete(cx, &[Change::Objects(0)]).await.map(drop)
            })
        },
    },
];
