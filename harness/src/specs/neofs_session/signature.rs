//! Checks of bad signatures on a token that is right otherwise.

use rand::Rng as _;

use super::change::{Change, Which};
use super::clauses::{
    CORRUPTED, KEY_SIGNATURE_REQUIRED, MALLEABLE_SIGNATURE, OTHER_KEY, SIGNATURE_REQUIRED,
    SIGNATURES_EXCHANGED, SMALL_ORDER_OWNER, WRONG_LENGTH,
};
use super::profile::Profile;
use super::stimulus::{Stimulus, no_result};
use crate::check::{Check, Manner};
use crate::cx::Cx;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "neofs-session/signature/required",
        clause: &SIGNATURE_REQUIRED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(no_result(cx, &[Stimulus::Signed(Change::Empty(Which::Signature))])),
    },
    Check {
        id: "neofs-session/signature/key-signature-required",
        clause: &KEY_SIGNATURE_REQUIRED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(no_result(cx, &[Stimulus::Signed(Change::Empty(Which::KeySignature))]))
        },
    },
    Check {
        id: "neofs-session/signature/corrupted",
        clause: &CORRUPTED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let flips = flips(cx, Which::Signature);
                no_result(cx, &flips).await
            })
        },
    },
    Check {
        id: "neofs-session/signature/corrupted-key-signature",
        clause: &CORRUPTED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let flips = flips(cx, Which::KeySignature);
                no_result(cx, &flips).await
            })
        },
    },
    Check {
        id: "neofs-session/signature/wrong-length",
        clause: &WRONG_LENGTH,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let lengths = wrong_lengths(cx.config().neofs_session.profile);
                no_result(cx, &lengths).await
            })
        },
    },
    Check {
        id: "neofs-session/signature/other-key",
        clause: &OTHER_KEY,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(no_result(
                cx,
                &[
                    Stimulus::Signed(Change::OtherKey(Which::Signature)),
                    Stimulus::Signed(Change::OtherKey(Which::KeySignature)),
                    // Who verifies by a key that the request names finds nothing wrong with it.
                    Stimulus::Signed(Change::OtherSigner),
                ],
            ))
        },
    },
    Check {
        id: "neofs-session/signature/exchanged",
        clause: &SIGNATURES_EXCHANGED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(no_result(cx, &[Stimulus::Signed(Change::SignaturesExchanged)])),
    },
    Check {
        id: "neofs-session/signature/malleable-signature",
        clause: &MALLEABLE_SIGNATURE,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(no_result(
                cx,
                &[
                    Stimulus::Signed(Change::NonCanonical(Which::Signature)),
                    Stimulus::Signed(Change::NonCanonical(Which::KeySignature)),
                ],
            ))
        },
    },
    Check {
        id: "neofs-session/signature/small-order-owner",
        clause: &SMALL_ORDER_OWNER,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(no_result(
                cx,
                &[
                    Stimulus::SmallOrderOwner { above_the_prime: false },
                    Stimulus::SmallOrderOwner { above_the_prime: true },
                ],
            ))
        },
    },
];

/// One bit of each byte, and all bits of those that a careless decoder is careless about.
fn flips(cx: &mut Cx, which: Which) -> Vec<Stimulus> {
    let profile = cx.config().neofs_session.profile;
    let mut bits: Vec<usize> = Vec::with_capacity(profile.signature_length() + 14);
    for byte in 0..profile.signature_length() {
        let of_byte = if profile.telling_bytes().contains(&byte) { 0..8 } else { 0..1 };
        let any = (cx.rng().next_u32() % 8) as usize;
        bits.extend(of_byte.map(|bit| 8 * byte + (any + bit) % 8));
    }
    bits.into_iter().map(|bit| Stimulus::Signed(Change::Flipped(which, bit))).collect()
}

/// Both signatures at lengths that none has: one byte, one too few, one too many, and far too many.
pub(super) fn wrong_lengths(profile: Profile) -> Vec<Stimulus> {
    let right = profile.signature_length();
    let lengths = [1, right - 1, right + 1, 4096];
    let of = |which| lengths.map(|length| Stimulus::Signed(Change::Length(which, length)));
    Which::BOTH.into_iter().flat_map(of).collect()
}
