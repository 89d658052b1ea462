//! Reads the encoding record by record, without a schema, as strictly as C++ and upb do.

use super::parts::{delimited, fixed32, fixed64, tag, varint};
use super::{Defect, MAX_DEPTH, WireError, WireType};

/// One record: a tag and what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Where the tag begins, from the start of the outermost message.
    pub offset: usize,
    /// The field number, 1 to 2^29-1.
    pub number: u32,
    /// The value.
    pub payload: Payload<'a>,
    /// All bytes of the record, tag and length included; of a group only the one tag.
    pub bytes: &'a [u8],
    /// How many of them are the tag.
    pub tag_len: usize,
}

impl<'a> Record<'a> {
    /// Where the value begins, from the start of the outermost message; behind the length, where
    /// there is one.
    pub fn content_offset(&self) -> usize {
        match self.payload {
            Payload::Len(content) => self.offset + self.bytes.len() - content.len(),
            _ => self.offset + self.tag_len,
        }
    }

    /// The bytes behind the tag, of a length-delimited value those of the length alone.
    pub fn head(&self) -> &'a [u8] {
        &self.bytes[..self.content_offset() - self.offset]
    }
}

/// The value of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// The low 64 bits of the varint.
    Varint(u64),
    /// Eight bytes as a number.
    Fixed64(u64),
    /// Four bytes as a number.
    Fixed32(u32),
    /// What the length spans.
    Len(&'a [u8]),
    /// A group begins.
    StartGroup,
    /// The innermost open group ends.
    EndGroup,
}

impl Payload<'_> {
    /// The wire type that the tag said.
    pub fn wire_type(&self) -> WireType {
        match self {
            Payload::Varint(_) => WireType::Varint,
            Payload::Fixed64(_) => WireType::Fixed64,
            Payload::Fixed32(_) => WireType::Fixed32,
            Payload::Len(_) => WireType::Len,
            Payload::StartGroup => WireType::StartGroup,
            Payload::EndGroup => WireType::EndGroup,
        }
    }
}

/// Iterates over the records of one message. Groups are not entered but walked through: their
/// records come between a start and an end that match. After an error nothing more comes.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    base: usize,
    depth: usize,
    /// Number and place of each open group, the innermost last.
    open: Vec<(u32, usize)>,
    failed: bool,
}

impl<'a> Reader<'a> {
    /// Reads an outermost message.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, at: 0, base: 0, depth: 0, open: Vec::new(), failed: false }
    }

    /// Reads the content of a length-delimited record of this reader as a message.
    ///
    /// # Errors
    /// [`Defect::DepthExceeded`].
    pub fn nested(&self, record: &Record<'a>, content: &'a [u8]) -> Result<Reader<'a>, WireError> {
        let depth = self.depth() + 1;
        if depth > MAX_DEPTH {
            return Err(Defect::DepthExceeded.at(record.offset));
        }
        Ok(Reader { base: record.content_offset(), depth, ..Reader::new(content) })
    }

    /// How many messages and groups enclose the next record, the outermost message not counted.
    pub fn depth(&self) -> usize {
        self.depth + self.open.len()
    }

    /// Where the next record begins, or the one that failed, from the start of the outermost message.
    pub fn offset(&self) -> usize {
        self.base + self.at
    }

    /// What was read since `offset`, which an earlier record of this reader had.
    pub fn since(&self, offset: usize) -> &'a [u8] {
        let from = offset.saturating_sub(self.base).min(self.at);
        &self.bytes[from..self.at]
    }

    /// What was not read yet; after an error, from the record that failed on.
    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// Reads on behind the end of the group whose start was the last record, and returns all of
    /// the group's bytes, both tags included.
    ///
    /// # Errors
    /// What is wrong with the records inside the group.
    pub fn skip_group(&mut self, start: &Record<'a>) -> Result<&'a [u8], WireError> {
        let outside = self.depth().saturating_sub(1);
        while self.depth() > outside {
            match self.next() {
                Some(record) => record?,
                None => break,
            };
        }
        Ok(self.since(start.offset))
    }

    fn record(&mut self) -> Result<Record<'a>, WireError> {
        let start = self.at;
        let rest = &self.bytes[start..];
        let offset = self.base + start;
        let (tag, tag_len) = tag(rest).map_err(|defect| defect.at(offset))?;
        let number = tag >> 3;
        let value_at = offset + tag_len;
        let after = &rest[tag_len..];
        let (payload, len) = match tag & 7 {
            0 => varint(after).map(|(value, len)| (Payload::Varint(value), len)),
            1 => fixed64(after).map(|value| (Payload::Fixed64(value), 8)),
            2 => delimited(after).map(|(content, len)| (Payload::Len(content), len)),
            3 => return self.start_group(number, tag_len),
            4 => return self.end_group(number, tag_len),
            5 => fixed32(after).map(|value| (Payload::Fixed32(value), 4)),
            other => return Err(Defect::BadWireType(other as u8).at(offset)),
        }
        .map_err(|defect| defect.at(value_at))?;
        self.at += tag_len + len;
        Ok(Record { offset, number, payload, bytes: &rest[..tag_len + len], tag_len })
    }

    fn start_group(&mut self, number: u32, tag_len: usize) -> Result<Record<'a>, WireError> {
        let offset = self.offset();
        if self.depth() >= MAX_DEPTH {
            return Err(Defect::DepthExceeded.at(offset));
        }
        self.open.push((number, offset));
        Ok(self.group_tag(number, tag_len, Payload::StartGroup))
    }

    fn end_group(&mut self, number: u32, tag_len: usize) -> Result<Record<'a>, WireError> {
        match self.open.last() {
            Some(&(open, _)) if open == number => {
                self.open.pop();
                Ok(self.group_tag(number, tag_len, Payload::EndGroup))
            }
            _ => Err(Defect::EndOfNoGroup { number }.at(self.offset())),
        }
    }

    fn group_tag(&mut self, number: u32, tag_len: usize, payload: Payload<'a>) -> Record<'a> {
        let record = Record {
            offset: self.offset(),
            number,
            payload,
            bytes: &self.bytes[self.at..self.at + tag_len],
            tag_len,
        };
        self.at += tag_len;
        record
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<Record<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let record = if self.at < self.bytes.len() {
            self.record()
        } else {
            let (number, offset) = self.open.last().copied()?;
            Err(Defect::GroupNotClosed { number }.at(offset))
        };
        self.failed = record.is_err();
        Some(record)
    }
}
