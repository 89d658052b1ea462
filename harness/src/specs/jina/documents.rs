//! The documents that checks send: right in every respect, under ids that nothing else in a run uses.

use std::collections::BTreeMap;

use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value};
use rand::Rng;
use rand::RngExt as _;
use wirecheck_proto::jina::document::Content;
use wirecheck_proto::jina::{Document, NdArray};

/// An id that nothing else uses, as far as chance allows; never 0, which a decoder reads where there is none.
pub fn id(rng: &mut impl Rng) -> u32 {
    rng.random_range(1..=u32::MAX)
}

/// A document of a few words that stand nowhere else.
pub fn text(rng: &mut impl Rng) -> Document {
    // Letters from all over the alphabet, so that any embedding of them tells them apart.
    let mut word =
        || -> String { (0..8).map(|_| char::from(rng.random_range(b'a'..=b'z'))).collect() };
    let words = [word(), word(), word()].join(" ");
    Document {
        id: id(rng),
        mime_type: "text/plain".to_owned(),
        content: Some(Content::Text(words)),
        ..Document::default()
    }
}

/// So many of them.
pub fn texts(rng: &mut impl Rng, count: usize) -> Vec<Document> {
    (0..count).map(|_| text(rng)).collect()
}

/// A document whose content is a buffer.
pub fn buffer(rng: &mut impl Rng) -> Document {
    let mut bytes = vec![0; 48];
    rng.fill_bytes(&mut bytes);
    Document {
        id: id(rng),
        mime_type: "application/octet-stream".to_owned(),
        content: Some(Content::Buffer(bytes)),
        ..Document::default()
    }
}

/// A document whose content is an array of two by three numbers.
pub fn blob(rng: &mut impl Rng) -> Document {
    let numbers: [f32; 6] = std::array::from_fn(|_| rng.random_range(-1.0..1.0));
    let blob = NdArray {
        buffer: numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
        shape: vec![2, 3],
        dtype: "float32".to_owned(),
        ..NdArray::default()
    };
    Document { id: id(rng), content: Some(Content::Blob(blob)), ..Document::default() }
}

/// One document of each content, with every field set that a client may set.
pub fn rich(rng: &mut impl Rng) -> Vec<Document> {
    let bare = [text(rng), buffer(rng), blob(rng)];
    let full = bare.into_iter().map(|document| Document {
        level_name: "page".to_owned(),
        weight: Some(0.625),
        meta_info: vec![0, 0xff, 0x80],
        uri: "data:text/plain,wirecheck".to_owned(),
        tags: Some(tags()),
        location: vec![3, 0, 141_592],
        offset: 7,
        ..with_chunks(rng, document, 2)
    });
    full.collect()
}

/// The document with so many chunks, each in its place.
pub fn with_chunks(rng: &mut impl Rng, mut document: Document, count: usize) -> Document {
    let depth = document.level_depth + 1;
    let chunk = |place: usize| Document {
        level_depth: depth,
        parent_id: document.id,
        offset: place as u32,
        ..text(rng)
    };
    document.chunks = (0..count).map(chunk).collect();
    document.length = count as u32;
    document
}

/// A document with two chunks, and chunks of theirs.
pub fn tree(rng: &mut impl Rng) -> Document {
    let root = text(rng);
    let mut root = with_chunks(rng, root, 2);
    let chunks = std::mem::take(&mut root.chunks);
    root.chunks = chunks.into_iter().map(|chunk| with_chunks(rng, chunk, 2)).collect();
    root
}

/// A document whose chunks go so deep, one chunk on each level.
pub fn chain(rng: &mut impl Rng, depth: u32) -> Document {
    let mut below: Option<Document> = None;
    for level_depth in (0..=depth).rev() {
        let mut document = Document { level_depth, ..text(rng) };
        if let Some(mut chunk) = below {
            chunk.parent_id = document.id;
            document.length = 1;
            document.chunks = vec![chunk];
        }
        below = Some(document);
    }
    below.unwrap_or_default()
}

/// Everything that tags can hold and that a careless server loses.
pub fn tags() -> Struct {
    let value = |kind| Value { kind: Some(kind) };
    let null = || value(Kind::NullValue(0));
    let number = |number| value(Kind::NumberValue(number));
    let list = |values| value(Kind::ListValue(ListValue { values }));
    let inner = Struct {
        fields: BTreeMap::from([("zero".to_owned(), number(-0.0)), ("nothing".to_owned(), null())]),
    };
    let structure = value(Kind::StructValue(inner));
    let fields = [
        ("null", null()),
        ("true", value(Kind::BoolValue(true))),
        ("negative zero", number(-0.0)),
        ("large", number(1e308)),
        ("text", value(Kind::StringValue("\u{1d11e} and \u{10ffff}".to_owned()))),
        ("\u{1f600}", value(Kind::StringValue(String::new()))),
        ("nothing in it", list(Vec::new())),
        ("nested", list(vec![null(), list(vec![number(0.1), number(-0.0)]), structure.clone()])),
        ("structure", structure),
    ];
    Struct { fields: fields.map(|(key, value)| (key.to_owned(), value)).into() }
}
