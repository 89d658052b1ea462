//! Checks of control requests. TERMINATE, and numbers that a decoder may read as it, are destructive.

use wirecheck_proto::jina::request::control_request::Command;
use wirecheck_proto::jina::request::{Body, ControlRequest};

use super::clauses::{IDLE_ACCEPTED, STATUS_ANSWERS, TERMINATE_ENDS, UNKNOWN_COMMAND};
use super::driver::{answered, ask, came, control, good};
use crate::check::{Check, Manner, Need, Stop};
use crate::client::Answer;
use crate::cx::Cx;
use crate::expect;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "jina/control/status-answers",
        clause: &STATUS_ANSWERS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let answer = ask(cx, control(Command::Status)).await?;
                let expected =
                    "STATUS to be answered by the deadline with READY (2), SUCCESS (0) or an error";
                expect::brought(&answer, is_answered(&answer), expected, came(&answer))
            })
        },
    },
    Check {
        id: "jina/control/idle-accepted",
        clause: &IDLE_ACCEPTED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let answer = ask(cx, control(Command::Idle)).await?;
                let any = answer.end.is_ok() && !answer.messages.is_empty();
                expect::brought(&answer, any, "IDLE to be answered by the deadline", came(&answer))
            })
        },
    },
    Check {
        id: "jina/control/unknown-command",
        clause: &UNKNOWN_COMMAND,
        manner: Manner::Hostile,
        needs: &[Need::Destructive],
        drive: |cx| Box::pin(unknown(cx, 99)),
    },
    Check {
        id: "jina/control/unknown-command-in-the-gap",
        clause: &UNKNOWN_COMMAND,
        manner: Manner::Hostile,
        needs: &[Need::Destructive],
        drive: |cx| Box::pin(unknown(cx, 2)),
    },
    Check {
        id: "jina/control/terminate-ends",
        clause: &TERMINATE_ENDS,
        manner: Manner::Ending,
        needs: &[Need::Destructive],
        drive: |cx| Box::pin(terminate(cx)),
    },
];

/// A command as its number stands on the wire, whether or not it is one.
fn raw(command: i32) -> Body {
    Body::Control(ControlRequest { command, ..ControlRequest::default() })
}

/// Answered with a status that ends the request, or with none; or refused, which is an error too.
fn is_answered(answer: &Answer) -> bool {
    use prost::Message as _;
    use wirecheck_proto::jina::Request;
    use wirecheck_proto::jina::status::StatusCode;
    let last = answer.messages.last().and_then(|last| Request::decode(&last.payload[..]).ok());
    match last.map(|last| last.status.map_or(0, |status| status.code)) {
        Some(code) if answer.end.is_ok() => match StatusCode::try_from(code) {
            Ok(StatusCode::Pending) | Err(_) => false,
            Ok(_) => true,
        },
        _ => answer.end.is_refusal(),
    }
}

/// STATUS, which is a command, has to be known; then the number that is none must not be.
async fn unknown(cx: &mut Cx, command: i32) -> Result<(), Stop> {
    answered(cx, control(Command::Status)).await?;
    let answer = ask(cx, raw(command)).await?;
    let expected = format!(
        "control command {command}, which the enum does not have, to be answered with an error code, or refused"
    );
    let refused = answer.end.is_refusal() || answer.end.is_ok() && good(&answer).is_err();
    expect::brought(&answer, refused, expected, came(&answer))
}

/// The answer first, then the end of the target; its connections close with it.
async fn terminate(cx: &mut Cx) -> Result<(), Stop> {
    let deadline = cx.deadline();
    let mut watched = cx.connect().await?;
    let answer = ask(cx, control(Command::Terminate)).await?;
    let acknowledged = good(&answer).is_ok();
    let told = answer.end.is_ok() && !answer.messages.is_empty() || answer.end.is_refusal();
    let stopped = watched.closes(deadline).await;
    match (acknowledged, stopped) {
        (true, true) => Ok(()),
        (true, false) => expect::brought(
            &answer,
            false,
            "the server to stop once it has answered TERMINATE without an error",
            "its connections were still open at the deadline",
        ),
        (false, false) if told => {
            expect::skip(format!("the target does not let itself be terminated: {}", came(&answer)))
        }
        (false, _) => {
            let expected = "TERMINATE to be answered without an error before the server stops";
            expect::brought(&answer, false, expected, came(&answer))
        }
    }
}
