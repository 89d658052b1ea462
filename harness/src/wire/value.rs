//! Values of fields.

use std::collections::BTreeMap;

use super::MessageValue;
use crate::schema::{Cardinality, Field, Kind, Schema};

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
    pub(super) fn is_zero(&self) -> bool {
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
            (Value::Message(message), Kind::Message(idx) | Kind::Group(idx)) => {
                message.message() == idx
            }
            _ => false,
        }
    }
}

impl FieldValue {
    pub(super) fn fits(&self, schema: &Schema, field: &Field) -> bool {
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

impl Value {
    pub(super) fn drop_unknown(&mut self) {
        if let Value::Message(message) = self {
            message.drop_unknown();
        }
    }
}
