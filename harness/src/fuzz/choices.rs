//! Messages drawn from bytes as from a list of choices, and encodings bent a little.

use std::collections::BTreeMap;

use crate::schema::{Cardinality, Field, Kind, Message, Schema};
use crate::wire::{FieldValue, MapKey, MessageValue, Value};

/// How deep drawn messages nest.
pub(super) const MAX_LEVEL: usize = 4;

/// Bytes to choose by; when they are used up, the smallest choice is made.
#[derive(Clone, Debug)]
pub struct Choices<'a> {
    left: &'a [u8],
}

impl<'a> Choices<'a> {
    /// Chooses by these bytes, the first choice by the first.
    pub fn new(bytes: &'a [u8]) -> Choices<'a> {
        Choices { left: bytes }
    }

    /// Below `bound`; takes one byte, or two where one cannot reach everything. 0 for no bound.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let drawn = if bound > 256 { self.number::<2>() } else { self.number::<1>() };
        drawn as usize % bound.max(1)
    }

    /// A number of 64 bits. All lengths of numbers are as likely.
    pub(super) fn bits(&mut self) -> u64 {
        let shift = self.below(64);
        self.number::<8>() >> shift
    }

    pub(super) fn bytes(&mut self) -> Vec<u8> {
        (0..self.below(12)).map(|_| self.below(256) as u8).collect()
    }

    pub(super) fn text(&mut self) -> String {
        const LETTERS: [char; 8] =
            ['a', '\0', '\u{7f}', 'é', '\u{ffff}', '\u{10ffff}', '\u{301}', '\u{feff}'];
        (0..self.below(6)).map(|_| LETTERS[self.below(LETTERS.len())]).collect()
    }

    /// The next N bytes, at most eight, little-endian.
    fn number<const N: usize>(&mut self) -> u64 {
        let (next, left) = self.left.split_at(N.min(self.left.len()));
        self.left = left;
        next.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

/// A message with some of its fields set, the required ones among them.
pub fn message_of(schema: &Schema, message: &Message, choices: &mut Choices) -> MessageValue {
    filled(schema, message, choices, 0)
}

fn filled(schema: &Schema, message: &Message, choices: &mut Choices, level: usize) -> MessageValue {
    let mut value = MessageValue::new(message);
    for field in &message.fields {
        let wanted = choices.below(3) > 0 && level < MAX_LEVEL;
        if wanted || field.is_required() {
            let made = field_of(schema, field, choices, level + 1);
            value.set(schema, field.number, made).expect("it was made to fit");
        }
    }
    value
}

fn field_of(schema: &Schema, field: &Field, choices: &mut Choices, level: usize) -> FieldValue {
    match field.cardinality {
        Cardinality::Singular(_) => one(schema, field, choices, level).into(),
        Cardinality::Repeated { .. } => {
            let count = 0..choices.below(4);
            FieldValue::Repeated(count.map(|_| one(schema, field, choices, level)).collect())
        }
        Cardinality::Map => {
            let (of_key, of_value) = schema.map_entry(field).expect("a map has entries");
            let mut entries = BTreeMap::new();
            for _ in 0..choices.below(4) {
                let key = MapKey::from_value(one(schema, of_key, choices, level));
                let value = one(schema, of_value, choices, level);
                entries.insert(key.expect("a key's kind makes a key"), value);
            }
            FieldValue::Map(entries)
        }
    }
}

fn one(schema: &Schema, field: &Field, choices: &mut Choices, level: usize) -> Value {
    match field.kind {
        Kind::Bool => Value::Bool(choices.below(2) == 1),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(choices.bits() as i32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(choices.bits() as i64),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(choices.bits() as u32),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(choices.bits()),
        // Not -0.0: of implicit presence that is a known difference, tried by itself.
        Kind::Float => match f32::from_bits(choices.bits() as u32) {
            0.0 => Value::F32(0.0),
            value => Value::F32(value),
        },
        Kind::Double => match f64::from_bits(choices.bits()) {
            0.0 => Value::F64(0.0),
            value => Value::F64(value),
        },
        Kind::String => Value::String(choices.text().into_bytes()),
        Kind::Bytes => Value::Bytes(choices.bytes()),
        Kind::Enum(idx) => {
            let of = &schema[idx];
            let named = of.values[choices.below(of.values.len())].number;
            match choices.below(4) {
                0 if !of.closed => Value::Enum(choices.bits() as i32),
                _ => Value::Enum(named),
            }
        }
        Kind::Message(idx) | Kind::Group(idx) => {
            Value::from(filled(schema, &schema[idx], choices, level))
        }
    }
}

/// Changes the bytes at one or a few places.
pub fn bend(bytes: &mut Vec<u8>, choices: &mut Choices) {
    for _ in 0..=choices.below(3) {
        let at = choices.below(bytes.len() + 1);
        let byte = choices.below(256) as u8;
        match choices.below(7) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] = byte,
            2 if at < bytes.len() => bytes[at] ^= 1 << (byte % 8),
            3 if at < bytes.len() => drop(bytes.remove(at)),
            // A longer varint, where one ends here.
            4 if at < bytes.len() && bytes[at] < 0x80 => {
                bytes[at] |= 0x80;
                let more = usize::from(byte % 10);
                let more = vec![0x80; more].into_iter().chain([byte >> 7]);
                bytes.splice(at + 1..at + 1, more);
            }
            5 => {
                let piece = bytes[at..(at + usize::from(byte % 8)).min(bytes.len())].to_vec();
                bytes.extend(piece);
            }
            _ => bytes.insert(at, byte),
        }
    }
}
