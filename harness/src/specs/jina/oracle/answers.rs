//! What an answer owes to its request, on CallUnary and on a stream alike.

use wirecheck_proto::jina::Request;
use wirecheck_proto::jina::request::Body;
use wirecheck_proto::jina::request::control_request::Command;

use super::exchange::{Conversations, Ending, Pair, docs, is_valid, kind};
use super::status::{is_error, told};
use super::{contradiction, kept, tags};
use crate::model::Finding;

/// The answer of CallUnary has its request's id. (On a stream an id that nobody asked with breaks
/// one-to-one.)
///
/// # Errors
/// The first answer under another id, or that is no Request at all.
pub fn request_id_echoed(conversations: &Conversations) -> Result<(), Box<Finding>> {
    for call in conversations.calls.iter().filter(|call| call.unary && !call.foreign) {
        for pair in call.pairs() {
            let id = pair.request.request_id;
            let expected = format!("an answer with the request's request_id, {id}");
            if let Some(event) = call.unreadable() {
                return contradiction(expected, "a message that is no Request", [event]);
            }
            if let Some((event, other)) = pair.answers.iter().find(|(_, it)| it.request_id != id) {
                let actual = format!("an answer with request_id {}", other.request_id);
                return contradiction(expected, actual, [*event]);
            }
        }
    }
    Ok(())
}

/// What is answered without an error has its request's kind of body.
///
/// # Errors
/// The first final answer that has another, or none.
pub fn body_kind_kept(conversations: &Conversations) -> Result<(), Box<Finding>> {
    each_good_answer(conversations, |pair, event, answer| {
        let (Some(asked), came) = (kind(pair.request), kind(answer)) else { return Ok(()) };
        if came == Some(asked) {
            return Ok(());
        }
        let came =
            came.map_or("an answer without a body".to_owned(), |kind| format!("a body {kind}"));
        let actual = format!("{came}, with {}", told(answer.status.as_ref()));
        contradiction(format!("{asked} to be answered with a body {asked}"), actual, [event])
    })
}

/// flush, top_k and command come back as they were sent.
///
/// # Errors
/// The first that does not.
pub fn parameters_kept(conversations: &Conversations) -> Result<(), Box<Finding>> {
    each_good_answer(conversations, |pair, event, answer| {
        let (name, sent, came) = match (&pair.request.body, &answer.body) {
            (Some(Body::Train(sent)), Some(Body::Train(came))) => {
                ("flush of train", sent.flush.to_string(), came.flush.to_string())
            }
            (Some(Body::Search(sent)), Some(Body::Search(came))) => {
                ("top_k of search", sent.top_k.to_string(), came.top_k.to_string())
            }
            (Some(Body::Control(sent)), Some(Body::Control(came))) => {
                ("command of control", command(sent.command), command(came.command))
            }
            _ => return Ok(()),
        };
        if sent == came {
            return Ok(());
        }
        contradiction(
            format!("{name} to come back as sent: {sent}"),
            format!("{name}: {came}"),
            [event],
        )
    })
}

fn command(number: i32) -> String {
    match Command::try_from(number) {
        Ok(command) => format!("{} ({number})", command.as_str_name()),
        Err(_) => format!("{number}, which is no command"),
    }
}

/// The documents come back, in order, with all that the client set.
///
/// # Errors
/// The first document or field that does not.
pub fn docs_kept(conversations: &Conversations) -> Result<(), Box<Finding>> {
    each_good_answer(conversations, |pair, event, answer| {
        if kind(pair.request) != kind(answer) {
            return Ok(());
        }
        match kept::documents(docs(pair.request), docs(answer)) {
            None => Ok(()),
            Some(lost) => contradiction(lost.expected(), lost.actual(), [event]),
        }
    })
}

/// The tags of a document that comes back are those that were sent.
///
/// # Errors
/// The first tag that is not.
pub fn tags_survive(conversations: &Conversations) -> Result<(), Box<Finding>> {
    each_good_answer(conversations, |pair, event, answer| {
        for (path, sent, came) in kept::paired(docs(pair.request), docs(answer)) {
            let Some(sent) = &sent.tags else { continue };
            let empty = prost_types::Struct::default();
            let came = came.tags.as_ref().unwrap_or(&empty);
            if let Some(lost) = tags::difference(&format!("{path}.tags"), sent, came) {
                return contradiction(lost.expected(), lost.actual(), [event]);
            }
        }
        Ok(())
    })
}

/// A request without a body earns no success by CallUnary. (On a stream it is the bad one among
/// the good.)
///
/// # Errors
/// The first that does.
pub fn no_body_is_an_error(conversations: &Conversations) -> Result<(), Box<Finding>> {
    const EXPECTED: &str = "a request without a body to end with a status other than OK, or an error code in the answer";
    for call in conversations.calls.iter().filter(|call| call.unary) {
        for pair in call.pairs().iter().filter(|pair| pair.request.body.is_none()) {
            for (event, answer) in pair.finals() {
                if !is_error(answer.status.as_ref()) {
                    let actual = format!("an answer with {}", told(answer.status.as_ref()));
                    return contradiction(EXPECTED, actual, [event]);
                }
            }
            if pair.answers.is_empty() && call.ended_ok() {
                let events = call.end.map(|(event, _)| event);
                return contradiction(EXPECTED, "OK (0) and no answer", events);
            }
        }
    }
    Ok(())
}

/// Valid requests are answered, without an error code.
///
/// # Errors
/// The first that is refused, or answered with one.
pub fn valid_is_no_error(conversations: &Conversations) -> Result<(), Box<Finding>> {
    for call in conversations.calls.iter().filter(|call| !call.foreign) {
        for pair in call.pairs() {
            let Some(kind) = kind(pair.request).filter(|_| is_valid(pair.request)) else {
                continue;
            };
            let expected = format!("a valid {kind} request to be answered without an error");
            let bad = |(_, it): &(usize, &Request)| is_error(it.status.as_ref());
            if let Some((event, answer)) = pair.answers.iter().copied().find(bad) {
                return contradiction(expected, told(answer.status.as_ref()), [event]);
            }
            let refused = call.end.filter(|(_, end)| end.is_refusal() && !end.is_of_a_limit());
            if let Some((event, end)) = refused.filter(|_| call.unary) {
                return contradiction(expected, end.to_string(), [event]);
            }
            let unanswered = call.ended_ok() || matches!(call.end, Some((_, Ending::Silence)));
            if unanswered && call.unary && call.got.is_empty() {
                let (event, end) = call.end.unzip();
                let end = end.map_or(String::new(), |end| end.to_string());
                return contradiction(expected, format!("no answer, and {end}"), event);
            }
        }
    }
    Ok(())
}

/// Goes through the final answers without an error code.
fn each_good_answer(
    conversations: &Conversations,
    mut holds: impl FnMut(&Pair<'_>, usize, &Request) -> Result<(), Box<Finding>>,
) -> Result<(), Box<Finding>> {
    for call in &conversations.calls {
        for pair in call.pairs() {
            for (event, answer) in pair.finals() {
                if !is_error(answer.status.as_ref()) {
                    holds(&pair, event, answer)?;
                }
            }
        }
    }
    Ok(())
}
