//! What a schema consists of: messages, fields, enums, services.

use std::collections::HashMap;
use std::ops::Range;

use crate::wire::WireType;

/// Which message of a [`Schema`](super::Schema). Means nothing to another schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageIdx(pub(super) u32);

/// Which enum of a [`Schema`](super::Schema). Means nothing to another schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnumIdx(pub(super) u32);

/// A message type.
#[derive(Debug)]
pub struct Message {
    /// Its place in the schema.
    pub idx: MessageIdx,
    /// Package and name, without a leading dot.
    pub full_name: String,
    /// By number, each number once. Extensions that the schema knows are among them.
    pub fields: Vec<Field>,
    /// Oneofs, those left out that only mark a proto3 field as `optional`.
    pub oneofs: Vec<Oneof>,
    /// Made by the compiler for a map field; never named by users.
    pub is_map_entry: bool,
    /// Encoded as a message set: every extension an item of a group.
    pub is_message_set: bool,
    /// Numbers that extensions may take.
    pub extension_ranges: Vec<Range<u32>>,
}

/// A field of a message, or an extension of it.
#[derive(Debug)]
pub struct Field {
    /// Its name; of an extension the full name in square brackets.
    pub name: String,
    /// 1 to 2^29-1.
    pub number: u32,
    /// The type of its value, or of one element.
    pub kind: Kind,
    /// How often it may stand, and what absence means.
    pub cardinality: Cardinality,
    /// Index into the message's oneofs.
    pub oneof: Option<usize>,
    /// A string whose bytes have to be UTF-8.
    pub utf8: bool,
    /// Declared outside of the message.
    pub is_extension: bool,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "protobuf's own names of its scalar types")]
pub enum Kind {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Bool,
    String,
    Bytes,
    Enum(EnumIdx),
    /// Length-prefixed.
    Message(MessageIdx),
    /// A message between a start and an end tag.
    Group(MessageIdx),
}

/// How often a field may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cardinality {
    /// Once; on the wire the last counts, and messages merge.
    Singular(Presence),
    /// Any number of times.
    Repeated {
        /// Whether a writer packs it. Readers take both.
        packed: bool,
    },
    /// A map. The field's kind is the entry message: key 1, value 2.
    Map,
}

/// What the absence of a singular field means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The same as the default value.
    Implicit,
    /// Something of its own.
    Explicit,
    /// The message is incomplete.
    Required,
}

/// Fields of which at most one is set.
#[derive(Debug)]
pub struct Oneof {
    /// Its name.
    pub name: String,
    /// Numbers of its members, rising.
    pub members: Vec<u32>,
}

/// An enum type.
#[derive(Debug)]
pub struct Enum {
    /// Package and name, without a leading dot.
    pub full_name: String,
    /// A closed enum: a number that no value has is an unknown field.
    pub closed: bool,
    /// As declared; the first is the default. Aliases share a number. Never empty.
    pub values: Vec<EnumValue>,
    pub(super) name_of: HashMap<i32, usize>,
}

/// A value of an enum.
#[derive(Debug)]
pub struct EnumValue {
    /// Its name.
    pub name: String,
    /// Its number.
    pub number: i32,
}

/// A service.
#[derive(Debug)]
pub struct Service {
    /// Package and name, without a leading dot.
    pub full_name: String,
    /// As declared.
    pub methods: Vec<Method>,
}

/// A method of a service.
#[derive(Debug)]
pub struct Method {
    /// Its name.
    pub name: String,
    /// "/package.Service/Method"
    pub path: String,
    /// What the client sends.
    pub input: MessageIdx,
    /// What the server sends.
    pub output: MessageIdx,
    /// The client sends a stream.
    pub client_streaming: bool,
    /// The server sends a stream.
    pub server_streaming: bool,
}

impl Message {
    /// The field of this number.
    pub fn field(&self, number: u32) -> Option<&Field> {
        let found = self.fields.binary_search_by_key(&number, |f| f.number);
        found.ok().map(|index| &self.fields[index])
    }

    /// The field of this name.
    pub fn field_named(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The name without package and enclosing messages.
    pub fn name(&self) -> &str {
        self.full_name.rsplit('.').next().unwrap_or_default()
    }
}

impl Field {
    /// Whether a set value equal to the default is the same as none.
    pub fn is_implicit(&self) -> bool {
        self.cardinality == Cardinality::Singular(Presence::Implicit)
    }

    /// Whether a message without this field is incomplete.
    pub fn is_required(&self) -> bool {
        self.cardinality == Cardinality::Singular(Presence::Required)
    }

    /// The message that the field's values are, if they are.
    pub fn message(&self) -> Option<MessageIdx> {
        match self.kind {
            Kind::Message(idx) | Kind::Group(idx) => Some(idx),
            _ => None,
        }
    }
}

impl Kind {
    /// The wire type of a value that is not packed.
    pub fn wire_type(self) -> WireType {
        match self {
            Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => WireType::Fixed64,
            Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => WireType::Fixed32,
            Kind::String | Kind::Bytes | Kind::Message(_) => WireType::Len,
            Kind::Group(_) => WireType::StartGroup,
            Kind::Int32 | Kind::Int64 | Kind::Uint32 | Kind::Uint64 => WireType::Varint,
            Kind::Sint32 | Kind::Sint64 | Kind::Bool | Kind::Enum(_) => WireType::Varint,
        }
    }

    /// Whether a repeated field of this kind can be packed.
    pub fn is_packable(self) -> bool {
        !matches!(self.wire_type(), WireType::Len | WireType::StartGroup)
    }
}

impl Enum {
    /// The name of a number: the first one declared for it.
    pub fn name_of(&self, number: i32) -> Option<&str> {
        let index = self.name_of.get(&number)?;
        self.values.get(*index).map(|value| value.name.as_str())
    }

    /// The number of the first value.
    pub fn default(&self) -> i32 {
        self.values.first().map_or(0, |value| value.number)
    }
}
