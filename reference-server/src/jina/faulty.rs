//! What the faults of jina do to an answer that is right.

use prost_types::value::Kind;
use prost_types::{Struct, Value};
use wirecheck_proto::jina::request::{Body, IndexRequest, TrainRequest};
use wirecheck_proto::jina::status::StatusCode;
use wirecheck_proto::jina::{Document, Request};

use super::status::is_error;
use crate::tags::{Field, Fields, Value as Tagged};
use crate::{Fault, Faults};

/// How wide a document may be under `RefusesWideTrees`, in chunks.
const WIDE: usize = 1_000;
/// How deep a tree comes back under `CutsDeepTrees`, in chunks.
const CUT: usize = 32;
/// How deep a message kills the server under `DiesOfDeepTrees`, in submessages.
const DEADLY: usize = 1_000;

/// Whether a message that did not parse is nested so deep that `DiesOfDeepTrees` takes effect.
/// Follows the longest field down, which in a tree without branches is the one that goes deeper.
pub(super) fn deep(bytes: &[u8]) -> bool {
    let mut inner = bytes;
    for _ in 0..DEADLY {
        let fields = Fields::of(inner).map_while(Result::ok);
        let below = fields.filter_map(|Field { value, .. }| match value {
            Tagged::Bytes(bytes) => Some(bytes),
            Tagged::Varint(_) | Tagged::Fixed64(_) | Tagged::Fixed32(_) | Tagged::Group => None,
        });
        match below.max_by_key(|bytes| bytes.len()) {
            Some(bytes) => inner = bytes,
            None => return false,
        }
    }
    true
}

/// Whether `RefusesWideTrees` takes effect.
pub(super) fn too_wide(faults: &Faults, body: &Body) -> bool {
    faults.has(Fault::RefusesWideTrees) && docs(body).iter().any(|doc| doc.chunks.len() > WIDE)
}

fn docs(body: &Body) -> &[Document] {
    match body {
        Body::Train(train) => &train.docs,
        Body::Index(index) => &index.docs,
        Body::Search(search) => &search.docs,
        Body::Control(_) => &[],
    }
}

fn docs_mut(body: &mut Body) -> Option<&mut Vec<Document>> {
    match body {
        Body::Train(train) => Some(&mut train.docs),
        Body::Index(index) => Some(&mut index.docs),
        Body::Search(search) => Some(&mut search.docs),
        Body::Control(_) => None,
    }
}

/// Spoils an answer as the faults say.
pub(super) fn spoil(faults: &Faults, answer: &mut Request) {
    spoil_id(faults, answer);
    spoil_status(faults, answer);
    let Some(body) = &mut answer.body else { return };
    if faults.has(Fault::AnswersOtherBody) {
        let swapped = std::mem::replace(body, Body::Index(IndexRequest::default()));
        *body = other(swapped);
    }
    if faults.has(Fault::ForgetsWhatSteers) {
        match body {
            Body::Train(train) => train.flush = false,
            Body::Search(search) => search.top_k = 0,
            Body::Index(_) | Body::Control(_) => {}
        }
    }
    let Some(docs) = docs_mut(body) else { return };
    if faults.has(Fault::ReversesDocs) {
        docs.reverse();
    }
    let mut todo: Vec<_> = docs.iter_mut().map(|doc| (0, doc)).collect();
    while let Some((depth, doc)) = todo.pop() {
        spoil_document(faults, doc);
        if depth >= CUT && faults.has(Fault::CutsDeepTrees) {
            doc.chunks.clear();
            doc.length = 0;
        }
        todo.extend(doc.chunks.iter_mut().map(|chunk| (depth + 1, chunk)));
    }
}

fn spoil_id(faults: &Faults, answer: &mut Request) {
    let id = answer.request_id;
    if faults.has(Fault::EchoesZeroRequestId) {
        answer.request_id = 0;
    }
    if faults.has(Fault::KeepsThirtyOneBitsOfId) {
        answer.request_id = id & i32::MAX as u32;
    }
    if faults.has(Fault::NumbersZeroRequestId) && id == 0 {
        answer.request_id = 1;
    }
}

fn spoil_status(faults: &Faults, answer: &mut Request) {
    let control = matches!(answer.body, Some(Body::Control(_)) | None);
    match &mut answer.status {
        Some(status) if faults.has(Fault::EndsWithPending) && !control && !is_error(status) => {
            status.code = StatusCode::Pending as i32;
        }
        Some(_) | None => {}
    }
}

fn other(body: Body) -> Body {
    let train = |docs| Body::Train(TrainRequest { docs, flush: false });
    match body {
        Body::Train(train) => Body::Index(IndexRequest { docs: train.docs }),
        Body::Index(index) => train(index.docs),
        Body::Search(search) => train(search.docs),
        Body::Control(_) => train(Vec::new()),
    }
}

fn spoil_document(faults: &Faults, doc: &mut Document) {
    let has = |fault| faults.has(fault);
    if has(Fault::DropsWeight) {
        doc.weight = None;
    }
    if has(Fault::DropsTags) {
        doc.tags = None;
    }
    if let Some(tags) = &mut doc.tags {
        spoil_tags(faults, tags);
    }
    if has(Fault::DropsMimeType) {
        doc.mime_type.clear();
    }
    if has(Fault::MiscountsChunks) && doc.length != 0 {
        doc.length = doc.length.wrapping_add(1);
    }
    let (id, depth) = (doc.id, doc.level_depth);
    for chunk in &mut doc.chunks {
        if has(Fault::FlattensChunkDepth) {
            chunk.level_depth = depth;
        }
        if has(Fault::TakesChunksAway) {
            chunk.parent_id = id.wrapping_add(1);
        }
    }
}

fn spoil_tags(faults: &Faults, tags: &mut Struct) {
    let mut structs = vec![tags];
    while let Some(tags) = structs.pop() {
        if faults.has(Fault::DropsNullTags) {
            let null = |value: &Value| matches!(value.kind, Some(Kind::NullValue(_)));
            tags.fields.retain(|_, value| !null(value));
        }
        let mut values: Vec<_> = tags.fields.values_mut().collect();
        while let Some(value) = values.pop() {
            match &mut value.kind {
                Some(Kind::NumberValue(number)) if faults.has(Fault::LosesZerosSign) => {
                    *number += 0.0;
                }
                Some(Kind::ListValue(list)) => values.extend(list.values.iter_mut()),
                Some(Kind::StructValue(inner)) => structs.push(inner),
                Some(_) | None => {}
            }
        }
    }
}
