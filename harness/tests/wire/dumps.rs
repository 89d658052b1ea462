//! What a dump shows, of sound bytes and of others.

use wirecheck::decode::{Content, Dump, Note, dump};
use wirecheck::schema::Schema;
use wirecheck::wire::{Defect, Part, WireType, Writer};

use crate::vocabulary::VOCABULARY;

fn dumped(name: &str, bytes: &Writer) -> Dump {
    let message = VOCABULARY.message(name).expect("a message of the vocabulary");
    dump(&VOCABULARY, message, &bytes.clone().into_bytes())
}

#[test]
fn offset_bytes_path_wire_type_and_value() {
    let schema = Schema::contract();
    let token = Writer::new()
        .len(1, &Writer::new().len(1, &[0xab; 32]).into_bytes())
        .varint(3, 300)
        .len(5, b"one")
        .len(5, &[]);
    let bytes = Writer::new().len(2, &token.into_bytes()).into_bytes();
    let message = schema.message("session.CreateRequest").expect("a message");
    let dump = dump(schema, message, &bytes);
    assert!(dump.is_sound());
    assert_eq!(
        dump.to_string(),
        "session.CreateRequest, 48 bytes

     0  12 2e                    Signed (len 46) Token
     2  0a 22                      Signed.Header (len 34) VerificationHeader
     4  0a 20 ab ab ab ab ab ab      Signed.Header.PublicKey (len 32)
        ab ab ab ab ab ab ab ab          = abababab…
        ab ab ab ab ab ab ab ab
        ab ab ab ab ab ab ab ab
        ab ab
    38  18 ac 02                   Signed.FirstEpoch (varint) = 300
    41  2a 03 6f 6e 65             Signed.ObjectID[0] (len 3) = 6f6e65
    46  2a 00                      Signed.ObjectID[1] (len 0) = (no bytes)
"
    );
}

#[test]
fn what_is_odd_is_noted() {
    let bytes = Writer::new()
        .tag_of(5, 0, 3)
        .bare_varint(1, 4)
        .varint(900, 1)
        .len(5, &[1])
        .varint(14, 9)
        .group(901, &Writer::new().varint(1, 1).into_bytes())
        .varint(114, 1)
        .len(114, &[2, 9])
        .varint(114, 2);
    let dump = dumped("t.Two", &bytes);
    let told: Vec<_> = (dump.lines.iter())
        .map(|line| (line.offset, line.path.as_str(), line.notes.as_slice()))
        .collect();
    let expected = WireType::Varint;
    assert_eq!(
        told,
        [
            (0, "f5", &[Note::Longer { by: 5 }][..]),
            (7, "#900", &[Note::UnknownField]),
            (10, "f5", &[Note::OtherWireType { expected }]),
            (13, "f14", &[Note::NotInClosedEnum]),
            (15, "#901", &[Note::UnknownField]),
            (17, "#901.#1", &[Note::UnknownField]),
            (19, "#901", &[]),
            (21, "r14[0]", &[]),
            (24, "r14", &[]),
            (27, "r14[1]", &[]),
            (28, "r14[2]", &[Note::NotInClosedEnum]),
            (29, "r14[3]", &[]),
        ]
    );
    assert!(dump.is_sound());
    let text = dump.to_string();
    assert!(text.contains("f5 (varint) = 1 - 5 bytes longer than needed"), "{text}");
}

#[test]
fn a_defect_is_shown_where_it_is() {
    let entry = Writer::new().len(1, b"k").len_as(2, 9, 0, b"v").into_bytes();
    let bytes = Writer::new().varint(3, 1).len(301, &entry);
    let dump = dumped("t.Three", &bytes);
    assert_eq!(dump.defect(), Some(Defect::LengthOverrun { length: 9, left: 1 }.at(9)));
    assert_eq!(
        dump.to_string(),
        "t.Three, 11 bytes

     0  18 01                    f3 (varint) = 1
     2  ea 12 06                 m301[0] (len 6) NamesEntry
     5  0a 01 6b                   m301[0].key (len 1) = \"k\"
     8  12>09 76                   m301[0].value MALFORMED at byte 9: length 9
                                       runs past the end, 1 bytes left
"
    );
}

#[test]
fn every_kind_of_defect_has_its_line() {
    let cases = [
        (Writer::new().raw(&[0x80]), "", Defect::Truncated(Part::Tag).at(0)),
        (Writer::new().raw(&[0x00]), "", Defect::TagZero.at(0)),
        (Writer::new().tag_of(5, 7, 0), "f5", Defect::BadWireType(7).at(0)),
        (Writer::new().tag(105, WireType::Varint), "r5[0]", Defect::Truncated(Part::Varint).at(2)),
        (
            Writer::new().varint(105, 1).len(105, &[1, 0x80]).varint(3, 1),
            "r5[2]",
            Defect::Truncated(Part::Varint).at(7),
        ),
        (Writer::new().len(9, b"ab\xffc").varint(3, 1), "f9", Defect::NotUtf8.at(4)),
        (
            Writer::new().tag(900, WireType::StartGroup).varint(1, 1),
            "#900",
            Defect::GroupNotClosed { number: 900 }.at(0),
        ),
        (
            Writer::new().len(11, &Writer::new().tag(7, WireType::EndGroup).into_bytes()),
            "f11.f7",
            Defect::EndOfNoGroup { number: 7 }.at(2),
        ),
    ];
    for (bytes, path, error) in cases {
        let dump = dumped("t.Three", &bytes);
        let last = dump.lines.last().expect("a line");
        assert_eq!(last.content, Content::Defect(error));
        assert_eq!(last.path, path);
        assert!(!dump.is_sound());
    }
}

#[test]
fn missing_required_fields_are_listed() {
    let dump = dumped("t.Needy", &Writer::new().len(402, &[]));
    assert_eq!(dump.missing, ["id", "inner.id"]);
    assert!(!dump.is_sound());
    assert_eq!(
        dump.to_string(),
        "t.Needy, 3 bytes

     0  92 19 00                 inner (len 0) Needy

required field missing: id
required field missing: inner.id
"
    );
    assert_eq!(dumped("t.Three", &Writer::new()).to_string(), "t.Three, 0 bytes\n");
}

#[test]
fn long_bytes_are_cut_and_narrow_terminals_fit() {
    let bytes = Writer::new().len(12, &[7; 1000]).len(9, "wide 中 ".repeat(40).as_bytes());
    let dump = dumped("t.Three", &bytes);
    let text = dump.to_string();
    assert!(text.contains("        … 971 more\n"), "{text}");
    for width in [60, 80, 160] {
        let lines = dump.to_text(width);
        let longest = lines.lines().map(wirecheck::wire::text::columns).max();
        assert!(longest <= Some(width), "{lines}");
    }
}
