//! A message with everything set, made from nothing but its schema.

use std::collections::BTreeMap;

use super::message::MessageValue;
use super::value::{FieldValue, MapKey, Value};
use crate::schema::{Cardinality, Field, Kind, Message, MessageIdx, Schema};

/// How far below the outermost message submessages of their own are still made.
const MAX_LEVEL: usize = 2;

/// How far required submessages are made. Types that require themselves have no finite message.
const MAX_REQUIRED_LEVEL: usize = 16;

/// How many examples it takes to see every member of this message's own oneofs and every value of
/// its own enums: at least one. The 0 of a field of implicit presence is its absence, and not counted.
pub fn variants(schema: &Schema, message: &Message) -> usize {
    let members = message.oneofs.iter().map(|oneof| oneof.members.len());
    let values = message.fields.iter().map(|field| {
        let valued = schema.map_entry(field).map_or(field, |(_, of_value)| of_value);
        rivals(message, field) * telling(schema, valued).len()
    });
    members.chain(values).max().unwrap_or(1).max(1)
}

/// A message of this type, the same one every time: each field is set, of each oneof the member
/// that the `variant` falls on, of each enum likewise the value (both counted modulo), lists and
/// maps have two entries. The values differ from each other and take varints of all lengths.
/// Submessages are filled likewise, down to two levels and never twice in each other; deeper ones
/// are left out unless required.
pub fn example(schema: &Schema, message: &Message, variant: usize) -> MessageValue {
    let mut maker = Maker { schema, variant, serial: 0, around: Vec::new() };
    maker.message(message)
}

/// Among how many fields, itself included, a field takes turns: the members of its oneof.
fn rivals(message: &Message, field: &Field) -> usize {
    field.oneof.map_or(1, |oneof| message.oneofs[oneof].members.len().max(1))
}

/// The numbers that an enum field can be seen to hold, each once; of other fields none.
fn telling(schema: &Schema, field: &Field) -> Vec<i32> {
    let Kind::Enum(idx) = field.kind else { return Vec::new() };
    let mut numbers = Vec::new();
    for value in &schema[idx].values {
        let is_absence = value.number == 0 && field.is_implicit();
        if !is_absence && !numbers.contains(&value.number) {
            numbers.push(value.number);
        }
    }
    numbers
}

struct Maker<'s> {
    schema: &'s Schema,
    variant: usize,
    /// How many values were made.
    serial: usize,
    /// The messages that the next value stands in.
    around: Vec<MessageIdx>,
}

impl Maker<'_> {
    fn message(&mut self, message: &Message) -> MessageValue {
        let mut made = MessageValue::new(message);
        let again = self.around.contains(&message.idx);
        let level = self.around.len();
        self.around.push(message.idx);
        for field in &message.fields {
            let of_messages = match self.schema.map_entry(field) {
                Some((_, of_value)) => of_value.message().is_some(),
                None => field.message().is_some(),
            };
            let wanted = match of_messages {
                true if field.is_required() => level < MAX_REQUIRED_LEVEL,
                true => level < MAX_LEVEL && !again,
                false => true,
            };
            if wanted && self.chosen(message, field) {
                // How often it was this field's turn before.
                let turn = self.variant / rivals(message, field);
                let value = self.field(field, turn);
                made.put(self.schema, field, value);
            }
        }
        self.around.pop();
        made
    }

    fn chosen(&self, message: &Message, field: &Field) -> bool {
        field.oneof.is_none_or(|oneof| {
            let members = &message.oneofs[oneof].members;
            members.get(self.variant % rivals(message, field)) == Some(&field.number)
        })
    }

    fn field(&mut self, field: &Field, turn: usize) -> FieldValue {
        match field.cardinality {
            Cardinality::Singular(_) => self.value(field, turn).into(),
            Cardinality::Repeated { .. } => {
                FieldValue::Repeated(vec![self.value(field, turn), self.value(field, turn + 1)])
            }
            Cardinality::Map => {
                let mut entries = BTreeMap::new();
                if let Some((of_key, of_value)) = self.schema.map_entry(field) {
                    for turn in turn..turn + 2 {
                        let key = MapKey::from_value(self.value(of_key, turn));
                        let value = self.value(of_value, turn);
                        entries.extend(key.map(|key| (key, value)));
                    }
                }
                FieldValue::Map(entries)
            }
        }
    }

    fn value(&mut self, field: &Field, turn: usize) -> Value {
        let serial = self.serial;
        self.serial += 1;
        // One to ten bytes as a varint, by turns; never 0, which would leave the field unset.
        let shift = (serial * 13) % 64;
        let wide = 1 << shift | serial as u64 & 0x7f | 1;
        let narrow = 1 << (shift % 32) | serial as u32 & 0x7f | 1;
        let sign = if serial % 3 == 2 { -1 } else { 1 };
        match field.kind {
            Kind::Bool => Value::Bool(true),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
                Value::I32((narrow as i32).wrapping_mul(sign))
            }
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
                Value::I64((wide as i64).wrapping_mul(sign.into()))
            }
            Kind::Uint32 | Kind::Fixed32 => Value::U32(narrow),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(wide),
            Kind::Float => Value::F32((serial as f32 + 0.1) * sign as f32),
            Kind::Double => Value::F64((serial as f64 + 0.1) * f64::from(sign)),
            Kind::String => Value::String(text(&field.name, serial).into_bytes()),
            Kind::Bytes => Value::Bytes(bytes(serial)),
            Kind::Enum(_) => {
                let numbers = telling(self.schema, field);
                Value::Enum(numbers.get(turn % numbers.len().max(1)).copied().unwrap_or(0))
            }
            Kind::Message(idx) | Kind::Group(idx) => {
                let message = &self.schema[idx];
                Value::from(self.message(message))
            }
        }
    }
}

fn text(name: &str, serial: usize) -> String {
    // One to four bytes of UTF-8 a character.
    let letter = ['a', 'ß', '中', '🦀'][serial % 4];
    format!("{name} {letter}{serial}")
}

fn bytes(serial: usize) -> Vec<u8> {
    let len = [3, 16, 1, 32][serial % 4];
    (0..len).map(|at| (serial * 16 + at) as u8).collect()
}
