//! imss records are read in place as prost reads them: the same values, and the same bytes refused but
//! for differences that are named.

use std::borrow::Cow;

use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message as _;
use wirecheck::fuzz::choices::{Choices, bend, message_of};
use wirecheck::fuzz::differences::{Difference, in_bytes};
use wirecheck::schema::Schema;
use wirecheck::specs::imss::binary::record;
use wirecheck::specs::imss::record::{Error, Image, Job, Record, Session, Status, Upload};
use wirecheck::specs::imss::time::Time;
use wirecheck::wire::{WireType, Writer, encode};
use wirecheck_proto::imss;

const NAMES: [&str; 5] =
    ["imss.Session", "imss.Image", "imss.ImageUpload", "imss.UploadJob", "imss.Error"];

/// Takes the bytes as prost does.
fn as_prost(name: &str, bytes: &[u8]) -> Option<Record<'static>> {
    match name {
        "imss.Session" => imss::Session::decode(bytes).map(|it| Record::Session(session(it))).ok(),
        "imss.Image" => imss::Image::decode(bytes).map(|it| Record::Image(image(it))).ok(),
        "imss.ImageUpload" => {
            imss::ImageUpload::decode(bytes).map(|it| Record::Upload(upload(it))).ok()
        }
        "imss.UploadJob" => imss::UploadJob::decode(bytes).map(|it| Record::Job(job(it))).ok(),
        _ => imss::Error::decode(bytes).map(|_| Record::Error).ok(),
    }
}

fn text(text: String) -> Cow<'static, str> {
    Cow::Owned(text)
}

fn time(time: prost_types::Timestamp) -> Time<'static> {
    Time::At(time.seconds, time.nanos)
}

fn session(it: imss::Session) -> Session<'static> {
    Session {
        id: text(it.id),
        completed: it.completed,
        created: it.created_at.map(time),
        finished: it.finished_at.map(time),
        images: it.images.into_iter().map(image).collect(),
    }
}

fn image(it: imss::Image) -> Image<'static> {
    Image {
        id: text(it.id),
        session_id: text(it.session_id),
        cloud_id: text(it.cloud_id),
        created: it.created_at.map(time),
        size: it.size,
    }
}

fn upload(it: imss::ImageUpload) -> Upload<'static> {
    Upload {
        id: text(it.id),
        job_id: text(it.job_id),
        image_id: text(it.image_id),
        progress: it.progress,
        status: Status::from_number(it.status),
        error: it.error.map(|it| Error { code: it.code, message: text(it.message) }),
    }
}

fn job(it: imss::UploadJob) -> Job<'static> {
    Job {
        id: text(it.id),
        image_ids: it.image_ids.into_iter().map(text).collect(),
        status: Status::from_number(it.status),
        created: it.created_at.map(time),
        finished: it.finished_at.map(time),
        progress: it.progress,
        size: it.size,
        recipient: text(it.recipient),
    }
}

/// Both take the bytes and read the same, or neither does, or a difference says why. Returns
/// whether we took them.
fn agree(name: &str, bytes: &[u8]) -> bool {
    let own = record(name, bytes).expect("a message of imss");
    let prost = as_prost(name, bytes);
    let differs = |why: &[Difference]| {
        let message = Schema::contract().message(name).expect("a message of the contract");
        in_bytes(Schema::contract(), message, bytes).iter().any(|found| why.contains(found))
    };
    match (&own, &prost) {
        (Ok(own), Some(prost)) => assert_eq!(own, prost, "{name} {bytes:02x?}"),
        (Err(_), None) => {}
        (Ok(_), None) => {
            assert!(differs(&[Difference::TenthByte]), "{name} {bytes:02x?}: prost refuses it");
        }
        (Err(why), Some(_)) => assert!(
            differs(&[Difference::LongTag, Difference::LongLength]),
            "{name} {bytes:02x?}: prost takes it, but {why}"
        ),
    }
    own.is_ok()
}

/// Records of any number that the messages have and some that they lack, of any wire type.
fn nearly_valid() -> impl Strategy<Value = Vec<u8>> {
    let content = prop_oneof![
        vec(any::<u8>(), 0..4),
        "[a-é]{0,4}".prop_map(String::into_bytes),
        Just(Writer::new().varint(1, u64::MAX).varint(2, 1 << 35).into_bytes()),
    ];
    let part = (0..10u32, 0..6u8, any::<u64>(), content, 0..12usize);
    vec(part, 0..6).prop_map(|parts| {
        let mut writer = Writer::new();
        for (number, wire_type, value, content, width) in parts {
            writer = match wire_type {
                0 => writer.tag_of(number, 0, width).bare_varint(value, width),
                1 => writer.tag_of(number, 1, 0).raw(&value.to_le_bytes()),
                3 => writer.group(number, &content),
                4 => writer.tag(number, WireType::EndGroup),
                5 => writer.tag_of(number, 5, 0).raw(&content),
                _ => writer.len_as(number, content.len() as u64, width % 7, &content),
            };
        }
        writer.into_bytes()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn what_is_right_is_read_as_prost_does(pick in 0..NAMES.len(), input in vec(any::<u8>(), 0..200)) {
        let schema = Schema::contract();
        let message = schema.message(NAMES[pick]).expect("a message of the contract");
        let mut choices = Choices::new(&input);
        let mut bytes = encode(schema, &message_of(schema, message, &mut choices));
        // Twice: what comes later wins, is added, or merges.
        bytes.extend(encode(schema, &message_of(schema, message, &mut choices)));
        prop_assert!(agree(NAMES[pick], &bytes));
    }

    #[test]
    fn what_was_bent_is_read_as_prost_does(pick in 0..NAMES.len(), input in vec(any::<u8>(), 0..200)) {
        let schema = Schema::contract();
        let message = schema.message(NAMES[pick]).expect("a message of the contract");
        let mut choices = Choices::new(&input);
        let mut bytes = encode(schema, &message_of(schema, message, &mut choices));
        bend(&mut bytes, &mut choices);
        agree(NAMES[pick], &bytes);
    }

    #[test]
    fn what_is_nearly_valid_is_read_as_prost_does(pick in 0..NAMES.len(), bytes in nearly_valid()) {
        agree(NAMES[pick], &bytes);
    }

    #[test]
    fn random_bytes_are_read_as_prost_does(pick in 0..NAMES.len(), bytes in vec(any::<u8>(), 0..40)) {
        agree(NAMES[pick], &bytes);
    }
}

#[test]
fn every_difference_that_is_named_is_one() {
    let long_tag = Writer::new().tag_of(1, 2, 6).raw(b"\x01a").into_bytes();
    let long_length = Writer::new().len_as(1, 1, 6, b"a").into_bytes();
    let tenth_byte = Writer::new().tag_of(6, 0, 0).raw(&[0x81; 9]).raw(&[2]).into_bytes();
    let taken = [(long_tag, false), (long_length, false), (tenth_byte, true)];
    for (bytes, own) in taken {
        assert_eq!(agree("imss.Image", &bytes), own, "{bytes:02x?}");
        assert_eq!(as_prost("imss.Image", &bytes).is_some(), !own, "{bytes:02x?}");
    }
}

#[test]
fn a_known_field_of_another_wire_type_is_refused() {
    let bytes = Writer::new().varint(9, 1).fixed32(6, 1).into_bytes();
    let refused = record("imss.Image", &bytes).expect("a message of imss");
    let said = refused.expect_err("size is a varint").to_string();
    assert_eq!(said, "field 6 with wire type i32 at byte 2");
    assert!(!agree("imss.Image", &bytes));
}

#[test]
fn what_stands_in_a_group_is_no_field() {
    let inner = Writer::new().len(1, b"inner").into_bytes();
    let bytes = Writer::new().len(1, b"outer").group(9, &inner).into_bytes();
    assert!(agree("imss.Image", &bytes));
    let image = Image { id: "outer".into(), ..Image::default() };
    assert_eq!(record("imss.Image", &bytes), Some(Ok(Record::Image(image))));
}

#[test]
fn nesting_ends_where_prost_ends_it() {
    for depth in 95..105 {
        let groups =
            (0..depth).fold(Vec::new(), |inner, _| Writer::new().group(9, &inner).into_bytes());
        agree("imss.Image", &groups);
        agree("imss.Session", &Writer::new().len(6, &groups).into_bytes());
        agree("imss.Session", &Writer::new().len(3, &groups).into_bytes());
    }
}
