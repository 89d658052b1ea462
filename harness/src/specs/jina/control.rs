//! Checks of control requests. TERMINATE, and numbers that a decoder may read as it, are destructive.

use wirecheck_proto::jina::request::control_request::Command;
use wirecheck_proto::jina::request::{Body, ControlRequest};
use wirecheck_proto::jina::status::StatusCode;

use super::clauses::{IDLE_ACCEPTED, STATUS_ANSWERS, TERMINATE_ENDS, UNKNOWN_COMMAND};
use super::driver::{Asked, answered, ask, control, serves};
use super::oracle::is_error;
use crate::check::{Check, Manner, Need, Stop};
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
                let asked = ask(cx, control(Command::Status)).await?;
                if asked.answer.end.is_refusal() {
                    return serves(cx).await;
                }
                let expected =
                    "STATUS to be answered by the deadline with READY (2), SUCCESS (0) or an error";
                asked.brought(names_an_outcome(&asked), expected)
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
                let asked = ask(cx, control(Command::Idle)).await?;
                asked.brought(asked.told().is_ok(), "IDLE to be answered by the deadline")
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

/// Answered with a status that ends the request, or with none.
fn names_an_outcome(asked: &Asked) -> bool {
    asked.told().is_ok_and(|told| {
        let code = told.status.map_or(0, |status| status.code);
        !matches!(StatusCode::try_from(code), Ok(StatusCode::Pending) | Err(_))
    })
}

/// STATUS, which is a command, has to be known; then the number that is none must not be.
async fn unknown(cx: &mut Cx, command: i32) -> Result<(), Stop> {
    answered(cx, control(Command::Status)).await?;
    let asked = ask(cx, raw(command)).await?;
    let expected = format!(
        "control command {command}, which the enum does not have, to be answered with an error code, or refused"
    );
    let told_error = asked.told().is_ok_and(|told| is_error(told.status.as_ref()));
    asked.brought(told_error || asked.answer.end.is_refusal(), expected)
}

/// The answer first, then the end of the target; its connections close with it.
async fn terminate(cx: &mut Cx) -> Result<(), Stop> {
    let deadline = cx.deadline();
    let mut watched = cx.connect().await?;
    let asked = ask(cx, control(Command::Terminate)).await?;
    let acknowledged = asked.good().is_ok();
    let told = asked.told().is_ok() || asked.answer.end.is_refusal();
    let stopped = watched.closes(deadline).await;
    match (acknowledged, stopped) {
        (true, true) => Ok(()),
        (true, false) => expect::brought(
            &asked.answer,
            false,
            "the server to stop once it has answered TERMINATE without an error",
            "its connections were still open at the deadline",
        ),
        (false, false) if told => {
            expect::skip(format!("the target does not let itself be terminated: {}", asked.came()))
        }
        (false, _) => {
            let expected = "TERMINATE to be answered without an error before the server stops";
            asked.brought(false, expected)
        }
    }
}
