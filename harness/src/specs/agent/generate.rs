//! Conversations with an agent: plans of calls, the scripts that they are, and a player for rules without a transport.

#[cfg(feature = "generators")]
pub mod strategy;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use uuid::Uuid;
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::step::Action;
use wirecheck_proto::wirecheck::v1::{
    Await, Event, HalfClose, Header, Headers, Message, Open, Script, Side, Step, Trace,
};

use super::messages::{Id, Method, Request};
use crate::status::Code;

/// Jobs with their files, and calls for them. A job is never run with other files than its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The files of each job, by their numbers; several jobs may name one file.
    pub jobs: Vec<Vec<usize>>,
    /// In the order in which they begin.
    pub acts: Vec<Act>,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// What is asked.
    pub ask: Ask,
    /// For which job, by its number.
    pub job: usize,
    /// Whether uuids are written in upper case.
    pub upper: bool,
    /// How many further calls begin before this one's answer is waited for.
    pub overlap: usize,
}

/// What a call asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// StageInFiles for these files, by their numbers; one may stand there more than once.
    Stage(Vec<usize>),
    /// RunJob for the job's own files.
    Run,
}

impl Plan {
    /// The plan as steps; the uuids of jobs and files are drawn from the seed.
    pub fn script(&self, seed: u64) -> Script {
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        let mut drawn = |count: usize| -> Vec<Uuid> {
            let uuid = |_| {
                let mut bytes = [0; 16];
                rng.fill_bytes(&mut bytes);
                uuid::Builder::from_random_bytes(bytes).into_uuid()
            };
            (0..count).map(uuid).collect()
        };
        let jobs = drawn(self.jobs.len());
        let files = drawn(self.files());
        let mut steps = Vec::new();
        let mut open: Vec<(u32, usize)> = Vec::new();
        for (stream, act) in (0..).zip(&self.acts) {
            let request = self.request(act, &jobs, &files);
            let opening = Open { path: request.method.path().to_owned(), headers: Vec::new() };
            steps.extend(
                [
                    Action::Open(opening),
                    Action::Message(request.encode()),
                    Action::HalfClose(HalfClose {}),
                ]
                .map(|action| Step { stream, action: Some(action) }),
            );
            open.push((stream, act.overlap));
            open.retain_mut(|(stream, left)| {
                let due = *left == 0;
                if due {
                    steps.push(awaited(*stream));
                }
                *left = left.saturating_sub(1);
                !due
            });
        }
        steps.extend(open.into_iter().map(|(stream, _)| awaited(stream)));
        Script { check: String::new(), seed, steps }
    }

    fn files(&self) -> usize {
        let staged = self.acts.iter().filter_map(|act| match &act.ask {
            Ask::Stage(files) => Some(files),
            Ask::Run => None,
        });
        self.jobs.iter().chain(staged).flatten().max().map_or(0, |highest| highest + 1)
    }

    fn request(&self, act: &Act, jobs: &[Uuid], files: &[Uuid]) -> Request {
        let (method, named) = match &act.ask {
            Ask::Stage(named) => (Method::StageInFiles, named),
            Ask::Run => (Method::RunJob, &self.jobs[act.job]),
        };
        let written = |uuid: &Uuid| match act.upper {
            true => uuid.to_string().to_uppercase(),
            false => uuid.to_string(),
        };
        let named: Vec<String> = named.iter().map(|file| written(&files[*file])).collect();
        let job = Some(Id::of(written(&jobs[act.job])));
        Request { job, ..Request::new(method, "", &named) }
    }
}

fn awaited(stream: u32) -> Step {
    Step { stream, action: Some(Action::Await(Await { messages: 0 })) }
}

/// When a player hands a call to the rules; either is an order that a server may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handed {
    /// As soon as the client has half-closed: in the order in which calls begin.
    AtOnce,
    /// When the client waits for it: in the order in which calls end.
    Late,
}

/// What rules answer to a call: its stream, its `:path` and the request's bytes.
pub type Answerer<'a> = dyn FnMut(u32, &str, &[u8]) -> Result<Vec<u8>, Code> + 'a;

/// Plays a script of unary calls on rules without a transport. Steps that make no sense here, such as
/// a reset, are passed over, and calls that are never waited for have no end in the trace.
pub fn play(script: &Script, handed: Handed, answerer: &mut Answerer<'_>) -> Trace {
    let mut player = Player {
        handed,
        answerer,
        calls: Vec::new(),
        trace: Trace { check: script.check.clone(), seed: script.seed, ..Trace::default() },
    };
    for step in &script.steps {
        player.step(step);
    }
    player.trace
}

struct Player<'a, 'b> {
    handed: Handed,
    answerer: &'a mut Answerer<'b>,
    calls: Vec<Played>,
    trace: Trace,
}

struct Played {
    stream: u32,
    path: String,
    request: Vec<u8>,
    half_closed: bool,
    answer: Option<Result<Vec<u8>, Code>>,
    ended: bool,
}

impl Player<'_, '_> {
    fn step(&mut self, step: &Step) {
        let found = self.calls.iter().position(|call| call.stream == step.stream);
        match (&step.action, found) {
            (Some(Action::Open(open)), None) => {
                let path =
                    Header { name: ":path".to_owned(), value: open.path.as_bytes().to_vec() };
                let headers = Headers { fields: vec![path], end_stream: false };
                self.add(step.stream, Side::Client, What::Headers(headers));
                self.calls.push(Played {
                    stream: step.stream,
                    path: open.path.clone(),
                    request: Vec::new(),
                    half_closed: false,
                    answer: None,
                    ended: false,
                });
            }
            (Some(Action::Message(payload)), Some(at)) if !self.calls[at].half_closed => {
                self.calls[at].request.clone_from(payload);
                self.add(step.stream, Side::Client, message(payload));
            }
            (Some(Action::HalfClose(_)), Some(at)) if !self.calls[at].half_closed => {
                self.calls[at].half_closed = true;
                self.add(step.stream, Side::Client, What::HalfClose(HalfClose {}));
                if self.handed == Handed::AtOnce {
                    self.answer(at);
                }
            }
            (Some(Action::Await(_)), Some(at)) => self.end(at),
            _ => {}
        }
    }

    fn answer(&mut self, at: usize) {
        let call = &mut self.calls[at];
        if call.half_closed && call.answer.is_none() {
            call.answer = Some((self.answerer)(call.stream, &call.path, &call.request));
        }
    }

    fn end(&mut self, at: usize) {
        self.answer(at);
        let call = &mut self.calls[at];
        if call.ended {
            return;
        }
        let Some(answer) = &call.answer else { return };
        call.ended = true;
        let (stream, answer) = (call.stream, answer.clone());
        let code = match answer {
            Ok(payload) => {
                self.add(stream, Side::Server, message(&payload));
                Code::Ok
            }
            Err(code) => code,
        };
        let value = (code as u32).to_string().into_bytes();
        let fields = vec![Header { name: "grpc-status".to_owned(), value }];
        self.add(stream, Side::Server, What::Trailers(Headers { fields, end_stream: true }));
    }

    fn add(&mut self, stream: u32, side: Side, what: What) {
        // A trace numbers streams from 1, a script from 0.
        let event = Event {
            at_micros: self.trace.events.len() as u64,
            connection: 1,
            stream: stream + 1,
            side: side.into(),
            what: Some(what),
        };
        self.trace.events.push(event);
    }
}

fn message(payload: &[u8]) -> What {
    What::Message(Message { flag: 0, payload: payload.to_vec(), end_stream: false })
}
