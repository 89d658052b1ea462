//! The annotated dump behind `wirecheck decode`: every byte of a message, and what it means.

mod input;
mod notes;
mod path;
mod text;
mod walk;

pub use input::{InputError, parse_base64, parse_hex};
pub use walk::dump;

use crate::wire::{WireError, WireType};

/// How many lines a dump has at most.
pub const MAX_LINES: usize = 100_000;

/// A message, byte by byte. Joined, the bytes of all lines are the message.
///
/// Shown with `{}` it fits a terminal of 80 columns; [`Dump::to_text`] fits others.
#[derive(Clone, Debug, PartialEq)]
pub struct Dump {
    /// The message's full name.
    pub message: String,
    /// How many bytes were given.
    pub size: usize,
    /// In the order of the bytes.
    pub lines: Vec<Line>,
    /// Paths of required fields that are missing. Not judged where the bytes are malformed.
    pub missing: Vec<String>,
}

impl Dump {
    /// What is wrong with the bytes, if anything is.
    pub fn defect(&self) -> Option<WireError> {
        match self.lines.last()?.content {
            Content::Defect(error) => Some(error),
            _ => None,
        }
    }

    /// Whether a decoder that enforces required fields takes the message. A dump cut at
    /// [`MAX_LINES`] is taken to be sound in what was not shown.
    pub fn is_sound(&self) -> bool {
        self.defect().is_none() && self.missing.is_empty()
    }
}

/// A record, the head of one that has others in it, or an element of a packed field.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Where its bytes begin.
    pub offset: usize,
    /// Its own bytes; of a submessage or packed field only tag and length.
    pub bytes: Vec<u8>,
    /// How many messages, groups and packed fields it stands in.
    pub depth: usize,
    /// The way to the field: names, `[n]` for the n-th of several, `#n` for a number that the
    /// schema does not know. Empty for what belongs to no field.
    pub path: String,
    /// What it is.
    pub content: Content,
    /// What is out of the ordinary, though legal.
    pub notes: Vec<Note>,
}

/// What a line shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A value of its own.
    Value {
        /// How it is laid out.
        wire_type: WireType,
        /// How many bytes its length spans, if it has one.
        len: Option<usize>,
        /// In short.
        value: String,
    },
    /// The head of a submessage, map entry or group; its fields follow.
    Message {
        /// Len or StartGroup.
        wire_type: WireType,
        /// How many bytes its length spans, if it has one.
        len: Option<usize>,
        /// Full name; nothing for a group that the schema does not know.
        type_name: Option<String>,
    },
    /// The head of a packed field; its elements follow.
    Packed {
        /// In bytes.
        len: usize,
    },
    /// One element of a packed field.
    Element {
        /// How it is laid out.
        wire_type: WireType,
        /// In short.
        value: String,
    },
    /// The end of a group.
    EndGroup,
    /// The bytes from here on are not read, because of this. Only in the last line.
    Defect(WireError),
    /// The bytes from here on are not shown, because the dump is long enough. Only in the last line.
    NotShown,
}

/// Something legal that one looks at twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Varints with bytes to spare.
    Longer {
        /// How many bytes the shortest form saves, in tag, length and value together.
        by: usize,
    },
    /// The schema has no such field.
    UnknownField,
    /// The field has another wire type in the schema; this counts as an unknown field.
    OtherWireType {
        /// The one that it should have.
        expected: WireType,
    },
    /// A number that a closed enum does not have; this counts as an unknown field.
    NotInClosedEnum,
    /// A number that an open enum has no name for.
    NotNamed,
}
