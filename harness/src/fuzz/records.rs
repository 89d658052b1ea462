//! Encodings that are nearly valid, record by record: fields twice, members of a oneof in turn, other
//! wire types, longer varints, wrong lengths, groups.

use super::choices::{Choices, MAX_LEVEL};
use crate::schema::{Cardinality, Field, Kind, Message, Schema};
use crate::wire::{MAX_FIELD_NUMBER, WireType, Writer};

/// Up to six records of a message; of an unknown one where there is none.
pub(super) fn records(
    schema: &Schema,
    message: Option<&Message>,
    choices: &mut Choices,
    level: usize,
) -> Vec<u8> {
    let mut writer = Writer::new();
    let most = if level < MAX_LEVEL { 7 } else { 1 };
    for _ in 0..choices.below(most) {
        let fields = message.map_or(&[][..], |message| &message.fields);
        let field = match choices.below(8) {
            7 => None,
            _ => fields.get(choices.below(fields.len())),
        };
        writer = record(schema, field, choices, level, writer);
    }
    writer.into_bytes()
}

fn record(
    schema: &Schema,
    field: Option<&Field>,
    choices: &mut Choices,
    level: usize,
    writer: Writer,
) -> Writer {
    const STRANGERS: [u32; 5] = [900, 2, 19_000, MAX_FIELD_NUMBER, 0];
    let number = field.map_or_else(|| STRANGERS[choices.below(5)], |field| field.number);
    match wire_type(field, choices) {
        WireType::Len => {
            let content = content(schema, field, choices, level);
            let length = match choices.below(16) {
                15 => choices.bits(),
                _ => content.len() as u64,
            };
            let writer = writer.tag_of(number, WireType::Len as u8, width(choices));
            writer.bare_varint(length, width(choices)).raw(&content)
        }
        WireType::StartGroup => {
            let inner = match field.map(|field| field.kind) {
                Some(Kind::Group(idx)) => Some(&schema[idx]),
                _ => None,
            };
            writer.group(number, &records(schema, inner, choices, level + 1))
        }
        bare => {
            let writer = writer.tag_of(number, bare as u8, width(choices));
            payload(bare, choices, writer)
        }
    }
}

/// Mostly the field's own.
fn wire_type(field: Option<&Field>, choices: &mut Choices) -> WireType {
    const ALL: [WireType; 6] = [
        WireType::Varint,
        WireType::Len,
        WireType::Fixed32,
        WireType::Fixed64,
        WireType::StartGroup,
        WireType::EndGroup,
    ];
    match (field, choices.below(12)) {
        (None, choice) => ALL[choice % ALL.len()],
        (Some(_), 11) => ALL[choices.below(ALL.len())],
        (Some(field), choice) => match field.cardinality {
            Cardinality::Repeated { .. } if field.kind.is_packable() && choice % 2 == 0 => {
                WireType::Len
            }
            _ => field.kind.wire_type(),
        },
    }
}

/// What a length spans: a message, packed elements, or text.
fn content(schema: &Schema, field: Option<&Field>, choices: &mut Choices, level: usize) -> Vec<u8> {
    match field.map(|field| field.kind) {
        Some(Kind::Message(idx) | Kind::Group(idx)) => {
            records(schema, Some(&schema[idx]), choices, level + 1)
        }
        Some(Kind::Bytes) => choices.bytes(),
        Some(Kind::String) | None => match choices.below(8) {
            7 => choices.bytes(),
            _ => choices.text().into_bytes(),
        },
        Some(kind) => {
            let elements = 0..choices.below(5);
            let packed = elements
                .fold(Writer::new(), |writer, _| payload(kind.wire_type(), choices, writer));
            packed.into_bytes()
        }
    }
}

fn payload(wire_type: WireType, choices: &mut Choices, writer: Writer) -> Writer {
    match wire_type {
        WireType::Varint => {
            let value = choices.bits();
            writer.bare_varint(value, width(choices))
        }
        WireType::Fixed64 => writer.raw(&choices.bits().to_le_bytes()),
        WireType::Fixed32 => writer.raw(&(choices.bits() as u32).to_le_bytes()),
        WireType::Len | WireType::StartGroup | WireType::EndGroup => writer,
    }
}

/// Of a varint, in bytes at least; seldom more than it needs.
fn width(choices: &mut Choices) -> usize {
    match choices.below(12) {
        11 => choices.below(12),
        _ => 0,
    }
}
