//! The rules of jina: an index in memory, searched by likeness, and requests answered one to one.

mod call;
mod control;
mod embedding;
mod faulty;
mod index;
mod spawn;
mod status;

use prost_types::Timestamp;
use wirecheck_proto::jina::request::{Body, IndexRequest, SearchRequest, TrainRequest};
use wirecheck_proto::jina::{Document, Request, SpawnRequest, Status};

use crate::{Code, Fault, Faults, Refusal};
use call::Shared;
use index::Index;
use spawn::Peas;
use status::Speaker;

pub use call::Call;

/// How much the server keeps and does. Past a limit a call ends with RESOURCE_EXHAUSTED.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Documents in the index.
    pub documents: usize,
    /// Bytes of the documents in the index, as they are encoded.
    pub bytes: usize,
    /// Comparisons of a query with a document, in one search request.
    pub comparisons: usize,
    /// Bytes of matches in one answer.
    pub answer: usize,
    /// Peas that run, and peas in one spawn request.
    pub peas: usize,
    /// Bytes of one pea's name.
    pub pea_name: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            documents: 50_000,
            bytes: 32 << 20,
            comparisons: 5_000_000,
            answer: 4 << 20,
            peas: 1_000,
            pea_name: 4 << 10,
        }
    }
}

/// What the server is to do once the answers are out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Go on.
    GoOn,
    /// End: TERMINATE was acknowledged.
    Stop,
    /// End at once and tear all connections: a fault.
    Crash,
}

/// What a request brings about. Without a fault there is one message for each request.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What the client gets, in this order. None at all says that the request is never answered.
    pub messages: Vec<Request>,
    /// What follows.
    pub after: After,
}

/// The server: its index, its training and the peas that it runs.
#[derive(Debug)]
pub struct Jina {
    limits: Limits,
    allow_spawn: bool,
    faults: Faults,
    index: Index,
    /// Documents of train requests, waiting for a flush.
    collected: u64,
    trained: u64,
    peas: Peas,
    shared: Shared,
    calls: u64,
}

impl Jina {
    /// A server with an empty index.
    pub fn new(limits: Limits, allow_spawn: bool, faults: Faults) -> Jina {
        Jina {
            limits,
            allow_spawn,
            index: Index::new(limits, faults.clone()),
            faults,
            collected: 0,
            trained: 0,
            peas: Peas::default(),
            shared: Shared::default(),
            calls: 0,
        }
    }

    /// CallUnary, and what [`Call`] does for each request: reads a request and answers it, at this time.
    ///
    /// # Errors
    /// INTERNAL for bytes that do not parse, 100 levels of submessages among them;
    /// RESOURCE_EXHAUSTED past a limit.
    pub fn call(&mut self, bytes: &[u8], now: Timestamp) -> Result<Answer, Refusal> {
        match status::parse(bytes) {
            Ok(request) => self.answer(request, now),
            Err(_) if self.faults.has(Fault::DiesOfDeepTrees) && faulty::deep(bytes) => {
                Ok(Answer { messages: Vec::new(), after: After::Crash })
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Answers a request, at this time.
    ///
    /// # Errors
    /// RESOURCE_EXHAUSTED past a limit.
    pub fn answer(&mut self, request: Request, now: Timestamp) -> Result<Answer, Refusal> {
        let faults = self.faults.clone();
        let speaker = Speaker::new(&faults, now);
        let request_id = request.request_id;
        let answer = |body, status| Answer {
            messages: vec![Request { request_id, body, status: Some(status) }],
            after: After::GoOn,
        };
        let mut answer = match request.body {
            None if faults.has(Fault::RefusesNoBodyWithUnknown) => {
                return Err(Refusal::new(Code::Unknown, "a request without a body"));
            }
            None if faults.has(Fault::TakesNoBodyForSuccess) => answer(None, speaker.success()),
            None => answer(None, speaker.error("BadRequest", "the request has no body")),
            Some(body) if faulty::too_wide(&faults, &body) => {
                answer(Some(body), speaker.error("BadRequest", "too many chunks"))
            }
            Some(Body::Train(train)) => {
                let (train, status) = self.train(train, &speaker);
                answer(Some(Body::Train(train)), status)
            }
            Some(Body::Index(IndexRequest { docs })) => {
                self.index.add(&docs)?;
                let body = Body::Index(IndexRequest { docs });
                answer(Some(body), speaker.success())
            }
            Some(Body::Search(search)) => {
                let body = Body::Search(self.search(search)?);
                answer(Some(body), speaker.success())
            }
            Some(Body::Control(control)) => {
                let said = self.control(control, &speaker);
                let mut answer = answer(Some(Body::Control(said.control)), said.status);
                answer.after = said.after;
                if !said.answered {
                    answer.messages.clear();
                }
                answer
            }
        };
        for message in &mut answer.messages {
            faulty::spoil(&faults, message);
        }
        Ok(answer)
    }

    /// Collects, and counts on `flush`: there is nothing here that would learn.
    fn train(&mut self, train: TrainRequest, speaker: &Speaker<'_>) -> (TrainRequest, Status) {
        if self.faults.has(Fault::RefusesTraining) {
            return (train, speaker.error("NoTraining", "this server cannot be trained"));
        }
        if self.faults.has(Fault::ForbidsTraining) {
            return (train, speaker.not_allowed());
        }
        self.collected = self.collected.saturating_add(train.docs.len() as u64);
        if train.flush {
            let collected = std::mem::take(&mut self.collected);
            self.trained = self.trained.saturating_add(collected);
        }
        (train, speaker.success())
    }

    fn search(&mut self, search: SearchRequest) -> Result<SearchRequest, Refusal> {
        let SearchRequest { docs, top_k } = search;
        let docs: Result<Vec<Document>, Refusal> = self.index.search(docs, top_k);
        Ok(SearchRequest { docs: docs?, top_k })
    }

    /// Spawn: the whole stream of messages that the client gets, at this time.
    ///
    /// # Errors
    /// INTERNAL for bytes that do not parse; RESOURCE_EXHAUSTED past a limit.
    pub fn spawn(&mut self, bytes: &[u8], now: Timestamp) -> Result<Vec<SpawnRequest>, Refusal> {
        let faults = self.faults.clone();
        let request = status::parse(bytes)?;
        self.spawned(request, &Speaker::new(&faults, now))
    }
}

#[cfg(test)]
mod tests;
