//! Checks of what calls on one connection have to do with each other.

use std::time::Duration;

use futures_util::future::join_all;
use http::HeaderMap;
use tokio::time::Instant;

use super::clauses::{CONCURRENT_STREAMS, GOAWAY_FREE, HALF_OPEN, PING};
use super::driver::{any, headers, open, served, serves_on};
use crate::check::{Check, Manner};
use crate::client::{Call, Frame, Incoming, framed, idle};
use crate::expect;

/// Calls at once.
const CONCURRENT: usize = 100;
/// How long bad calls may take to be answered beside one that is held open.
const BESIDE: Duration = Duration::from_secs(1);
/// Connections that say nothing.
const IDLE: usize = 100;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "grpc/connection/ping",
        clause: &PING,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let mut frames = cx.frames(&[]).await?;
                let mut payload = [0; 8];
                payload.copy_from_slice(&cx.bytes(8));
                frames.ping(payload).await;
                let answer = loop {
                    match frames.next().await {
                        Frame::Pong(bytes) => break format!("{bytes:02x?}"),
                        Frame::Closed(why) => break why,
                        Frame::Silence => break "nothing up to the deadline".to_owned(),
                        _ => {}
                    }
                };
                expect::that(
                    answer == format!("{payload:02x?}"),
                    format!("PING ACK {payload:02x?}"),
                    answer,
                )
            })
        },
    },
    Check {
        id: "grpc/connection/goaway-free",
        clause: &GOAWAY_FREE,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                let message = framed(0, &subject.request(cx.rng()));
                let mut held = open(cx, &subject.path, headers()).await?;
                let mut beside = Vec::new();
                for bad in [
                    framed(255, b"x"),
                    framed(0, &[0xff, 0xff]),
                    framed(1, b"x"),
                    bytes::Bytes::from_static(b"\0\0"),
                ] {
                    let mut call = open(cx, &subject.path, headers()).await?;
                    call.send_raw(bad, false);
                    call.half_close();
                    beside.push(call);
                }
                // That a bad call is never answered is other clauses' matter: it gets no time of the held one.
                let looked = Instant::now() + BESIDE;
                let mut refused = false;
                for call in &mut beside {
                    refused |= loop {
                        if let Incoming::End(end) = call.next_by(looked).await {
                            break end.is_refusal();
                        }
                    };
                }
                held.send_raw(message, false);
                let answer = held.finish().await;
                let what = "a call held open beside four bad ones on its connection";
                served(&subject, &answer, what)?;
                if refused { Ok(()) } else { expect::skip("none of the bad calls was refused") }
            })
        },
    },
    Check {
        id: "grpc/connection/concurrent-streams",
        clause: &CONCURRENT_STREAMS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                let deadline = cx.deadline();
                let requests: Vec<_> = (0..CONCURRENT).map(|_| subject.request(cx.rng())).collect();
                // A second connection tells each request's own answer, where answers repeat themselves.
                let alone = cx.connect().await?;
                let mut own = Vec::new();
                for request in &requests {
                    let mut call = alone.call(&subject.path, &HeaderMap::new(), deadline).await;
                    call.send_payload(request);
                    own.push(payloads(&call.finish().await));
                }
                let before = cx.recorder().streams();
                let connection = cx.connection().await?;
                // A connection that is new has not heard the target's SETTINGS yet; the other one has.
                let cap = alone.stream_cap().clamp(1, CONCURRENT);
                // Headers alone first: no server can answer one call before the next is open.
                let mut calls = Vec::new();
                for _ in 0..cap {
                    calls.push(connection.call(&subject.path, &HeaderMap::new(), deadline).await);
                }
                // Once the call opened last is answered, the server knows of all the others.
                let mut last = Vec::new();
                if let Some(mut call) = calls.pop() {
                    call.send_payload(&requests[cap - 1]);
                    last.push(call.finish().await);
                }
                for (call, request) in calls.iter_mut().zip(&requests) {
                    call.send_payload(request);
                    call.half_close();
                }
                let mut answers = join_all(calls.iter_mut().map(Call::rest)).await;
                answers.append(&mut last);
                for (at, answer) in answers.iter().enumerate() {
                    let stream = u32::try_from(before + at + 1).unwrap_or(u32::MAX);
                    let judged =
                        served(&subject, answer, &format!("each of {cap} concurrent calls"));
                    expect::marking(cx.recorder().last_from_target(Some(stream)), judged)?;
                }
                let others = |at: usize| {
                    own.iter().enumerate().any(|(of, own_of)| {
                        of != at && *own_of != own[at] && *own_of == payloads(&answers[at])
                    })
                };
                let swapped = (0..cap).find(|at| others(*at));
                expect::that(
                    swapped.is_none(),
                    "each call to bring its own answer",
                    "the answer to another call's request",
                )
            })
        },
    },
    Check {
        id: "grpc/connection/half-open",
        clause: &HALF_OPEN,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let subject = any(cx)?;
                let open = idle(cx.origin(), IDLE, cx.deadline()).await;
                serves_on(cx, &subject, "100 connections without a preface, still open,").await?;
                if open.len() > IDLE / 2 {
                    return Ok(());
                }
                expect::skip(format!("only {} connections could be opened at once", open.len()))
            })
        },
    },
];

fn payloads(answer: &crate::client::Answer) -> Vec<bytes::Bytes> {
    answer.messages.iter().map(|message| message.payload.clone()).collect()
}
