//! Nothing panics, and nothing grows out of bounds, whatever the bytes.

use proptest::prelude::*;
use wirecheck::decode::{Content, dump, parse_base64, parse_hex};
use wirecheck::schema::{Message, Schema};
use wirecheck::wire::summary::summary;
use wirecheck::wire::text::columns;
use wirecheck::wire::{decode_partial, encode, example::example};

use crate::vocabulary::VOCABULARY;

/// Bytes that are often almost a message: tags of low numbers, small lengths, full bytes.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = any::<u16>().prop_map(|drawn| {
        let byte = (drawn >> 8) as u8;
        match drawn % 8 {
            0..3 => byte & 0x7f | 0x08,
            3..5 => byte & 0x07,
            5 => 0xff,
            _ => byte,
        }
    });
    proptest::collection::vec(byte, 0..120)
}

/// A message type of the contract or the vocabulary.
fn messages() -> impl Strategy<Value = (&'static Schema, &'static Message)> {
    let all = |schema: &'static Schema| schema.messages().iter().map(move |m| (schema, m));
    let types: Vec<_> = all(Schema::contract()).chain(all(&VOCABULARY)).collect();
    proptest::sample::select(types)
}

/// An example of the message with a few bytes changed, cut, or put in.
fn bent() -> impl Strategy<Value = (&'static Schema, &'static Message, Vec<u8>)> {
    let edits = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 1..4);
    (messages(), 0usize..4, edits).prop_map(|((schema, message), variant, edits)| {
        let mut bytes = encode(schema, &example(schema, message, variant));
        for (at, byte, edit) in edits {
            let at = at.index(bytes.len() + 1);
            match edit {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => drop(bytes.remove(at)),
                _ => bytes.insert(at, byte),
            }
        }
        (schema, message, bytes)
    })
}

fn look_at(
    schema: &Schema,
    message: &Message,
    bytes: &[u8],
    width: usize,
) -> Result<(), TestCaseError> {
    let line = summary(schema, &message.full_name, bytes, width);
    prop_assert!(columns(&line) <= width);
    prop_assert!(!line.chars().any(char::is_control));

    let dump = dump(schema, message, bytes);
    let joined: Vec<u8> = dump.lines.iter().flat_map(|line| line.bytes.clone()).collect();
    prop_assert_eq!(&joined, &bytes);
    let text = dump.to_string();
    prop_assert!(text.lines().all(|line| columns(line) <= 80), "{}", text);
    prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n'));

    match decode_partial(schema, message, bytes) {
        Ok(value) => {
            prop_assert_eq!(dump.defect(), None);
            let canonical = encode(schema, &value);
            let again = decode_partial(schema, message, &canonical);
            prop_assert_eq!(again.as_ref(), Ok(&value));
            prop_assert_eq!(encode(schema, &value), canonical);
        }
        Err(error) => prop_assert_eq!(dump.defect(), Some(error)),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn random_bytes((schema, message) in messages(), bytes in bytes(), width in 0usize..200) {
        look_at(schema, message, &bytes, width)?;
    }

    #[test]
    fn examples_with_errors((schema, message, bytes) in bent(), width in 0usize..200) {
        look_at(schema, message, &bytes, width)?;
    }

    #[test]
    fn random_descriptors(bytes in bytes()) {
        let _ = Schema::from_descriptor_set(&bytes);
    }

    #[test]
    fn contract_with_errors(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = wirecheck_proto::FILE_DESCRIPTOR_SET.to_vec();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        // Where it is still a schema, all that is built on it has to hold.
        if let Ok(schema) = Schema::from_descriptor_set(&bytes) {
            for message in schema.messages() {
                let value = example(&schema, message, 1);
                let encoded = encode(&schema, &value);
                let decoded = decode_partial(&schema, message, &encoded);
                prop_assert_eq!(decoded.as_ref(), Ok(&value));
            }
        }
    }

    #[test]
    fn random_input(text in any::<String>()) {
        let _ = (parse_hex(&text), parse_base64(&text));
    }

    #[test]
    fn hex_comes_back(bytes in bytes()) {
        prop_assert_eq!(parse_hex(&wirecheck::wire::text::hex(&bytes)), Ok(bytes));
    }
}

#[test]
fn ten_thousand_levels_are_refused() {
    let schema = Schema::contract();
    let document = schema.message("jina.Document").expect("a message of the contract");
    let mut bytes = Vec::new();
    for _ in 0..10_000 {
        // Written from the inside: chunks is 4.
        let mut length = Vec::new();
        wirecheck::wire::writer::put_varint(&mut length, bytes.len() as u64, 0);
        length.reverse();
        bytes.extend(length);
        bytes.push(0x22);
    }
    bytes.reverse();
    let error = decode_partial(schema, document, &bytes).expect_err("too deep");
    assert_eq!(error.defect, wirecheck::wire::Defect::DepthExceeded);
    let last = dump(schema, document, &bytes).lines.pop().expect("lines");
    assert_eq!(last.content, Content::Defect(error));
}

#[test]
fn a_million_values_are_enough() {
    let schema = Schema::contract();
    let list = schema.message("jina.Request.IndexRequest").expect("a message of the contract");
    // Two bytes on the wire, far more in memory.
    let bytes = [0x0a, 0x00].repeat(wirecheck::wire::MAX_VALUES + 1);
    let error = decode_partial(schema, list, &bytes).expect_err("too many");
    assert!(matches!(error.defect, wirecheck::wire::Defect::TooManyValues { .. }));
    let line = dump(schema, list, &bytes).lines.pop().expect("lines");
    assert_eq!(line.content, Content::NotShown);
}
