//! What the reader takes and what it refuses, where, and why.

use proptest::prelude::*;
use wirecheck::wire::{
    Defect, MAX_DEPTH, Part, Payload, Reader, Record, WireError, WireType, Writer,
};

fn read(bytes: &[u8]) -> Result<Vec<Record<'_>>, WireError> {
    Reader::new(bytes).collect()
}

fn refusal(bytes: &[u8]) -> WireError {
    read(bytes).expect_err("a defect")
}

#[test]
fn records_of_all_wire_types() {
    let bytes = Writer::new()
        .varint(1, 300)
        .fixed64(2, u64::MAX)
        .len(3, b"abc")
        .group(4, &Writer::new().varint(5, 1).into_bytes())
        .fixed32(536_870_911, 7)
        .into_bytes();
    let records = read(&bytes).expect("sound");
    let told: Vec<_> =
        (records.iter()).map(|record| (record.offset, record.number, record.payload)).collect();
    assert_eq!(
        told,
        [
            (0, 1, Payload::Varint(300)),
            (3, 2, Payload::Fixed64(u64::MAX)),
            (12, 3, Payload::Len(b"abc")),
            (17, 4, Payload::StartGroup),
            (18, 5, Payload::Varint(1)),
            (20, 4, Payload::EndGroup),
            (21, 536_870_911, Payload::Fixed32(7)),
        ]
    );
    let joined: Vec<u8> = records.iter().flat_map(|record| record.bytes.to_vec()).collect();
    assert_eq!(joined, bytes);
}

#[test]
fn varints_of_one_to_ten_bytes() {
    for width in 1..=10 {
        let bytes = Writer::new().tag(1, WireType::Varint).bare_varint(1, width);
        let bytes = bytes.into_bytes();
        assert_eq!(bytes.len(), 1 + width);
        let records = read(&bytes).expect("sound");
        assert_eq!(records[0].payload, Payload::Varint(1));
    }
    let too_long = Writer::new().tag(1, WireType::Varint).bare_varint(1, 11);
    assert_eq!(refusal(&too_long.into_bytes()), Defect::VarintTooLong.at(1));
    // Of the tenth byte one bit counts.
    let mut full = vec![0x08];
    full.extend([0xff; 9]);
    for last in [0x01, 0x03, 0x7f] {
        full.push(last);
        assert_eq!(read(&full).expect("sound")[0].payload, Payload::Varint(u64::MAX));
        full.pop();
    }
}

#[test]
fn tags_and_lengths_of_up_to_five_bytes() {
    for width in 1..=5 {
        let bytes = Writer::new().tag_of(1, 2, width).bare_varint(1, width).raw(b"x");
        assert_eq!(read(&bytes.into_bytes()).expect("sound")[0].payload, Payload::Len(b"x"));
    }
    let long_tag = Writer::new().tag_of(1, 0, 6).raw(&[0]).into_bytes();
    assert_eq!(refusal(&long_tag), Defect::TagTooLong.at(0));
    let high_tag = Writer::new().bare_varint(1 << 32 | 8, 5).raw(&[0]).into_bytes();
    assert_eq!(refusal(&high_tag), Defect::TagTooLong.at(0));
    let long_length = Writer::new().len_as(1, 1, 6, b"x").into_bytes();
    assert_eq!(refusal(&long_length), Defect::LengthTooLong.at(1));
}

#[test]
fn tags_that_do_not_exist() {
    for wire_type in 0..8 {
        let bytes = Writer::new().tag_of(0, wire_type, 0).raw(&[0; 9]).into_bytes();
        assert_eq!(refusal(&bytes), Defect::TagZero.at(0));
    }
    for wire_type in [6, 7] {
        let bytes = Writer::new().varint(1, 1).tag_of(1, wire_type, 0).into_bytes();
        assert_eq!(refusal(&bytes), Defect::BadWireType(wire_type).at(2));
    }
}

#[test]
fn lengths_past_the_end() {
    for length in [4, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] {
        let bytes = Writer::new().varint(1, 1).len_as(2, length, 0, b"abc").into_bytes();
        assert_eq!(refusal(&bytes), Defect::LengthOverrun { length, left: 3 }.at(3));
    }
    for length in [1 << 63, u64::MAX] {
        let bytes = Writer::new().len_as(2, length, 0, b"abc").into_bytes();
        assert_eq!(refusal(&bytes), Defect::LengthTooLong.at(1));
    }
}

#[test]
fn cut_anywhere() {
    let bytes = Writer::new()
        .varint(900, 300)
        .fixed64(2, 1)
        .len(3, &[b'x'; 200])
        .fixed32(5, 1)
        .into_bytes();
    let whole = [0, 4, 13, 13 + 203, bytes.len()];
    for cut in 0..=bytes.len() {
        let result = read(&bytes[..cut]);
        assert_eq!(result.is_ok(), whole.contains(&cut), "cut at {cut}");
    }
    assert_eq!(refusal(&bytes[..1]), Defect::Truncated(Part::Tag).at(0));
    assert_eq!(refusal(&bytes[..3]), Defect::Truncated(Part::Varint).at(2));
    assert_eq!(refusal(&bytes[..12]), Defect::Truncated(Part::Fixed64).at(5));
    assert_eq!(refusal(&bytes[..15]), Defect::Truncated(Part::Length).at(14));
    assert_eq!(refusal(&bytes[..219]), Defect::Truncated(Part::Fixed32).at(217));
}

#[test]
fn groups_that_do_not_match() {
    let end = Writer::new().varint(1, 1).tag(3, WireType::EndGroup).into_bytes();
    assert_eq!(refusal(&end), Defect::EndOfNoGroup { number: 3 }.at(2));
    let start = Writer::new().varint(1, 1).tag(3, WireType::StartGroup).varint(1, 1);
    assert_eq!(refusal(&start.into_bytes()), Defect::GroupNotClosed { number: 3 }.at(2));
    let crossed = Writer::new()
        .tag(3, WireType::StartGroup)
        .tag(4, WireType::StartGroup)
        .tag(3, WireType::EndGroup)
        .tag(4, WireType::EndGroup);
    assert_eq!(refusal(&crossed.into_bytes()), Defect::EndOfNoGroup { number: 3 }.at(2));
}

#[test]
fn groups_nest_a_hundred_deep() {
    let nested = |depth| {
        let mut bytes = Writer::new();
        for _ in 0..depth {
            bytes = bytes.tag(1, WireType::StartGroup);
        }
        for _ in 0..depth {
            bytes = bytes.tag(1, WireType::EndGroup);
        }
        bytes.into_bytes()
    };
    assert!(read(&nested(MAX_DEPTH)).is_ok());
    let error = Defect::DepthExceeded.at(MAX_DEPTH);
    assert_eq!(refusal(&nested(MAX_DEPTH + 1)), error);
    assert_eq!(refusal(&nested(10_000)), error);
}

#[test]
fn nothing_comes_after_an_error() {
    let mut reader = Reader::new(&[0x00, 0x08, 0x01]);
    assert_eq!(reader.next(), Some(Err(Defect::TagZero.at(0))));
    assert_eq!(reader.next(), None);
    assert_eq!(reader.rest(), [0x00, 0x08, 0x01]);
}

proptest! {
    #[test]
    fn what_is_read_is_all_there_is(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut reader = Reader::new(&bytes);
        let mut joined = Vec::new();
        let mut failed = false;
        for record in reader.by_ref() {
            match record {
                Ok(record) => {
                    prop_assert_eq!(record.offset, joined.len());
                    joined.extend_from_slice(record.bytes);
                }
                Err(error) => {
                    prop_assert!(error.offset <= bytes.len());
                    failed = true;
                }
            }
        }
        joined.extend_from_slice(reader.rest());
        prop_assert_eq!(&joined, &bytes);
        prop_assert!(failed || reader.rest().is_empty());
    }
}
