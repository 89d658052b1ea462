//! What can be wrong with encoded bytes, by name and place.

use std::fmt;

use super::MAX_DEPTH;

/// A defect and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{defect} at byte {offset}")]
pub struct WireError {
    /// Byte offset from the start of the outermost message: the first byte of the part that is
    /// defective (the tag, the length, the element, the byte that is no UTF-8).
    pub offset: usize,
    /// What is wrong there.
    pub defect: Defect,
}

/// What is wrong with the bytes. The text of each fits the middle of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// The bytes end inside a part.
    #[error("the bytes end inside {0}")]
    Truncated(Part),
    /// A varint goes on after ten bytes.
    #[error("varint longer than 10 bytes")]
    VarintTooLong,
    /// A tag of more than five bytes, or above 2^32-1.
    #[error("tag longer than 5 bytes or above 2^32-1")]
    TagTooLong,
    /// Field number 0.
    #[error("field number 0")]
    TagZero,
    /// Wire type 6 or 7: these do not exist.
    #[error("wire type {0}, which does not exist")]
    BadWireType(u8),
    /// A length of more than five bytes.
    #[error("length longer than 5 bytes")]
    LengthTooLong,
    /// A length that points past the end of what it stands in.
    #[error("length {length} runs past the end, {left} bytes left")]
    LengthOverrun {
        /// As encoded, in bytes.
        length: u64,
        /// How many bytes follow the length.
        left: usize,
    },
    /// An end group where no group is open, or another one is.
    #[error("end of group {number}, which is not open")]
    EndOfNoGroup {
        /// The field number of the end group.
        number: u32,
    },
    /// The bytes end while a group is open. The offset is that of its start.
    #[error("group {number} is never closed")]
    GroupNotClosed {
        /// The field number of the innermost open group.
        number: u32,
    },
    /// A string that has to be UTF-8 is not. The offset is that of the first bad byte.
    #[error("string is not UTF-8")]
    NotUtf8,
    /// Messages and groups nested more than [`MAX_DEPTH`] deep.
    #[error("nested more than {MAX_DEPTH} deep")]
    DepthExceeded,
    /// More values in one message than this reader is willing to hold; the bytes may be fine.
    #[error("more than {cap} values, which is all that is read here")]
    TooManyValues {
        /// How many are read.
        cap: usize,
    },
}

impl Defect {
    /// The defect with its place.
    pub fn at(self, offset: usize) -> WireError {
        WireError {
            offset,
            defect: self,
        }
    }
}

/// A part of a record that can be cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Field number and wire type.
    Tag,
    /// The length of a string, of bytes, of a message or of a packed field.
    Length,
    /// A varint value.
    Varint,
    /// A value of four bytes.
    Fixed32,
    /// A value of eight bytes.
    Fixed64,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Tag => "a tag",
            Part::Length => "a length",
            Part::Varint => "a varint",
            Part::Fixed32 => "a fixed32 value",
            Part::Fixed64 => "a fixed64 value",
        })
    }
}
