//! What a payload means as a number, a string or bytes.

use super::parts::{fixed32, fixed64, varint};
use super::{Defect, Payload, Value, WireType};
use crate::schema::{Kind, Schema};

/// The element that a packed field's bytes begin with, and how many bytes it takes.
pub(crate) fn element(kind: Kind, bytes: &[u8]) -> Result<(Payload<'_>, usize), Defect> {
    match kind.wire_type() {
        WireType::Fixed32 => Ok((Payload::Fixed32(fixed32(bytes)?), 4)),
        WireType::Fixed64 => Ok((Payload::Fixed64(fixed64(bytes)?), 8)),
        _ => varint(bytes).map(|(value, len)| (Payload::Varint(value), len)),
    }
}

/// What a payload means as a value of this kind: nothing where the wire type is another, the
/// number none of a closed enum, or the kind a message.
pub(crate) fn scalar(schema: &Schema, kind: Kind, payload: Payload<'_>) -> Option<Value> {
    let value = match (kind, payload) {
        // 32-bit kinds keep the low 32 bits of what came.
        (Kind::Int32, Payload::Varint(value)) => Value::I32(value as i32),
        (Kind::Uint32, Payload::Varint(value)) => Value::U32(value as u32),
        (Kind::Sint32, Payload::Varint(value)) => {
            let value = value as u32;
            Value::I32((value >> 1) as i32 ^ -((value & 1) as i32))
        }
        (Kind::Int64, Payload::Varint(value)) => Value::I64(value as i64),
        (Kind::Uint64, Payload::Varint(value)) => Value::U64(value),
        (Kind::Sint64, Payload::Varint(value)) => {
            Value::I64((value >> 1) as i64 ^ -((value & 1) as i64))
        }
        (Kind::Bool, Payload::Varint(value)) => Value::Bool(value != 0),
        (Kind::Enum(idx), Payload::Varint(value)) => {
            let (number, of) = (value as i32, &schema[idx]);
            if of.closed && of.name_of(number).is_none() {
                return None;
            }
            Value::Enum(number)
        }
        (Kind::Fixed32, Payload::Fixed32(value)) => Value::U32(value),
        (Kind::Sfixed32, Payload::Fixed32(value)) => Value::I32(value as i32),
        (Kind::Float, Payload::Fixed32(value)) => Value::F32(f32::from_bits(value)),
        (Kind::Fixed64, Payload::Fixed64(value)) => Value::U64(value),
        (Kind::Sfixed64, Payload::Fixed64(value)) => Value::I64(value as i64),
        (Kind::Double, Payload::Fixed64(value)) => Value::F64(f64::from_bits(value)),
        (Kind::String, Payload::Len(content)) => Value::String(content.to_vec()),
        (Kind::Bytes, Payload::Len(content)) => Value::Bytes(content.to_vec()),
        _ => return None,
    };
    Some(value)
}
