//! The oracle on conversations made by hand: a right one passes, and each wrong one names its clause.

mod requests;
mod searches;
mod spawns;
mod statuses;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prost_types::Timestamp;
use wirecheck_proto::jina::document::Content;
use wirecheck_proto::jina::request::{
    Body, ControlRequest, IndexRequest, SearchRequest, TrainRequest,
};
use wirecheck_proto::jina::status::{Details, StatusCode};
use wirecheck_proto::jina::{Document, NdArray, Relevance, Request, SpawnRequest, Status};

use super::{Breach, CALL, CALL_UNARY, SPAWN, breaches};
use crate::status::Code;
use crate::trace::Tape;

/// When the traces are read.
const NOW: i64 = 1_700_000_000;

/// A conversation that a test can change before it is judged.
#[derive(Clone)]
struct Scene {
    calls: Vec<Talk<Request>>,
    spawns: Vec<Talk<SpawnRequest>>,
}

/// One stream: all that is sent, the half-close, all that comes, the end.
#[derive(Clone)]
struct Talk<M> {
    path: &'static str,
    sent: Vec<M>,
    got: Vec<M>,
    end: Option<Code>,
}

impl Scene {
    /// The clauses that it breaks.
    fn broken(&self) -> Vec<&'static str> {
        let mut tape = Tape::default();
        let mut stream = 0;
        for talk in &self.calls {
            stream += 1;
            talk.play(stream, &mut tape);
        }
        for talk in &self.spawns {
            stream += 1;
            talk.play(stream, &mut tape);
        }
        let now = UNIX_EPOCH + Duration::from_secs(NOW as u64);
        self.words(breaches(tape.trace(), now), tape.trace().events.len())
    }

    /// Every finding says something and marks events that there are.
    fn words(&self, breaches: Vec<Breach>, events: usize) -> Vec<&'static str> {
        for Breach { clause, finding } in &breaches {
            assert!(!finding.expected.is_empty() && !finding.actual.is_empty(), "{}", clause.id);
            assert!(!finding.marks.is_empty(), "{} marks nothing", clause.id);
            assert!(finding.marks.iter().all(|mark| *mark < events));
        }
        breaches.iter().map(|breach| breach.clause.id).collect()
    }
}

impl<M: prost::Message> Talk<M> {
    fn play(&self, stream: u32, tape: &mut Tape) {
        tape.opens(stream, self.path);
        self.sent.iter().for_each(|message| tape.sends(stream, message.encode_to_vec()));
        tape.half_closes(stream);
        self.got.iter().for_each(|message| tape.gets(stream, message.encode_to_vec()));
        if let Some(code) = self.end {
            tape.ends(stream, code);
        }
    }
}

/// A right conversation after which this was changed breaks this clause, among others perhaps.
#[track_caller]
fn breaks(clause: &str, change: impl FnOnce(&mut Scene)) {
    let mut scene = right();
    change(&mut scene);
    let broken = scene.broken();
    let id = format!("jina/{clause}");
    assert!(broken.contains(&id.as_str()), "{id} is not among {broken:?}");
}

/// It may be changed so and breaks nothing.
#[track_caller]
fn bears(change: impl FnOnce(&mut Scene)) {
    let mut scene = right();
    change(&mut scene);
    assert_eq!(scene.broken(), Vec::<&str>::new());
}

fn status(code: StatusCode) -> Option<Status> {
    Some(Status { code: code.into(), ..Status::default() })
}

fn error() -> Option<Status> {
    let time = Some(Timestamp { seconds: NOW, nanos: 5 });
    Some(Status {
        code: StatusCode::Error.into(),
        description: "it went wrong".to_owned(),
        details: vec![Details { time, ..Details::default() }],
    })
}

fn request(request_id: u32, body: Option<Body>) -> Request {
    Request { request_id, body, status: None }
}

fn answer(to: &Request, body: Option<Body>, status: Option<Status>) -> Request {
    Request { request_id: to.request_id, body, status }
}

fn index(docs: &[Document]) -> Option<Body> {
    Some(Body::Index(IndexRequest { docs: docs.to_vec() }))
}

fn search(docs: &[Document], top_k: u32) -> Option<Body> {
    Some(Body::Search(SearchRequest { docs: docs.to_vec(), top_k }))
}

fn train(docs: &[Document]) -> Option<Body> {
    Some(Body::Train(TrainRequest { docs: docs.to_vec(), flush: true }))
}

fn control(command: i32) -> Option<Body> {
    Some(Body::Control(ControlRequest { command, ..ControlRequest::default() }))
}

fn text(id: u32, text: &str) -> Document {
    Document { id, content: Some(Content::Text(text.to_owned())), ..Document::default() }
}

fn unary(sent: Request, got: Request) -> Talk<Request> {
    Talk { path: CALL_UNARY, sent: vec![sent], got: vec![got], end: Some(Code::Ok) }
}

/// What the scene's index holds: one with chunks and everything else, one with a buffer.
fn stored() -> Vec<Document> {
    let chunk = |id| Document { parent_id: 1, level_depth: 1, ..text(id, "chunk") };
    let buffer = Document {
        id: 2,
        content: Some(Content::Buffer(vec![1, 2])),
        mime_type: "image/png".to_owned(),
        ..Document::default()
    };
    let full = Document {
        chunks: vec![chunk(11), chunk(12)],
        length: 2,
        weight: Some(-0.0),
        tags: Some(crate::specs::jina::documents::tags()),
        location: vec![4, 2],
        meta_info: vec![7],
        level_name: "page".to_owned(),
        uri: "data:,".to_owned(),
        ..text(1, "one")
    };
    vec![full, buffer, text(3, "three")]
}

fn floats(dtype: &str, buffer: usize) -> NdArray {
    NdArray {
        buffer: vec![0; buffer],
        shape: vec![2, 3],
        dtype: dtype.to_owned(),
        ..NdArray::default()
    }
}

fn quantized(quantization: i32, buffer: usize) -> NdArray {
    NdArray {
        quantization,
        original_dtype: "float32".to_owned(),
        max_val: Some(1.0),
        min_val: Some(-1.0),
        scale: Some(0.5),
        ..floats("float32", buffer)
    }
}

fn found(id: u32, content: &str, score: f32, embedding: NdArray) -> Document {
    let score = Relevance { value: Some(score), ref_id: 1, ..Relevance::default() };
    Document { score: Some(score), embedding: Some(embedding), ..text(id, content) }
}

/// Three documents indexed, one searched for; train and control; a stream; two spawns.
fn right() -> Scene {
    let indexing = request(0, index(&stored()));
    let mut query = stored()[0].clone();
    let searching = request(u32::MAX, search(&[query.clone()], 3));
    query.matches = vec![
        found(1, "one", 1.0, floats("<f4", 24)),
        found(3, "three", 0.5, quantized(1, 12)),
        found(2, "not the client's", -0.25, quantized(2, 6)),
    ];
    query.embedding = Some(floats("float32", 24));
    let training = request(7, train(&stored()));
    let asking = request(8, control(1));
    let calls = vec![
        unary(indexing.clone(), answer(&indexing, index(&stored()), status(StatusCode::Success))),
        unary(searching.clone(), answer(&searching, search(&[query], 3), None)),
        unary(training.clone(), answer(&training, train(&stored()), status(StatusCode::Success))),
        unary(asking.clone(), answer(&asking, control(1), status(StatusCode::Ready))),
        streamed(),
    ];
    Scene { calls, spawns: spawns::right() }
}

/// Three requests on a stream, answered out of order and with a PENDING between.
fn streamed() -> Talk<Request> {
    let sent: Vec<_> = (20..23).map(|id| request(id, index(&[text(id, "on a stream")]))).collect();
    let got = |place: usize, code| answer(&sent[place], sent[place].body.clone(), status(code));
    let got = vec![
        answer(&sent[0], None, status(StatusCode::Pending)),
        got(2, StatusCode::Success),
        got(0, StatusCode::Success),
        got(1, StatusCode::Success),
    ];
    Talk { path: CALL, sent, got, end: Some(Code::Ok) }
}

#[test]
fn the_right_scene_breaks_nothing() {
    bears(|_| {});
}

#[test]
fn an_empty_trace_breaks_nothing() {
    let none: Vec<_> = breaches(Tape::default().trace(), SystemTime::UNIX_EPOCH);
    assert!(none.is_empty());
}
