//! What numbers, strings and packed fields mean.

use wirecheck::wire::{Defect, Part, Value, Writer, decode_partial};

use crate::values::{one, read, three, two, w};
use crate::vocabulary::VOCABULARY;

#[test]
fn scalars_of_every_type() {
    let value = three(
        (w().fixed64(1, 1.5f64.to_bits()).fixed32(2, 0x8000_0000))
            .varint(3, u64::MAX)
            .varint(4, u64::MAX)
            .varint(5, u64::MAX)
            .fixed64(6, 7)
            .fixed32(7, u32::MAX)
            .varint(8, 1)
            .len(9, "é".as_bytes())
            .len(12, &[0xff])
            .varint(13, u64::from(u32::MAX))
            .varint(14, 77)
            .fixed32(15, u32::MAX)
            .fixed64(16, u64::MAX)
            .varint(17, 3)
            .varint(18, u64::MAX),
    );
    let told: Vec<_> = value.fields().map(|(number, _)| one(&value, number).cloned()).collect();
    assert_eq!(
        told.into_iter().flatten().collect::<Vec<_>>(),
        [
            Value::F64(1.5),
            // -0.0 is not the default.
            Value::F32(-0.0),
            Value::I64(-1),
            Value::U64(u64::MAX),
            Value::I32(-1),
            Value::U64(7),
            Value::U32(u32::MAX),
            Value::Bool(true),
            Value::String("é".into()),
            Value::Bytes(vec![0xff]),
            Value::U32(u32::MAX),
            Value::Enum(77),
            Value::I32(-1),
            Value::I64(-1),
            Value::I32(-2),
            Value::I64(i64::MIN),
        ]
    );
}

#[test]
fn thirty_two_bits_are_kept() {
    let sign_extended = w().varint(5, 0xffff_ffff_ffff_fff0);
    assert_eq!(three(sign_extended.clone()), three(w().varint(5, 0xffff_fff0)));
    assert_eq!(one(&three(sign_extended), 5), Some(&Value::I32(-16)));
    let over = 5 << 32;
    assert_eq!(one(&three(w().varint(13, over | 9)), 13), Some(&Value::U32(9)));
    assert_eq!(one(&three(w().varint(17, over | 9)), 17), Some(&Value::I32(-5)));
    assert_eq!(one(&three(w().varint(14, over | 1)), 14), Some(&Value::Enum(1)));
    assert_eq!(one(&three(w().varint(8, over)), 8), Some(&Value::Bool(true)));
}

#[test]
fn the_last_scalar_counts_and_zero_unsets() {
    assert_eq!(one(&three(w().varint(5, 1).varint(5, 2)), 5), Some(&Value::I32(2)));
    assert_eq!(three(w().varint(5, 1).varint(5, 0)), three(w()));
    assert_eq!(three(w().len(9, b"x").len(9, b"")), three(w()));
    // Explicit presence: 0 is something.
    assert_eq!(one(&two(w().varint(5, 1).varint(5, 0)), 5), Some(&Value::I32(0)));
}

#[test]
fn packed_or_not() {
    let unpacked = w().varint(105, 1).varint(105, 300).varint(105, 2);
    let packed = w().len(105, &[1, 0xac, 0x02, 2]);
    let mixed = w().varint(105, 1).len(105, &[0xac, 0x02]).len(105, &[]).varint(105, 2);
    for name in ["t.Two", "t.Three"] {
        assert_eq!(read(name, packed.clone()), read(name, unpacked.clone()));
        assert_eq!(read(name, mixed.clone()), read(name, unpacked.clone()));
    }
    assert_eq!(three(w().len(105, &[])), three(w()), "an empty packed field is no field");
    // Packing is for repeated fields alone.
    let stray = w().len(5, &[1, 2]);
    assert_eq!(three(stray.clone()).unknown(), stray.into_bytes());
}

#[test]
fn a_packed_field_ends_with_an_element() {
    let refused = |bytes: Writer| {
        let message = VOCABULARY.message("t.Three").expect("a message");
        decode_partial(&VOCABULARY, message, &bytes.into_bytes()).expect_err("a defect")
    };
    let cut = Defect::Truncated(Part::Varint).at(4);
    assert_eq!(refused(w().len(105, &[1, 0x80])), cut);
    let cut = Defect::Truncated(Part::Fixed32).at(7);
    assert_eq!(refused(w().len(107, &[1, 2, 3, 4, 5])), cut);
    let too_long = Defect::VarintTooLong.at(3);
    assert_eq!(refused(w().len(105, &[0x80; 11])), too_long);
}

#[test]
fn strings_are_utf8_where_the_schema_says_so() {
    let message = VOCABULARY.message("t.Three").expect("a message");
    let entry = w().varint(2, 1).len(1, b"\xff").into_bytes();
    let not_utf8: [(&[u8], usize); 5] = [
        (b"\x80", 0),
        (b"ab\xc0\x80", 2),
        (b"\xed\xa0\x80", 0),
        (b"\xf4\x90\x80\x80", 0),
        (b"a\xe2\x82", 1),
    ];
    for (text, at) in not_utf8 {
        for number in [9, 109, 202] {
            let bytes = w().len(number, text).into_bytes();
            let place = bytes.len() - text.len() + at;
            let error = decode_partial(&VOCABULARY, message, &bytes).expect_err("not UTF-8");
            assert_eq!(error, Defect::NotUtf8.at(place));
            assert!(two(w().len(number, text)).get(number).is_some(), "proto2 takes it");
        }
    }
    let error = decode_partial(&VOCABULARY, message, &w().len(301, &entry).into_bytes());
    assert_eq!(error, Err(Defect::NotUtf8.at(7)));
    for edge in ["\0", "\u{ffff}", "\u{10ffff}", "e\u{301}", "\u{feff}a"] {
        let value = three(w().len(9, edge.as_bytes()));
        assert_eq!(one(&value, 9), Some(&Value::String(edge.into())));
    }
}
