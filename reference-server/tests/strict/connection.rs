//! Cancelling, and what connections and their streams owe one another.

use std::time::Duration;

use wirecheck_reference::Fault;

use crate::Probe;
use crate::client::{Call, Client, Open, Target, UNARY, message, payload_of, payload_of_files};
use crate::raw::{DATA, PING, RST_STREAM, Raw};

/// Streams that a connection may have open.
const CAP: u32 = 256;

pub(crate) const PROBES: &[Probe] = &[
    Probe {
        clause: "cancel/reset",
        faults: &[Fault::TalksToResetStream, Fault::EndsConnectionOnReset],
        holds: |target| {
            Box::pin(async {
                let mut raw = Raw::dial(target).await;
                raw.open(1, &[]).await;
                raw.reset(1).await;
                raw.ping(b"barrier.").await;
                if raw.wait(PING, 0).await.is_none() {
                    return false;
                }
                while let Some(frame) = raw.next_within(Duration::from_millis(100)).await {
                    if frame.stream == 1 {
                        return false;
                    }
                }
                raw.serves(3).await
            })
        },
    },
    Probe {
        clause: "cancel/mass",
        faults: &[Fault::StopsAfterMassCancel],
        holds: |target| {
            Box::pin(async {
                let mut raw = Raw::dial(target).await;
                for stream in (1..2000).step_by(2) {
                    raw.open(stream, &[]).await;
                    raw.reset(stream).await;
                }
                raw.ping(b"barrier.").await;
                raw.wait(PING, 0).await;
                target.serves().await
            })
        },
    },
    Probe {
        clause: "connection/ping",
        faults: &[Fault::EchoesWrongPing],
        holds: |target| {
            Box::pin(async {
                let mut raw = Raw::dial(target).await;
                raw.ping(b"12345678").await;
                let pong = raw.wait(PING, 0).await;
                pong.is_some_and(|pong| pong.payload == b"12345678")
            })
        },
    },
    Probe {
        clause: "connection/goaway-free",
        faults: &[Fault::SendsGoawayOnBadCall],
        holds: |target| {
            Box::pin(async {
                let mut client = target.connect().await.expect("it listens");
                let (mut good, data) = client.open(Call::good()).await;
                let refused = client.call(Call::to(UNARY)).await.is_refused();
                data.into_iter().for_each(|data| good.send(data, false));
                refused && good.finish().await.is_ok() && client.ping().await
            })
        },
    },
    Probe {
        clause: "connection/concurrent-streams",
        faults: &[Fault::RefusesManyCalls, Fault::MixesUpAnswers],
        holds: |target| {
            Box::pin(async {
                let mut client = target.connect().await.expect("it listens");
                let calls = open_many(&mut client, 100).await;
                let mut own = true;
                for (number, open) in calls {
                    let reply = open.finish().await;
                    let uuid = format!("{number:012x}");
                    let text = String::from_utf8_lossy(&reply.data);
                    own &= reply.is_ok() && text.contains(&uuid);
                }
                own
            })
        },
    },
    Probe {
        clause: "connection/stream-cap",
        faults: &[Fault::RefusesPastCapWithInternalError],
        holds: |target| {
            Box::pin(async {
                let (_, code) = past_the_cap(target).await;
                matches!(code, Some(1 | 7))
            })
        },
    },
    Probe {
        clause: "connection/stream-cap-spares-others",
        faults: &[Fault::EndsConnectionPastCap],
        holds: |target| {
            Box::pin(async {
                let (mut raw, _) = past_the_cap(target).await;
                raw.say(1).await;
                let answered = raw.wait(DATA, 1).await.is_some();
                raw.say(3).await;
                answered && raw.wait(DATA, 3).await.is_some()
            })
        },
    },
    Probe {
        clause: "connection/slow-reader",
        faults: &[Fault::HoldsUpOthersForSlowReader],
        holds: |target| {
            Box::pin(async {
                let mut slow = h2::client::Builder::new();
                slow.initial_window_size(0);
                let slow = Client::over(target.socket().await, slow).await;
                let mut slow = slow.expect("it listens");
                let (mut waiting, data) = slow.open(Call::good()).await;
                data.into_iter().for_each(|data| waiting.send(data, true));
                // Once its headers are out, its message waits for a window.
                waiting.has_headers().await && target.serves().await
            })
        },
    },
    Probe {
        clause: "connection/slow-reader",
        faults: &[Fault::StopsAtFullWindow],
        holds: |target| {
            Box::pin(async {
                // Six answers of 12 KB, for which nobody makes room (RFC 9113, section 6.9.2).
                let mut raw = Raw::dial(target).await;
                for stream in (1..12).step_by(2) {
                    raw.open(stream, &[]).await;
                    raw.send(stream, &message(0, &payload_of_files(stream, 300))).await;
                }
                let mut left = 65_535_usize;
                while left > 0 {
                    match raw.next().await {
                        Some(frame) if frame.kind == DATA => {
                            left = left.saturating_sub(frame.payload.len());
                        }
                        Some(_) => {}
                        None => return false,
                    }
                }
                target.serves().await
            })
        },
    },
    Probe {
        clause: "connection/half-open",
        faults: &[Fault::BearsFiftyHalfOpen],
        holds: |target| {
            Box::pin(async {
                let mut silent = Vec::new();
                for _ in 0..100 {
                    silent.push(target.socket().await);
                }
                target.serves().await
            })
        },
    },
];

/// Calls that have said everything but the half-close, each with its number.
async fn open_many(client: &mut Client, calls: u32) -> Vec<(u32, Open)> {
    let mut open_calls = Vec::new();
    for number in 0..calls {
        let (mut open, _) = client.open(Call::to(UNARY)).await;
        open.send(message(0, &payload_of(number)), false);
        open_calls.push((number, open));
    }
    open_calls
}

/// Opens one stream too many; gives the code that it is reset with.
async fn past_the_cap(target: &Target) -> (Raw, Option<u32>) {
    let mut raw = Raw::dial(target).await;
    for stream in 0..=CAP {
        raw.open(1 + 2 * stream, &[]).await;
    }
    let reset = raw.wait(RST_STREAM, 1 + 2 * CAP).await;
    (raw, reset.and_then(|reset| reset.code()))
}
