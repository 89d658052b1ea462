//! Messages as values: what the bytes mean under a schema, whichever way they were encoded.

use std::collections::BTreeMap;

use crate::schema::{Cardinality, Field, Kind, Message, MessageIdx, Schema};

/// A message, always as its schema allows, but for required fields that may be missing
/// ([`super::required`] finds them). Equal when the known fields and the unknown bytes are; floats
/// by their bits.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageValue {
    idx: MessageIdx,
    /// Set fields by number, rising. No default of implicit presence, no empty list or map.
    pub(super) fields: Vec<(u32, FieldValue)>,
    /// Whole records, well-formed, in the order they came.
    pub(super) unknown: Vec<u8>,
}

/// What a set field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// Of a singular field.
    Singular(Value),
    /// Of a repeated field, in order.
    Repeated(Vec<Value>),
    /// Of a map field, by key.
    Map(BTreeMap<MapKey, Value>),
}

/// One value.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "named after the types they hold")]
pub enum Value {
    Bool(bool),
    I32(i32),
    I64(i64),
    U32(u32),
    U64(u64),
    F32(f32),
    F64(f64),
    /// Of an enum; one that is open may hold any number.
    Enum(i32),
    /// Of a string field: UTF-8 where the schema demands it.
    String(Vec<u8>),
    Bytes(Vec<u8>),
    /// A submessage or a group.
    Message(Box<MessageValue>),
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::I32(a), Value::I32(b)) | (Value::Enum(a), Value::Enum(b)) => a == b,
            (Value::I64(a), Value::I64(b)) => a == b,
            (Value::U32(a), Value::U32(b)) => a == b,
            (Value::U64(a), Value::U64(b)) => a == b,
            (Value::F32(a), Value::F32(b)) => a.to_bits() == b.to_bits(),
            (Value::F64(a), Value::F64(b)) => a.to_bits() == b.to_bits(),
            (Value::String(a), Value::String(b)) | (Value::Bytes(a), Value::Bytes(b)) => a == b,
            (Value::Message(a), Value::Message(b)) => a == b,
            _ => false,
        }
    }
}

/// The key of a map entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "named after the types they hold")]
pub enum MapKey {
    Bool(bool),
    I32(i32),
    I64(i64),
    U32(u32),
    U64(u64),
    /// UTF-8 where the schema demands it.
    String(Vec<u8>),
}

impl MapKey {
    /// The key that a value can be.
    pub fn from_value(value: Value) -> Option<MapKey> {
        Some(match value {
            Value::Bool(key) => MapKey::Bool(key),
            Value::I32(key) => MapKey::I32(key),
            Value::I64(key) => MapKey::I64(key),
            Value::U32(key) => MapKey::U32(key),
            Value::U64(key) => MapKey::U64(key),
            Value::String(key) => MapKey::String(key),
            _ => return None,
        })
    }

    /// The key as a value.
    pub fn to_value(&self) -> Value {
        match self {
            MapKey::Bool(key) => Value::Bool(*key),
            MapKey::I32(key) => Value::I32(*key),
            MapKey::I64(key) => Value::I64(*key),
            MapKey::U32(key) => Value::U32(*key),
            MapKey::U64(key) => Value::U64(*key),
            MapKey::String(key) => Value::String(key.clone()),
        }
    }
}

/// Why a value cannot be put into a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no value of this kind fits field {number} of {message}")]
pub struct Misfit {
    /// The message's full name.
    pub message: String,
    /// The field's number; perhaps of no field.
    pub number: u32,
}

impl Value {
    /// What an absent value of this kind reads as.
    pub fn default_of(schema: &Schema, kind: Kind) -> Value {
        match kind {
            Kind::Double => Value::F64(0.0),
            Kind::Float => Value::F32(0.0),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(0),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(0),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(0),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(0),
            Kind::Bool => Value::Bool(false),
            Kind::String => Value::String(Vec::new()),
            Kind::Bytes => Value::Bytes(Vec::new()),
            Kind::Enum(idx) => Value::Enum(schema[idx].default()),
            Kind::Message(idx) | Kind::Group(idx) => {
                Value::Message(Box::new(MessageValue::new(&schema[idx])))
            }
        }
    }

    /// Whether a field of implicit presence with this value is the same as an absent one. -0.0 is
    /// not: its bits differ from the default's.
    fn is_zero(&self) -> bool {
        match self {
            Value::Bool(value) => !value,
            Value::I32(value) | Value::Enum(value) => *value == 0,
            Value::I64(value) => *value == 0,
            Value::U32(value) => *value == 0,
            Value::U64(value) => *value == 0,
            Value::F32(value) => value.to_bits() == 0,
            Value::F64(value) => value.to_bits() == 0,
            Value::String(value) | Value::Bytes(value) => value.is_empty(),
            Value::Message(_) => false,
        }
    }

    fn fits(&self, schema: &Schema, field: &Field) -> bool {
        match (self, field.kind) {
            (Value::I32(_), Kind::Int32 | Kind::Sint32 | Kind::Sfixed32)
            | (Value::I64(_), Kind::Int64 | Kind::Sint64 | Kind::Sfixed64)
            | (Value::U32(_), Kind::Uint32 | Kind::Fixed32)
            | (Value::U64(_), Kind::Uint64 | Kind::Fixed64)
            | (Value::F32(_), Kind::Float)
            | (Value::F64(_), Kind::Double)
            | (Value::Bool(_), Kind::Bool)
            | (Value::Bytes(_), Kind::Bytes) => true,
            (Value::String(bytes), Kind::String) => {
                !field.utf8 || std::str::from_utf8(bytes).is_ok()
            }
            (Value::Enum(number), Kind::Enum(idx)) => {
                !schema[idx].closed || schema[idx].name_of(*number).is_some()
            }
            (Value::Message(message), Kind::Message(idx) | Kind::Group(idx)) => message.idx == idx,
            _ => false,
        }
    }
}

impl FieldValue {
    fn fits(&self, schema: &Schema, field: &Field) -> bool {
        match (self, field.cardinality) {
            (FieldValue::Singular(value), Cardinality::Singular(_)) => value.fits(schema, field),
            (FieldValue::Repeated(values), Cardinality::Repeated { .. }) => {
                values.iter().all(|value| value.fits(schema, field))
            }
            (FieldValue::Map(entries), Cardinality::Map) => {
                schema.map_entry(field).is_some_and(|(of_key, of_value)| {
                    entries.iter().all(|(key, value)| {
                        key.to_value().fits(schema, of_key) && value.fits(schema, of_value)
                    })
                })
            }
            _ => false,
        }
    }
}

impl From<Value> for FieldValue {
    fn from(value: Value) -> FieldValue {
        FieldValue::Singular(value)
    }
}

impl From<MessageValue> for Value {
    fn from(message: MessageValue) -> Value {
        Value::Message(Box::new(message))
    }
}

impl MessageValue {
    /// A message with nothing set.
    pub fn new(message: &Message) -> MessageValue {
        MessageValue {
            idx: message.idx,
            fields: Vec::new(),
            unknown: Vec::new(),
        }
    }

    /// Its type, in the schema it was made for.
    pub fn message(&self) -> MessageIdx {
        self.idx
    }

    /// What the field of this number holds, where it is set.
    pub fn get(&self, number: u32) -> Option<&FieldValue> {
        let found = self.place(number).ok()?;
        self.fields.get(found).map(|(_, value)| value)
    }

    /// The set fields by number, rising.
    pub fn fields(&self) -> impl Iterator<Item = (u32, &FieldValue)> {
        self.fields.iter().map(|(number, value)| (*number, value))
    }

    /// The records that the schema has no field for, as they came.
    pub fn unknown(&self) -> &[u8] {
        &self.unknown
    }

    /// Forgets unknown fields, here and in all submessages.
    pub fn drop_unknown(&mut self) {
        self.unknown.clear();
        for (_, value) in &mut self.fields {
            match value {
                FieldValue::Singular(Value::Message(message)) => message.drop_unknown(),
                FieldValue::Singular(_) => {}
                FieldValue::Repeated(values) => values.iter_mut().for_each(Value::drop_unknown),
                FieldValue::Map(entries) => entries.values_mut().for_each(Value::drop_unknown),
            }
        }
    }

    /// Sets a field. The default of a field of implicit presence, or an empty list or map, unsets
    /// it; another member of the same oneof is unset.
    ///
    /// # Errors
    /// The schema has no such field, or not for such a value.
    pub fn set(
        &mut self,
        schema: &Schema,
        number: u32,
        value: impl Into<FieldValue>,
    ) -> Result<(), Misfit> {
        let value = value.into();
        let field = schema[self.idx].field(number);
        match field.filter(|field| value.fits(schema, field)) {
            Some(field) => {
                self.put(schema, field, value);
                Ok(())
            }
            None => Err(Misfit {
                message: schema[self.idx].full_name.clone(),
                number,
            }),
        }
    }

    /// Unsets a field.
    pub fn clear(&mut self, number: u32) {
        if let Ok(found) = self.place(number) {
            self.fields.remove(found);
        }
    }

    /// Sets a field to a value that fits it.
    pub(super) fn put(&mut self, schema: &Schema, field: &Field, value: FieldValue) {
        self.clear_siblings(schema, field);
        let nothing = match &value {
            FieldValue::Singular(value) => field.is_implicit() && value.is_zero(),
            FieldValue::Repeated(values) => values.is_empty(),
            FieldValue::Map(entries) => entries.is_empty(),
        };
        match self.place(field.number) {
            Ok(found) if nothing => drop(self.fields.remove(found)),
            Ok(found) => self.fields[found].1 = value,
            Err(_) if nothing => {}
            Err(place) => self.fields.insert(place, (field.number, value)),
        }
    }

    /// What a field holds; where it is unset, it is set to `or` first.
    pub(super) fn slot(
        &mut self,
        schema: &Schema,
        field: &Field,
        or: impl FnOnce() -> FieldValue,
    ) -> &mut FieldValue {
        self.clear_siblings(schema, field);
        let place = match self.place(field.number) {
            Ok(found) => found,
            Err(place) => {
                self.fields.insert(place, (field.number, or()));
                place
            }
        };
        &mut self.fields[place].1
    }

    fn clear_siblings(&mut self, schema: &Schema, field: &Field) {
        let Some(oneof) = field.oneof else { return };
        for member in &schema[self.idx].oneofs[oneof].members {
            if *member != field.number {
                self.clear(*member);
            }
        }
    }

    fn place(&self, number: u32) -> Result<usize, usize> {
        self.fields.binary_search_by_key(&number, |(at, _)| *at)
    }
}

impl Value {
    fn drop_unknown(&mut self) {
        if let Value::Message(message) = self {
            message.drop_unknown();
        }
    }
}
