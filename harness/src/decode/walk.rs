//! Walks through the bytes of a message and makes a line of each record.

use std::collections::HashMap;

use super::notes::{bare_value, length, longer, spare, stray};
use super::path::Path;
use super::{Content, Dump, Line, MAX_LINES, Note};
use crate::schema::{Cardinality, Field, Kind, Message, Schema};
use crate::wire::parts;
use crate::wire::required::missing_required;
use crate::wire::scalar::{element, scalar};
use crate::wire::text::{bytes_start, value_text};
use crate::wire::writer::varint_len;
use crate::wire::{Defect, Payload, Reader, Record, Value, WireError, decode_partial};

/// Columns of a string.
const MAX_TEXT: usize = 60;

/// Dumps `bytes` as a message of this type, up to the first defect. Never fails: what is wrong
/// with the bytes is a line of the dump.
pub fn dump(schema: &Schema, message: &Message, bytes: &[u8]) -> Dump {
    let mut walk =
        Walk { schema, input: bytes, lines: Vec::new(), path: Path::default(), depth: 0 };
    let walked = walk.message(Some(message), &mut Reader::new(bytes));
    let value = walked.and_then(|()| decode_partial(schema, message, bytes).ok());
    let missing = value.map_or(Vec::new(), |value| missing_required(schema, &value));
    Dump { message: message.full_name.clone(), size: bytes.len(), lines: walk.lines, missing }
}

struct Walk<'s, 'b> {
    schema: &'s Schema,
    input: &'b [u8],
    lines: Vec<Line>,
    /// To the message that is read, or to the field.
    path: Path,
    depth: usize,
}

/// Nothing: the dump has its last line.
type Walked = Option<()>;

impl<'s, 'b> Walk<'s, 'b> {
    /// The records of a message, up to its end or the end of the group that it is.
    fn message(&mut self, known: Option<&'s Message>, reader: &mut Reader<'b>) -> Walked {
        let mut counts = HashMap::new();
        loop {
            let start = reader.offset();
            let record = match reader.next() {
                None => return Some(()),
                Some(Ok(record)) => record,
                Some(Err(error)) => {
                    return self.broken_record(known, &counts, start, reader.rest(), error);
                }
            };
            if record.payload == Payload::EndGroup {
                let notes = longer(&record);
                return self.line(record.offset, record.bytes, Content::EndGroup, notes);
            }
            let field = known.and_then(|message| message.field(record.number));
            let outside = self.path.len();
            let count = counts.entry(record.number).or_insert(0);
            *count += match packed(field, &record) {
                Some((field, content)) => {
                    self.path.enter(record.number, Some(field), None);
                    self.packed(field, &record, content, *count)?
                }
                None => {
                    self.path.enter(record.number, field, Some(*count));
                    self.record(field, &record, reader)?;
                    1
                }
            };
            self.path.truncate(outside);
        }
    }

    fn record(
        &mut self,
        field: Option<&'s Field>,
        record: &Record<'b>,
        reader: &mut Reader<'b>,
    ) -> Walked {
        let kind = field.map(|field| field.kind);
        match (kind, record.payload) {
            (Some(Kind::Message(idx)), Payload::Len(content)) => {
                let inner = &self.schema[idx];
                let mut nested = match reader.nested(record, content) {
                    Ok(nested) => nested,
                    Err(error) => return self.defect(record.offset, error),
                };
                self.head(record, Some(inner), longer(record))?;
                self.nested(Some(inner), &mut nested)
            }
            (Some(Kind::Group(idx)), Payload::StartGroup) => {
                self.head(record, Some(&self.schema[idx]), longer(record))?;
                self.nested(Some(&self.schema[idx]), reader)
            }
            (_, Payload::StartGroup) => {
                let mut notes = longer(record);
                notes.push(stray(field));
                self.head(record, None, notes)?;
                self.nested(None, reader)
            }
            _ => match field {
                Some(field) => self.value(field, record),
                None => self.unknown(record, Note::UnknownField),
            },
        }
    }

    fn head(&mut self, record: &Record<'b>, of: Option<&Message>, notes: Vec<Note>) -> Walked {
        let content = Content::Message {
            wire_type: record.payload.wire_type(),
            len: length(record),
            type_name: of.map(|message| message.full_name.clone()),
        };
        self.line(record.offset, record.head(), content, notes)
    }

    fn nested(&mut self, known: Option<&'s Message>, reader: &mut Reader<'b>) -> Walked {
        self.depth += 1;
        self.message(known, reader)?;
        self.depth -= 1;
        Some(())
    }

    fn value(&mut self, field: &'s Field, record: &Record<'b>) -> Walked {
        let Some(value) = scalar(self.schema, field.kind, record.payload) else {
            let note = match (field.kind, record.payload) {
                (Kind::Enum(_), Payload::Varint(_)) => Note::NotInClosedEnum,
                _ => stray(Some(field)),
            };
            return self.unknown(record, note);
        };
        if let (Value::String(text), true) = (&value, field.utf8)
            && let Err(error) = std::str::from_utf8(text)
        {
            let at = record.content_offset() + error.valid_up_to();
            return self.defect(record.offset, Defect::NotUtf8.at(at));
        }
        let mut notes = longer(record);
        notes.extend(self.nameless(field.kind, &value));
        let content = Content::Value {
            wire_type: record.payload.wire_type(),
            len: length(record),
            value: match &value {
                // How many they are, the length says.
                Value::Bytes(bytes) => bytes_start(bytes),
                value => value_text(self.schema, field.kind, value, MAX_TEXT),
            },
        };
        self.line(record.offset, record.bytes, content, notes)
    }

    /// Elements from the `first` on; returns how many.
    fn packed(
        &mut self,
        field: &Field,
        record: &Record<'b>,
        content: &'b [u8],
        first: usize,
    ) -> Option<usize> {
        let len = content.len();
        let head = Content::Packed { len };
        self.line(record.offset, record.head(), head, longer(record))?;
        self.depth += 1;
        let bare = self.path.len();
        let (mut at, mut count) = (0, 0);
        while at < len {
            let offset = record.content_offset() + at;
            self.path.index(first + count);
            let (payload, taken) = match element(field.kind, &content[at..]) {
                Ok(found) => found,
                Err(defect) => {
                    self.defect(offset, defect.at(offset))?;
                    return None;
                }
            };
            self.element(field, payload, offset, &content[at..at + taken])?;
            self.path.truncate(bare);
            at += taken;
            count += 1;
        }
        self.depth -= 1;
        Some(count)
    }

    fn element(
        &mut self,
        field: &Field,
        payload: Payload<'b>,
        offset: usize,
        bytes: &[u8],
    ) -> Walked {
        let mut notes = Vec::new();
        if let Payload::Varint(number) = payload {
            notes.extend(spare(bytes.len(), varint_len(number)));
        }
        let value = match scalar(self.schema, field.kind, payload) {
            Some(value) => {
                notes.extend(self.nameless(field.kind, &value));
                value_text(self.schema, field.kind, &value, MAX_TEXT)
            }
            None => {
                notes.push(Note::NotInClosedEnum);
                bare_value(payload)
            }
        };
        let wire_type = payload.wire_type();
        self.line(offset, bytes, Content::Element { wire_type, value }, notes)
    }

    fn unknown(&mut self, record: &Record<'b>, note: Note) -> Walked {
        let mut notes = longer(record);
        notes.push(note);
        let content = Content::Value {
            wire_type: record.payload.wire_type(),
            len: length(record),
            value: bare_value(record.payload),
        };
        self.line(record.offset, record.bytes, content, notes)
    }

    fn nameless(&self, kind: Kind, value: &Value) -> Option<Note> {
        match (kind, value) {
            (Kind::Enum(idx), Value::Enum(number)) => match self.schema[idx].name_of(*number) {
                Some(_) => None,
                None => Some(Note::NotNamed),
            },
            _ => None,
        }
    }

    /// A record that does not read; its tag may, and then says which field it would be.
    fn broken_record(
        &mut self,
        known: Option<&'s Message>,
        counts: &HashMap<u32, usize>,
        start: usize,
        rest: &[u8],
        error: WireError,
    ) -> Walked {
        if let Ok((tag, _)) = parts::tag(rest) {
            let number = tag >> 3;
            let field = known.and_then(|message| message.field(number));
            let index = counts.get(&number).copied().unwrap_or(0);
            self.path.enter(number, field, Some(index));
        }
        self.defect(start, error)
    }

    fn defect(&mut self, offset: usize, error: WireError) -> Walked {
        let rest = &self.input[offset..];
        self.line(offset, rest, Content::Defect(error), Vec::new())?;
        None
    }

    fn line(&mut self, offset: usize, bytes: &[u8], content: Content, notes: Vec<Note>) -> Walked {
        let full = self.lines.len() + 1 >= MAX_LINES;
        let (bytes, content, notes) = match full {
            true => (&self.input[offset..], Content::NotShown, Vec::new()),
            false => (bytes, content, notes),
        };
        self.lines.push(Line {
            offset,
            bytes: bytes.to_vec(),
            depth: self.depth,
            path: if full { String::new() } else { self.path.shown() },
            content,
            notes,
        });
        (!full).then_some(())
    }
}

/// A record that holds packed elements of its field.
fn packed<'s, 'b>(field: Option<&'s Field>, record: &Record<'b>) -> Option<(&'s Field, &'b [u8])> {
    match (field, record.payload) {
        (Some(field), Payload::Len(content)) if field.kind.is_packable() => {
            let repeated = matches!(field.cardinality, Cardinality::Repeated { .. });
            repeated.then_some((field, content))
        }
        _ => None,
    }
}
