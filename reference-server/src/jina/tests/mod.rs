//! What the rules of jina promise: the requests that the tests are made of.

mod call_clauses;
mod clauses;
mod no_panic;
mod requests;
mod search_clauses;
mod spawning;

use std::collections::BTreeMap;

use proptest::prelude::*;
use prost::Message as _;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value};
use wirecheck_proto::jina::document::Content;
use wirecheck_proto::jina::nd_array::QuantizationMode;
use wirecheck_proto::jina::request::ControlRequest;
use wirecheck_proto::jina::spawn_request::{
    self, MutablepodSpawnRequest, PeaSpawnRequest, PodSpawnRequest,
};
use wirecheck_proto::jina::status::StatusCode;

use super::*;

const NOW: Timestamp = Timestamp { seconds: 1_700_000_000, nanos: 5 };

fn jina(allow_spawn: bool, faults: &[Fault]) -> Jina {
    Jina::new(Limits::default(), allow_spawn, faults.iter().copied().collect())
}

fn text(id: u32, text: &str) -> Document {
    Document {
        id,
        content: Some(Content::Text(text.to_owned())),
        weight: Some(-0.0),
        ..Document::default()
    }
}

fn index(docs: Vec<Document>) -> Body {
    Body::Index(IndexRequest { docs })
}

fn search(docs: Vec<Document>, top_k: u32) -> Body {
    Body::Search(SearchRequest { docs, top_k })
}

fn train(docs: Vec<Document>, flush: bool) -> Body {
    Body::Train(TrainRequest { docs, flush })
}

fn control(command: i32) -> Body {
    Body::Control(ControlRequest { command, args: BTreeMap::new() })
}

fn request(request_id: u32, body: Option<Body>) -> Request {
    Request { request_id, body, status: None }
}

fn ask(jina: &mut Jina, body: Option<Body>) -> Request {
    let bytes = request(7, body).encode_to_vec();
    let mut answer = jina.call(&bytes, NOW).expect("an answer");
    assert_eq!(answer.messages.len(), 1);
    answer.messages.remove(0)
}

fn code(answer: &Request) -> StatusCode {
    let status = answer.status.as_ref().expect("a status");
    StatusCode::try_from(status.code).expect("a code of the enum")
}

fn found(answer: &Request) -> &[Document] {
    match &answer.body {
        Some(Body::Search(search)) => &search.docs,
        other => panic!("no search: {other:?}"),
    }
}

fn ids(matches: &[Document]) -> Vec<u32> {
    matches.iter().map(|found| found.id).collect()
}

fn tags() -> Struct {
    let value = |kind| Value { kind: Some(kind) };
    let zero = value(Kind::NumberValue(-0.0));
    let inner = Struct { fields: BTreeMap::from([("zero".to_owned(), zero.clone())]) };
    let list = vec![zero, value(Kind::NullValue(0)), value(Kind::StructValue(inner))];
    Struct {
        fields: BTreeMap::from([
            ("null".to_owned(), value(Kind::NullValue(0))),
            ("list".to_owned(), value(Kind::ListValue(ListValue { values: list }))),
            ("text".to_owned(), value(Kind::StringValue("\u{1f600}".to_owned()))),
            ("large".to_owned(), value(Kind::NumberValue(1e308))),
        ]),
    }
}

/// A document with a tree of chunks below it, each with everything set that a clause speaks of.
fn tree(depth: u32) -> Document {
    let mut tree = Document::default();
    for level in (0..=depth).rev() {
        let mut doc = text(level + 1, "a chunk");
        doc.level_depth = level;
        doc.tags = Some(tags());
        doc.parent_id = level;
        if level < depth {
            doc.chunks = vec![std::mem::take(&mut tree)];
            doc.length = 1;
        }
        tree = doc;
    }
    tree
}

fn pea(args: &[&str]) -> SpawnRequest {
    let args = args.iter().map(|arg| (*arg).to_owned()).collect();
    spawn(spawn_request::Body::Pea(PeaSpawnRequest { args }))
}

fn spawn(body: spawn_request::Body) -> SpawnRequest {
    SpawnRequest { body: Some(body), ..SpawnRequest::default() }
}

/// An index request whose document has chunks 10,000 deep. Written inside out: prost's own writer
/// would go down as deep as the tree.
fn deep_bytes() -> Vec<u8> {
    let tags = std::iter::repeat_n(0x22, 10_000).chain([0x0a, 0x1a]);
    tags.fold(Vec::new(), |inner, tag| {
        let mut outer = vec![tag];
        prost::encode_length_delimiter(inner.len(), &mut outer).expect("room");
        outer.extend(inner);
        outer
    })
}
