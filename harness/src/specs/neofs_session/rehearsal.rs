//! Plays a script on the reference's rules, in memory: the trace that a client would have recorded.

use std::collections::{BTreeMap, VecDeque};

use prost::Message as _;
use wirecheck_proto::session::CreateResponse;
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::step::Action;
use wirecheck_proto::wirecheck::v1::{Event, Header, Headers, Message, Script, Side, Trace};
use wirecheck_reference::neofs_session::{Handshake, Keys, Limits, Sessions, Verifier, parse};
use wirecheck_reference::{ConnectionId, Faults, Refusal};

use super::pen::Pen;
use super::profile::Profile;
use super::token::{CREATE, Lifetime};

/// Plays the script's handshakes on one connection to a server of its own with these faults, which
/// draws from the script's seed too. Of other steps than a handshake's it takes no notice.
pub fn rehearse(script: &Script, faults: &Faults) -> Trace {
    let keys = Keys::seeded(script.seed);
    let sessions = Sessions::new(keys, Verifier::Ed25519, Limits::default(), faults.clone());
    let mut rehearsal = Rehearsal {
        sessions: &sessions,
        faults,
        pen: Pen::new(script.seed, Profile::Ed25519, Lifetime::default()),
        streams: BTreeMap::new(),
        trace: Trace { check: script.check.clone(), seed: script.seed, ..Trace::default() },
    };
    for step in &script.steps {
        if let Some(action) = &step.action {
            rehearsal.step(step.stream, action);
        }
    }
    let numbers: Vec<u32> = rehearsal.streams.keys().copied().collect();
    numbers.into_iter().for_each(|number| rehearsal.hear(number, usize::MAX));
    rehearsal.trace
}

struct Rehearsal<'a> {
    sessions: &'a Sessions,
    faults: &'a Faults,
    pen: Pen,
    streams: BTreeMap<u32, Stream>,
    trace: Trace,
}

/// A stream, and what the server sent on it that the client has not read.
struct Stream {
    handshake: Handshake,
    unread: VecDeque<What>,
    ended: bool,
}

impl Rehearsal<'_> {
    fn step(&mut self, number: u32, action: &Action) {
        match action {
            Action::Open(_) => self.open(number),
            Action::Token(token) => {
                let payload = self.pen.write(number, token);
                self.send(number, payload);
            }
            Action::Message(payload) => self.send(number, payload.clone()),
            Action::HalfClose(half_close) => {
                self.add(number, Side::Client, What::HalfClose(*half_close));
                let sessions = self.sessions;
                let Some(stream) = self.going_on(number) else { return };
                let outcome = stream.handshake.half_close(sessions);
                let is_fine = outcome.is_ok();
                stream.take(outcome);
                if is_fine {
                    stream.end("0");
                }
            }
            Action::Reset(code) => {
                self.add(number, Side::Client, What::Reset(*code));
                self.streams.remove(&number);
            }
            Action::Await(wait) if wait.messages == 0 => self.hear(number, usize::MAX),
            Action::Await(wait) => self.hear(number, wait.messages as usize),
            Action::Raw(_) | Action::LookAgain(_) => {}
        }
    }

    fn open(&mut self, number: u32) {
        let path = Header { name: ":path".to_owned(), value: CREATE.into() };
        let headers = Headers { fields: vec![path], end_stream: false };
        self.add(number, Side::Client, What::Headers(headers));
        let handshake = Handshake::new(ConnectionId(1));
        let greeting = handshake.greet(self.sessions);
        let mut stream = Stream { handshake, unread: VecDeque::new(), ended: false };
        stream.take(Ok(greeting));
        self.streams.insert(number, stream);
    }

    fn send(&mut self, number: u32, payload: Vec<u8>) {
        let request = parse(&payload, self.faults);
        self.add(number, Side::Client, whole(payload));
        let sessions = self.sessions;
        let Some(stream) = self.going_on(number) else { return };
        let outcome = request.and_then(|request| stream.handshake.receive(request, sessions));
        stream.take(outcome);
    }

    fn going_on(&mut self, number: u32) -> Option<&mut Stream> {
        self.streams.get_mut(&number).filter(|stream| !stream.ended)
    }

    /// Reads so many messages of a stream, or up to its end.
    fn hear(&mut self, number: u32, messages: usize) {
        for _ in 0..messages {
            let stream = self.streams.get_mut(&number);
            let Some(what) = stream.and_then(|stream| stream.unread.pop_front()) else { return };
            if let What::Message(message) = &what {
                self.pen.hear(number, &message.payload);
            }
            self.add(number, Side::Server, what);
        }
    }

    fn add(&mut self, number: u32, side: Side, what: What) {
        let at_micros = self.trace.events.len() as u64;
        let (stream, side) = (number + 1, side.into());
        self.trace.events.push(Event { at_micros, connection: 1, stream, side, what: Some(what) });
    }
}

impl Stream {
    fn take(&mut self, outcome: Result<Vec<CreateResponse>, Refusal>) {
        match outcome {
            Ok(answers) => {
                let messages = answers.iter().map(|answer| whole(answer.encode_to_vec()));
                self.unread.extend(messages);
            }
            Err(refusal) => self.end(&refusal.code.number().to_string()),
        }
    }

    fn end(&mut self, status: &str) {
        let status = Header { name: "grpc-status".to_owned(), value: status.into() };
        self.unread.push_back(What::Trailers(Headers { fields: vec![status], end_stream: true }));
        self.ended = true;
    }
}

fn whole(payload: Vec<u8>) -> What {
    What::Message(Message { flag: 0, payload, end_stream: false })
}
