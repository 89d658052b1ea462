//! The parts of `descriptor.proto` that a schema is made of, read by our own reader.
//!
//! Not by a generated type: those at hand drop editions and extensions of options.

use std::cell::Cell;

use crate::wire::{Defect, Payload, Reader, Record, WireError};

/// How many messages, fields, values and so on all files may have together.
pub(super) const MAX_PARTS: usize = 500_000;

/// A record of a descriptor, where it stands, and how many more parts are read.
struct Place<'a, 'r> {
    reader: &'r Reader<'a>,
    record: Record<'a>,
    parts_left: &'r Cell<usize>,
}

/// Something with fields of its own.
trait Part: Default {
    /// Takes one record; numbers it does not know are passed over.
    fn take(&mut self, place: &Place<'_, '_>) -> Result<(), WireError>;

    fn read(&mut self, mut reader: Reader<'_>, parts_left: &Cell<usize>) -> Result<(), WireError> {
        while let Some(record) = reader.next() {
            let record = record?;
            match record.payload {
                Payload::StartGroup => {
                    reader.skip_group(&record)?;
                }
                _ => self.take(&Place {
                    reader: &reader,
                    record,
                    parts_left,
                })?,
            }
        }
        Ok(())
    }
}

/// Field numbers and where their values go.
macro_rules! part {
    ($part:ty, $this:ident, $at:ident: $($number:literal => $take:expr,)*) => {
        impl Part for $part {
            fn take(&mut self, $at: &Place<'_, '_>) -> Result<(), WireError> {
                let $this = self;
                match $at.record.number {
                    $($number => $take,)*
                    _ => Ok(()),
                }
            }
        }
    };
}

/// Reads an encoded `FileDescriptorSet`: each file with its bytes.
pub(super) fn files(bytes: &[u8]) -> Result<Vec<(&[u8], File)>, WireError> {
    let mut files = Vec::new();
    let parts_left = Cell::new(MAX_PARTS);
    let mut reader = Reader::new(bytes);
    while let Some(record) = reader.next() {
        let record = record?;
        match record.payload {
            Payload::Len(content) if record.number == 1 => {
                spend(&parts_left, &record)?;
                let mut file = File::default();
                file.read(reader.nested(&record, content)?, &parts_left)?;
                files.push((content, file));
            }
            Payload::StartGroup => {
                reader.skip_group(&record)?;
            }
            _ => {}
        }
    }
    Ok(files)
}

#[derive(Default)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) package: String,
    pub(super) messages: Vec<Message>,
    pub(super) enums: Vec<Enum>,
    pub(super) services: Vec<Service>,
    pub(super) extensions: Vec<Field>,
    pub(super) syntax: String,
}

part! { File, this, at:
    1 => text(&mut this.name, at),
    2 => text(&mut this.package, at),
    4 => push(&mut this.messages, at),
    5 => push(&mut this.enums, at),
    6 => push(&mut this.services, at),
    7 => push(&mut this.extensions, at),
    12 => text(&mut this.syntax, at),
}

#[derive(Default)]
pub(super) struct Message {
    pub(super) name: String,
    pub(super) fields: Vec<Field>,
    pub(super) messages: Vec<Message>,
    pub(super) enums: Vec<Enum>,
    pub(super) extension_ranges: Vec<ExtensionRange>,
    pub(super) extensions: Vec<Field>,
    pub(super) options: MessageOptions,
    pub(super) oneofs: Vec<Oneof>,
}

part! { Message, this, at:
    1 => text(&mut this.name, at),
    2 => push(&mut this.fields, at),
    3 => push(&mut this.messages, at),
    4 => push(&mut this.enums, at),
    5 => push(&mut this.extension_ranges, at),
    6 => push(&mut this.extensions, at),
    7 => merge(&mut this.options, at),
    8 => push(&mut this.oneofs, at),
}

#[derive(Default)]
pub(super) struct ExtensionRange {
    pub(super) start: i32,
    /// Not part of the range.
    pub(super) end: i32,
}

part! { ExtensionRange, this, at:
    1 => int32(&mut this.start, at),
    2 => int32(&mut this.end, at),
}

#[derive(Default)]
pub(super) struct MessageOptions {
    pub(super) message_set: bool,
    pub(super) map_entry: bool,
}

part! { MessageOptions, this, at:
    1 => boolean(&mut this.message_set, at),
    7 => boolean(&mut this.map_entry, at),
}

#[derive(Default)]
pub(super) struct Oneof {
    pub(super) name: String,
}

part! { Oneof, this, at:
    1 => text(&mut this.name, at),
}

#[derive(Default)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) extendee: String,
    pub(super) number: i32,
    pub(super) label: i32,
    pub(super) kind: i32,
    pub(super) type_name: String,
    pub(super) options: FieldOptions,
    pub(super) oneof: Option<i32>,
    pub(super) proto3_optional: bool,
}

part! { Field, this, at:
    1 => text(&mut this.name, at),
    2 => text(&mut this.extendee, at),
    3 => int32(&mut this.number, at),
    4 => int32(&mut this.label, at),
    5 => int32(&mut this.kind, at),
    6 => text(&mut this.type_name, at),
    8 => merge(&mut this.options, at),
    9 => int32(&mut this.oneof, at),
    17 => boolean(&mut this.proto3_optional, at),
}

#[derive(Default)]
pub(super) struct FieldOptions {
    pub(super) packed: Option<bool>,
}

part! { FieldOptions, this, at:
    2 => boolean(&mut this.packed, at),
}

#[derive(Default)]
pub(super) struct Enum {
    pub(super) name: String,
    pub(super) values: Vec<EnumValue>,
}

part! { Enum, this, at:
    1 => text(&mut this.name, at),
    2 => push(&mut this.values, at),
}

#[derive(Default)]
pub(super) struct EnumValue {
    pub(super) name: String,
    pub(super) number: i32,
}

part! { EnumValue, this, at:
    1 => text(&mut this.name, at),
    2 => int32(&mut this.number, at),
}

#[derive(Default)]
pub(super) struct Service {
    pub(super) name: String,
    pub(super) methods: Vec<Method>,
}

part! { Service, this, at:
    1 => text(&mut this.name, at),
    2 => push(&mut this.methods, at),
}

#[derive(Default)]
pub(super) struct Method {
    pub(super) name: String,
    pub(super) input: String,
    pub(super) output: String,
    pub(super) client_streaming: bool,
    pub(super) server_streaming: bool,
}

part! { Method, this, at:
    1 => text(&mut this.name, at),
    2 => text(&mut this.input, at),
    3 => text(&mut this.output, at),
    5 => boolean(&mut this.client_streaming, at),
    6 => boolean(&mut this.server_streaming, at),
}

fn text(into: &mut String, at: &Place<'_, '_>) -> Result<(), WireError> {
    if let Payload::Len(content) = at.record.payload {
        let text = std::str::from_utf8(content).map_err(|error| {
            Defect::NotUtf8.at(at.record.content_offset() + error.valid_up_to())
        })?;
        text.clone_into(into);
    }
    Ok(())
}

fn int32(into: &mut impl From<i32>, at: &Place<'_, '_>) -> Result<(), WireError> {
    if let Payload::Varint(value) = at.record.payload {
        *into = (value as i32).into();
    }
    Ok(())
}

fn boolean(into: &mut impl From<bool>, at: &Place<'_, '_>) -> Result<(), WireError> {
    if let Payload::Varint(value) = at.record.payload {
        *into = (value != 0).into();
    }
    Ok(())
}

fn merge(into: &mut impl Part, at: &Place<'_, '_>) -> Result<(), WireError> {
    match at.record.payload {
        Payload::Len(content) => into.read(at.reader.nested(&at.record, content)?, at.parts_left),
        _ => Ok(()),
    }
}

fn push<T: Part>(into: &mut Vec<T>, at: &Place<'_, '_>) -> Result<(), WireError> {
    if let Payload::Len(_) = at.record.payload {
        spend(at.parts_left, &at.record)?;
        let mut part = T::default();
        merge(&mut part, at)?;
        into.push(part);
    }
    Ok(())
}

fn spend(parts_left: &Cell<usize>, record: &Record<'_>) -> Result<(), WireError> {
    let left = parts_left.get().checked_sub(1);
    parts_left.set(left.ok_or(Defect::TooManyValues { cap: MAX_PARTS }.at(record.offset))?);
    Ok(())
}
