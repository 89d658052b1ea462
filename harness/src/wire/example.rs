//! A message with everything set, made from nothing but its schema.

use std::collections::BTreeMap;

use super::message::MessageValue;
use super::value::{FieldValue, MapKey, Value};
use crate::schema::{Cardinality, EnumIdx, Field, Kind, Message, MessageIdx, Schema};

/// How far below the outermost message submessages of their own are still made.
const MAX_LEVEL: usize = 2;

/// How far required submessages are made. Types that require themselves have no finite message.
const MAX_REQUIRED_LEVEL: usize = 16;

/// How many examples it takes to see every member of this message's own oneofs: at least one.
pub fn variants(message: &Message) -> usize {
    let members = message.oneofs.iter().map(|oneof| oneof.members.len());
    members.max().unwrap_or(1).max(1)
}

/// A message of this type, the same one every time: each field is set, of each oneof the member
/// that the `variant` falls on (counted modulo the members), lists and maps have two entries. The
/// values differ from each other and take varints of all lengths. Submessages are filled likewise,
/// down to two levels and never twice in each other; deeper ones are left out unless required.
pub fn example(schema: &Schema, message: &Message, variant: usize) -> MessageValue {
    let mut maker = Maker { schema, variant, serial: 0, around: Vec::new() };
    maker.message(message)
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
                let value = self.field(field);
                made.put(self.schema, field, value);
            }
        }
        self.around.pop();
        made
    }

    fn chosen(&self, message: &Message, field: &Field) -> bool {
        field.oneof.is_none_or(|oneof| {
            let members = &message.oneofs[oneof].members;
            members.get(self.variant % members.len().max(1)) == Some(&field.number)
        })
    }

    fn field(&mut self, field: &Field) -> FieldValue {
        match field.cardinality {
            Cardinality::Singular(_) => self.value(field).into(),
            Cardinality::Repeated { .. } => {
                FieldValue::Repeated(vec![self.value(field), self.value(field)])
            }
            Cardinality::Map => {
                let mut entries = BTreeMap::new();
                if let Some((of_key, of_value)) = self.schema.map_entry(field) {
                    for _ in 0..2 {
                        let key = MapKey::from_value(self.value(of_key));
                        let value = self.value(of_value);
                        entries.extend(key.map(|key| (key, value)));
                    }
                }
                FieldValue::Map(entries)
            }
        }
    }

    fn value(&mut self, field: &Field) -> Value {
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
            Kind::Enum(idx) => Value::Enum(self.number(idx, field, serial)),
            Kind::Message(idx) | Kind::Group(idx) => {
                let message = &self.schema[idx];
                Value::from(self.message(message))
            }
        }
    }

    /// A number of an enum; where 0 would be the same as nothing, another one if there is any.
    fn number(&self, idx: EnumIdx, field: &Field, serial: usize) -> i32 {
        let values = &self.schema[idx].values;
        let telling: Vec<i32> = (values.iter().map(|value| value.number))
            .filter(|number| *number != 0 || !field.is_implicit())
            .collect();
        let at = (serial + self.variant) % telling.len().max(1);
        telling.get(at).copied().unwrap_or(0)
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
