//! The only assertions that a check may use. Each says what was expected and what came.

use std::fmt::{Debug, Display};
use std::time::Duration;

use tokio::time::Instant;

use crate::check::Stop;
use crate::client::{Answer, Call, Connection, Incoming, Received};
use crate::model::Finding;
use crate::status::{Code, End};

/// How long "nothing comes" is watched for, once a PING has been answered.
const QUIET: Duration = Duration::from_millis(30);

/// Fails with these words unless `holds`.
///
/// # Errors
/// [`Stop::Fail`].
pub fn that(
    holds: bool,
    expected: impl Into<String>,
    actual: impl Into<String>,
) -> Result<(), Stop> {
    if holds { Ok(()) } else { Err(Finding::new(expected, actual).into()) }
}

/// What was judged, with these events marked where it fails: of several conversations, the last event
/// is another's.
///
/// # Errors
/// What was judged.
pub fn marking(
    events: impl IntoIterator<Item = usize>,
    judged: Result<(), Stop>,
) -> Result<(), Stop> {
    judged.map_err(|stop| match stop {
        Stop::Fail(finding) => Stop::Fail(Box::new(finding.marking(events))),
        other => other,
    })
}

/// Fails unless the two are the same; `what` names the thing compared.
///
/// # Errors
/// [`Stop::Fail`].
pub fn same<T: PartialEq + Debug>(what: &str, expected: &T, actual: &T) -> Result<(), Stop> {
    that(expected == actual, format!("{what}: {expected:?}"), format!("{what}: {actual:?}"))
}

/// A message has come; `what` names the one expected.
///
/// # Errors
/// [`Stop::Fail`] when the call ended instead.
pub fn message(incoming: Incoming, what: &str) -> Result<Received, Stop> {
    match incoming {
        Incoming::Message(message) => Ok(message),
        Incoming::End(end) => Err(Finding::new(what, end.to_string()).into()),
    }
}

/// The message parses as `M`; `what` names it.
///
/// # Errors
/// [`Stop::Fail`] when it does not.
pub fn parsed<M: prost::Message + Default>(message: &Received, what: &str) -> Result<M, Stop> {
    message.read().map_err(|why| {
        Finding::new(format!("{what} that parses"), format!("a message that does not parse: {why}"))
            .marking([message.event])
            .into()
    })
}

/// The call ended with OK.
///
/// # Errors
/// [`Stop::Fail`] when it did not.
pub fn ok(end: &End) -> Result<(), Stop> {
    that(end.is_ok(), "the call to end with OK (0)", end.to_string())
}

/// A unary call ended with OK and brought one message that parses.
///
/// # Errors
/// [`Stop::Fail`] when it did not.
pub fn answered<M: prost::Message + Default>(answer: &Answer, what: &str) -> Result<M, Stop> {
    ok(&answer.end)?;
    match &answer.messages[..] {
        [message] => parsed(message, what),
        other => Err(Finding::new(
            format!("one {what}"),
            format!("{} messages, then OK (0)", other.len()),
        )
        .marking(other.iter().map(|message| message.event))
        .into()),
    }
}

/// The target ended the call and did not do what was asked; `what` names the defect of the request.
///
/// # Errors
/// [`Stop::Fail`] when it ended with OK, did not end, or the connection went away.
pub fn refused(end: &End, what: &str) -> Result<(), Stop> {
    let expected = format!("{what} to be refused: the call ends with a status other than OK");
    that(end.is_refusal(), expected, end.to_string())
}

/// The call ended with one of these codes, or with one that fits any refusal where a limit was hit
/// (DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED).
///
/// # Errors
/// [`Stop::Fail`] when it ended otherwise; [`Stop::Skip`] when it was not refused with a status, which
/// is another clause's matter: a reset carries no code.
pub fn code(end: &End, codes: &[Code], what: &str) -> Result<(), Stop> {
    const LIMITS: [Code; 2] = [Code::DeadlineExceeded, Code::ResourceExhausted];
    match end {
        End::Status { code, .. } if *code != Code::Ok => {
            let fits = codes.contains(code) || LIMITS.contains(code);
            that(fits, format!("{what} to be refused with {}", list(codes)), end.to_string())
        }
        other => Err(Stop::Skip(format!("{what} was not refused with a status: {other}"))),
    }
}

/// The call ended with one of just these codes; what a reset stands for is its caller's to say.
///
/// # Errors
/// [`Stop::Fail`] when it ended otherwise.
pub fn exactly(end: &End, codes: &[Code], what: &str) -> Result<(), Stop> {
    let fits = end.code().is_some_and(|code| codes.contains(&code));
    that(fits, format!("{what} to end with {}", list(codes)), end.to_string())
}

/// Nothing arrives on `call`: all that the target had sent before it answered a PING is looked at,
/// and a short while more.
///
/// # Errors
/// [`Stop::Fail`] when a message or the end came; [`Stop::Broken`] when the PING went unanswered.
pub async fn nothing_arrives(
    connection: &mut Connection,
    call: &mut Call,
    deadline: Instant,
    expected: &str,
) -> Result<(), Stop> {
    connection.ping(deadline).await.map_err(Stop::Broken)?;
    match call.next_by((Instant::now() + QUIET).min(deadline)).await {
        Incoming::End(End::Silence(_)) => Ok(()),
        Incoming::End(end) => Err(Finding::new(expected, end.to_string()).into()),
        Incoming::Message(message) => {
            let actual = format!("a message of {} bytes", message.payload.len());
            Err(Finding::new(expected, actual).marking([message.event]).into())
        }
    }
}

/// The check cannot be exercised, for this reason.
pub fn skip<T>(reason: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Skip(reason.into()))
}

/// "A, B or C".
pub fn list<T: Display>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [one] => one.to_string(),
        [rest @ .., last] => {
            let rest: Vec<_> = rest.iter().map(ToString::to_string).collect();
            format!("{} or {last}", rest.join(", "))
        }
    }
}

/// A call brought exactly one message; `what` names it.
///
/// # Errors
/// [`Stop::Fail`] when it brought none or more.
pub fn only_message<'a>(answer: &'a Answer, what: &str) -> Result<&'a Received, Stop> {
    match &answer.messages[..] {
        [message] => Ok(message),
        other => {
            let actual = format!("{} messages, then {}", other.len(), answer.end);
            let events = other.iter().map(|message| message.event);
            Err(Finding::new(format!("one {what}"), actual).marking(events).into())
        }
    }
}

/// A call brought no message; `response` names the one that would be wrong, `defect` why.
///
/// # Errors
/// [`Stop::Fail`] when it brought one.
pub fn no_message(answer: &Answer, response: &str, defect: &str) -> Result<(), Stop> {
    let Some(message) = answer.messages.first() else { return Ok(()) };
    let expected = format!("{defect} to be refused: no {response}");
    let actual = format!("a {response} of {} bytes, then {}", message.payload.len(), answer.end);
    Err(Finding::new(expected, actual).marking([message.event]).into())
}

/// The target ended the call, with whatever status or with a reset; `what` names what was sent.
///
/// # Errors
/// [`Stop::Fail`] when it did not end, or the connection went away.
pub fn ended(end: &End, what: &str) -> Result<(), Stop> {
    that(end.is_ok() || end.is_refusal(), format!("the call to end after {what}"), end.to_string())
}

/// How long "nothing comes" is watched for from now on: a short while, and not past the deadline.
pub fn quiet_until(deadline: Instant) -> Instant {
    (Instant::now() + QUIET).min(deadline)
}

/// What a call brings next where nothing has to come, or nothing where it stays quiet until then.
/// Sends no PING: some servers take a few of them between two answers for an attack.
pub async fn next_or_quiet(call: &mut Call, quiet: Instant) -> Option<Incoming> {
    match call.next_by(quiet).await {
        Incoming::End(End::Silence(_)) => None,
        incoming => Some(incoming),
    }
}

/// Reads what still comes on these calls, up to a PING's answer and a short while more, so that it
/// stands in the trace.
pub async fn settled(connection: &mut Connection, calls: &mut [Call], deadline: Instant) {
    // Where no answer comes, the calls have ended with the connection.
    let _ = connection.ping(deadline).await;
    let quiet = quiet_until(deadline);
    for call in calls {
        while let Some(Incoming::Message(_)) = next_or_quiet(call, quiet).await {}
    }
}

/// Fails with these words unless `holds`, and marks the last message that the call brought.
///
/// # Errors
/// [`Stop::Fail`].
pub fn brought(
    answer: &Answer,
    holds: bool,
    expected: impl Into<String>,
    actual: impl Into<String>,
) -> Result<(), Stop> {
    if holds {
        return Ok(());
    }
    let last = answer.messages.last().map(|message| message.event);
    Err(Finding::new(expected, actual).marking(last).into())
}
