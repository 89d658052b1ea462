//! Checks of messages that are too large, or say that they are.

use std::time::Duration;

use bytes::{BufMut as _, Bytes, BytesMut};
use tokio::time::Instant;

use super::clauses::{HUGE_PREFIX, TOO_LARGE, TOO_LARGE_EARLY};
use super::driver::{any, headers, open, refused, serves_on, twin};
use crate::check::{Check, Manner, Stop};
use crate::client::Incoming;
use crate::cx::Cx;
use crate::expect;
use crate::status::{Code, End};
use crate::subject::Subject;

/// Sizes to try, in bytes: just over what is common, 16 and 64 MiB.
const SIZES: [usize; 3] = [(4 << 20) + 1, 16 << 20, 64 << 20];
/// How much of a message follows a prefix that announces more.
const BEGINNING: usize = 10_000;
/// Tag of field 15,000, length-delimited: no message has it.
const FILLER: [u8; 3] = [0xc2, 0xa9, 0x07];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "grpc/message/too-large",
        clause: &TOO_LARGE,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                twin(cx, &subject).await?;
                let Some((size, end)) = first_refused(cx, &subject).await? else {
                    return expect::skip("messages up to 64 MiB are all served");
                };
                expect::exactly(
                    &end,
                    &[Code::ResourceExhausted],
                    &format!("a message of {size} bytes"),
                )
            })
        },
    },
    Check {
        id: "grpc/message/too-large-early",
        clause: &TOO_LARGE_EARLY,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                twin(cx, &subject).await?;
                let Some((size, _)) = first_refused(cx, &subject).await? else {
                    return expect::skip("messages up to 64 MiB are all served");
                };
                let mut call = open(cx, &subject.path, headers()).await?;
                call.send_raw(announced(u32::try_from(size).unwrap_or(u32::MAX)), false);
                let what = format!(
                    "a prefix of {size} bytes with {BEGINNING} behind it and no half-close"
                );
                refused(&call.rest().await, &what)
            })
        },
    },
    Check {
        id: "grpc/message/huge-prefix",
        clause: &HUGE_PREFIX,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                twin(cx, &subject).await?;
                let mut call = open(cx, &subject.path, headers()).await?;
                call.send_raw(announced(u32::MAX), false);
                let end = match call.next_by(Instant::now() + Duration::from_secs(1)).await {
                    Incoming::End(end) => end,
                    Incoming::Message(_) => End::NoStatus("a message came instead".to_owned()),
                };
                expect::refused(&end, "within a second, a prefix of 2^32-1 bytes")?;
                serves_on(cx, &subject, "a prefix of 2^32-1 bytes").await
            })
        },
    },
];

/// The first size that is not served, and how its call ended.
async fn first_refused(cx: &mut Cx, subject: &Subject) -> Result<Option<(usize, End)>, Stop> {
    for size in SIZES {
        let (beginning, filling) = padded(&subject.request(cx.rng()), size);
        let mut call = open(cx, &subject.path, headers()).await?;
        call.send_raw(beginning, false);
        call.send_zeros(filling);
        let answer = call.finish().await;
        if !subject.served(&answer) {
            return Ok(Some((size, answer.end)));
        }
    }
    Ok(None)
}

/// The request made this many bytes long by a field that no message has: the beginning, and how many
/// zero bytes follow it.
fn padded(request: &[u8], size: usize) -> (Bytes, usize) {
    // Tag and a length in five bytes, as a varint may be written.
    let filling = size.saturating_sub(request.len() + FILLER.len() + 5);
    let mut bytes = BytesMut::from(&[0][..]);
    bytes.put_u32(u32::try_from(size).unwrap_or(u32::MAX));
    bytes.put_slice(request);
    bytes.put_slice(&FILLER);
    for shift in [0, 7, 14, 21] {
        bytes.put_u8((filling >> shift) as u8 & 0x7f | 0x80);
    }
    bytes.put_u8((filling >> 28) as u8 & 0x7f);
    (bytes.freeze(), filling)
}

/// A prefix of this length, and the beginning of what it announces.
fn announced(length: u32) -> Bytes {
    let mut bytes = BytesMut::with_capacity(5 + BEGINNING);
    bytes.put_u8(0);
    bytes.put_u32(length);
    bytes.put_bytes(0, BEGINNING);
    bytes.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Payload, Reader};

    #[test]
    fn a_padded_request_is_one_of_the_size_asked_for() {
        let (beginning, filling) = padded(&[0x08, 0x01], 1000);
        let bytes = [&beginning[..], &vec![0; filling]].concat();
        assert_eq!((bytes.len(), &bytes[..5]), (1005, &[0, 0, 0, 3, 232][..]));
        let records: Vec<_> =
            Reader::new(&bytes[5..]).collect::<Result<_, _>>().expect("a message");
        assert_eq!(records[0].payload, Payload::Varint(1));
        assert!(matches!(records[1].payload, Payload::Len(filler) if filler.len() == 990));
        assert_eq!((records[1].number, records.len()), (15_000, 2));
    }
}
