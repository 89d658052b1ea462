//! Checks of the status codes of refusals.

use super::change::{Change, Which};
use super::clauses::{MISMATCH_CODE, NEVER_UNKNOWN, ORDER_CODE, SIGNATURE_CODE, TOKEN_CODE};
use super::driver::{Client, Handshake, unmet};
use super::mismatch::changed;
use super::signature::wrong_lengths;
use super::stimulus::{Stimulus, coded, each};
use crate::check::{Check, Manner, Stop};
use crate::cx::Cx;
use crate::expect;
use crate::status::{Code, End};

const ORDER: &[Stimulus] = &[
    Stimulus::SignedFirst,
    Stimulus::OthersSignedFirst,
    Stimulus::SecondInit,
    Stimulus::EmptyFirst,
    Stimulus::EmptySecond,
];
const TOKEN: &[Stimulus] = &[
    Stimulus::Init(Change::EpochsSwapped),
    Stimulus::Init(Change::NoOwner),
    Stimulus::Init(Change::OwnerOffCurve),
    Stimulus::Init(Change::OwnerOfLength(31)),
    Stimulus::Init(Change::Ttl(0)),
    Stimulus::Signed(Change::Ttl(0)),
];
const SIGNATURE: &[Stimulus] = &[
    Stimulus::Signed(Change::Empty(Which::Signature)),
    Stimulus::Signed(Change::Empty(Which::KeySignature)),
    Stimulus::Signed(Change::Flipped(Which::Signature, 300)),
    Stimulus::Signed(Change::Flipped(Which::KeySignature, 300)),
    Stimulus::Signed(Change::OtherKey(Which::Signature)),
    Stimulus::Signed(Change::OtherKey(Which::KeySignature)),
    Stimulus::Signed(Change::NonCanonical(Which::Signature)),
    Stimulus::Signed(Change::NonCanonical(Which::KeySignature)),
    Stimulus::Signed(Change::SignaturesExchanged),
];
const REPLAYS: &[Stimulus] = &[
    Stimulus::ReplayAcrossStreams,
    Stimulus::ReplayAfterResult,
    Stimulus::SmallOrderOwner { above_the_prime: false },
];

const ORDER_CODES: [Code; 4] =
    [Code::InvalidArgument, Code::FailedPrecondition, Code::Aborted, Code::OutOfRange];
const TOKEN_CODES: [Code; 2] = [Code::InvalidArgument, Code::FailedPrecondition];
const SIGNATURE_CODES: [Code; 3] =
    [Code::Unauthenticated, Code::PermissionDenied, Code::InvalidArgument];
/// The codes of the three rows above.
const MISMATCH_CODES: [Code; 6] = [
    Code::InvalidArgument,
    Code::FailedPrecondition,
    Code::Aborted,
    Code::OutOfRange,
    Code::Unauthenticated,
    Code::PermissionDenied,
];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "neofs-session/code/order-code",
        clause: &ORDER_CODE,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(coded(cx, ORDER, &ORDER_CODES)),
    },
    Check {
        id: "neofs-session/code/token-code",
        clause: &TOKEN_CODE,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(coded(cx, TOKEN, &TOKEN_CODES)),
    },
    Check {
        id: "neofs-session/code/signature-code",
        clause: &SIGNATURE_CODE,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(coded(cx, SIGNATURE, &SIGNATURE_CODES)),
    },
    Check {
        id: "neofs-session/code/mismatch-code",
        clause: &MISMATCH_CODE,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let stimuli = mismatches(cx);
                coded(cx, &stimuli, &MISMATCH_CODES).await
            })
        },
    },
    Check {
        id: "neofs-session/code/never-unknown",
        clause: &NEVER_UNKNOWN,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let stimuli = [ORDER, TOKEN, SIGNATURE, &mismatches(cx)].concat();
                each(cx, &stimuli, |_, heard, defect| {
                    told_apart(&heard.end, &[Code::Unknown, Code::Internal], defect)
                })
                .await?;
                let end = half_a_field(cx).await?;
                match told_apart(&end, &[Code::Unknown], "Signed whose bytes do not parse") {
                    // The others were refused.
                    Err(Stop::Skip(_)) => Ok(()),
                    judged => judged,
                }
            })
        },
    },
];

fn mismatches(cx: &Cx) -> Vec<Stimulus> {
    let lengths = wrong_lengths(cx.config().neofs_session.profile);
    changed().chain(lengths).chain(REPLAYS.iter().copied()).collect()
}

/// After Unsigned, the tag of Signed and nothing behind it.
async fn half_a_field(cx: &mut Cx) -> Result<End, Stop> {
    let client = Client::new(cx);
    let (mut handshake, _) = Handshake::begin(cx, &client).await.map_err(unmet)?;
    handshake.0.send_payload(&[0x12]);
    Ok(handshake.0.finish().await.end)
}

fn told_apart(end: &End, codes: &[Code], what: &str) -> Result<(), Stop> {
    let Some(code) = end.code().filter(|code| *code != Code::Ok) else {
        return expect::skip(format!("{what} was not refused with a status: {end}"));
    };
    let names = expect::list(codes);
    let expected = format!("{what} to be refused with a code that says why, not {names}");
    expect::that(!codes.contains(&code), expected, end.to_string())
}
