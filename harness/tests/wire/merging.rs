//! What becomes of several pieces: messages, groups, oneofs, maps; and how deep they may nest.

use wirecheck::wire::{
    DecodeError, Defect, FieldValue, MapKey, MessageValue, Value, WireType, Writer, decode,
    decode_partial,
};

use crate::values::{inner, one, three, two, w};
use crate::vocabulary::VOCABULARY;

#[test]
fn messages_merge_at_every_depth() {
    let piece = |number, value| {
        let innermost = w().varint(number, value).varint(105, value).into_bytes();
        w().len(11, &w().len(11, &innermost).into_bytes())
    };
    let whole = w().varint(3, 1).varint(4, 2).varint(105, 1).varint(105, 2).into_bytes();
    let whole = w().len(11, &w().len(11, &whole).into_bytes());
    let pieces = piece(3, 1).raw(&piece(4, 2).into_bytes());
    assert_eq!(three(pieces), three(whole));
    assert_eq!(inner(&three(w().len(11, &[])), 11).fields().count(), 0, "empty, but there");
}

#[test]
fn groups_merge_like_messages() {
    let piece = |number: u32| w().varint(number, 1).into_bytes();
    let value = two(w().group(10, &piece(3)).group(10, &piece(4)).group(110, &piece(3)));
    assert_eq!(inner(&value, 10).fields().count(), 2);
    // A group where a length-prefixed message belongs, and the other way round, is unknown.
    let stray = w().group(11, &piece(3)).len(10, &piece(3));
    let value = two(stray.clone());
    assert_eq!(value.fields().count(), 0);
    assert_eq!(value.unknown(), stray.into_bytes());
}

#[test]
fn of_a_oneof_the_last_member_counts() {
    let value = three(w().varint(201, 0).len(202, b"x"));
    assert_eq!(one(&value, 201), None);
    assert_eq!(one(&value, 202), Some(&Value::String(b"x".to_vec())));
    // A default is a member set.
    let value = three(w().len(202, b"x").varint(201, 0));
    assert_eq!(one(&value, 201), Some(&Value::I32(0)));
    assert_eq!(one(&value, 202), None);
    // Pieces of one member merge, unless another came between.
    let piece = |number| w().varint(number, 1).into_bytes();
    let value = three(w().len(203, &piece(3)).len(203, &piece(4)));
    assert_eq!(inner(&value, 203).fields().count(), 2);
    let value = three(w().len(203, &piece(3)).len(204, &piece(5)).len(203, &piece(4)));
    assert_eq!(inner(&value, 203).fields().count(), 1);
    assert_eq!(one(&value, 204), None);
}

#[test]
fn map_entries_in_any_shape() {
    let map = |value: &MessageValue, number| match value.get(number) {
        Some(FieldValue::Map(entries)) => entries.clone(),
        other => panic!("{other:?}"),
    };
    let key = |text: &str| MapKey::String(text.as_bytes().to_vec());
    let entry = |key: &str, value| w().len(1, key.as_bytes()).varint(2, value).into_bytes();
    let backwards = w().varint(2, 5).len(1, b"a").into_bytes();
    let unknown_inside = w().len(1, b"b").varint(9, 1).varint(2, 6).into_bytes();
    let twice = w().len(1, b"x").len(1, b"c").varint(2, 1).varint(2, 7).into_bytes();
    let value = three(
        (w().len(301, &entry("a", 1)).len(301, &backwards))
            .len(301, &unknown_inside)
            .len(301, &twice)
            .len(301, &[]),
    );
    let expected = [("", 0), ("a", 5), ("b", 6), ("c", 7)];
    let expected = expected.map(|(text, value)| (key(text), Value::I32(value)));
    assert_eq!(map(&value, 301), expected.into());
    // Within an entry a message in two pieces merges; between entries the last one counts.
    let piece = |number| w().varint(number, 1).into_bytes();
    let value = three(
        (w().len(302, &w().varint(1, 1).len(2, &piece(6)).into_bytes()))
            .len(302, &w().varint(1, 1).len(2, &piece(3)).len(2, &piece(4)).into_bytes()),
    );
    match &map(&value, 302)[&MapKey::I32(1)] {
        Value::Message(message) => {
            let numbers: Vec<_> = message.fields().map(|(number, _)| number).collect();
            assert_eq!(numbers, [3, 4]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn required_fields_are_asked_for_after_merging() {
    let needy = VOCABULARY.message("t.Needy").expect("a message");
    let read = |bytes: Writer| decode(&VOCABULARY, needy, &bytes.into_bytes());
    let missing =
        |paths: &[&str]| Err(DecodeError::Missing(paths.iter().map(ToString::to_string).collect()));
    assert_eq!(read(w()), missing(&["id"]));
    let with_id = w().varint(401, 0).into_bytes();
    let deep = w().len(402, &w().len(402, &[]).into_bytes());
    let deep = deep.len(403, &with_id).len(403, &[]).varint(401, 0);
    assert_eq!(read(deep), missing(&["inner.id", "inner.inner.id", "list[1].id"]));
    // In two pieces, neither of them complete.
    let first = w().len(402, &with_id);
    let second = w().varint(401, 1).len(402, &w().len(403, &with_id).into_bytes());
    assert!(read(first.clone().raw(&second.into_bytes())).is_ok());
    assert_eq!(read(first), missing(&["id"]));
    // Of another wire type it is not there.
    assert_eq!(read(w().len(401, b"")), missing(&["id"]));
}

#[test]
fn a_hundred_levels_deep() {
    let three_of = VOCABULARY.message("t.Three").expect("a message");
    let nested = |depth| {
        let mut bytes = Vec::new();
        for level in 0..depth {
            let next = if level % 2 == 0 { w().len(11, &bytes) } else { w().len(203, &bytes) };
            bytes = next.into_bytes();
        }
        decode_partial(&VOCABULARY, three_of, &bytes)
    };
    assert!(nested(100).is_ok());
    assert_eq!(nested(101).map_err(|error| error.defect), Err(Defect::DepthExceeded));
    // Groups inside of messages count on.
    let mut bytes = Vec::new();
    (0..99).for_each(|_| bytes = w().len(11, &bytes).into_bytes());
    let groups = |count| {
        let starts = (0..count).fold(w(), |writer, _| writer.tag(900, WireType::StartGroup));
        let ends = (0..count).fold(starts, |writer, _| writer.tag(900, WireType::EndGroup));
        let mut bytes = ends.into_bytes();
        (0..99).for_each(|_| bytes = w().len(11, &bytes).into_bytes());
        decode_partial(&VOCABULARY, three_of, &bytes)
    };
    assert!(groups(1).is_ok());
    assert!(groups(2).is_err());
}
