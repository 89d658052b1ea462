//! Checks of how messages lie in DATA frames.

use super::clauses::{
    COALESCED, EMPTY_DATA_FRAMES, END_STREAM_ALONE, MESSAGE_EMPTY, SPLIT_ANYWHERE,
};
use super::driver::{any, headers, open, raw_exchange, served, streaming, twin};
use crate::check::{Check, Manner, Stop};
use crate::client::{Answer, framed};
use crate::cx::Cx;
use crate::expect;
use crate::status::Code;
use crate::subject::{Subject, Usual, is_proper};

/// A field that no message has, as a varint: 15,000 = 1.
const UNKNOWN_FIELD: [u8; 4] = [0xc0, 0xa9, 0x07, 0x01];
/// Empty DATA frames in one call; some servers take a hundred for an attack.
const EMPTY_FRAMES: usize = 25;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "grpc/message/empty",
        clause: &MESSAGE_EMPTY,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                // The same message said in another way: whatever it brings, no bytes must bring as well.
                let (_, unknown) =
                    raw_exchange(cx, &subject, headers(), framed(0, &UNKNOWN_FIELD)).await?;
                let (_, empty) = raw_exchange(cx, &subject, headers(), framed(0, &[])).await?;
                let expected = format!(
                    "what a message with nothing but an unknown field brings: {}",
                    unknown.end
                );
                let alike = empty.end.code().is_some() && empty.end.code() == unknown.end.code();
                expect::that(
                    alike && empty.messages.len() == unknown.messages.len(),
                    expected,
                    empty.end.to_string(),
                )
            })
        },
    },
    Check {
        id: "grpc/message/split-anywhere",
        clause: &SPLIT_ANYWHERE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                twin(cx, &subject).await?;
                let length = 5 + subject.request(cx.rng()).len();
                for at in 1..length {
                    let message = framed(0, &subject.request(cx.rng()));
                    let at = at.min(message.len());
                    let mut call = open(cx, &subject.path, headers()).await?;
                    call.send_raw(message.slice(..at), false);
                    call.send_raw(message.slice(at..), false);
                    let what = format!("a message split behind byte {at} of {}", message.len());
                    served(&subject, &call.finish().await, &what)?;
                }
                Ok(())
            })
        },
    },
    Check {
        id: "grpc/message/coalesced",
        clause: &COALESCED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = streaming(cx)?;
                twin(cx, &subject).await?;
                let three: Vec<u8> =
                    (0..3).flat_map(|_| framed(0, &subject.request(cx.rng()))).collect();
                let (_, answer) = raw_exchange(cx, &subject, headers(), three.into()).await?;
                expect::ok(&answer.end)?;
                let expected = 3 * subject.usual.messages;
                expect::same(
                    "answers to three messages in one DATA frame",
                    &expected,
                    &answer.messages.len(),
                )
            })
        },
    },
    Check {
        id: "grpc/message/empty-data-frames",
        clause: &EMPTY_DATA_FRAMES,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                twin(cx, &subject).await?;
                let message = framed(0, &subject.request(cx.rng()));
                let mut call = open(cx, &subject.path, headers()).await?;
                for part in [message.slice(..3), message.slice(3..)] {
                    (0..EMPTY_FRAMES).for_each(|_| call.send_raw("", false));
                    call.send_raw(part, false);
                }
                let answer = call.finish().await;
                served(
                    &subject,
                    &answer,
                    &format!("a message with {} empty DATA frames around it", 2 * EMPTY_FRAMES),
                )
            })
        },
    },
    Check {
        id: "grpc/message/end-stream-alone",
        clause: &END_STREAM_ALONE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = together(cx).await?;
                let message = framed(0, &subject.request(cx.rng()));
                let (_, alone) = raw_exchange(cx, &subject, headers(), message).await?;
                served(&subject, &alone, "END_STREAM on an empty DATA frame")
            })
        },
    },
];

/// A method that serves a call whose END_STREAM comes with its message. Not `any`: a target that
/// takes END_STREAM in no other way has answered the usual probe without OK.
async fn together(cx: &mut Cx) -> Result<Subject, Stop> {
    let known = cx.subjects().unary().or(cx.subjects().any()).cloned();
    let Some(mut subject) = known else {
        return expect::skip("no method is known that the target serves");
    };
    let message = framed(0, &subject.request(cx.rng()));
    let mut call = open(cx, &subject.path, headers()).await?;
    call.send_raw(message, true);
    let answer = call.rest().await;
    expect_ok_or_skip(&answer)?;
    if !is_proper(&subject.path, &answer) {
        return expect::skip(format!("{} is not answered as it should be", subject.path));
    }
    subject.usual = Usual { messages: answer.messages.len(), code: Code::Ok };
    Ok(subject)
}

fn expect_ok_or_skip(answer: &Answer) -> Result<(), Stop> {
    match answer.end.is_ok() {
        true => Ok(()),
        false => {
            expect::skip(format!("END_STREAM on the message itself was not served: {}", answer.end))
        }
    }
}
