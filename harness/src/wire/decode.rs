//! From bytes to a message under a schema, by protobuf's rules of merging.

use super::message::MessageValue;
use super::required::missing_required;
use super::scalar::{element, scalar};
use super::value::{FieldValue, MapKey, Value};
use super::writer::{put_tag, put_varint};
use super::{Defect, MAX_VALUES, Payload, Reader, Record, WireError, WireType};
use crate::schema::{Cardinality, Field, Kind, Message, MessageIdx, Schema};

/// Why bytes are no message of their type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are malformed.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// Required fields are missing, at these paths.
    #[error("required field missing: {}", .0.join(", "))]
    Missing(Vec<String>),
}

/// Decodes a message.
///
/// # Errors
/// Malformed bytes, or required fields missing.
pub fn decode(
    schema: &Schema,
    message: &Message,
    bytes: &[u8],
) -> Result<MessageValue, DecodeError> {
    let value = decode_partial(schema, message, bytes)?;
    let missing = missing_required(schema, &value);
    if missing.is_empty() { Ok(value) } else { Err(DecodeError::Missing(missing)) }
}

/// Decodes a message whose required fields may be missing.
///
/// # Errors
/// Malformed bytes.
pub fn decode_partial(
    schema: &Schema,
    message: &Message,
    bytes: &[u8],
) -> Result<MessageValue, WireError> {
    let mut value = MessageValue::new(message);
    let mut decoder = Decoder { schema, values_left: MAX_VALUES };
    decoder.merge(&mut value, &mut Reader::new(bytes))?;
    Ok(value)
}

struct Decoder<'s> {
    schema: &'s Schema,
    values_left: usize,
}

/// What came of a record.
enum Taken {
    Known,
    /// To be kept among the unknown fields.
    Unknown,
}

impl<'s> Decoder<'s> {
    /// Reads records into a message until its end, or the end of the group that it is. The depth
    /// of the recursion is the reader's, who bounds it.
    fn merge(&mut self, into: &mut MessageValue, reader: &mut Reader<'_>) -> Result<(), WireError> {
        let message = &self.schema[into.message()];
        while let Some(record) = reader.next() {
            let record = record?;
            if record.payload == Payload::EndGroup {
                return Ok(());
            }
            let taken = match message.field(record.number) {
                Some(field) => self.field(into, field, &record, reader)?,
                None => Taken::Unknown,
            };
            if let Taken::Unknown = taken {
                let bytes = match record.payload {
                    Payload::StartGroup => reader.skip_group(&record)?,
                    _ => record.bytes,
                };
                into.unknown.extend_from_slice(bytes);
            }
        }
        Ok(())
    }

    fn field<'a>(
        &mut self,
        into: &mut MessageValue,
        field: &'s Field,
        record: &Record<'a>,
        reader: &mut Reader<'a>,
    ) -> Result<Taken, WireError> {
        match (field.kind, record.payload) {
            (Kind::Message(entry), Payload::Len(content))
                if field.cardinality == Cardinality::Map =>
            {
                self.map_entry(into, field, entry, reader.nested(record, content)?, record)
            }
            (Kind::Message(idx), Payload::Len(content)) => {
                let target = self.submessage(into, field, idx, record)?;
                self.merge(target, &mut reader.nested(record, content)?)?;
                Ok(Taken::Known)
            }
            (Kind::Group(idx), Payload::StartGroup) => {
                let target = self.submessage(into, field, idx, record)?;
                self.merge(target, reader)?;
                Ok(Taken::Known)
            }
            (kind, Payload::Len(content)) if kind.is_packable() => match field.cardinality {
                Cardinality::Repeated { .. } => self.packed(into, field, content, record),
                _ => Ok(Taken::Unknown),
            },
            _ => match self.scalar(field, record)? {
                Some(value) => {
                    self.add(into, field, value, record)?;
                    Ok(Taken::Known)
                }
                None => Ok(Taken::Unknown),
            },
        }
    }

    /// The submessage that a record goes into: the one there is, or a new one.
    fn submessage<'v>(
        &mut self,
        into: &'v mut MessageValue,
        field: &Field,
        idx: MessageIdx,
        record: &Record<'_>,
    ) -> Result<&'v mut MessageValue, WireError> {
        let schema = self.schema;
        let new = || Value::from(MessageValue::new(&schema[idx]));
        if matches!(field.cardinality, Cardinality::Singular(_)) {
            if into.get(field.number).is_none() {
                self.spend(record)?;
            }
            let slot = into.slot(schema, field, || new().into());
            if let FieldValue::Singular(Value::Message(message)) = slot {
                return Ok(message);
            }
        } else {
            self.spend(record)?;
            let slot = into.slot(schema, field, || FieldValue::Repeated(Vec::new()));
            if let FieldValue::Repeated(values) = slot {
                values.push(new());
                if let Some(Value::Message(message)) = values.last_mut() {
                    return Ok(message);
                }
            }
        }
        unreachable!("a field of messages holds messages")
    }

    fn map_entry(
        &mut self,
        into: &mut MessageValue,
        field: &Field,
        entry: MessageIdx,
        mut reader: Reader<'_>,
        record: &Record<'_>,
    ) -> Result<Taken, WireError> {
        let schema = self.schema;
        let mut pair = MessageValue::new(&schema[entry]);
        self.merge(&mut pair, &mut reader)?;
        let Some((of_key, of_value)) = schema.map_entry(field) else {
            return Ok(Taken::Unknown);
        };
        // Other unknown fields of an entry have no place in a map and are dropped, as prost does; upb
        // makes the whole entry unknown for them too.
        if pair.get(2).is_none() && holds_closed_enum(schema, of_value, &pair) {
            // A number that a closed enum lacks makes the whole entry an unknown field.
            return Ok(Taken::Unknown);
        }
        let mut take = |part: &Field| match pair.fields.iter().position(|(n, _)| *n == part.number)
        {
            Some(at) => match pair.fields.swap_remove(at).1 {
                FieldValue::Singular(value) => value,
                _ => Value::default_of(schema, part.kind),
            },
            None => Value::default_of(schema, part.kind),
        };
        let (key, value) = (take(of_key), take(of_value));
        let slot = into.slot(schema, field, || FieldValue::Map(Default::default()));
        if let (FieldValue::Map(entries), Some(key)) = (slot, MapKey::from_value(key)) {
            self.spend(record)?;
            entries.insert(key, value);
        }
        Ok(Taken::Known)
    }

    fn packed(
        &mut self,
        into: &mut MessageValue,
        field: &Field,
        content: &[u8],
        record: &Record<'_>,
    ) -> Result<Taken, WireError> {
        let mut at = 0;
        while at < content.len() {
            let place = record.content_offset() + at;
            let (payload, len) =
                element(field.kind, &content[at..]).map_err(|defect| defect.at(place))?;
            at += len;
            match scalar(self.schema, field.kind, payload) {
                Some(value) => self.add(into, field, value, record)?,
                None => {
                    if let Payload::Varint(number) = payload {
                        put_tag(&mut into.unknown, field.number, WireType::Varint);
                        put_varint(&mut into.unknown, number, 0);
                    }
                }
            }
        }
        Ok(Taken::Known)
    }

    fn scalar(&self, field: &Field, record: &Record<'_>) -> Result<Option<Value>, WireError> {
        let value = scalar(self.schema, field.kind, record.payload);
        if let (Some(Value::String(bytes)), true) = (&value, field.utf8)
            && let Err(error) = std::str::from_utf8(bytes)
        {
            let at = record.content_offset() + error.valid_up_to();
            return Err(Defect::NotUtf8.at(at));
        }
        Ok(value)
    }

    fn add(
        &mut self,
        into: &mut MessageValue,
        field: &Field,
        value: Value,
        record: &Record<'_>,
    ) -> Result<(), WireError> {
        if let Cardinality::Singular(_) = field.cardinality {
            into.put(self.schema, field, value.into());
            return Ok(());
        }
        self.spend(record)?;
        let slot = into.slot(self.schema, field, || FieldValue::Repeated(Vec::new()));
        if let FieldValue::Repeated(values) = slot {
            values.push(value);
        }
        Ok(())
    }

    fn spend(&mut self, record: &Record<'_>) -> Result<(), WireError> {
        let left = self.values_left.checked_sub(1);
        self.values_left =
            left.ok_or(Defect::TooManyValues { cap: MAX_VALUES }.at(record.offset))?;
        Ok(())
    }
}

fn holds_closed_enum(schema: &Schema, of_value: &Field, entry: &MessageValue) -> bool {
    let closed = matches!(of_value.kind, Kind::Enum(idx) if schema[idx].closed);
    closed
        && Reader::new(entry.unknown()).flatten().any(|record| {
            record.number == of_value.number && matches!(record.payload, Payload::Varint(_))
        })
}
