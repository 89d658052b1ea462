//! Deadlines, on calls that send headers and nothing more.

use std::time::Duration;

use wirecheck_reference::Fault;

use crate::Probe;
use crate::client::{Call, End, Reply, STREAM, Target, UNARY};

/// How late the end of a call may be.
const LATE: Duration = Duration::from_secs(1);

pub(crate) const PROBES: &[Probe] = &[
    Probe {
        clause: "timeout/units",
        faults: &[
            Fault::EndsTimeoutEarly,
            Fault::TakesNanosForMicros,
            Fault::TakesMinutesForSeconds,
        ],
        holds: |target| {
            Box::pin(async {
                let mut right = true;
                for (value, millis) in [("300m", 300), ("300000u", 300), ("99999999n", 99)] {
                    right &= ends_at(target, value, Duration::from_millis(millis)).await;
                }
                right && stays_open(target, "1M", Duration::from_secs(2)).await
            })
        },
    },
    Probe {
        clause: "timeout/expires",
        faults: &[
            Fault::IgnoresTimeout,
            Fault::ForgetsTimeoutBehindHeaders,
            Fault::ExpiresLate,
            Fault::ExpiresWithUnavailable,
        ],
        holds: |target| {
            Box::pin(async {
                let mut right = true;
                for path in [UNARY, STREAM] {
                    let reply = open(target, path, Some("200m"), LATE * 2).await;
                    let code = reply.code().is_some_and(|code| matches!(code, 1 | 4));
                    right &= code && reply.took < Duration::from_millis(200) + LATE;
                }
                right
            })
        },
    },
    Probe {
        clause: "timeout/expires-code",
        faults: &[Fault::ExpiresWithCancelled],
        holds: |target| {
            Box::pin(async {
                let mut right = true;
                for path in [UNARY, STREAM] {
                    right &= open(target, path, Some("50m"), LATE).await.is(4);
                }
                right
            })
        },
    },
    Probe {
        clause: "timeout/malformed",
        faults: &[Fault::IgnoresMalformedTimeout, Fault::TakesNineDigits],
        holds: |target| {
            Box::pin(async {
                let mut refused = true;
                for value in ["S", "123456789S", "10x", "-1S", "", "1.5S"] {
                    let call = Call::good().header("grpc-timeout", value);
                    refused &= target.call(call).await.is(13);
                }
                refused
            })
        },
    },
    Probe {
        clause: "timeout/absent",
        faults: &[Fault::AssumesTimeout],
        holds: |target| {
            Box::pin(async {
                let reply = open(target, UNARY, None, Duration::from_secs(2)).await;
                reply.end == End::Silent
            })
        },
    },
    Probe {
        clause: "timeout/zero",
        faults: &[Fault::NeverAnswersZeroTimeout],
        holds: |target| {
            Box::pin(async {
                let call = Call::good().header("grpc-timeout", "0S");
                target.call(call).await.is(4)
            })
        },
    },
    Probe {
        clause: "timeout/max",
        faults: &[Fault::OverflowsLongTimeouts],
        holds: |target| {
            Box::pin(async {
                let mut open = true;
                for value in ["99999999H", "99999999M", "99999999S", "99999999m", "99999999u"] {
                    open &= stays_open(target, value, Duration::from_millis(200)).await;
                }
                open
            })
        },
    },
];

async fn open(target: &Target, path: &str, value: Option<&str>, wait: Duration) -> Reply {
    let call = Call::to(path);
    let call = match value {
        Some(value) => call.header("grpc-timeout", value),
        None => call,
    };
    let mut client = target.connect().await.expect("it listens");
    let (open, _) = client.open(call).await;
    open.reply_within(wait).await
}

async fn ends_at(target: &Target, value: &str, at: Duration) -> bool {
    let reply = open(target, UNARY, Some(value), at + LATE).await;
    reply.code().is_some() && reply.took >= at && reply.took < at + LATE
}

async fn stays_open(target: &Target, value: &str, wait: Duration) -> bool {
    open(target, UNARY, Some(value), wait).await.end == End::Silent
}
