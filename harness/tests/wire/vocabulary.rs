//! A schema with a field of every kind, written as descriptors by our own writer.

use std::sync::LazyLock;

use wirecheck::schema::Schema;
use wirecheck::wire::Writer;

/// Numbers of field types in `descriptor.proto`.
pub(crate) const INT32: u64 = 5;
pub(crate) const STRING: u64 = 9;
pub(crate) const GROUP: u64 = 10;
pub(crate) const MESSAGE: u64 = 11;
pub(crate) const ENUM: u64 = 14;

/// Labels of fields in `descriptor.proto`.
pub(crate) const OPTIONAL: u64 = 1;
pub(crate) const REQUIRED: u64 = 2;
pub(crate) const REPEATED: u64 = 3;

/// A field descriptor.
pub(crate) fn field(name: &str, number: u64, label: u64, kind: u64) -> Writer {
    Writer::new().len(1, name.as_bytes()).varint(3, number).varint(4, label).varint(5, kind)
}

/// A message descriptor of these fields.
pub(crate) fn message(name: &str, fields: &[Writer]) -> Writer {
    fields.iter().fold(Writer::new().len(1, name.as_bytes()), |message, field| {
        message.len(2, &field.clone().into_bytes())
    })
}

/// A file of these messages and whatever else `more` holds.
pub(crate) fn file(name: &str, syntax: &str, messages: &[Writer], more: &Writer) -> Vec<u8> {
    let start = Writer::new().len(1, name.as_bytes()).len(2, b"t");
    let file =
        messages.iter().fold(start, |file, message| file.len(4, &message.clone().into_bytes()));
    let file = file.raw(&more.clone().into_bytes());
    match syntax {
        "" => file.into_bytes(),
        syntax => file.len(12, syntax.as_bytes()).into_bytes(),
    }
}

/// A descriptor set of these files.
pub(crate) fn set(files: &[Vec<u8>]) -> Vec<u8> {
    let set = files.iter().fold(Writer::new(), |set, file| set.len(1, file));
    set.into_bytes()
}

/// An enum descriptor with values of these numbers.
pub(crate) fn enumeration(name: &str, numbers: &[u64]) -> Vec<u8> {
    let start = Writer::new().len(1, name.as_bytes());
    let made = numbers.iter().fold(start, |made, number| {
        let value = Writer::new().len(1, format!("{name}_{number}").as_bytes());
        made.len(2, &value.varint(2, *number).into_bytes())
    });
    made.into_bytes()
}

/// `t.Two` is proto2 and `t.Three` proto3. Both have one singular field for each scalar type, its
/// number the type's, and repeated ones at 100 more; a submessage at 11; a list of them at 111; a
/// oneof of 201 (int32), 202 (string), 203 and 204 (both the message itself); maps at 301 (string
/// to int32), 302 (int32 to message) and 303 (string to enum). `t.Two` also has a group at 10 and
/// 110, closed enums, and is required to have 401 in `t.Needy`, where 402 is a `Needy` again.
pub(crate) static VOCABULARY: LazyLock<Schema> = LazyLock::new(|| {
    let enums = Writer::new().len(5, &enumeration("Closed", &[0, 1, 2]));
    let needy = message(
        "Needy",
        &[
            field("id", 401, REQUIRED, INT32),
            field("inner", 402, OPTIONAL, MESSAGE).len(6, b".t.Needy"),
            field("list", 403, REPEATED, MESSAGE).len(6, b"Needy"),
        ],
    );
    let two = file("two", "", &[every_kind("Two", "Closed"), needy], &enums);
    let enums = Writer::new().len(5, &enumeration("Open", &[0, 1]));
    let three = file("three", "proto3", &[every_kind("Three", "Open")], &enums);
    Schema::from_descriptor_set(&set(&[two, three])).expect("a sound schema")
});

fn every_kind(name: &str, of_enum: &str) -> Writer {
    let own = format!(".t.{name}");
    let mut fields = Vec::new();
    for kind in 1..=18 {
        let type_name = match kind {
            GROUP if name == "Three" => continue,
            GROUP | MESSAGE => own.as_str(),
            ENUM => of_enum,
            _ => "",
        };
        let singular = field(&format!("f{kind}"), kind, OPTIONAL, kind);
        let repeated = field(&format!("r{kind}"), 100 + kind, REPEATED, kind);
        fields.extend([singular, repeated].map(|field| match type_name {
            "" => field,
            type_name => field.len(6, type_name.as_bytes()),
        }));
    }
    let member = |name, number, kind| field(name, number, OPTIONAL, kind).varint(9, 0);
    fields.extend([
        member("one", 201, INT32),
        member("two", 202, STRING),
        member("three", 203, MESSAGE).len(6, own.as_bytes()),
        member("four", 204, MESSAGE).len(6, own.as_bytes()),
    ]);
    let value = |kind| field("value", 2, OPTIONAL, kind);
    let entries = [
        ("NamesEntry", STRING, value(INT32)),
        ("MessagesEntry", INT32, value(MESSAGE).len(6, own.as_bytes())),
        ("EnumsEntry", STRING, value(ENUM).len(6, of_enum.as_bytes())),
    ];
    for (number, (entry, _, _)) in (301..).zip(&entries) {
        let map = field(&format!("m{number}"), number, REPEATED, MESSAGE);
        fields.push(map.len(6, entry.as_bytes()));
    }
    let made = message(name, &fields).len(8, &Writer::new().len(1, b"choice").into_bytes());
    entries.into_iter().fold(made, |made, (entry, key, value)| {
        let entry = message(entry, &[field("key", 1, OPTIONAL, key), value]);
        let map_entry = Writer::new().varint(7, 1).into_bytes();
        made.len(3, &entry.len(7, &map_entry).into_bytes())
    })
}
