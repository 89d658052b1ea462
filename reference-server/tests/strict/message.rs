//! Messages: their bounds in DATA, their sizes, their number.

use std::time::Duration;

use wirecheck_reference::Fault;

use crate::Probe;
use crate::client::{Call, End, Reply, STREAM, Target, UNARY, good, message, payload, prefixed};

/// A byte more than the server takes.
const TOO_LARGE: usize = (4 << 20) + 1;

pub(crate) const PROBES: &[Probe] = &[
    Probe {
        clause: "message/empty",
        faults: &[Fault::SkipsEmptyMessages],
        holds: |target| {
            Box::pin(async {
                // It is a message, though it lacks what the method requires.
                let call = Call::to(UNARY).data(message(0, b""));
                target.call(call).await.is(3)
            })
        },
    },
    Probe {
        clause: "message/split-anywhere",
        faults: &[Fault::RefusesSplitPrefix, Fault::RefusesSplitMessage],
        holds: |target| {
            Box::pin(async {
                let Some(mut client) = target.connect().await else {
                    return false;
                };
                let mut same = true;
                for at in 1..good().len() {
                    let (head, tail) = (good().slice(..at), good().slice(at..));
                    let call = Call::to(UNARY).data(head).data(tail);
                    same &= client.call(call).await.is_ok();
                }
                same
            })
        },
    },
    Probe {
        clause: "message/coalesced",
        faults: &[Fault::CountsCoalescedAsOne],
        holds: |target| {
            Box::pin(async {
                let two = [good(), good()].concat();
                target.call(Call::to(UNARY).data(two)).await.is(13)
            })
        },
    },
    Probe {
        clause: "message/empty-data-frames",
        faults: &[Fault::EndsConnectionOnEmptyData],
        holds: |target| {
            Box::pin(async {
                let call = Call::to(UNARY).data("").data(good().slice(..7)).data("");
                let call = call.data("").data(good().slice(7..)).data("");
                target.call(call).await.is_ok()
            })
        },
    },
    Probe {
        clause: "message/end-stream-alone",
        faults: &[Fault::RefusesLoneEndStream],
        holds: |target| Box::pin(async { target.serves().await }),
    },
    Probe {
        clause: "message/unparseable",
        faults: &[Fault::UnparseableIsUnknown],
        holds: |target| {
            Box::pin(async {
                let mut right = true;
                for path in [UNARY, STREAM] {
                    let call = Call::to(path).data(message(0, &[0xff; 16]));
                    right &= target.call(call).await.is(13);
                }
                right
            })
        },
    },
    Probe {
        clause: "message/truncated",
        faults: &[Fault::ServesTruncated, Fault::ForgivesTruncatedTail],
        holds: |target| {
            Box::pin(async {
                let part = good().slice(..good().len() - 1);
                let mut refused = true;
                for path in [UNARY, STREAM] {
                    refused &= target.call(Call::to(path).data(part.clone())).await.is_refused();
                }
                let tail = Call::good().data(good().slice(..3));
                refused && target.call(tail).await.is_refused()
            })
        },
    },
    Probe {
        clause: "response/reserved-codes",
        faults: &[Fault::TruncatedIsDataLoss],
        holds: |target| {
            Box::pin(async {
                let call = Call::to(UNARY).data(good().slice(..7));
                target.call(call).await.is(13)
            })
        },
    },
    Probe {
        clause: "message/length-lies",
        faults: &[Fault::ForgivesWrongLengths],
        holds: |target| {
            Box::pin(async {
                let length = payload().len();
                let mut refused = true;
                for lie in [length + 1, length - 1, length - 7, 0, 100_000] {
                    let call = Call::to(UNARY).data(prefixed(0, lie, &payload()));
                    refused &= target.call(call).await.is_refused();
                }
                refused
            })
        },
    },
    Probe {
        clause: "message/too-large",
        faults: &[Fault::TooLargeIsOutOfRange],
        holds: |target| {
            Box::pin(async {
                let mut right = true;
                for path in [UNARY, STREAM] {
                    let call = Call::to(path).data(message(0, &vec![0; TOO_LARGE]));
                    right &= target.call(call).await.is(8);
                }
                right
            })
        },
    },
    Probe {
        clause: "message/too-large-early",
        faults: &[Fault::JudgesSizeLate],
        holds: |target| Box::pin(async { begun(target, TOO_LARGE).await.is(8) }),
    },
    Probe {
        clause: "message/huge-prefix",
        faults: &[Fault::NeverRefusesHugePrefix],
        holds: |target| {
            Box::pin(async { begun(target, 0xffff_ffff).await.is(8) && target.serves().await })
        },
    },
    Probe {
        clause: "message/zero-on-unary",
        faults: &[Fault::ServesZeroMessages],
        holds: |target| Box::pin(async { target.call(Call::to(UNARY)).await.is(13) }),
    },
    Probe {
        clause: "message/two-on-unary",
        faults: &[Fault::ServesTwoMessages],
        holds: |target| Box::pin(async { target.call(Call::good().data(good())).await.is(13) }),
    },
    Probe {
        clause: "message/flag-reserved",
        faults: &[Fault::ServesReservedFlags],
        holds: |target| {
            Box::pin(async {
                let mut refused = true;
                for flag in [2, 3, 128, 255] {
                    let call = Call::to(UNARY).data(message(flag, &payload()));
                    refused &= target.call(call).await.is_refused();
                }
                refused
            })
        },
    },
];

/// The reply to a message of which 10,000 bytes come, without a half-close.
async fn begun(target: &Target, length: usize) -> Reply {
    let mut client = target.connect().await.expect("it listens");
    let (mut open, _) = client.open(Call::to(UNARY)).await;
    open.send(prefixed(0, length, &[0; 10_000]), false);
    let reply = open.reply_within(Duration::from_secs(1)).await;
    assert!(reply.end == End::Silent || reply.took < Duration::from_secs(1));
    reply
}
