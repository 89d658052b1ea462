//! Checks of grpc-timeout, on calls that stay open: no server can answer one before the half-close.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::clauses::{
    TIMEOUT_ABSENT, TIMEOUT_EXPIRES, TIMEOUT_EXPIRES_CODE, TIMEOUT_MALFORMED, TIMEOUT_MAX,
    TIMEOUT_UNITS, TIMEOUT_ZERO,
};
use super::driver::{
    answered, any, exchange, headers, headers_with, open, served, streaming, twin,
};
use crate::check::{Check, Manner, Stop};
use crate::client::{Call, Incoming};
use crate::cx::Cx;
use crate::expect;
use crate::status::{Code, End};

/// How long a call that must stay open is looked at.
const OPEN: Duration = Duration::from_secs(2);
/// How late an expiry may be.
const LATE: Duration = Duration::from_secs(1);
/// How early it may seem, for clocks that tick.
const EARLY: Duration = Duration::from_millis(5);
/// No digits, nine of them, no unit or an unknown one, a sign, hexadecimal digits.
const MALFORMED: [&str; 6] = ["S", "111111111S", "10s", "10", "-1S", "0x5S"];
/// RST_STREAM CANCEL (RFC 9113, section 7).
const CANCEL: u32 = 8;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "grpc/timeout/units",
        clause: &TIMEOUT_UNITS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let ends =
                    [("1S", 1_000), ("1000m", 1_000), ("1000000u", 1_000), ("99999999n", 99)];
                let looks = look(cx, &["1S", "1000m", "1000000u", "99999999n", "1M", "1H"]).await?;
                for (look, (value, millis)) in looks.iter().zip(ends) {
                    let after = &look.after;
                    let due = Duration::from_millis(millis);
                    let on_time = after
                        .as_ref()
                        .is_some_and(|(_, took)| *took + EARLY >= due && *took <= due + LATE);
                    let expected = format!(
                        "a call with grpc-timeout {value} to end after {millis} ms, at most a second late"
                    );
                    let expires = after.as_ref().is_some_and(|(end, _)| expired(end));
                    let judged = expect::that(on_time && expires, expected, told(after));
                    expect::marking(look.event, judged)?;
                }
                looks[ends.len()..].iter().try_for_each(still_open)
            })
        },
    },
    Check {
        id: "grpc/timeout/expires",
        clause: &TIMEOUT_EXPIRES,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let looks = look(cx, &["300m"]).await?;
                let Look { after, event, .. } = &looks[0];
                let held = after.as_ref().is_some_and(|(end, took)| {
                    expired(end) && *took <= Duration::from_millis(300) + LATE
                });
                let expected = "a call with grpc-timeout 300m to end within 1.3 s with DEADLINE_EXCEEDED (4), CANCELLED (1) or RST_STREAM CANCEL";
                expect::marking(*event, expect::that(held, expected, told(after)))
            })
        },
    },
    Check {
        id: "grpc/timeout/expires-after-headers",
        clause: &TIMEOUT_EXPIRES,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                // A deadline that is kept on the way to the response alone is lost once that has begun.
                let subject = streaming(cx)?;
                let opened = Instant::now();
                let mut call =
                    open(cx, &subject.path, headers_with(&[("grpc-timeout", "1S")])).await?;
                call.send_payload(&subject.request(cx.rng()));
                let due = opened + Duration::from_secs(1) + LATE;
                if let Incoming::End(end) = call.next_by(due).await {
                    return expect::skip(format!(
                        "{} brings no message before the half-close, but {end}",
                        subject.path
                    ));
                }
                let after = end_by(&mut call, opened, due).await;
                let held = after.as_ref().is_some_and(|(end, _)| expired(end));
                let expected = "a stream with grpc-timeout 1S that is answered already and stays open to end within 2 s with DEADLINE_EXCEEDED (4), CANCELLED (1) or RST_STREAM CANCEL";
                expect::that(held, expected, told(&after))
            })
        },
    },
    Check {
        id: "grpc/timeout/expires-code",
        clause: &TIMEOUT_EXPIRES_CODE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let looks = look(cx, &["200m"]).await?;
                let Look { after: Some((end, _)), event, .. } = &looks[0] else {
                    return expect::skip(
                        "a call with grpc-timeout 200m did not end, which is another clause's matter",
                    );
                };
                let named =
                    end.code() == Some(Code::DeadlineExceeded) || *end == End::Reset(CANCEL);
                let expected = "a call with grpc-timeout 200m to end with DEADLINE_EXCEEDED (4) or RST_STREAM CANCEL";
                expect::marking(*event, expect::that(named, expected, end.to_string()))
            })
        },
    },
    Check {
        id: "grpc/timeout/malformed",
        clause: &TIMEOUT_MALFORMED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                let (_, twin) =
                    exchange(cx, &subject, headers_with(&[("grpc-timeout", "10S")])).await?;
                if !subject.served(&twin) {
                    return expect::skip(format!(
                        "a call with grpc-timeout 10S was not served: {}",
                        twin.end
                    ));
                }
                // All of them are tried: which ones are let through tells what the parser takes for one.
                let (mut taken, mut events) = (Vec::new(), Vec::new());
                for wrong in MALFORMED {
                    let (_, answer) =
                        exchange(cx, &subject, headers_with(&[("grpc-timeout", wrong)])).await?;
                    if !answer.end.is_refusal() {
                        taken.push(format!("{wrong:?}: {}", answer.end));
                        events.extend(cx.recorder().last_from_target(None));
                    }
                }
                let expected = format!(
                    "calls with a malformed grpc-timeout ({}) to be refused",
                    MALFORMED.map(|wrong| format!("{wrong:?}")).join(", ")
                );
                let judged = expect::that(taken.is_empty(), expected, taken.join("; "));
                expect::marking(events, judged)
            })
        },
    },
    Check {
        id: "grpc/timeout/absent",
        clause: &TIMEOUT_ABSENT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let looks = look(cx, &[""]).await?;
                still_open(&looks[0])
            })
        },
    },
    Check {
        id: "grpc/timeout/zero",
        clause: &TIMEOUT_ZERO,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                let (_, answer) =
                    exchange(cx, &subject, headers_with(&[("grpc-timeout", "0S")])).await?;
                if answer.end.is_ok() {
                    return served(&subject, &answer, "grpc-timeout 0S");
                }
                answered(&answer.end, "grpc-timeout 0S")
            })
        },
    },
    Check {
        id: "grpc/timeout/max",
        clause: &TIMEOUT_MAX,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let values = ["99999999H", "99999999M", "99999999S", "99999999m", "99999999u"];
                let looks = look(cx, &values).await?;
                looks.iter().try_for_each(still_open)
            })
        },
    },
];

/// How a call ended, and after how long.
type After = Option<(End, Duration)>;

/// What became of a call with this value of grpc-timeout.
#[derive(Debug)]
struct Look {
    value: &'static str,
    after: After,
    /// What the target sent last on it.
    event: Option<usize>,
}

/// Opens a call for each value, headers and nothing more, and looks at all of them for two seconds.
async fn look(cx: &mut Cx, values: &[&'static str]) -> Result<Vec<Look>, Stop> {
    let subject = any(cx)?;
    let mut looks = Vec::new();
    for value in values {
        let headers =
            if value.is_empty() { headers() } else { headers_with(&[("grpc-timeout", value)]) };
        let mut call = open(cx, &subject.path, headers).await?;
        let stream = u32::try_from(cx.recorder().streams()).unwrap_or(u32::MAX);
        let opened = Instant::now();
        looks.push(async move {
            let next = call.next_by(opened + OPEN).await;
            let after = match next {
                Incoming::End(End::Silence(_)) => None,
                Incoming::End(end) => Some((end, opened.elapsed())),
                Incoming::Message(_) => {
                    Some((End::NoStatus("a message came instead".to_owned()), opened.elapsed()))
                }
            };
            (*value, after, stream)
        });
    }
    let looks = join_all(looks).await.into_iter().map(|(value, after, stream)| Look {
        value,
        after,
        event: cx.recorder().last_from_target(Some(stream)),
    });
    let looks: Vec<Look> = looks.collect();
    // That a call is still open says something only of a target that is still there.
    let deadline = cx.deadline();
    cx.connection().await?.ping(deadline).await.map_err(Stop::Broken)?;
    twin(cx, &subject).await?;
    Ok(looks)
}

/// What the end of an expired call may be.
fn expired(end: &End) -> bool {
    matches!(end.code(), Some(Code::DeadlineExceeded | Code::Cancelled))
        || *end == End::Reset(CANCEL)
}

/// How the call ended by `due`, whatever messages it brought before.
async fn end_by(call: &mut Call, opened: Instant, due: Instant) -> After {
    loop {
        match call.next_by(due).await {
            Incoming::Message(_) => {}
            Incoming::End(End::Silence(_)) => return None,
            Incoming::End(end) => return Some((end, opened.elapsed())),
        }
    }
}

fn still_open(Look { value, after, event }: &Look) -> Result<(), Stop> {
    let with = match *value {
        "" => "without grpc-timeout".to_owned(),
        value => format!("with grpc-timeout {value}"),
    };
    let expected = format!("a call {with} to be open after {} s", OPEN.as_secs());
    expect::marking(*event, expect::that(after.is_none(), expected, told(after)))
}

fn told(after: &After) -> String {
    match after {
        Some((end, took)) => format!("{end} after {} ms", took.as_millis()),
        None => format!("it was still open after {} s", OPEN.as_secs()),
    }
}
