//! Records in protobuf's binary form, read as strictly as prost does, but in place.

use std::borrow::Cow;

use super::record::{self, Error, Image, Job, Record, Session, Status, Upload};
use super::time::Time;
use crate::wire::{self, Defect, Payload, Reader, WireError, WireType};

/// Why bytes are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BinaryError {
    /// They are no message at all, or a string in them is no text.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A field has another wire type than the document gives it. A reader might pass over it as
    /// unknown; then whoever wrote it would be judged by what it did not say.
    #[error("field {number} with wire type {} at byte {offset}", .came.name())]
    WireType {
        /// The number of the field.
        number: u32,
        /// The wire type that came.
        came: WireType,
        /// Where the field begins, from the start of the outermost message.
        offset: usize,
    },
}

/// Reads the message of this full name. None when it is none of imss.
///
/// # Errors
/// When the bytes do not parse.
pub fn record<'a>(name: &str, bytes: &'a [u8]) -> Option<Result<Record<'a>, BinaryError>> {
    let reader = Reader::new(bytes);
    Some(match name {
        "imss.Session" => read(reader).map(Record::Session),
        "imss.Image" => read(reader).map(Record::Image),
        "imss.ImageUpload" => read(reader).map(Record::Upload),
        "imss.UploadJob" => read(reader).map(Record::Job),
        "imss.Error" => read(reader).map(|_: Error<'_>| Record::Error),
        _ => return None,
    })
}

/// A message that takes its fields one by one, in any order and however often.
trait Message<'a>: Default {
    fn take(&mut self, field: Field<'_, 'a>) -> Result<(), BinaryError>;
}

fn read<'a, M: Message<'a>>(reader: Reader<'a>) -> Result<M, BinaryError> {
    let mut message = M::default();
    merge(&mut message, reader)?;
    Ok(message)
}

fn merge<'a>(message: &mut impl Message<'a>, mut reader: Reader<'a>) -> Result<(), BinaryError> {
    while let Some(record) = reader.next() {
        message.take(Field { record: record?, reader: &mut reader })?;
    }
    Ok(())
}

/// One field as it came, to be read as what the document says of its number.
struct Field<'r, 'a> {
    record: wire::Record<'a>,
    reader: &'r mut Reader<'a>,
}

impl<'a> Field<'_, 'a> {
    fn number(&self) -> u32 {
        self.record.number
    }

    fn varint(&self) -> Result<u64, BinaryError> {
        match self.record.payload {
            Payload::Varint(value) => Ok(value),
            _ => Err(self.other_wire_type()),
        }
    }

    /// An enum keeps the low 32 bits.
    fn status(&self) -> Result<Status, BinaryError> {
        Ok(Status::from_number(self.varint()? as i32))
    }

    fn content(&self) -> Result<&'a [u8], BinaryError> {
        match self.record.payload {
            Payload::Len(content) => Ok(content),
            _ => Err(self.other_wire_type()),
        }
    }

    fn text(&self) -> Result<Cow<'a, str>, BinaryError> {
        let content = self.content()?;
        let text = std::str::from_utf8(content).map_err(|error| {
            Defect::NotUtf8.at(self.record.content_offset() + error.valid_up_to())
        })?;
        Ok(Cow::Borrowed(text))
    }

    fn message<M: Message<'a>>(&self) -> Result<M, BinaryError> {
        read(self.nested()?)
    }

    /// Another element of a list that may have so many.
    fn one_of<T>(
        &self,
        list: &mut Vec<T>,
        cap: usize,
        read: impl FnOnce(&Self) -> Result<T, BinaryError>,
    ) -> Result<(), BinaryError> {
        if list.len() == cap {
            return Err(Defect::TooManyValues { cap }.at(self.record.offset).into());
        }
        list.push(read(self)?);
        Ok(())
    }

    /// A message that came in pieces is one.
    fn more_of<M: Message<'a>>(&self, message: &mut Option<M>) -> Result<(), BinaryError> {
        merge(message.get_or_insert_default(), self.nested()?)
    }

    fn time(&self, time: &mut Option<Time<'a>>) -> Result<(), BinaryError> {
        let mut timestamp = match time {
            Some(Time::At(seconds, nanos)) => Timestamp { seconds: *seconds, nanos: *nanos },
            _ => Timestamp::default(),
        };
        merge(&mut timestamp, self.nested()?)?;
        *time = Some(Time::At(timestamp.seconds, timestamp.nanos));
        Ok(())
    }

    fn nested(&self) -> Result<Reader<'a>, BinaryError> {
        Ok(self.reader.nested(&self.record, self.content()?)?)
    }

    /// Of a group all of it is passed over: what stands in it are no fields of this message.
    fn unknown(self) -> Result<(), BinaryError> {
        if self.record.payload == Payload::StartGroup {
            self.reader.skip_group(&self.record)?;
        }
        Ok(())
    }

    fn other_wire_type(&self) -> BinaryError {
        let wire::Record { number, offset, payload, .. } = self.record;
        BinaryError::WireType { number, came: payload.wire_type(), offset }
    }
}

impl<'a> Message<'a> for Session<'a> {
    fn take(&mut self, field: Field<'_, 'a>) -> Result<(), BinaryError> {
        match field.number() {
            1 => self.id = field.text()?,
            2 => self.completed = field.varint()? != 0,
            3 => field.time(&mut self.created)?,
            4 => field.time(&mut self.finished)?,
            // name, which no clause speaks of; but it is text.
            5 => drop(field.text()?),
            6 => field.one_of(&mut self.images, record::IMAGES, Field::message)?,
            _ => field.unknown()?,
        }
        Ok(())
    }
}

impl<'a> Message<'a> for Image<'a> {
    fn take(&mut self, field: Field<'_, 'a>) -> Result<(), BinaryError> {
        match field.number() {
            1 => self.id = field.text()?,
            2 => self.session_id = field.text()?,
            // localPath, which no clause speaks of; but it is text.
            3 => drop(field.text()?),
            4 => self.cloud_id = field.text()?,
            5 => field.time(&mut self.created)?,
            6 => self.size = field.varint()?,
            _ => field.unknown()?,
        }
        Ok(())
    }
}

impl<'a> Message<'a> for Upload<'a> {
    fn take(&mut self, field: Field<'_, 'a>) -> Result<(), BinaryError> {
        match field.number() {
            1 => self.id = field.text()?,
            2 => self.job_id = field.text()?,
            3 => self.image_id = field.text()?,
            4 => self.progress = field.varint()?,
            5 => self.status = field.status()?,
            6 => field.more_of(&mut self.error)?,
            _ => field.unknown()?,
        }
        Ok(())
    }
}

impl<'a> Message<'a> for Job<'a> {
    fn take(&mut self, field: Field<'_, 'a>) -> Result<(), BinaryError> {
        match field.number() {
            1 => self.id = field.text()?,
            2 => field.one_of(&mut self.image_ids, record::IMAGE_IDS, Field::text)?,
            3 => self.status = field.status()?,
            4 => field.time(&mut self.created)?,
            5 => field.time(&mut self.finished)?,
            6 => self.progress = field.varint()?,
            7 => self.size = field.varint()?,
            8 => self.recipient = field.text()?,
            _ => field.unknown()?,
        }
        Ok(())
    }
}

impl<'a> Message<'a> for Error<'a> {
    fn take(&mut self, field: Field<'_, 'a>) -> Result<(), BinaryError> {
        match field.number() {
            1 => self.code = field.varint()?,
            2 => self.message = field.text()?,
            _ => field.unknown()?,
        }
        Ok(())
    }
}

/// `google.protobuf.Timestamp`
#[derive(Default)]
struct Timestamp {
    seconds: i64,
    nanos: i32,
}

impl<'a> Message<'a> for Timestamp {
    fn take(&mut self, field: Field<'_, 'a>) -> Result<(), BinaryError> {
        match field.number() {
            1 => self.seconds = field.varint()? as i64,
            // The low 32 bits.
            2 => self.nanos = field.varint()? as i32,
            _ => field.unknown()?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Writer;

    #[test]
    fn a_list_ends_at_its_cap() {
        let bytes = |number, count| Writer::new().len(number, b"").into_bytes().repeat(count);
        for (name, number, cap) in
            [("imss.Session", 6, record::IMAGES), ("imss.UploadJob", 2, record::IMAGE_IDS)]
        {
            let read = |count| record(name, &bytes(number, count)).expect("a message").map(drop);
            assert_eq!(read(cap), Ok(()));
            let refused = Defect::TooManyValues { cap }.at(2 * cap);
            assert_eq!(read(cap + 1), Err(BinaryError::Wire(refused)));
        }
    }
}
