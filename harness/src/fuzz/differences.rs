//! Where prost and prost-reflect are known to judge otherwise, and why.

use crate::decode::{Content, Line, Note, dump};
use crate::schema::{Cardinality, Message, Schema};
use crate::wire::parts::tag;
use crate::wire::{Defect, MessageValue, WireType, Writer};

/// A way in which prost and prost-reflect differ from the encoding's description, or from C++ and
/// upb, whom we follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A tag of more than five bytes.
    LongTag,
    /// A length of more than five bytes.
    LongLength,
    /// A tenth byte of a varint with more than its lowest bit.
    TenthByte,
    /// A known field with another wire type.
    OtherWireType,
    /// A record of a map field with another wire type.
    MapWireType,
    /// A required field that is missing.
    Required,
    /// A number that a closed enum lacks.
    ClosedEnum,
    /// A proto2 string that is not UTF-8.
    Proto2String,
    /// -0.0 in a field of implicit presence.
    NegativeZero,
}

impl Difference {
    /// All of them.
    pub const ALL: [Difference; 9] = [
        Difference::LongTag,
        Difference::LongLength,
        Difference::TenthByte,
        Difference::OtherWireType,
        Difference::MapWireType,
        Difference::Required,
        Difference::ClosedEnum,
        Difference::Proto2String,
        Difference::NegativeZero,
    ];

    /// Who does it otherwise, and how.
    pub fn reason(self) -> &'static str {
        match self {
            Difference::LongTag => "prost takes tags of up to ten bytes",
            Difference::LongLength => "prost takes lengths of up to ten bytes",
            Difference::TenthByte => "prost refuses what falls out of 64 bits, upb drops it",
            Difference::OtherWireType => "prost refuses it, others keep an unknown field",
            Difference::MapWireType => "prost reads a map entry whatever the wire type",
            Difference::Required => "prost does not ask for required fields",
            Difference::ClosedEnum => "prost keeps the number in the field",
            Difference::Proto2String => "prost wants UTF-8 of every string",
            Difference::NegativeZero => "prost-reflect counts it as absent",
        }
    }

    /// Whether it can be why we read the one and prost or prost-reflect the other; nothing stands
    /// for bytes that are refused.
    pub fn explains(self, own: Option<&MessageValue>, other: Option<&MessageValue>) -> bool {
        use Difference::{
            ClosedEnum, LongLength, LongTag, MapWireType, NegativeZero, OtherWireType,
            Proto2String, Required, TenthByte,
        };
        match self {
            LongTag | LongLength => own.is_none() && other.is_some(),
            // A number that a closed enum lacks is refused where our values cannot hold it.
            TenthByte | OtherWireType | Proto2String | ClosedEnum => {
                own.is_some() && other.is_none()
            }
            NegativeZero => own.is_some() && other.is_some(),
            // What prost writes again has the field, with its default.
            Required => other.is_some(),
            // From there on, the bytes are others to prost.
            MapWireType => true,
        }
    }

    /// Bytes with this difference and no other.
    pub fn example(self) -> (&'static str, Vec<u8>) {
        let w = Writer::new();
        let (name, bytes) = match self {
            Difference::LongTag => ("jina.Request", w.tag_of(1, 0, 6).raw(&[1])),
            Difference::LongLength => ("jina.Status", w.len_as(2, 1, 6, b"x")),
            Difference::TenthByte => {
                let tag = w.tag(1, WireType::Varint);
                ("jina.Request", tag.raw(&[0x81; 9]).raw(&[0x02]))
            }
            Difference::OtherWireType => ("jina.Request", w.varint(1, 1).fixed32(1, 1)),
            Difference::MapWireType => {
                let end = w.tag(2, WireType::EndGroup);
                ("jina.Request.ControlRequest", end.raw(&[4, 0x0a, 0, 0x12, 0]))
            }
            Difference::Required => ("FileId", w),
            Difference::ClosedEnum => ("RunJobResponse", w.varint(1, 1).varint(1, 3)),
            Difference::Proto2String => ("FileId", w.len(1, b"\xff")),
            Difference::NegativeZero => ("jina.Relevance", w.fixed32(1, 1 << 31)),
        };
        (name, bytes.into_bytes())
    }
}

/// The differences that these bytes have.
pub fn in_bytes(schema: &Schema, message: &Message, bytes: &[u8]) -> Vec<Difference> {
    let dump = dump(schema, message, bytes);
    let mut found = Vec::new();
    if !dump.missing.is_empty() {
        found.push(Difference::Required);
    }
    for line in &dump.lines {
        match &line.content {
            Content::Defect(error) => in_defect(schema, line, error.defect, &mut found),
            Content::Value { .. } | Content::Element { .. } => found.extend(in_value(line)),
            _ => {}
        }
        for note in &line.notes {
            match note {
                Note::OtherWireType { .. } => found.push(match of_map(schema, line) {
                    true => Difference::MapWireType,
                    false => Difference::OtherWireType,
                }),
                Note::NotInClosedEnum => found.push(Difference::ClosedEnum),
                _ => {}
            }
        }
    }
    found.dedup();
    found
}

fn in_defect(schema: &Schema, line: &Line, defect: Defect, found: &mut Vec<Difference>) {
    match defect {
        Defect::TagTooLong => found.push(Difference::LongTag),
        Defect::LengthTooLong => found.push(Difference::LongLength),
        _ => {}
    }
    if of_map(schema, line) {
        found.push(Difference::MapWireType);
    }
}

fn in_value(line: &Line) -> Option<Difference> {
    let (wire_type, value, tag_len) = match &line.content {
        Content::Value { len: Some(len), value, .. } => {
            let content = &line.bytes[line.bytes.len() - len..];
            let text = value.starts_with('"') && std::str::from_utf8(content).is_err();
            return text.then_some(Difference::Proto2String);
        }
        Content::Value { wire_type, value, .. } => {
            (wire_type, value, tag(&line.bytes).map_or(0, |(_, len)| len))
        }
        Content::Element { wire_type, value } => (wire_type, value, 0),
        _ => return None,
    };
    let bytes = &line.bytes[tag_len..];
    let varint = *wire_type == WireType::Varint;
    match varint && bytes.len() == 10 && bytes.last() > Some(&1) {
        true => Some(Difference::TenthByte),
        false => (value == "-0.0").then_some(Difference::NegativeZero),
    }
}

/// Whether a line is a record of a map field that has another wire type than a map's.
fn of_map(schema: &Schema, line: &Line) -> bool {
    let tag = tag(&line.bytes).map(|(tag, _)| tag);
    tag.is_ok_and(|tag| tag & 7 != WireType::Len as u32 && is_map(schema, tag >> 3, &line.path))
}

/// Whether a path ends at a map field of this number.
fn is_map(schema: &Schema, number: u32, path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    let fields = schema.messages().iter().flat_map(|message| &message.fields);
    let mut maps = fields.filter(|field| field.cardinality == Cardinality::Map);
    maps.any(|map| map.number == number && last.split('[').next() == Some(&map.name))
}
