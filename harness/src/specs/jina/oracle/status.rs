//! The statuses of answers: their codes, what they say of an error, and what may follow them.

use wirecheck_proto::jina::Status;
use wirecheck_proto::jina::request::Body;
use wirecheck_proto::jina::status::StatusCode;

use super::contradiction;
use super::exchange::{Conversations, Exchange};
use crate::model::Finding;

/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z in seconds since 1970.
const YEARS_1_TO_9999: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
/// How far clocks may be apart, in seconds.
const A_DAY: i64 = 86_400;

/// Whether the code is one of the three errors. The raw number counts: what the enum does not have
/// is neither an error nor a success.
pub(in super::super) fn is_error(status: Option<&Status>) -> bool {
    match status.map(|status| StatusCode::try_from(status.code)) {
        Some(Ok(StatusCode::Error | StatusCode::ErrorDuplicate | StatusCode::ErrorNotallowed)) => {
            true
        }
        Some(Ok(StatusCode::Success | StatusCode::Pending | StatusCode::Ready) | Err(_)) | None => {
            false
        }
    }
}

/// Whether the status announces more.
pub(in super::super) fn is_pending(status: Option<&Status>) -> bool {
    status.is_some_and(|status| status.code == StatusCode::Pending as i32)
}

/// The code's name and number.
pub(in super::super) fn code_words(code: i32) -> String {
    match StatusCode::try_from(code) {
        Ok(known) => format!("{} ({code})", known.as_str_name()),
        Err(_) => format!("code {code}, which StatusCode does not have"),
    }
}

/// A status for the end of a sentence.
pub(super) fn told(status: Option<&Status>) -> String {
    match status {
        None => "no status".to_owned(),
        Some(status) => {
            let description: String = status.description.chars().take(80).collect();
            let description = match description.is_empty() {
                true => String::new(),
                false => format!(" {description:?}"),
            };
            format!("status {}{description}", code_words(status.code))
        }
    }
}

/// Goes through the statuses that the server made, on all methods: not on streams on which the
/// client sent one itself, which a server may send back.
fn each_status(
    conversations: &Conversations,
    mut holds: impl FnMut(&Status, usize) -> Result<(), Box<Finding>>,
) -> Result<(), Box<Finding>> {
    for call in &conversations.calls {
        if !call.sent.iter().flat_map(|said| &said.message).any(|sent| sent.status.is_some()) {
            let statuses =
                call.read().filter_map(|(event, got)| Some((event, got.status.as_ref()?)));
            statuses.into_iter().try_for_each(|(event, status)| holds(status, event))?;
        }
    }
    for spawn in &conversations.spawns {
        if !spawn.sent.iter().flat_map(|said| &said.message).any(|sent| sent.status.is_some()) {
            let statuses =
                spawn.read().filter_map(|(event, got)| Some((event, got.status.as_ref()?)));
            statuses.into_iter().try_for_each(|(event, status)| holds(status, event))?;
        }
    }
    Ok(())
}

/// Every code is one of the enum's.
///
/// # Errors
/// The first that is not.
pub fn code_in_enum(conversations: &Conversations) -> Result<(), Box<Finding>> {
    each_status(conversations, |status, event| match StatusCode::try_from(status.code) {
        Ok(_) => Ok(()),
        Err(_) => contradiction(
            "a status whose code is one of StatusCode's, 0 to 5",
            format!("a status with code {}", status.code),
            [event],
        ),
    })
}

/// An error has a description.
///
/// # Errors
/// The first without.
pub fn error_described(conversations: &Conversations) -> Result<(), Box<Finding>> {
    each_status(conversations, |status, event| {
        if !is_error(Some(status)) || !status.description.is_empty() {
            return Ok(());
        }
        let code = code_words(status.code);
        contradiction(
            format!("a status {code} with a description of what went wrong"),
            format!("status {code} with an empty description"),
            [event],
        )
    })
}

/// Every time is a valid Timestamp, and no more than a day ahead.
///
/// # Errors
/// The first that is not.
pub fn details_time_valid(conversations: &Conversations) -> Result<(), Box<Finding>> {
    let now = conversations.now;
    each_status(conversations, |status, event| {
        for time in status.details.iter().filter_map(|details| details.time.as_ref()) {
            let (expected, actual) = if !YEARS_1_TO_9999.contains(&time.seconds) {
                ("in a year from 1 to 9999", format!("{} seconds since 1970", time.seconds))
            } else if !(0..=999_999_999).contains(&time.nanos) {
                ("with nanos from 0 to 999,999,999", format!("a time with nanos {}", time.nanos))
            } else if time.seconds.saturating_sub(now) > A_DAY {
                let hours = (time.seconds - now) / 3600;
                ("that is not ahead by more than a day", format!("a time {hours} hours ahead"))
            } else {
                continue;
            };
            let expected = format!("the details of a status to have a time {expected}");
            return contradiction(expected, actual, [event]);
        }
        Ok(())
    })
}

/// What train, index and search are answered with is none of the codes that speak of peas and pods.
///
/// # Errors
/// The first that is.
pub fn spawn_codes_stay_with_spawn(conversations: &Conversations) -> Result<(), Box<Finding>> {
    for pair in conversations.calls.iter().flat_map(|call| call.pairs()) {
        if matches!(pair.request.body, Some(Body::Control(_)) | None)
            || pair.request.status.is_some()
        {
            continue;
        }
        for (event, answer) in pair.answers {
            let Some(status) = &answer.status else { continue };
            if let Ok(StatusCode::ErrorDuplicate | StatusCode::ErrorNotallowed) =
                StatusCode::try_from(status.code)
            {
                let expected = "an error of train, index or search to be ERROR (3): the other two speak of peas and pods";
                return contradiction(expected, told(Some(status)), [event]);
            }
        }
    }
    Ok(())
}

/// PENDING is not the last thing that is said.
///
/// # Errors
/// The first request, or the first Spawn, of which it is.
pub fn pending_is_followed(conversations: &Conversations) -> Result<(), Box<Finding>> {
    const EXPECTED: &str = "another message after PENDING (1), which says that more follow";
    // What ended otherwise than with OK has told what became of it.
    for call in conversations.calls.iter().filter(|call| ended(call)) {
        for pair in call.pairs() {
            if let Some((event, last)) = pair.answers.last()
                && is_pending(last.status.as_ref())
            {
                let id = pair.request.request_id;
                let actual = format!("the last status for request_id {id} is PENDING (1)");
                return contradiction(EXPECTED, actual, [*event]);
            }
        }
    }
    for spawn in conversations.spawns.iter().filter(|spawn| spawn.ended_ok()) {
        if let Some((event, last)) = spawn.read().last()
            && is_pending(last.status.as_ref())
        {
            return contradiction(EXPECTED, "the Spawn ends with OK after PENDING (1)", [event]);
        }
    }
    Ok(())
}

fn ended(call: &Exchange<wirecheck_proto::jina::Request>) -> bool {
    call.ended_ok() && call.unreadable().is_none()
}

/// Nothing comes for a request after an error.
///
/// # Errors
/// The first thing that does.
pub fn error_is_final(conversations: &Conversations) -> Result<(), Box<Finding>> {
    for pair in conversations.calls.iter().flat_map(|call| call.pairs()) {
        let error = pair.answers.iter().position(|(_, answer)| is_error(answer.status.as_ref()));
        let Some(error) = error else { continue };
        if let Some((event, late)) = pair.answers.get(error + 1) {
            let id = pair.request.request_id;
            let expected = format!("nothing more for request_id {id} after its error");
            let actual = format!("another answer, with {}", told(late.status.as_ref()));
            return contradiction(expected, actual, [pair.answers[error].0, *event]);
        }
    }
    Ok(())
}
