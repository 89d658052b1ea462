//! From descriptors to a schema: types are declared first, then their fields are resolved.

use std::collections::{HashMap, HashSet};

use super::features::Features;
use super::names::{Names, Symbol, dotted, identifier};
use super::{Enum, EnumIdx, EnumValue, Message, MessageIdx, Method, Schema, Service};
use super::{descriptor, fields};
use crate::wire::{MAX_FIELD_NUMBER, WireError};

/// How many bytes of descriptors are read.
const MAX_BYTES: usize = 64 << 20;

/// Why a descriptor set makes no schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(
    missing_docs,
    reason = "each variant's message says what its fields are"
)]
pub enum SchemaError {
    #[error("the descriptor set is larger than 64 MiB")]
    TooLarge,
    #[error("the descriptor set does not parse: {0}")]
    Malformed(#[from] WireError),
    #[error("file {file} uses an edition; only proto2 and proto3 files are read")]
    Edition { file: String },
    #[error("file {file} has the unknown syntax {syntax}")]
    Syntax { file: String, syntax: String },
    #[error("file {file} stands twice, with different contents")]
    DuplicateFile { file: String },
    #[error("{name} is no name, or too long")]
    BadName { name: String },
    #[error("{name} is declared twice")]
    DuplicateName { name: String },
    #[error("{scope} names {name}, which is nowhere declared; are imports missing?")]
    Unresolved { name: String, scope: String },
    #[error("{name} is no message")]
    NotAMessage { name: String },
    #[error("more than {cap} look-ups of names without a leading dot")]
    TooManyLookups { cap: usize },
    #[error("{message} has two fields with the number {number}")]
    DuplicateNumber { message: String, number: u32 },
    #[error("{field} has the number {number}, which no field can have")]
    BadNumber { field: String, number: i32 },
    #[error("{field} {reason}")]
    BadField { field: String, reason: &'static str },
    #[error("enum {name} {reason}")]
    BadEnum { name: String, reason: &'static str },
}

/// Foreign text made fit to be shown: escaped and cut.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(80).flat_map(char::escape_debug).collect();
    if text.chars().nth(80).is_some() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}

pub(super) fn schema(bytes: &[u8]) -> Result<Schema, SchemaError> {
    if bytes.len() > MAX_BYTES {
        return Err(SchemaError::TooLarge);
    }
    let files = once_each(descriptor::files(bytes)?)?;
    let mut loader = Loader::new();
    let mut declared = Vec::new();
    for file in &files {
        let features = Features::of_syntax(&file.syntax, &file.name)?;
        let package = match file.package.as_str() {
            "" => "",
            package => dotted(package)?,
        };
        loader.file(file, package, features, &mut declared)?;
    }
    for message in &declared {
        fields::fill(&mut loader, message)?;
    }
    for (file, features) in files.iter().zip(loader.features.clone()) {
        fields::extend(&mut loader, &file.package, &file.extensions, features)?;
    }
    for message in &declared {
        let scope = loader.schema[message.idx].full_name.clone();
        let extensions = &message.descriptor.extensions;
        fields::extend(&mut loader, &scope, extensions, message.features)?;
    }
    fields::settle(&mut loader.schema)?;
    for file in &files {
        loader.services(file)?;
    }
    Ok(loader.schema)
}

/// The files, those left out that repeat an earlier one: sets are often put together from several.
fn once_each(files: Vec<(&[u8], descriptor::File)>) -> Result<Vec<descriptor::File>, SchemaError> {
    let mut seen: HashMap<String, &[u8]> = HashMap::new();
    let mut kept = Vec::new();
    for (bytes, file) in files {
        match seen.insert(file.name.clone(), bytes) {
            None => kept.push(file),
            Some(earlier) if earlier == bytes => {}
            Some(_) => {
                return Err(SchemaError::DuplicateFile {
                    file: shown(&file.name),
                });
            }
        }
    }
    Ok(kept)
}

/// A message whose name is known and whose fields are not yet.
pub(super) struct Declared<'d> {
    pub(super) idx: MessageIdx,
    pub(super) descriptor: &'d descriptor::Message,
    pub(super) features: Features,
}

pub(super) struct Loader {
    pub(super) schema: Schema,
    pub(super) names: Names,
    /// Of each file.
    features: Vec<Features>,
}

impl Loader {
    fn new() -> Loader {
        Loader {
            schema: Schema::default(),
            names: Names::new(),
            features: Vec::new(),
        }
    }

    fn file<'d>(
        &mut self,
        file: &'d descriptor::File,
        package: &str,
        features: Features,
        declared: &mut Vec<Declared<'d>>,
    ) -> Result<(), SchemaError> {
        self.features.push(features);
        for message in &file.messages {
            self.message(message, package, features, declared)?;
        }
        for enumeration in &file.enums {
            self.enumeration(enumeration, package, features)?;
        }
        Ok(())
    }

    /// Recurses as deep as the descriptor nests, which its reader bounds.
    fn message<'d>(
        &mut self,
        descriptor: &'d descriptor::Message,
        scope: &str,
        features: Features,
        declared: &mut Vec<Declared<'d>>,
    ) -> Result<(), SchemaError> {
        let idx = MessageIdx(self.schema.messages.len() as u32);
        let symbol = Symbol::Message(idx);
        let full_name = self.names.declare(scope, &descriptor.name, symbol)?;
        self.schema.message_of.insert(full_name.clone(), idx);
        self.schema.messages.push(Message {
            idx,
            full_name: full_name.clone(),
            fields: Vec::new(),
            oneofs: Vec::new(),
            is_map_entry: descriptor.options.map_entry,
            is_message_set: descriptor.options.message_set,
            extension_ranges: extension_ranges(&full_name, descriptor)?,
        });
        declared.push(Declared {
            idx,
            descriptor,
            features,
        });
        for nested in &descriptor.messages {
            self.message(nested, &full_name, features, declared)?;
        }
        for enumeration in &descriptor.enums {
            self.enumeration(enumeration, &full_name, features)?;
        }
        Ok(())
    }

    fn enumeration(
        &mut self,
        descriptor: &descriptor::Enum,
        scope: &str,
        features: Features,
    ) -> Result<(), SchemaError> {
        let idx = EnumIdx(self.schema.enums.len() as u32);
        let full_name = self
            .names
            .declare(scope, &descriptor.name, Symbol::Enum(idx))?;
        let bad = |reason| SchemaError::BadEnum {
            name: full_name.clone(),
            reason,
        };
        let first = descriptor.values.first().ok_or(bad("has no value"))?;
        if !features.enum_closed && first.number != 0 {
            return Err(bad("is open, but its first value is not 0"));
        }
        let mut values = Vec::with_capacity(descriptor.values.len());
        let mut name_of = HashMap::new();
        for value in &descriptor.values {
            name_of.entry(value.number).or_insert(values.len());
            values.push(EnumValue {
                name: identifier(&value.name)?.to_owned(),
                number: value.number,
            });
        }
        self.schema.enum_of.insert(full_name.clone(), idx);
        self.schema.enums.push(Enum {
            full_name,
            closed: features.enum_closed,
            values,
            name_of,
        });
        Ok(())
    }

    fn services(&mut self, file: &descriptor::File) -> Result<(), SchemaError> {
        for service in &file.services {
            let full_name = self
                .names
                .declare(&file.package, &service.name, Symbol::Other)?;
            let mut methods = Vec::with_capacity(service.methods.len());
            let mut seen = HashSet::new();
            for method in &service.methods {
                let name = identifier(&method.name)?.to_owned();
                let path = format!("/{full_name}/{name}");
                if !seen.insert(&method.name) {
                    return Err(SchemaError::DuplicateName { name: path });
                }
                methods.push(Method {
                    input: self.names.message(&full_name, &method.input)?,
                    output: self.names.message(&full_name, &method.output)?,
                    name,
                    path,
                    client_streaming: method.client_streaming,
                    server_streaming: method.server_streaming,
                });
            }
            self.schema.services.push(Service { full_name, methods });
        }
        Ok(())
    }
}

fn extension_ranges(
    full_name: &str,
    descriptor: &descriptor::Message,
) -> Result<Vec<std::ops::Range<u32>>, SchemaError> {
    // Items of a message set are numbered up to 2^31-1.
    let last = match descriptor.options.message_set {
        true => i32::MAX as u32,
        false => MAX_FIELD_NUMBER + 1,
    };
    let ranges = descriptor.extension_ranges.iter().map(|range| {
        match (u32::try_from(range.start), u32::try_from(range.end)) {
            (Ok(start), Ok(end)) if 1 <= start && start < end && end <= last => Ok(start..end),
            _ => Err(SchemaError::BadField {
                field: full_name.to_owned(),
                reason: "has an impossible range of extension numbers",
            }),
        }
    });
    ranges.collect()
}
