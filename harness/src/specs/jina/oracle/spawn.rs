//! Streams of Spawn: their outcome, their body and the lines of their log.

use wirecheck_proto::jina::SpawnRequest;
use wirecheck_proto::jina::spawn_request::Body;
use wirecheck_proto::jina::status::StatusCode;

use super::contradiction;
use super::exchange::{Conversations, Exchange};
use super::status::{code_words, is_error, told};
use crate::model::Finding;

/// The spawns of one SpawnRequest that parses, with it.
fn spawns(
    conversations: &Conversations,
) -> impl Iterator<Item = (&Exchange<SpawnRequest>, &SpawnRequest)> {
    conversations.spawns.iter().filter(|spawn| !spawn.foreign).filter_map(|spawn| {
        let sent = spawn.sent.first()?.message.as_ref()?;
        Some((spawn, sent))
    })
}

/// A Spawn does not end with OK and no status at all.
///
/// # Errors
/// The first that does.
pub fn never_silent(conversations: &Conversations) -> Result<(), Box<Finding>> {
    for (spawn, _) in spawns(conversations).filter(|(spawn, _)| spawn.ended_ok()) {
        if spawn.read().all(|(_, message)| message.status.is_none()) {
            let expected = "a status in some message before a Spawn ends with OK (0), or a refusal";
            let actual = format!("{} messages without a status, then OK (0)", spawn.got.len());
            return contradiction(expected, actual, spawn.end.map(|(event, _)| event));
        }
    }
    Ok(())
}

/// The last message of a Spawn that ends with OK names what came of it.
///
/// # Errors
/// The first that does not.
pub fn outcome_told(conversations: &Conversations) -> Result<(), Box<Finding>> {
    const EXPECTED: &str = "a Spawn that ends with OK (0) to name its outcome in its last message: READY, SUCCESS, ERROR_DUPLICATE, ERROR_NOTALLOWED, or ERROR with a description";
    for (spawn, _) in spawns(conversations).filter(|(spawn, _)| spawn.ended_ok()) {
        let Some(last) = spawn.got.last() else {
            return contradiction(EXPECTED, "no message", spawn.end.map(|(event, _)| event));
        };
        let Some(message) = &last.message else {
            return contradiction(EXPECTED, "a message that is no SpawnRequest", [last.event]);
        };
        let named = match message.status.as_ref().map(|status| StatusCode::try_from(status.code)) {
            None | Some(Ok(StatusCode::Pending) | Err(_)) => false,
            Some(Ok(StatusCode::Error)) => {
                message.status.as_ref().is_some_and(|status| !status.description.is_empty())
            }
            Some(Ok(
                StatusCode::Success
                | StatusCode::Ready
                | StatusCode::ErrorDuplicate
                | StatusCode::ErrorNotallowed,
            )) => true,
        };
        if !named {
            let actual = format!("a last message with {}", told(message.status.as_ref()));
            return contradiction(EXPECTED, actual, [last.event]);
        }
    }
    Ok(())
}

/// The messages of a Spawn have its kind of body, as far as they have one, and what is not an error
/// has one.
///
/// # Errors
/// The first that has another, or none.
pub fn body_kept(conversations: &Conversations) -> Result<(), Box<Finding>> {
    for (spawn, sent) in spawns(conversations) {
        let Some(asked) = &sent.body else { continue };
        let expected = match asked {
            Body::Pea(_) => "pea to be answered with a body pea",
            Body::Pod(_) => "pod to be answered with a body pod or mutable_pod",
            Body::MutablePod(_) => "mutable_pod to be answered with a body mutable_pod",
        };
        let mut bodies = 0;
        for (event, message) in spawn.read() {
            let fits = match (asked, &message.body) {
                (_, None) => continue,
                (Body::Pea(_), Some(Body::Pea(_))) => true,
                (Body::Pod(_), Some(Body::Pod(_) | Body::MutablePod(_))) => true,
                (Body::MutablePod(_), Some(Body::MutablePod(_))) => true,
                (Body::Pea(_) | Body::Pod(_) | Body::MutablePod(_), Some(_)) => false,
            };
            bodies += 1;
            if let (false, Some(body)) = (fits, &message.body) {
                return contradiction(expected, format!("a body {}", kind(body)), [event]);
            }
        }
        let last = spawn.read().last().filter(|(_, last)| !is_error(last.status.as_ref()));
        if let Some((event, _)) = last.filter(|_| bodies == 0 && spawn.ended_ok()) {
            return contradiction(expected, "no message with a body", [event]);
        }
    }
    Ok(())
}

fn kind(body: &Body) -> &'static str {
    match body {
        Body::Pea(_) => "pea",
        Body::Pod(_) => "pod",
        Body::MutablePod(_) => "mutable_pod",
    }
}

/// A log record is one line. Not judged where the client sent one itself.
///
/// # Errors
/// The first that is more.
pub fn log_is_one_line(conversations: &Conversations) -> Result<(), Box<Finding>> {
    for (spawn, _) in spawns(conversations).filter(|(_, sent)| sent.log_record.is_empty()) {
        for (event, message) in spawn.read() {
            let line = message.log_record.trim_end_matches(['\r', '\n']);
            if let Some(at) = line.find(['\r', '\n']) {
                let expected =
                    "a log_record of one line: a line feed or carriage return at its end only";
                let actual = format!(
                    "a log_record of {} bytes with one at byte {at}",
                    message.log_record.len()
                );
                return contradiction(expected, actual, [event]);
            }
        }
    }
    Ok(())
}

/// A pea or a pod without args is an error.
///
/// # Errors
/// The first that is not.
pub fn needs_args(conversations: &Conversations) -> Result<(), Box<Finding>> {
    each_ended(conversations, |sent| match &sent.body {
        Some(Body::Pea(pea)) if pea.args.is_empty() => Some("a pea without args"),
        Some(Body::Pod(pod)) if pod.args.is_empty() => Some("a pod without args"),
        Some(Body::Pea(_) | Body::Pod(_) | Body::MutablePod(_)) | None => None,
    })
}

/// A SpawnRequest without a body is an error.
///
/// # Errors
/// The first that is not.
pub fn spawn_no_body_is_an_error(conversations: &Conversations) -> Result<(), Box<Finding>> {
    each_ended(conversations, |sent| sent.body.is_none().then_some("a SpawnRequest without a body"))
}

/// What `defect` names ends with an error code or a refusal.
fn each_ended(
    conversations: &Conversations,
    defect: fn(&SpawnRequest) -> Option<&'static str>,
) -> Result<(), Box<Finding>> {
    for (spawn, sent) in spawns(conversations) {
        let Some(defect) = defect(sent) else { continue };
        let expected =
            format!("{defect} to end with an error code, or the call with a status other than OK");
        let good = |code| matches!(code, Ok(StatusCode::Ready | StatusCode::Success));
        for (event, message) in spawn.read() {
            let status =
                message.status.as_ref().filter(|status| good(StatusCode::try_from(status.code)));
            if let Some(status) = status {
                return contradiction(expected, code_words(status.code), [event]);
            }
        }
        let last = spawn.read().last();
        let told_error = last.is_some_and(|(_, last)| is_error(last.status.as_ref()));
        if spawn.ended_ok() && !told_error {
            let status = last.and_then(|(_, last)| last.status.as_ref());
            let actual = format!("OK (0) after {}", told(status));
            return contradiction(expected, actual, spawn.end.map(|(event, _)| event));
        }
    }
    Ok(())
}
