//! Streams of Call: which answers come, how the stream ends, and what streams see of each other.

use std::collections::{BTreeMap, BTreeSet};

use wirecheck_proto::jina::Request;
use wirecheck_proto::jina::request::Body;

use super::contradiction;
use super::exchange::{Conversations, Ending, Exchange, docs, is_valid, kind};
use super::status::{is_error, is_pending, told};
use crate::model::Finding;

fn streams(conversations: &Conversations) -> impl Iterator<Item = &Exchange<Request>> {
    conversations.calls.iter().filter(|call| !call.unary && !call.foreign)
}

/// On a stream of valid requests each gets one final answer, and nothing else comes.
///
/// # Errors
/// The first answer too many or too few.
pub fn one_to_one(conversations: &Conversations) -> Result<(), Box<Finding>> {
    for call in streams(conversations).filter(|call| call.only_valid()) {
        if let Some(event) = call.unreadable() {
            return contradiction("an answer that is a Request", "a message that is none", [event]);
        }
        // Whether a control request is answered is asked of it alone.
        let asked: BTreeMap<u32, bool> = (call.sent.iter().flat_map(|said| &said.message))
            .map(|sent| (sent.request_id, !matches!(sent.body, Some(Body::Control(_)))))
            .collect();
        let mut finals = BTreeMap::new();
        for (event, answer) in call.read() {
            let id = answer.request_id;
            if !asked.contains_key(&id) {
                let expected = "answers under the request_ids of the stream's own requests only";
                return contradiction(expected, format!("an answer with request_id {id}"), [event]);
            }
            if is_pending(answer.status.as_ref()) {
                continue;
            }
            if let Some(first) = finals.insert(id, event) {
                let expected = format!("one final answer for request_id {id}");
                return contradiction(expected, "two", [first, event]);
            }
        }
        let Some((event, end)) = call.end.filter(|_| call.half_closed && conversations.whole)
        else {
            continue;
        };
        let over = call.ended_ok() || end == Ending::Silence;
        let missing = asked.iter().filter(|(id, owed)| **owed && !finals.contains_key(*id));
        let missing: Vec<u32> = missing.map(|(id, _)| *id).collect();
        if over && !missing.is_empty() {
            let expected =
                format!("an answer to each of the stream's {} requests", call.sent.len());
            let actual = format!(
                "{} answers, then {end}; none for request_id {}",
                finals.len(),
                first_few(&missing)
            );
            return contradiction(expected, actual, [event]);
        }
    }
    Ok(())
}

fn first_few(ids: &[u32]) -> String {
    let shown: Vec<_> = ids.iter().take(3).map(u32::to_string).collect();
    format!("{}{}", shown.join(", "), if ids.len() > 3 { " and others" } else { "" })
}

/// A stream of valid requests ends with OK after the half-close.
///
/// # Errors
/// The first that ends otherwise, or does not.
pub fn ends_ok(conversations: &Conversations) -> Result<(), Box<Finding>> {
    let over =
        |call: &&Exchange<Request>| call.half_closed && call.only_valid() && !call.sent.is_empty();
    for call in streams(conversations).filter(over) {
        let Some((event, end)) = call.end else { continue };
        if !call.ended_ok() && !end.is_of_a_limit() && end != Ending::Lost {
            let expected = "a stream of valid requests to end with OK (0) after the half-close and its last answer";
            return contradiction(expected, end.to_string(), [event]);
        }
    }
    Ok(())
}

/// A stream without requests ends with OK and without an answer.
///
/// # Errors
/// The first that does not.
pub fn empty_stream(conversations: &Conversations) -> Result<(), Box<Finding>> {
    for call in streams(conversations).filter(|call| call.half_closed && call.sent.is_empty()) {
        let expected = "a stream without requests to end with OK (0) and no answer";
        if let Some(came) = call.got.first() {
            return contradiction(expected, "an answer that nobody asked for", [came.event]);
        }
        if let Some((event, end)) = call.end.filter(|(_, end)| *end != Ending::Lost)
            && !call.ended_ok()
        {
            return contradiction(expected, end.to_string(), [event]);
        }
    }
    Ok(())
}

/// Among good requests, one without a body gets an error and the others their answers.
///
/// # Errors
/// The first stream in which that is not so.
pub fn bad_one_among_good(conversations: &Conversations) -> Result<(), Box<Finding>> {
    for call in streams(conversations).filter(|call| call.half_closed && conversations.whole) {
        let pairs = call.pairs();
        let (bad, good): (Vec<_>, Vec<_>) =
            pairs.iter().partition(|pair| pair.request.body.is_none());
        let good_ones = good.iter().all(|pair| is_valid(pair.request));
        let Some((event, end)) =
            call.end.filter(|_| !bad.is_empty() && !good.is_empty() && good_ones)
        else {
            continue;
        };
        if end.is_of_a_limit() || end == Ending::Lost {
            continue;
        }
        for pair in bad {
            let id = pair.request.request_id;
            let expected = format!(
                "an error code for request_id {id}, which has no body, while the stream's other requests are answered"
            );
            match pair.finals().next() {
                Some((_, answer)) if is_error(answer.status.as_ref()) => {}
                Some((event, answer)) => {
                    let actual = format!("an answer with {}", told(answer.status.as_ref()));
                    return contradiction(expected, actual, [event]);
                }
                None => return contradiction(expected, format!("no answer, and {end}"), [event]),
            }
        }
        for pair in good {
            let id = pair.request.request_id;
            let expected = format!(
                "an answer for request_id {id}, which is valid, beside one that has no body"
            );
            match pair.finals().next() {
                Some((_, answer)) if !is_error(answer.status.as_ref()) => {}
                Some((event, answer)) => {
                    return contradiction(expected, told(answer.status.as_ref()), [event]);
                }
                None => return contradiction(expected, format!("no answer, and {end}"), [event]),
            }
        }
    }
    Ok(())
}

/// No stream is told what another one asked: neither documents nor kinds of body that only another
/// stream sent under the same id.
///
/// # Errors
/// The first answer that belongs to another stream.
pub fn streams_independent(conversations: &Conversations) -> Result<(), Box<Finding>> {
    let calls: Vec<_> = streams(conversations).collect();
    let mut documents = BTreeMap::<(u32, u32), BTreeSet<usize>>::new();
    let mut kinds = BTreeMap::<(u32, &str), BTreeSet<usize>>::new();
    for (number, call) in calls.iter().enumerate() {
        for request in call.sent.iter().flat_map(|said| &said.message) {
            let id = request.request_id;
            for document in docs(request) {
                documents.entry((id, document.id)).or_default().insert(number);
            }
            if let Some(kind) = kind(request) {
                kinds.entry((id, kind)).or_default().insert(number);
            }
        }
    }
    for (number, call) in calls.iter().enumerate() {
        let foreign =
            |askers: Option<&BTreeSet<usize>>| askers.is_some_and(|it| !it.contains(&number));
        for (event, answer) in call.read() {
            let id = answer.request_id;
            let other_kind = kind(answer).filter(|kind| foreign(kinds.get(&(id, *kind))));
            let other_document =
                docs(answer).iter().find(|it| foreign(documents.get(&(id, it.id))));
            let actual = match (other_document, other_kind) {
                (Some(other), _) => format!(
                    "document {}, which another stream sent under that request_id",
                    other.id
                ),
                (None, Some(kind)) => {
                    format!("a body {kind}, which another stream sent under that request_id")
                }
                (None, None) => continue,
            };
            let expected = format!("the stream's own answer for request_id {id}");
            return contradiction(expected, actual, [event]);
        }
    }
    Ok(())
}
