//! Fields of messages, their oneofs, and extensions, out of descriptors.

use std::collections::HashSet;

use super::features::Features;
use super::load::{Declared, Loader, SchemaError};
use super::names::{Symbol, identifier};
use super::{Cardinality, Field, Kind, Message, MessageIdx, Oneof, Presence, Schema, descriptor};
use crate::wire::MAX_FIELD_NUMBER;

const LABEL_REQUIRED: i32 = 2;
const LABEL_REPEATED: i32 = 3;

/// Gives a declared message its fields and oneofs.
pub(super) fn fill(loader: &mut Loader, declared: &Declared<'_>) -> Result<(), SchemaError> {
    let scope = loader.schema[declared.idx].full_name.clone();
    let descriptor = declared.descriptor;
    let kept = real_oneofs(descriptor);
    let mut names = HashSet::new();
    let mut fields = Vec::with_capacity(descriptor.fields.len());
    for field in &descriptor.fields {
        let full_name = format!("{scope}.{}", identifier(&field.name)?);
        if !names.insert(&field.name) {
            return Err(SchemaError::DuplicateName { name: full_name });
        }
        let oneof = match field
            .oneof
            .map(|at| kept.get(usize::try_from(at).unwrap_or(usize::MAX)))
        {
            None => None,
            Some(Some(kept)) => *kept,
            Some(None) => return Err(bad(&full_name, "is in a oneof that is not there")),
        };
        let mut field = read(loader, &scope, &full_name, field, declared.features, oneof)?;
        if descriptor.options.map_entry && field.is_implicit() {
            // Writers put key and value into every entry, default or not.
            field.cardinality = Cardinality::Singular(Presence::Explicit);
        }
        fields.push(field);
    }
    let mut oneofs = Vec::new();
    for (oneof, kept) in descriptor.oneofs.iter().zip(&kept) {
        if kept.is_some() {
            oneofs.push(Oneof {
                name: identifier(&oneof.name)?.to_owned(),
                members: Vec::new(),
            });
        }
    }
    let message = &mut loader.schema.messages[declared.idx.0 as usize];
    message.fields = fields;
    message.oneofs = oneofs;
    Ok(())
}

/// For each oneof of the descriptor its index among those that are more than the mark of a proto3
/// `optional`.
fn real_oneofs(descriptor: &descriptor::Message) -> Vec<Option<usize>> {
    let mut only_marks = vec![false; descriptor.oneofs.len()];
    for field in &descriptor.fields {
        let at = field.oneof.and_then(|at| usize::try_from(at).ok());
        if let Some(mark) = at.and_then(|at| only_marks.get_mut(at)) {
            *mark = field.proto3_optional;
        }
    }
    let mut index = 0..;
    let real = only_marks
        .iter()
        .map(|mark| if *mark { None } else { index.next() });
    real.collect()
}

/// Adds extensions to the messages that they extend.
pub(super) fn extend(
    loader: &mut Loader,
    scope: &str,
    extensions: &[descriptor::Field],
    features: Features,
) -> Result<(), SchemaError> {
    for extension in extensions {
        let full_name = loader
            .names
            .declare(scope, &extension.name, Symbol::Other)?;
        let extendee = loader.names.message(scope, &extension.extendee)?;
        let explicit = Features {
            field_presence: Presence::Explicit,
            ..features
        };
        let mut field = read(loader, scope, &full_name, extension, explicit, None)?;
        field.name = format!("[{full_name}]");
        field.is_extension = true;
        let message = &mut loader.schema.messages[extendee.0 as usize];
        let mut ranges = message.extension_ranges.iter();
        if !ranges.any(|range| range.contains(&field.number)) {
            return Err(bad(
                &full_name,
                "has a number that its message keeps for itself",
            ));
        }
        if field.is_required() {
            return Err(bad(&full_name, "is a required extension"));
        }
        message.fields.push(field);
    }
    Ok(())
}

fn read(
    loader: &mut Loader,
    scope: &str,
    full_name: &str,
    descriptor: &descriptor::Field,
    features: Features,
    oneof: Option<usize>,
) -> Result<Field, SchemaError> {
    let number = match u32::try_from(descriptor.number) {
        Ok(number @ 1..=MAX_FIELD_NUMBER) => number,
        // Items of a message set go beyond.
        Ok(number) if number > 0 && !descriptor.extendee.is_empty() => number,
        _ => {
            return Err(SchemaError::BadNumber {
                field: full_name.to_owned(),
                number: descriptor.number,
            });
        }
    };
    let kind = kind(loader, scope, full_name, descriptor)?;
    let tracked = oneof.is_some() || descriptor.proto3_optional;
    let cardinality = match descriptor.label {
        LABEL_REPEATED if tracked => return Err(bad(full_name, "is repeated in a oneof")),
        LABEL_REPEATED => Cardinality::Repeated {
            packed: kind.is_packable()
                && descriptor
                    .options
                    .packed
                    .unwrap_or(features.repeated_packed),
        },
        LABEL_REQUIRED if tracked => return Err(bad(full_name, "is required in a oneof")),
        LABEL_REQUIRED => Cardinality::Singular(Presence::Required),
        _ => Cardinality::Singular(features.presence(kind, tracked)),
    };
    Ok(Field {
        name: descriptor.name.clone(),
        number,
        kind,
        cardinality,
        oneof,
        utf8: kind == Kind::String && features.utf8_verified,
        is_extension: false,
    })
}

fn kind(
    loader: &mut Loader,
    scope: &str,
    full_name: &str,
    descriptor: &descriptor::Field,
) -> Result<Kind, SchemaError> {
    let kind = match descriptor.kind {
        1 => Kind::Double,
        2 => Kind::Float,
        3 => Kind::Int64,
        4 => Kind::Uint64,
        5 => Kind::Int32,
        6 => Kind::Fixed64,
        7 => Kind::Fixed32,
        8 => Kind::Bool,
        9 => Kind::String,
        12 => Kind::Bytes,
        13 => Kind::Uint32,
        15 => Kind::Sfixed32,
        16 => Kind::Sfixed64,
        17 => Kind::Sint32,
        18 => Kind::Sint64,
        // 0: left open, the name says whether it is a message or an enum.
        named @ (0 | 10 | 11 | 14) => {
            match (named, loader.names.resolve(scope, &descriptor.type_name)?) {
                (10, Symbol::Message(idx)) => Kind::Group(idx),
                (0 | 11, Symbol::Message(idx)) => Kind::Message(idx),
                (0 | 14, Symbol::Enum(idx)) => Kind::Enum(idx),
                _ => return Err(bad(full_name, "names a type of another kind than it says")),
            }
        }
        _ => return Err(bad(full_name, "has a type that does not exist")),
    };
    Ok(kind)
}

/// Sorts and checks what all files together gave each message, and tells maps from lists.
pub(super) fn settle(schema: &mut Schema) -> Result<(), SchemaError> {
    for message in &mut schema.messages {
        message.fields.sort_by_key(|field| field.number);
        for pair in message.fields.windows(2) {
            if pair[0].number == pair[1].number {
                return Err(SchemaError::DuplicateNumber {
                    message: message.full_name.clone(),
                    number: pair[0].number,
                });
            }
        }
        for field in &message.fields {
            if let Some(oneof) = field.oneof.and_then(|at| message.oneofs.get_mut(at)) {
                oneof.members.push(field.number);
            }
        }
    }
    let entries: Vec<bool> = schema.messages.iter().map(|m| m.is_map_entry).collect();
    for message in &schema.messages {
        if message.is_map_entry && !is_entry(message) {
            return Err(bad(
                &message.full_name,
                "says it is a map entry, but has another shape",
            ));
        }
    }
    for message in &mut schema.messages {
        for field in &mut message.fields {
            let of_entries =
                matches!(field.kind, Kind::Message(MessageIdx(at)) if entries[at as usize]);
            match field.cardinality {
                Cardinality::Repeated { .. } if of_entries => field.cardinality = Cardinality::Map,
                _ if of_entries => {
                    let full_name = format!("{}.{}", message.full_name, field.name);
                    return Err(bad(&full_name, "is a map entry on its own"));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn is_entry(message: &Message) -> bool {
    let [key, value] = message.fields.as_slice() else {
        return false;
    };
    let is_key = match key.kind {
        Kind::String => true,
        kind => kind.is_packable() && !matches!(kind, Kind::Double | Kind::Float | Kind::Enum(_)),
    };
    let once = |field: &Field| field.cardinality == Cardinality::Singular(Presence::Explicit);
    let numbered = key.number == 1 && value.number == 2;
    numbered && is_key && once(key) && once(value) && message.oneofs.is_empty()
}

fn bad(field: &str, reason: &'static str) -> SchemaError {
    SchemaError::BadField {
        field: field.to_owned(),
        reason,
    }
}
