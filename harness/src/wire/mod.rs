//! Our own reader and writer of protobuf's encoding, and messages as values. No prost in it.

pub mod decode;
pub mod defect;
pub mod encode;
pub mod example;
pub mod message;
pub mod parts;
pub mod reader;
pub mod required;
pub(crate) mod scalar;
pub mod summary;
pub mod text;
pub mod value;
pub mod writer;

pub use decode::{DecodeError, decode, decode_partial};
pub use defect::{Defect, Part, WireError};
pub use encode::encode;
pub use example::example;
pub use message::{MessageValue, Misfit};
pub use reader::{Payload, Reader, Record};
pub use summary::summary;
pub use value::{FieldValue, MapKey, Value};
pub use writer::Writer;

/// How deep messages and groups may nest, the outermost message not counted. What C++ and upb
/// allow by default.
pub const MAX_DEPTH: usize = 100;

/// How many elements, map entries and submessages one decoded message may hold together: a bound
/// on memory, far above what the protocols need.
pub const MAX_VALUES: usize = 1 << 20;

/// The highest field number: 2^29-1.
pub const MAX_FIELD_NUMBER: u32 = (1 << 29) - 1;

/// How a record's value is laid out; the low three bits of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WireType {
    /// A varint, 1 to 10 bytes.
    Varint = 0,
    /// Eight bytes, little-endian.
    Fixed64 = 1,
    /// A length and as many bytes.
    Len = 2,
    /// Opens a group.
    StartGroup = 3,
    /// Closes the group of the same number.
    EndGroup = 4,
    /// Four bytes, little-endian.
    Fixed32 = 5,
}

impl WireType {
    /// As protobuf's own description of the encoding names it, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            WireType::Varint => "varint",
            WireType::Fixed64 => "i64",
            WireType::Len => "len",
            WireType::StartGroup => "sgroup",
            WireType::EndGroup => "egroup",
            WireType::Fixed32 => "i32",
        }
    }
}
