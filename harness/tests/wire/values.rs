//! Short words for reading messages of the vocabulary.

use wirecheck::wire::{FieldValue, MessageValue, Value, Writer, decode_partial};

use crate::vocabulary::VOCABULARY;

pub(crate) fn read(name: &str, bytes: Writer) -> MessageValue {
    let message = VOCABULARY.message(name).expect("a message of the vocabulary");
    decode_partial(&VOCABULARY, message, &bytes.into_bytes()).expect("sound")
}

/// Reads as `t.Three`.
pub(crate) fn three(bytes: Writer) -> MessageValue {
    read("t.Three", bytes)
}

/// Reads as `t.Two`.
pub(crate) fn two(bytes: Writer) -> MessageValue {
    read("t.Two", bytes)
}

pub(crate) fn w() -> Writer {
    Writer::new()
}

pub(crate) fn one(value: &MessageValue, number: u32) -> Option<&Value> {
    match value.get(number)? {
        FieldValue::Singular(value) => Some(value),
        _ => panic!("{number} is not singular"),
    }
}

pub(crate) fn inner(value: &MessageValue, number: u32) -> &MessageValue {
    match one(value, number) {
        Some(Value::Message(message)) => message,
        other => panic!("{number} is {other:?}"),
    }
}
