//! What messages look like, as the wire room needs it: any descriptor set, and never a trusted one.

mod descriptor;
mod features;
mod fields;
mod load;
mod model;
mod names;
mod shape;

use std::collections::HashMap;
use std::ops::Index;
use std::sync::LazyLock;

pub use load::SchemaError;
pub use model::{
    Cardinality, Enum, EnumIdx, EnumValue, Field, Kind, Message, MessageIdx, Method, Oneof,
    Presence, Service,
};
pub use shape::Shape;

/// Messages, enums and services by their full names.
#[derive(Debug, Default)]
pub struct Schema {
    messages: Vec<Message>,
    enums: Vec<Enum>,
    services: Vec<Service>,
    message_of: HashMap<String, MessageIdx>,
    enum_of: HashMap<String, EnumIdx>,
}

static CONTRACT: LazyLock<Schema> = LazyLock::new(|| {
    Schema::from_descriptor_set(wirecheck_proto::FILE_DESCRIPTOR_SET)
        .expect("the contract's own descriptors are sound, a test reads them")
});

impl Schema {
    /// The five protocols, what they import, and wirecheck's Script and Trace.
    pub fn contract() -> &'static Schema {
        &CONTRACT
    }

    /// Whether what has this full name is the five protocols' own: not an import of theirs, and not
    /// of Script and Trace.
    pub fn is_of_a_document(full_name: &str) -> bool {
        let foreign = ["google.protobuf.", "wirecheck.v1."];
        !foreign.iter().any(|package| full_name.starts_with(package))
    }

    /// Reads an encoded `google.protobuf.FileDescriptorSet`, imports included, of proto2 and
    /// proto3 files. Costs time and memory in proportion to `bytes`, of which 64 MiB are read.
    ///
    /// # Errors
    /// What is wrong with the descriptors; whoever made them is not trusted.
    pub fn from_descriptor_set(bytes: &[u8]) -> Result<Schema, SchemaError> {
        load::schema(bytes)
    }

    /// The message of this full name. A leading dot is allowed.
    pub fn message(&self, full_name: &str) -> Option<&Message> {
        let name = full_name.strip_prefix('.').unwrap_or(full_name);
        self.message_of.get(name).map(|idx| &self[*idx])
    }

    /// The enum of this full name. A leading dot is allowed.
    pub fn enumeration(&self, full_name: &str) -> Option<&Enum> {
        let name = full_name.strip_prefix('.').unwrap_or(full_name);
        self.enum_of.get(name).map(|idx| &self[*idx])
    }

    /// The method of this path, "/package.Service/Method".
    pub fn method(&self, path: &str) -> Option<&Method> {
        let mut methods = self.services.iter().flat_map(|service| &service.methods);
        methods.find(|method| method.path == path)
    }

    /// All messages, map entries among them, in the order of their files.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// All enums, in the order of their files.
    pub fn enums(&self) -> &[Enum] {
        &self.enums
    }

    /// All services, in the order of their files.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// Key and value of a map field; nothing for other fields.
    pub fn map_entry(&self, field: &Field) -> Option<(&Field, &Field)> {
        match (field.cardinality, field.kind) {
            (Cardinality::Map, Kind::Message(entry)) => {
                Some((self[entry].field(1)?, self[entry].field(2)?))
            }
            _ => None,
        }
    }
}

impl Index<MessageIdx> for Schema {
    type Output = Message;

    /// # Panics
    /// Where the index is another schema's.
    fn index(&self, idx: MessageIdx) -> &Message {
        &self.messages[idx.0 as usize]
    }
}

impl Index<EnumIdx> for Schema {
    type Output = Enum;

    /// # Panics
    /// Where the index is another schema's.
    fn index(&self, idx: EnumIdx) -> &Enum {
        &self.enums[idx.0 as usize]
    }
}
