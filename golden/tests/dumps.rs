//! One annotated dump for each message of the five documents, and what prost makes of its bytes.

use std::collections::BTreeSet;
use std::fmt::Write;

use wirecheck::decode::dump;
use wirecheck::fuzz::{prost_reflected, prost_typed};
use wirecheck::schema::{Kind, Message, Schema};
use wirecheck::wire::example::{example, variants};
use wirecheck::wire::{FieldValue, Value, decode, encode};

/// The messages of the documents: all of the contract but what it imports and our own.
fn documented() -> impl Iterator<Item = &'static Message> {
    let messages = Schema::contract().messages().iter();
    messages.filter(|message| !message.is_map_entry && Schema::is_of_a_document(&message.full_name))
}

#[test]
fn dumps_are_as_they_were() {
    let schema = Schema::contract();
    for message in documented() {
        let mut text = String::new();
        for variant in 0..variants(schema, message) {
            let bytes = encode(schema, &example(schema, message, variant));
            let separator = if variant > 0 { "\n" } else { "" };
            write!(text, "{separator}{}", dump(schema, message, &bytes)).expect("a string");
        }
        insta::with_settings!({
            snapshot_path => "../snapshots",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(format!("dump.{}", message.full_name), text);
        });
    }
}

#[test]
fn every_field_and_oneof_member_is_in_some_example() {
    let schema = Schema::contract();
    for message in schema.messages() {
        let examples: Vec<_> = (0..variants(schema, message))
            .map(|variant| example(schema, message, variant))
            .collect();
        for field in &message.fields {
            let set = examples.iter().any(|e| e.get(field.number).is_some());
            assert!(set, "{}.{}", message.full_name, field.name);
        }
    }
}

#[test]
fn every_enum_value_is_in_some_example_of_each_field() {
    let schema = Schema::contract();
    for message in schema.messages().iter().filter(|message| !message.is_map_entry) {
        for field in &message.fields {
            let Kind::Enum(of) = field.kind else { continue };
            let mut absent: BTreeSet<i32> = schema[of].values.iter().map(|v| v.number).collect();
            for variant in 0..variants(schema, message) {
                let held = match example(schema, message, variant).get(field.number) {
                    Some(FieldValue::Singular(value)) => vec![value.clone()],
                    Some(FieldValue::Repeated(values)) => values.clone(),
                    _ => Vec::new(),
                };
                absent.retain(|number| !held.contains(&Value::Enum(*number)));
            }
            if field.is_implicit() {
                // Written by leaving the field out.
                absent.remove(&0);
            }
            assert!(absent.is_empty(), "{}.{} never is {absent:?}", message.full_name, field.name);
        }
    }
}

#[test]
fn other_decoders_read_the_same_values() {
    let schema = Schema::contract();
    for message in schema.messages().iter().filter(|message| !message.is_map_entry) {
        let name = &message.full_name;
        for variant in 0..variants(schema, message) {
            let value = example(schema, message, variant);
            let bytes = encode(schema, &value);
            let own = decode(schema, message, &bytes);
            assert_eq!(own.as_ref(), Ok(&value), "{name}");

            let reflected = prost_reflected::decode(name, &bytes).expect("prost-reflect reads it");
            let reflected = prost_reflected::value_of(schema, &reflected);
            assert_eq!(reflected.as_ref(), Ok(&value), "{name}");

            let rewrite = prost_typed::rewrite_of(name).expect("prost has a type for it");
            let rewritten = rewrite(&bytes).expect("prost reads it");
            let reflected = prost_reflected::decode(name, &rewritten).expect("and writes it");
            let reflected = prost_reflected::value_of(schema, &reflected);
            assert_eq!(reflected.as_ref(), Ok(&value), "{name}");
        }
    }
}

#[test]
fn prost_has_a_type_for_every_message() {
    let messages = Schema::contract().messages().iter();
    let mut names: Vec<_> = (messages.filter(|message| !message.is_map_entry))
        .map(|message| message.full_name.as_str())
        .collect();
    let mut typed: Vec<_> = prost_typed::REWRITES.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    typed.sort_unstable();
    assert_eq!(typed, names);
}

#[test]
fn no_dump_outlives_its_message() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots");
    for entry in std::fs::read_dir(folder).expect("the snapshots folder") {
        let file = entry.expect("an entry").file_name();
        let file = file.to_str().expect("a name in UTF-8");
        let dumped = file.strip_prefix("dump.").and_then(|name| name.strip_suffix(".snap"));
        if let Some(name) = dumped {
            assert!(documented().any(|message| message.full_name == name), "{file}");
        }
    }
}
