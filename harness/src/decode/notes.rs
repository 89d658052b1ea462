//! What is out of the ordinary about a record, though legal.

use super::Note;
use crate::schema::Field;
use crate::wire::text::bytes_start;
use crate::wire::writer::varint_len;
use crate::wire::{Payload, Record};

pub(super) fn length(record: &Record<'_>) -> Option<usize> {
    match record.payload {
        Payload::Len(content) => Some(content.len()),
        _ => None,
    }
}

/// Why a record does not count as the field of its number.
pub(super) fn stray(field: Option<&Field>) -> Note {
    match field {
        None => Note::UnknownField,
        Some(field) => Note::OtherWireType { expected: field.kind.wire_type() },
    }
}

pub(super) fn bare_value(payload: Payload<'_>) -> String {
    match payload {
        Payload::Varint(value) | Payload::Fixed64(value) => value.to_string(),
        Payload::Fixed32(value) => value.to_string(),
        Payload::Len(content) => bytes_start(content),
        Payload::StartGroup | Payload::EndGroup => String::new(),
    }
}

/// Notes that a record's varints are longer than they need be.
pub(super) fn longer(record: &Record<'_>) -> Vec<Note> {
    let tag = u64::from(record.number) << 3 | record.payload.wire_type() as u64;
    let shortest = varint_len(tag)
        + match record.payload {
            Payload::Varint(value) => varint_len(value),
            Payload::Len(content) => varint_len(content.len() as u64) + content.len(),
            Payload::Fixed32(_) => 4,
            Payload::Fixed64(_) => 8,
            Payload::StartGroup | Payload::EndGroup => 0,
        };
    Vec::from_iter(spare(record.bytes.len(), shortest))
}

pub(super) fn spare(taken: usize, shortest: usize) -> Option<Note> {
    match taken.checked_sub(shortest) {
        Some(by) if by > 0 => Some(Note::Longer { by }),
        _ => None,
    }
}
