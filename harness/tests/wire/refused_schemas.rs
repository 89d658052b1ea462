//! Descriptors that make no schema, and why.

use wirecheck::schema::{Schema, SchemaError};
use wirecheck::wire::{Defect, Writer};

use crate::vocabulary::{
    ENUM, INT32, MESSAGE, OPTIONAL, REPEATED, REQUIRED, STRING, enumeration, field, file, message,
    set,
};

fn refusal(files: &[Vec<u8>]) -> SchemaError {
    Schema::from_descriptor_set(&set(files)).expect_err("no schema")
}

/// A proto3 file with the one message `t.M` of these fields.
fn of_fields(fields: &[Writer]) -> Vec<u8> {
    file("f", "proto3", &[message("M", fields)], &Writer::new())
}

#[test]
fn a_file_may_stand_twice_if_it_is_the_same() {
    let one = of_fields(&[field("a", 1, OPTIONAL, INT32)]);
    let other = of_fields(&[field("b", 1, OPTIONAL, INT32)]);
    assert!(Schema::from_descriptor_set(&set(&[one.clone(), one.clone()])).is_ok());
    let twice = SchemaError::DuplicateFile { file: "\"f\"".into() };
    assert_eq!(refusal(&[one, other]), twice);
}

#[test]
fn what_makes_no_schema() {
    let said = |fields: &[Writer], told: &str| {
        assert_eq!(refusal(&[of_fields(fields)]).to_string(), told);
    };
    let a = field("a", 1, OPTIONAL, INT32);
    said(&[a.clone(), field("b", 1, OPTIONAL, INT32)], "t.M has two fields with the number 1");
    said(&[a.clone(), field("a", 2, OPTIONAL, INT32)], "t.M.a is declared twice");
    for number in [0, 1 << 29, u64::MAX] {
        let told = format!("t.M.a has the number {}, which no field can have", number as i32);
        said(&[field("a", number, OPTIONAL, INT32)], &told);
    }
    said(&[field("a\x1b[2J", 1, OPTIONAL, INT32)], r#""a\u{1b}[2J" is no name, or too long"#);
    said(&[field("", 1, OPTIONAL, INT32)], r#""" is no name, or too long"#);
    said(
        &[field("a", 1, OPTIONAL, MESSAGE).len(6, b".t.Nowhere")],
        r#"t.M names ".t.Nowhere", which is nowhere declared; are imports missing?"#,
    );
    said(
        &[field("a", 1, OPTIONAL, ENUM).len(6, b".t.M")],
        "t.M.a names a type of another kind than it says",
    );
    said(&[field("a", 1, OPTIONAL, 19)], "t.M.a has a type that does not exist");
    said(&[a.clone().varint(9, 0)], "t.M.a is in a oneof that is not there");
    said(&[a.clone().varint(9, u64::MAX)], "t.M.a is in a oneof that is not there");
    said(&[field("a", 1, REPEATED, INT32).varint(17, 1)], "t.M.a is repeated in a oneof");
    said(&[field("a", 1, REQUIRED, INT32).varint(17, 1)], "t.M.a is required in a oneof");
}

#[test]
fn types_that_are_none() {
    let two = [message("M", &[]), message("M", &[])];
    let error = refusal(&[file("f", "proto3", &two, &Writer::new())]);
    assert_eq!(error.to_string(), "t.M is declared twice");

    let of_enum = |bytes: &[u8]| file("f", "proto3", &[], &Writer::new().len(5, bytes));
    let error = refusal(&[of_enum(&enumeration("E", &[1, 2]))]);
    assert_eq!(error.to_string(), "enum t.E is open, but its first value is not 0");
    let error = refusal(&[of_enum(&Writer::new().len(1, b"E").into_bytes())]);
    assert_eq!(error.to_string(), "enum t.E has no value");

    let map_entry = Writer::new().varint(7, 1).into_bytes();
    let entry = |fields: &[Writer]| message("E", fields).len(7, &map_entry);
    let key = field("key", 1, OPTIONAL, STRING);
    let value = field("value", 2, OPTIONAL, INT32);
    let with = |entry: Writer, label| {
        let of = message("M", &[field("a", 1, label, MESSAGE).len(6, b".t.E")]);
        Schema::from_descriptor_set(&set(&[file("f", "proto3", &[entry, of], &Writer::new())]))
    };
    assert!(with(entry(&[key.clone(), value.clone()]), REPEATED).is_ok());
    let shape = "t.E says it is a map entry, but has another shape";
    for fields in [
        vec![key.clone()],
        vec![field("key", 1, OPTIONAL, 1), value.clone()],
        vec![field("key", 1, REPEATED, STRING), value.clone()],
        vec![key.clone(), field("value", 3, OPTIONAL, INT32)],
    ] {
        assert_eq!(
            with(entry(&fields), REPEATED).map(drop).map_err(|e| e.to_string()),
            Err(shape.into())
        );
    }
    let error = with(entry(&[key, value]), OPTIONAL).expect_err("no map");
    assert_eq!(error.to_string(), "t.M.a is a map entry on its own");
}

#[test]
fn files_that_are_not_read() {
    let with = |syntax| refusal(&[file("f.proto", syntax, &[], &Writer::new())]).to_string();
    let edition = "file \"f.proto\" uses an edition; only proto2 and proto3 files are read";
    assert_eq!(with("editions"), edition);
    assert_eq!(with("proto4"), "file \"f.proto\" has the unknown syntax \"proto4\"");

    let mut cut = set(&[of_fields(&[field("a", 1, OPTIONAL, INT32)])]);
    cut.pop();
    let error = Schema::from_descriptor_set(&cut).expect_err("cut");
    assert!(matches!(error, SchemaError::Malformed(e) if e.offset == 1), "{error}");

    let not_utf8 = set(&[file("f", "proto3", &[message("\u{fffd}", &[])], &Writer::new())]);
    assert!(Schema::from_descriptor_set(&not_utf8).is_err(), "no identifier");
    let not_utf8 = Writer::new().len(1, &Writer::new().len(1, b"ab\xff").into_bytes());
    let error = Schema::from_descriptor_set(&not_utf8.into_bytes()).expect_err("not UTF-8");
    assert_eq!(error, SchemaError::Malformed(Defect::NotUtf8.at(6)));
}

#[test]
fn bombs_do_not_go_off() {
    let bomb = |bytes: &[u8]| Schema::from_descriptor_set(bytes).expect_err("a bomb");
    // Half a million empty messages and one more, two bytes each.
    let messages = [0x22, 0x00].repeat(500_001);
    let error = bomb(&Writer::new().len(1, &messages).into_bytes());
    assert!(
        matches!(error, SchemaError::Malformed(e) if matches!(e.defect, Defect::TooManyValues { .. }))
    );
    // Messages in messages.
    let mut nested = message("M", &[]).into_bytes();
    (0..200).for_each(|_| nested = message("M", &[]).len(3, &nested).into_bytes());
    let error = bomb(&set(&[file("f", "", &[], &Writer::new().len(4, &nested))]));
    assert!(matches!(error, SchemaError::Malformed(e) if e.defect == Defect::DepthExceeded));
    // Names that are long, and looked for in every scope of a long package.
    let package = ["p"; 250].join(".");
    let fields: Vec<_> = (1..10_000)
        .map(|number| field(&format!("f{number}"), number, OPTIONAL, MESSAGE).len(6, b"X"))
        .collect();
    let far = message("X", &[]);
    let file = Writer::new().len(1, b"f").len(4, &message("M", &fields).into_bytes());
    let file = file.len(2, package.as_bytes()).into_bytes();
    let outer = Writer::new().len(1, b"g").len(4, &far.into_bytes()).into_bytes();
    let error = bomb(&set(&[file, outer]));
    assert!(matches!(error, SchemaError::TooManyLookups { .. }), "{error}");
    let error = bomb(&vec![0; (64 << 20) + 1]);
    assert_eq!(error, SchemaError::TooLarge);
}
