//! Requests nested deeper than any typed message can say, written as bytes from the inside out.

use prost::Message as _;
use wirecheck_proto::jina::Document;

/// Bytes that grow at their front, kept in reverse: so a length can be written when its content
/// stands already, and the whole takes time in proportion to its size.
#[derive(Default)]
struct Backwards(Vec<u8>);

impl Backwards {
    fn prepend(&mut self, bytes: &[u8]) {
        self.0.extend(bytes.iter().rev());
    }

    fn prepend_varint(&mut self, value: u64) {
        let mut bytes = Vec::new();
        prost::encoding::encode_varint(value, &mut bytes);
        self.prepend(&bytes);
    }

    /// Makes all that stands so far the content of this field.
    fn wrap(&mut self, field: u64) {
        self.prepend_varint(self.0.len() as u64);
        self.prepend_varint(field << 3 | 2);
    }

    fn into_bytes(mut self) -> Vec<u8> {
        self.0.reverse();
        self.0
    }
}

/// What recurs in a document.
#[derive(Clone, Copy, Debug)]
pub(super) enum Recursion {
    /// Document.chunks
    Chunks,
    /// Document.matches
    Matches,
    /// Document.score and Relevance.operands
    Operands,
    /// Document.tags, each Struct in a Value of the one before
    Tags,
}

/// An encoded index request of one document in which this goes so many levels deep.
pub(super) fn index(
    request_id: u32,
    document: &Document,
    recursion: Recursion,
    depth: u32,
) -> Vec<u8> {
    let mut bytes = Backwards::default();
    match recursion {
        Recursion::Chunks => {
            for level in (1..=depth).rev() {
                bytes.prepend(&below(document, level).encode_to_vec());
                bytes.wrap(4);
            }
        }
        Recursion::Matches => {
            let found = Document { id: document.id, ..Document::default() }.encode_to_vec();
            for _ in 0..depth {
                bytes.prepend(&found);
                bytes.wrap(8);
            }
        }
        Recursion::Operands => {
            (1..depth).for_each(|_| bytes.wrap(4));
            bytes.wrap(20);
        }
        Recursion::Tags => {
            for _ in 1..depth {
                // Value.struct_value, value of the map's entry, its key, Struct.fields
                bytes.wrap(5);
                bytes.wrap(2);
                bytes.prepend(b"\x0a\x01a");
                bytes.wrap(1);
            }
            bytes.wrap(11);
        }
    }
    bytes.prepend(&document.encode_to_vec());
    // IndexRequest.docs, Request.index, Request.request_id
    bytes.wrap(1);
    bytes.wrap(3);
    bytes.prepend_varint(request_id.into());
    bytes.prepend_varint(1 << 3);
    bytes.into_bytes()
}

/// The only chunk of the level above, with the one below still to come.
fn below(document: &Document, level: u32) -> Document {
    let id = |level: u32| document.id.wrapping_add(level);
    Document { id: id(level), parent_id: id(level - 1), level_depth: level, ..Document::default() }
}

#[cfg(test)]
mod tests {
    use wirecheck_proto::jina::Request;
    use wirecheck_proto::jina::request::Body;

    use super::*;

    fn decoded(recursion: Recursion, depth: u32) -> Document {
        let document = Document { id: 5, uri: "u".to_owned(), ..Document::default() };
        let bytes = index(9, &document, recursion, depth);
        let request = Request::decode(&bytes[..]).expect("a request");
        assert_eq!(request.request_id, 9);
        match request.body {
            Some(Body::Index(mut index)) if index.docs.len() == 1 => index.docs.remove(0),
            other => panic!("not one document: {other:?}"),
        }
    }

    #[test]
    fn what_is_shallow_enough_reads_as_it_was_meant() {
        let mut chunk = decoded(Recursion::Chunks, 40);
        for level in 0..40 {
            assert_eq!((chunk.id, chunk.level_depth), (5 + level, level));
            let below = chunk.chunks.pop().expect("a chunk");
            assert_eq!(below.parent_id, chunk.id);
            chunk = below;
        }
        assert!(chunk.chunks.is_empty());

        let mut found = decoded(Recursion::Matches, 7);
        let mut levels = 0;
        while let Some(below) = found.matches.pop() {
            (found, levels) = (below, levels + 1);
        }
        assert_eq!(levels, 7);

        let mut score = decoded(Recursion::Operands, 7).score;
        let mut levels = 0;
        while let Some(mut below) = score {
            (score, levels) = (below.operands.pop(), levels + 1);
        }
        assert_eq!(levels, 7);

        let mut tags = decoded(Recursion::Tags, 7).tags;
        let mut levels = 0;
        while let Some(below) = tags {
            tags = below.fields.get("a").and_then(|value| match &value.kind {
                Some(prost_types::value::Kind::StructValue(below)) => Some(below.clone()),
                _ => None,
            });
            levels += 1;
        }
        assert_eq!(levels, 7);
    }

    #[test]
    fn what_is_deep_is_written_at_once() {
        for recursion in
            [Recursion::Chunks, Recursion::Matches, Recursion::Operands, Recursion::Tags]
        {
            let document = Document { id: u32::MAX, ..Document::default() };
            let bytes = index(1, &document, recursion, 10_000);
            assert!((30_000..400_000).contains(&bytes.len()), "{recursion:?}: {}", bytes.len());
        }
    }
}
