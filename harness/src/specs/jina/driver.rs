//! Typed calls of jina, and what checks ask of their answers.

use std::time::SystemTime;

use prost::Message as _;
use rand_chacha::ChaCha12Rng;
use wirecheck_proto::jina::document::Content;
use wirecheck_proto::jina::request::control_request::Command;
use wirecheck_proto::jina::request::{
    Body, ControlRequest, IndexRequest, SearchRequest, TrainRequest,
};
use wirecheck_proto::jina::{Document, Request};

use super::documents;
use super::oracle::{
    self, CALL, CALL_UNARY, Conversations, Invariant, code_words, is_error, is_pending, kind,
};
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

/// A search for a document of 15,000 letters, which comes back with it.
pub(super) fn long_search(rng: &mut ChaCha12Rng) -> Vec<u8> {
    let mut document = documents::text(rng);
    document.content = Some(Content::Text("w".repeat(15_000)));
    let body = search(vec![document], 1);
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
pub(super) async fn ask(cx: &mut Cx, body: impl Into<Option<Body>>) -> Result<Asked, Stop> {
    let request = request(cx, body);
    asked(cx, request).await
}

/// The same with a request as it stands.
pub(super) async fn asked(cx: &mut Cx, request: Request) -> Result<Asked, Stop> {
    let answer = cx.unary(CALL_UNARY, &request).await?;
    Ok(Asked { request, answer })
}

/// One valid request by CallUnary that has to be answered well before a check can go on.
///
/// # Errors
/// [`Stop::Skip`] when it is refused, or answered with an error or with PENDING alone.
pub(super) async fn answered(cx: &mut Cx, body: Body) -> Result<Request, Stop> {
    let asked = ask(cx, body).await?;
    let kind = kind(&asked.request).unwrap_or_default();
    asked.good().map_err(|why| match &asked.answer.end {
        End::Status { .. } | End::Http(_) | End::Reset(_) => {
            Stop::Skip(format!("the target does not answer a valid {kind} request: {why}"))
        }
        end => Stop::Broken(format!("a valid {kind} request brought {end}")),
    })
}

/// A valid search is answered well: who refuses everything refuses nothing for its defect.
///
/// # Errors
/// [`Stop::Skip`] when it is not.
pub(super) async fn serves(cx: &mut Cx) -> Result<(), Stop> {
    let docs = documents::texts(cx.rng(), 1);
    answered(cx, search(docs, 1)).await.map(drop)
}

/// A request by CallUnary, and what came of it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) request: Request,
    pub(super) answer: Answer,
}

impl Asked {
    /// The answer to this request: one message, under its id, and unless it tells of an error or
    /// announces more, with its kind of body.
    ///
    /// # Errors
    /// Says what came in its place.
    pub(super) fn told(&self) -> Result<Request, String> {
        if !self.answer.end.is_ok() {
            return Err(self.answer.end.to_string());
        }
        let message = match &self.answer.messages[..] {
            [message] => message,
            [] => return Err("OK (0) and no answer".to_owned()),
            several => return Err(format!("{} messages, then OK (0)", several.len())),
        };
        let told: Request =
            message.read().map_err(|why| format!("a message that does not parse: {why}"))?;
        if told.request_id != self.request.request_id {
            let (asked, told) = (self.request.request_id, told.request_id);
            return Err(format!("an answer with request_id {told}, and not {asked}"));
        }
        let status = told.status.as_ref();
        let open = is_error(status) || is_pending(status) || self.request.body.is_none();
        if !open && kind(&told) != kind(&self.request) {
            let body = kind(&told).map_or("no body".to_owned(), |kind| format!("a body {kind}"));
            return Err(format!("an answer with {body}"));
        }
        Ok(told)
    }

    /// The same without an error, and not PENDING.
    ///
    /// # Errors
    /// Says what came in its place.
    pub(super) fn good(&self) -> Result<Request, String> {
        let told = self.told()?;
        let status = told.status.as_ref();
        match status {
            Some(said) if is_error(status) || is_pending(status) => {
                Err(format!("status {} {:?}", code_words(said.code), clipped(&said.description)))
            }
            _ => Ok(told),
        }
    }

    /// What came in words, for the end of a sentence.
    pub(super) fn came(&self) -> String {
        match self.good() {
            Ok(told) => {
                let status = told.status.map(|status| code_words(status.code));
                let status = status.map_or("no status".to_owned(), |it| format!("status {it}"));
                format!("an answer with {status}")
            }
            Err(why) => why,
        }
    }

    /// Fails with these words, and with what came, unless `holds`.
    ///
    /// # Errors
    /// [`Stop::Fail`].
    pub(super) fn brought(&self, holds: bool, expected: impl Into<String>) -> Result<(), Stop> {
        expect::brought(&self.answer, holds, expected, self.came())
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

/// Every request of the streams so far has its answer: else how a stream ends, or that nothing comes
/// on it, proves nothing.
///
/// # Errors
/// [`Stop::Skip`] when one has not.
pub(super) fn all_answered(cx: &Cx) -> Result<(), Stop> {
    match judged(cx, oracle::one_to_one) {
        Err(Stop::Fail(finding)) => expect::skip(format!(
            "not all requests are answered as they should be: {}",
            finding.actual
        )),
        judged => judged,
    }
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
