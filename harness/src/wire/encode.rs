//! A message in its canonical bytes: fields by number, packed where the schema packs, map entries
//! by key with key and value always written, then the unknown fields as they came.

use super::WireType;
use super::message::MessageValue;
use super::value::{FieldValue, Value};
use super::writer::{put_len, put_tag, put_varint};
use crate::schema::{Cardinality, Field, Kind, Schema};

/// Encodes a message of this schema. Required fields that are missing stay so.
pub fn encode(schema: &Schema, message: &MessageValue) -> Vec<u8> {
    let mut out = Vec::new();
    put_message(schema, message, &mut out);
    out
}

/// The value alone, as an element of a packed field or behind its tag; of a string, bytes or a
/// message without the length.
pub fn encode_value(schema: &Schema, kind: Kind, value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    put_bare(schema, kind, value, &mut out);
    out
}

fn put_message(schema: &Schema, message: &MessageValue, out: &mut Vec<u8>) {
    let known = &schema[message.message()];
    for (number, value) in message.fields() {
        // Only fields of the schema can be set.
        if let Some(field) = known.field(number) {
            put_field(schema, field, value, out);
        }
    }
    out.extend_from_slice(message.unknown());
}

fn put_field(schema: &Schema, field: &Field, value: &FieldValue, out: &mut Vec<u8>) {
    match value {
        FieldValue::Singular(value) => put_value(schema, field, value, out),
        FieldValue::Repeated(values)
            if field.cardinality == (Cardinality::Repeated { packed: true }) =>
        {
            let mut packed = Vec::new();
            for value in values {
                put_bare(schema, field.kind, value, &mut packed);
            }
            put_len(out, field.number, &packed);
        }
        FieldValue::Repeated(values) => {
            for value in values {
                put_value(schema, field, value, out);
            }
        }
        FieldValue::Map(entries) => {
            let Some((of_key, of_value)) = schema.map_entry(field) else {
                return;
            };
            for (key, value) in entries {
                let mut entry = Vec::new();
                put_value(schema, of_key, &key.to_value(), &mut entry);
                put_value(schema, of_value, value, &mut entry);
                put_len(out, field.number, &entry);
            }
        }
    }
}

fn put_value(schema: &Schema, field: &Field, value: &Value, out: &mut Vec<u8>) {
    match field.kind.wire_type() {
        WireType::Len => {
            let mut content = Vec::new();
            put_bare(schema, field.kind, value, &mut content);
            put_len(out, field.number, &content);
        }
        WireType::StartGroup => {
            put_tag(out, field.number, WireType::StartGroup);
            put_bare(schema, field.kind, value, out);
            put_tag(out, field.number, WireType::EndGroup);
        }
        wire_type => {
            put_tag(out, field.number, wire_type);
            put_bare(schema, field.kind, value, out);
        }
    }
}

fn put_bare(schema: &Schema, kind: Kind, value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Bool(value) => put_varint(out, u64::from(*value), 0),
        Value::I32(value) => match kind {
            Kind::Sfixed32 => out.extend(value.to_le_bytes()),
            // The sign moves to the lowest bit.
            Kind::Sint32 => put_varint(out, u64::from((value << 1 ^ value >> 31) as u32), 0),
            // A negative number goes out as 64 bits, ten bytes.
            _ => put_varint(out, i64::from(*value) as u64, 0),
        },
        Value::I64(value) => match kind {
            Kind::Sfixed64 => out.extend(value.to_le_bytes()),
            Kind::Sint64 => put_varint(out, (value << 1 ^ value >> 63) as u64, 0),
            _ => put_varint(out, *value as u64, 0),
        },
        Value::U32(value) => match kind {
            Kind::Fixed32 => out.extend(value.to_le_bytes()),
            _ => put_varint(out, u64::from(*value), 0),
        },
        Value::U64(value) => match kind {
            Kind::Fixed64 => out.extend(value.to_le_bytes()),
            _ => put_varint(out, *value, 0),
        },
        Value::F32(value) => out.extend(value.to_bits().to_le_bytes()),
        Value::F64(value) => out.extend(value.to_bits().to_le_bytes()),
        Value::Enum(number) => put_varint(out, i64::from(*number) as u64, 0),
        Value::String(bytes) | Value::Bytes(bytes) => out.extend_from_slice(bytes),
        Value::Message(message) => put_message(schema, message, out),
    }
}
