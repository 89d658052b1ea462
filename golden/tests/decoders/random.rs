//! Messages drawn from a list of choices, and bytes bent a little.

use std::collections::BTreeMap;

use wirecheck::schema::{Cardinality, Field, Kind, Message, Schema};
use wirecheck::wire::{FieldValue, MapKey, MessageValue, Value};

/// Numbers to choose by; when they are used up, the smallest choice is made.
#[derive(Clone, Debug)]
pub(crate) struct Choices {
    left: std::vec::IntoIter<u32>,
}

impl Choices {
    pub(crate) fn new(numbers: Vec<u32>) -> Choices {
        Choices { left: numbers.into_iter() }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.left.next().unwrap_or(0) as usize % bound.max(1)
    }

    fn bits(&mut self) -> u64 {
        // All lengths of numbers are as likely.
        let shift = self.below(64);
        let (high, low) = (self.left.next(), self.left.next());
        (u64::from(high.unwrap_or(0)) << 32 | u64::from(low.unwrap_or(0))) >> shift
    }

    fn bytes(&mut self) -> Vec<u8> {
        (0..self.below(12)).map(|_| self.below(256) as u8).collect()
    }

    fn text(&mut self) -> String {
        let letters = ['a', '\0', '\u{7f}', 'é', '\u{ffff}', '\u{10ffff}', '\u{301}', '\u{feff}'];
        (0..self.below(6)).map(|_| letters[self.below(letters.len())]).collect()
    }
}

/// A message with some of its fields set.
pub(crate) fn message_of(
    schema: &Schema,
    message: &Message,
    choices: &mut Choices,
) -> MessageValue {
    filled(schema, message, choices, 0)
}

fn filled(schema: &Schema, message: &Message, choices: &mut Choices, level: usize) -> MessageValue {
    let mut value = MessageValue::new(message);
    for field in &message.fields {
        let wanted = choices.below(3) > 0 && level < 4;
        if wanted || field.is_required() {
            let made = field_of(schema, field, choices, level + 1);
            value.set(schema, field.number, made).expect("made to fit");
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
            let (of_key, of_value) = schema.map_entry(field).expect("a map");
            let mut entries = BTreeMap::new();
            for _ in 0..choices.below(4) {
                let key = MapKey::from_value(one(schema, of_key, choices, level));
                let value = one(schema, of_value, choices, level);
                entries.insert(key.expect("a key"), value);
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
pub(crate) fn bend(bytes: &mut Vec<u8>, mut choices: Choices) {
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
                bytes.splice(at + 1..at + 1, vec![0x80; more].into_iter().chain([byte >> 7]));
            }
            5 => {
                let piece = bytes[at..(at + usize::from(byte % 8)).min(bytes.len())].to_vec();
                bytes.extend(piece);
            }
            _ => bytes.insert(at, byte),
        }
    }
}
