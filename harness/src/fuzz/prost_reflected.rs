//! The contract's messages as prost-reflect reads them, field by field, without our reader.

use std::sync::LazyLock;

use crate::schema::{Field, Schema};
use crate::wire::{FieldValue, MapKey, MessageValue, Misfit, Value};
use prost::DecodeError;
use prost_reflect::{
    DescriptorPool, DynamicMessage, MapKey as ReflectedKey, ReflectMessage, Value as Reflected,
};

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(wirecheck_proto::FILE_DESCRIPTOR_SET)
        .expect("the contract's own descriptors are sound")
});

/// Reads bytes as the contract's message of this name.
///
/// # Errors
/// What prost-reflect has against them.
///
/// # Panics
/// Where the contract has no such message.
pub fn decode(full_name: &str, bytes: &[u8]) -> Result<DynamicMessage, DecodeError> {
    let descriptor = POOL.get_message_by_name(full_name);
    DynamicMessage::decode(descriptor.expect("a message of the contract"), bytes)
}

/// What prost-reflect read, as a value of ours without unknown fields.
///
/// # Errors
/// A value that the schema does not allow: an unknown number in a closed enum, which prost-reflect
/// keeps in the field.
///
/// # Panics
/// Where the two schemas disagree.
pub fn value_of(schema: &Schema, dynamic: &DynamicMessage) -> Result<MessageValue, Misfit> {
    let descriptor = dynamic.descriptor();
    let message = schema.message(descriptor.full_name()).expect("a message of the contract");
    let mut value = MessageValue::new(message);
    for (descriptor, reflected) in dynamic.fields() {
        let field = message.field(descriptor.number()).expect("a field of the contract");
        value.set(schema, field.number, field_value(schema, field, reflected)?)?;
    }
    Ok(value)
}

fn field_value(
    schema: &Schema,
    field: &Field,
    reflected: &Reflected,
) -> Result<FieldValue, Misfit> {
    Ok(match reflected {
        Reflected::List(values) => {
            let values = values.iter().map(|value| one(schema, field, value));
            FieldValue::Repeated(values.collect::<Result<_, _>>()?)
        }
        Reflected::Map(entries) => {
            let (_, of_value) = schema.map_entry(field).expect("a map");
            let entries = entries.iter();
            let entries = entries.map(|(k, v)| Ok((key(k), one(schema, of_value, v)?)));
            FieldValue::Map(entries.collect::<Result<_, _>>()?)
        }
        value => FieldValue::Singular(one(schema, field, value)?),
    })
}

fn one(schema: &Schema, field: &Field, reflected: &Reflected) -> Result<Value, Misfit> {
    Ok(match reflected {
        Reflected::Bool(value) => Value::Bool(*value),
        Reflected::I32(value) => Value::I32(*value),
        Reflected::I64(value) => Value::I64(*value),
        Reflected::U32(value) => Value::U32(*value),
        Reflected::U64(value) => Value::U64(*value),
        Reflected::F32(value) => Value::F32(*value),
        Reflected::F64(value) => Value::F64(*value),
        Reflected::String(value) => Value::String(value.clone().into_bytes()),
        Reflected::Bytes(value) => Value::Bytes(value.to_vec()),
        Reflected::EnumNumber(value) => Value::Enum(*value),
        Reflected::Message(value) => Value::from(value_of(schema, value)?),
        Reflected::List(_) | Reflected::Map(_) => {
            panic!("{} holds a list or map in a list or map", field.name)
        }
    })
}

fn key(reflected: &ReflectedKey) -> MapKey {
    match reflected {
        ReflectedKey::Bool(key) => MapKey::Bool(*key),
        ReflectedKey::I32(key) => MapKey::I32(*key),
        ReflectedKey::I64(key) => MapKey::I64(*key),
        ReflectedKey::U32(key) => MapKey::U32(*key),
        ReflectedKey::U64(key) => MapKey::U64(*key),
        ReflectedKey::String(key) => MapKey::String(key.clone().into_bytes()),
    }
}
