//! Arrays that the server made: the embeddings of documents that were sent without one.

use std::cmp::Ordering;

use wirecheck_proto::jina::nd_array::QuantizationMode;
use wirecheck_proto::jina::request::Body;
use wirecheck_proto::jina::{Document, NdArray};

use super::contradiction;
use super::exchange::Conversations;
use crate::model::Finding;

/// An array, and where it stands.
struct Made<'a> {
    event: usize,
    place: String,
    array: &'a NdArray,
}

/// The embeddings of queries and matches that this trace's client sent without embedding. What
/// others may have put into an index is not the server's own.
fn made(conversations: &Conversations) -> Vec<Made<'_>> {
    let own = conversations.own();
    let bare = |document: &&Document| {
        own.get(&document.id)
            .is_some_and(|own| own.sent.iter().all(|(_, sent)| sent.embedding.is_none()))
    };
    let mut made = Vec::new();
    for (event, answer) in conversations.calls.iter().flat_map(|call| call.read()) {
        let Some(Body::Search(search)) = &answer.body else { continue };
        for query in &search.docs {
            let queries = std::iter::once(query).map(|doc| (doc, "query"));
            let documents = queries.chain(query.matches.iter().map(|doc| (doc, "match")));
            for (document, what) in documents.filter(|(document, _)| bare(document)) {
                let Some(array) = &document.embedding else { continue };
                let place = format!("the embedding of {what} {}", document.id);
                made.push(Made { event, place, array });
            }
        }
    }
    made
}

/// The buffer holds exactly the items of the shape, where the dtype is one that numpy knows.
///
/// # Errors
/// The first that does not.
pub fn buffer_fits_shape(conversations: &Conversations) -> Result<(), Box<Finding>> {
    for Made { event, place, array } in made(conversations) {
        let Some(own_size) = item_size(&array.dtype).filter(|_| !array.shape.is_empty()) else {
            continue;
        };
        let (size, of) = match QuantizationMode::try_from(array.quantization) {
            Ok(QuantizationMode::Fp16) => (2, "FP16"),
            Ok(QuantizationMode::Uint8) => (1, "UINT8"),
            Ok(QuantizationMode::None) => (own_size, array.dtype.as_str()),
            // Another clause's matter.
            Err(_) => continue,
        };
        let bytes =
            array.shape.iter().try_fold(size, |bytes, side| u64::from(*side).checked_mul(bytes));
        if bytes != Some(array.buffer.len() as u64) {
            let bytes = bytes
                .map_or("more bytes than 64 bits count".to_owned(), |it| format!("{it} bytes"));
            let expected =
                format!("{place} with a buffer of {bytes}, for shape {} of {of}", shape(array));
            return contradiction(
                expected,
                format!("a buffer of {} bytes", array.buffer.len()),
                [event],
            );
        }
    }
    Ok(())
}

fn shape(array: &NdArray) -> String {
    let shown: Vec<_> = array.shape.iter().take(8).map(u32::to_string).collect();
    format!("({}{})", shown.join(", "), if array.shape.len() > 8 { ", …" } else { "" })
}

/// The quantization is one of the enum's.
///
/// # Errors
/// The first that is not.
pub fn quantization_in_enum(conversations: &Conversations) -> Result<(), Box<Finding>> {
    for Made { event, place, array } in made(conversations) {
        if QuantizationMode::try_from(array.quantization).is_err() {
            let expected = format!("{place} with quantization NONE (0), FP16 (1) or UINT8 (2)");
            return contradiction(
                expected,
                format!("quantization {}", array.quantization),
                [event],
            );
        }
    }
    Ok(())
}

/// What was quantised says what it was, and UINT8 how to restore it.
///
/// # Errors
/// The first that does not.
pub fn quantized_names_original(conversations: &Conversations) -> Result<(), Box<Finding>> {
    for Made { event, place, array } in made(conversations) {
        let mode = match QuantizationMode::try_from(array.quantization) {
            Ok(QuantizationMode::Fp16) => "FP16",
            Ok(QuantizationMode::Uint8) => "UINT8",
            Ok(QuantizationMode::None) | Err(_) => continue,
        };
        let wrong = |owed: &str, actual: String| {
            contradiction(format!("{place}, quantized as {mode}, with {owed}"), actual, [event])
        };
        if array.original_dtype.is_empty() {
            return wrong("original_dtype", "an empty original_dtype".to_owned());
        }
        if mode == "FP16" {
            continue;
        }
        let (max, min) = (array.max_val.unwrap_or_default(), array.min_val.unwrap_or_default());
        let range = format!("max_val {max:?} and min_val {min:?}");
        // What is no number is in no order.
        if max.partial_cmp(&min).is_none_or(Ordering::is_lt) {
            return wrong("a max_val that is at least min_val", range);
        }
        // Where all items are one value there is nothing to scale.
        if max > min && array.scale.unwrap_or_default() == 0.0 {
            return wrong("a scale", format!("{range}, and no scale"));
        }
    }
    Ok(())
}

/// How many bytes an item takes, by numpy's names for its type: the full names, the codes of a kind
/// and a size, and the single letters whose size is the same everywhere.
fn item_size(dtype: &str) -> Option<u64> {
    Some(match dtype.trim_start_matches(['<', '>', '=', '|']) {
        "bool" | "bool_" | "int8" | "uint8" | "b1" | "i1" | "u1" | "?" | "b" | "B" | "byte"
        | "ubyte" => 1,
        "int16" | "uint16" | "float16" | "i2" | "u2" | "f2" | "h" | "H" | "e" | "half"
        | "short" | "ushort" => 2,
        "int32" | "uint32" | "float32" | "i4" | "u4" | "f4" | "i" | "I" | "f" | "single"
        | "intc" | "uintc" => 4,
        "int64" | "uint64" | "float64" | "complex64" | "i8" | "u8" | "f8" | "c8" | "q" | "Q"
        | "d" | "F" | "double" | "longlong" | "ulonglong" | "csingle" => 8,
        "complex128" | "c16" | "D" | "cdouble" => 16,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::item_size;

    #[test]
    fn numpys_names_have_numpys_sizes() {
        for (name, size) in [("float32", 4), ("<f8", 8), (">u2", 2), ("|b1", 1), ("complex128", 16)]
        {
            assert_eq!(item_size(name), Some(size), "{name}");
        }
        for name in ["", "float", "l", "object", "U8", "float128"] {
            assert_eq!(item_size(name), None, "{name}");
        }
    }
}
