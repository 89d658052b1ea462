//! Typed calls of jina, and what checks ask of their answers.

use std::time::SystemTime;

use prost::Message as _;
use rand_chacha::ChaCha12Rng;
use wirecheck_proto::jina::request::control_request::Command;
use wirecheck_proto::jina::request::{
    Body, ControlRequest, IndexRequest, SearchRequest, TrainRequest,
};
use wirecheck_proto::jina::{Document, Request};

use super::documents;
use super::oracle::{CALL, CALL_UNARY, Conversations, Invariant, code_words, is_error, is_pending};
use crate::check::Stop;
use crate::client::Answer;
use crate::cx::Cx;
use crate::expect;
use crate::status::End;

/// An encoded search that any server answers.
pub(super) fn any_search(rng: &mut ChaCha12Rng) -> Vec<u8> {
    let body = search(vec![documents::text(rng)], 1);
    Request { request_id: documents::id(rng), body: Some(body), status: None }.encode_to_vec()
}

pub(super) fn index(docs: Vec<Document>) -> Body {
    Body::Index(IndexRequest { docs })
}

pub(super) fn search(docs: Vec<Document>, top_k: u32) -> Body {
    Body::Search(SearchRequest { docs, top_k })
}

pub(super) fn train(docs: Vec<Document>, flush: bool) -> Body {
    Body::Train(TrainRequest { docs, flush })
}

/// Never TERMINATE, nor a number that some decoder may read as TERMINATE: those have checks of their own.
pub(super) fn control(command: Command) -> Body {
    Body::Control(ControlRequest { command: command.into(), ..ControlRequest::default() })
}

/// The same documents, to index, to search for and to train with.
pub(super) fn each_kind(docs: &[Document]) -> [Body; 3] {
    [index(docs.to_vec()), search(docs.to_vec(), 2), train(docs.to_vec(), false)]
}

/// A request under an id that nothing else uses.
pub(super) fn request(cx: &mut Cx, body: impl Into<Option<Body>>) -> Request {
    Request { request_id: documents::id(cx.rng()), body: body.into(), status: None }
}

/// One request by CallUnary, whatever comes of it.
pub(super) async fn ask(cx: &mut Cx, body: impl Into<Option<Body>>) -> Result<Answer, Stop> {
    let request = request(cx, body);
    cx.unary(CALL_UNARY, &request).await
}

/// One valid request by CallUnary that has to be answered well before a check can go on.
///
/// # Errors
/// [`Stop::Skip`] when it is refused, or answered with an error or with PENDING alone.
pub(super) async fn answered(cx: &mut Cx, body: Body) -> Result<Request, Stop> {
    let kind = match &body {
        Body::Train(_) => "train",
        Body::Index(_) => "index",
        Body::Search(_) => "search",
        Body::Control(_) => "control",
    };
    let answer = ask(cx, body).await?;
    good(&answer).map_err(|why| match &answer.end {
        End::Status { .. } | End::Http(_) | End::Reset(_) => {
            Stop::Skip(format!("the target does not answer a valid {kind} request: {why}"))
        }
        end => Stop::Broken(format!("a valid {kind} request brought {end}")),
    })
}

/// The answer of a call that ended with OK and a message without an error.
///
/// # Errors
/// Says what came in its place.
pub(super) fn good(answer: &Answer) -> Result<Request, String> {
    if !answer.end.is_ok() {
        return Err(answer.end.to_string());
    }
    let Some(last) = answer.messages.last() else { return Err("OK (0) and no answer".to_owned()) };
    let request = Request::decode(&last.payload[..]);
    let request = request.map_err(|error| format!("a message that does not parse: {error}"))?;
    let status = request.status.as_ref();
    match status {
        Some(said) if is_error(status) || is_pending(status) => {
            Err(format!("status {} {:?}", code_words(said.code), clipped(&said.description)))
        }
        _ => Ok(request),
    }
}

/// What CallUnary brought in words, for the end of a sentence.
pub(super) fn came(answer: &Answer) -> String {
    match good(answer) {
        Ok(request) => {
            let status = request.status.map(|status| code_words(status.code));
            format!(
                "an answer with {}",
                status.map_or("no status".to_owned(), |it| format!("status {it}"))
            )
        }
        Err(why) => why,
    }
}

fn clipped(text: &str) -> String {
    text.chars().take(80).collect()
}

/// The documents of an answer.
pub(super) fn docs(answer: &Request) -> &[Document] {
    match &answer.body {
        Some(Body::Train(train)) => &train.docs,
        Some(Body::Index(index)) => &index.docs,
        Some(Body::Search(search)) => &search.docs,
        Some(Body::Control(_)) | None => &[],
    }
}

/// Sends all the requests on one stream, half-closes, and reads to the end.
pub(super) async fn stream(cx: &mut Cx, requests: &[Request]) -> Result<Answer, Stop> {
    let mut call = cx.call(CALL).await?;
    requests.iter().for_each(|request| call.send(request));
    Ok(call.finish().await)
}

/// One valid request of each kind, controls too, under ids that nothing else uses.
pub(super) fn one_of_each(cx: &mut Cx) -> Vec<Request> {
    let mut bodies = Vec::from(each_kind(&documents::texts(cx.rng(), 2)));
    bodies.extend([control(Command::Status), control(Command::Idle)]);
    bodies.into_iter().map(|body| request(cx, body)).collect()
}

/// So many valid requests with documents, of each kind by turns. No control requests: that those are
/// answered is asked of them alone.
pub(super) fn with_documents(cx: &mut Cx, count: usize) -> Vec<Request> {
    let kinds = (0..count).map(|turn| {
        let docs = documents::texts(cx.rng(), 2);
        match turn % 3 {
            0 => index(docs),
            1 => search(docs, 2),
            _ => train(docs, false),
        }
    });
    let bodies: Vec<Body> = kinds.collect();
    bodies.into_iter().map(|body| request(cx, body)).collect()
}

/// Indexes documents, which has to succeed before a check can go on.
///
/// # Errors
/// [`Stop::Skip`] when it does not.
pub(super) async fn indexed(cx: &mut Cx, docs: &[Document]) -> Result<(), Stop> {
    answered(cx, index(docs.to_vec())).await.map(drop)
}

/// Searches, and counts the matches of all documents; there is at least one.
///
/// # Errors
/// [`Stop::Skip`] when the search does not succeed, or finds nothing.
pub(super) async fn found(
    cx: &mut Cx,
    docs: &[Document],
    top_k: u32,
) -> Result<Vec<Document>, Stop> {
    let answer = answered(cx, search(docs.to_vec(), top_k)).await?;
    let found = self::docs(&answer).to_vec();
    if found.iter().all(|document| document.matches.is_empty()) {
        return expect::skip(
            "a search for documents that were indexed just before brings no matches; the target may store nothing",
        );
    }
    Ok(found)
}

/// Holds what happened so far to one invariant of the room.
pub(super) fn judged(cx: &Cx, invariant: Invariant) -> Result<(), Stop> {
    invariant(&Conversations::of(&cx.recorder().trace(), SystemTime::now())).map_err(Stop::Fail)
}

/// Skips unless the check saw what its clause is about.
pub(super) fn seen(any: bool, reason: &str) -> Result<(), Stop> {
    if any { Ok(()) } else { expect::skip(reason) }
}

/// A stream that was cut short shows nothing but that, which is another clause's matter.
///
/// # Errors
/// [`Stop::Skip`] after a refusal, [`Stop::Broken`] after a lost connection.
pub(super) fn ran_through(answer: &Answer) -> Result<(), Stop> {
    match &answer.end {
        end if end.is_ok() => Ok(()),
        End::Lost(why) => Err(Stop::Broken(format!("the connection went away: {why}"))),
        end => expect::skip(format!("the stream did not run through: {end}")),
    }
}
