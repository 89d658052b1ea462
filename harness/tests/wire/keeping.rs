//! What is kept, what is left out, and in which bytes it is written again.

use wirecheck::wire::{FieldValue, MapKey, MessageValue, Value, encode};

use crate::values::{one, three, two, w};
use crate::vocabulary::VOCABULARY;

#[test]
fn closed_enums_keep_strangers_as_unknown_fields() {
    let value = two(w().varint(14, 9).varint(114, 1).varint(114, 9).len(114, &[2, 9]));
    assert_eq!(value.get(14), None);
    let kept = vec![Value::Enum(1), Value::Enum(2)];
    assert_eq!(value.get(114), Some(&FieldValue::Repeated(kept)));
    let unknown = w().varint(14, 9).varint(114, 9).varint(114, 9);
    assert_eq!(value.unknown(), unknown.into_bytes());
    // The field that was set stays; the whole entry of a map is unknown.
    assert_eq!(one(&two(w().varint(14, 1).varint(14, 9)), 14), Some(&Value::Enum(1)));
    let entry = w().len(303, &w().len(1, b"k").varint(2, 9).into_bytes());
    let value = two(entry.clone());
    assert_eq!(value.get(303), None);
    assert_eq!(value.unknown(), entry.clone().into_bytes());
    // A missing value is the enum's default.
    let value = two(w().len(303, &w().len(1, b"k").into_bytes()));
    let entries = [(MapKey::String(b"k".to_vec()), Value::Enum(0))];
    assert_eq!(value.get(303), Some(&FieldValue::Map(entries.into())));
    // An open one takes every number.
    let value = three(w().varint(14, 9).raw(&entry.into_bytes()));
    assert_eq!(one(&value, 14), Some(&Value::Enum(9)));
    assert!(value.get(303).is_some() && value.unknown().is_empty());
}

#[test]
fn unknown_fields_are_kept_as_they_came() {
    let group = w().varint(1, 1).group(2, &[]).into_bytes();
    let unknown = w().tag_of(900, 0, 5).bare_varint(1, 9).group(901, &group);
    let unknown = unknown.fixed32(536_870_911, 1).fixed64(902, 1).len(903, b"x");
    let value = three(w().varint(3, 1).raw(&unknown.clone().into_bytes()).varint(4, 1));
    assert_eq!(value.unknown(), unknown.clone().into_bytes());
    assert_eq!(
        encode(&VOCABULARY, &value),
        w().varint(3, 1).varint(4, 1).raw(&unknown.into_bytes()).into_bytes()
    );
    // A known number with another wire type counts as unknown.
    let stray = w().fixed32(5, 1).varint(9, 1).varint(11, 1).varint(301, 1);
    assert_eq!(three(stray.clone()).unknown(), stray.into_bytes());
}

#[test]
fn canonical_bytes() {
    let order = w().varint(105, 1).varint(13, 1).len(9, b"").varint(3, 1).varint(105, 2);
    assert_eq!(
        encode(&VOCABULARY, &three(order)),
        w().varint(3, 1).varint(13, 1).len(105, &[1, 2]).into_bytes()
    );
    // proto2 does not pack, and writes defaults that are set.
    let unpacked = w().varint(5, 0).varint(105, 1).varint(105, 2).into_bytes();
    assert_eq!(encode(&VOCABULARY, &two(w().len(105, &[1, 2]).varint(5, 0))), unpacked);
    // Entries by key, with key and value even where they are defaults.
    let entry = |key: &[u8], value| w().len(1, key).varint(2, value).into_bytes();
    let map = w().len(301, &w().len(1, b"b").into_bytes()).len(301, &[]);
    assert_eq!(
        encode(&VOCABULARY, &three(map)),
        w().len(301, &entry(b"", 0)).len(301, &entry(b"b", 0)).into_bytes()
    );
    let negative = w().varint(5, 0xffff_ffff).varint(17, 0xffff_ffff);
    assert_eq!(
        encode(&VOCABULARY, &three(negative)),
        w().varint(5, u64::MAX).varint(17, 0xffff_ffff).into_bytes()
    );
}

#[test]
fn only_what_fits_can_be_set() {
    let three_of = VOCABULARY.message("t.Three").expect("a message");
    let two_of = VOCABULARY.message("t.Two").expect("a message");
    let mut value = MessageValue::new(three_of);
    let set = |value: &mut MessageValue, number, to: Value| value.set(&VOCABULARY, number, to);
    assert!(set(&mut value, 5, Value::U32(1)).is_err());
    assert!(set(&mut value, 999, Value::I32(1)).is_err());
    assert!(set(&mut value, 105, Value::I32(1)).is_err());
    assert!(set(&mut value, 9, Value::String(vec![0xff])).is_err());
    assert!(set(&mut value, 11, MessageValue::new(two_of).into()).is_err());
    assert!(set(&mut value, 14, Value::Enum(9)).is_ok());
    assert!(set(&mut MessageValue::new(two_of), 14, Value::Enum(9)).is_err());
    assert!(set(&mut value, 11, MessageValue::new(three_of).into()).is_ok());
    assert!(set(&mut value, 201, Value::I32(0)).is_ok());
    assert!(set(&mut value, 203, MessageValue::new(three_of).into()).is_ok());
    assert!(set(&mut value, 5, Value::I32(0)).is_ok(), "the same as nothing");
    let numbers: Vec<_> = value.fields().map(|(number, _)| number).collect();
    assert_eq!(numbers, [11, 14, 203]);
    let error = set(&mut value, 5, Value::Bool(true)).expect_err("a misfit");
    assert_eq!(error.to_string(), "no value of this kind fits field 5 of t.Three");
}
