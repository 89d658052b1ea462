//! Compares the documents that came back with those that were sent: what the client set stays.

use wirecheck_proto::jina::document::Content;
use wirecheck_proto::jina::nd_array::QuantizationMode;
use wirecheck_proto::jina::{Document, NdArray};

use super::tags;

/// A field that did not come back as it was sent.
#[derive(Debug)]
pub(super) struct Lost {
    path: String,
    sent: String,
    came: String,
}

impl Lost {
    pub(super) fn new(path: String, sent: impl Into<String>, came: impl Into<String>) -> Lost {
        Lost { path, sent: sent.into(), came: came.into() }
    }

    pub(super) fn expected(&self) -> String {
        format!("{} to come back as sent: {}", shortened(&self.path), self.sent)
    }

    pub(super) fn actual(&self) -> String {
        format!("{}: {}", shortened(&self.path), self.came)
    }
}

/// A path through many levels of chunks, without those between.
fn shortened(path: &str) -> String {
    const CHUNKS: &str = ".chunks[";
    let levels = path.matches(CHUNKS).count();
    match (path.find(CHUNKS), path.rfind(CHUNKS)) {
        (Some(first), Some(last)) if levels > 3 => {
            format!("{}…{} ({levels} levels down)", &path[..first], &path[last..])
        }
        _ => path.to_owned(),
    }
}

/// The first thing that is lost of these documents.
pub(super) fn documents(sent: &[Document], came: &[Document]) -> Option<Lost> {
    all("docs", sent, came)
}

/// Documents that came back, each with what was sent and where it stands; chunks too. A document
/// that did not come back is not among them.
pub(super) fn paired<'a>(
    sent: &'a [Document],
    came: &'a [Document],
) -> Vec<(String, &'a Document, &'a Document)> {
    let mut pairs = Vec::new();
    pair("docs", sent, came, &mut pairs);
    pairs
}

fn pair<'a>(
    path: &str,
    sent: &'a [Document],
    came: &'a [Document],
    pairs: &mut Vec<(String, &'a Document, &'a Document)>,
) {
    for (place, sent) in sent.iter().enumerate() {
        let same_place = came.get(place).filter(|came| came.id == sent.id);
        let Some(came) = same_place.or_else(|| came.iter().find(|came| came.id == sent.id)) else {
            continue;
        };
        let path = format!("{path}[{place}]");
        pair(&format!("{path}.chunks"), &sent.chunks, &came.chunks, pairs);
        pairs.push((path, sent, came));
    }
}

fn all(path: &str, sent: &[Document], came: &[Document]) -> Option<Lost> {
    if sent.len() != came.len() {
        let count = |documents: &[Document]| format!("{} of them", documents.len());
        return Some(Lost::new(path.to_owned(), count(sent), count(came)));
    }
    let mut pairs = sent.iter().zip(came).enumerate();
    pairs.find_map(|(place, (sent, came))| document(&format!("{path}[{place}]"), sent, came))
}

fn document(path: &str, sent: &Document, came: &Document) -> Option<Lost> {
    let at = |field: &str| format!("{path}.{field}");
    let number = |field: &str, sent: u32, came: u32| {
        (sent != 0 && sent != came)
            .then(|| Lost::new(at(field), sent.to_string(), came.to_string()))
    };
    // The id first, set or not: with another id it is another document.
    if sent.id != came.id {
        return Some(Lost::new(at("id"), sent.id.to_string(), came.id.to_string()));
    }
    number("level_depth", sent.level_depth, came.level_depth)
        .or_else(|| number("parent_id", sent.parent_id, came.parent_id))
        .or_else(|| number("length", sent.length, came.length))
        .or_else(|| number("offset", sent.offset, came.offset))
        .or_else(|| text(at("level_name"), &sent.level_name, &came.level_name))
        .or_else(|| text(at("mime_type"), &sent.mime_type, &came.mime_type))
        .or_else(|| text(at("uri"), &sent.uri, &came.uri))
        .or_else(|| bytes(at("meta_info"), &sent.meta_info, &came.meta_info))
        .or_else(|| numbers(at("location"), &sent.location, &came.location))
        .or_else(|| float(at("weight"), sent.weight, came.weight))
        .or_else(|| content(path, sent.content.as_ref()?, came.content.as_ref()))
        .or_else(|| {
            let (sent, empty) = (sent.tags.as_ref()?, prost_types::Struct::default());
            tags::difference(&at("tags"), sent, came.tags.as_ref().unwrap_or(&empty))
        })
        .or_else(|| {
            let any = !sent.chunks.is_empty();
            any.then(|| all(&at("chunks"), &sent.chunks, &came.chunks)).flatten()
        })
}

fn content(path: &str, sent: &Content, came: Option<&Content>) -> Option<Lost> {
    let at = |field: &str| format!("{path}.{field}");
    match (sent, came) {
        (Content::Buffer(sent), Some(Content::Buffer(came))) => {
            (sent != came).then(|| Lost::new(at("buffer"), bytes_words(sent), bytes_words(came)))
        }
        (Content::Text(sent), Some(Content::Text(came))) => {
            (sent != came).then(|| Lost::new(at("text"), text_words(sent), text_words(came)))
        }
        (Content::Blob(sent), Some(Content::Blob(came))) => array(&at("blob"), sent, came),
        (sent, came) => {
            let came = came.map_or("no content", member);
            Some(Lost::new(at("content"), member(sent), came))
        }
    }
}

fn member(content: &Content) -> &'static str {
    match content {
        Content::Buffer(_) => "a buffer",
        Content::Blob(_) => "a blob",
        Content::Text(_) => "a text",
    }
}

fn array(path: &str, sent: &NdArray, came: &NdArray) -> Option<Lost> {
    let at = |field: &str| format!("{path}.{field}");
    let mode = (sent.quantization != 0 && sent.quantization != came.quantization).then(|| {
        let words = |mode: i32| match QuantizationMode::try_from(mode) {
            Ok(known) => format!("{} ({mode})", known.as_str_name()),
            Err(_) => format!("{mode}, which is no mode"),
        };
        Lost::new(at("quantization"), words(sent.quantization), words(came.quantization))
    });
    mode.or_else(|| bytes(at("buffer"), &sent.buffer, &came.buffer))
        .or_else(|| numbers(at("shape"), &sent.shape, &came.shape))
        .or_else(|| text(at("dtype"), &sent.dtype, &came.dtype))
        .or_else(|| text(at("original_dtype"), &sent.original_dtype, &came.original_dtype))
        .or_else(|| float(at("max_val"), sent.max_val, came.max_val))
        .or_else(|| float(at("min_val"), sent.min_val, came.min_val))
        .or_else(|| float(at("scale"), sent.scale, came.scale))
}

fn text(path: String, sent: &str, came: &str) -> Option<Lost> {
    let lost = !sent.is_empty() && sent != came;
    lost.then(|| Lost::new(path, text_words(sent), text_words(came)))
}

fn bytes(path: String, sent: &[u8], came: &[u8]) -> Option<Lost> {
    let lost = !sent.is_empty() && sent != came;
    lost.then(|| Lost::new(path, bytes_words(sent), bytes_words(came)))
}

fn numbers(path: String, sent: &[u32], came: &[u32]) -> Option<Lost> {
    let words = |numbers: &[u32]| match numbers.get(..8) {
        Some(first) => format!("{first:?} and {} more", numbers.len() - first.len()),
        None => format!("{numbers:?}"),
    };
    (!sent.is_empty() && sent != came).then(|| Lost::new(path, words(sent), words(came)))
}

/// Bit by bit: the sign of zero is part of what was sent, and not to send a zero is to send +0.0.
fn float(path: String, sent: Option<f32>, came: Option<f32>) -> Option<Lost> {
    let bits = |value: Option<f32>| value.unwrap_or_default().to_bits();
    let nan = |value: Option<f32>| value.is_some_and(f32::is_nan);
    let lost = bits(sent) != bits(came) && !(nan(sent) && nan(came));
    let words = |value: Option<f32>| value.map_or("none".to_owned(), |value| format!("{value:?}"));
    (lost && sent.is_some()).then(|| Lost::new(path, words(sent), words(came)))
}

/// The beginning of a text, safe to show.
pub(super) fn text_words(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{:?}… ({} bytes)", &text[..cut], text.len()),
        None => format!("{text:?}"),
    }
}

fn bytes_words(bytes: &[u8]) -> String {
    const SHOWN: usize = 12;
    let shown: String = bytes.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect();
    let more = if bytes.len() > SHOWN { "…" } else { "" };
    match bytes {
        [] => "empty".to_owned(),
        _ => format!("{shown}{more} ({} bytes)", bytes.len()),
    }
}
