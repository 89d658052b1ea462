//! Our decoder beside prost and prost-reflect: the same verdict and the same value, but for the
//! differences that stand here with their reasons.

mod differences;
mod random;

use proptest::prelude::*;
use wirecheck::schema::{Message, Schema};
use wirecheck::wire::{DecodeError, MessageValue, Writer, decode, decode_partial, encode};
use wirecheck_golden::{prost_reflected, prost_typed};

use crate::differences::Difference;
use crate::random::{Choices, bend, message_of};

fn messages() -> impl Strategy<Value = &'static Message> {
    let messages = Schema::contract().messages().iter();
    proptest::sample::select(Vec::from_iter(messages.filter(|m| !m.is_map_entry)))
}

fn choices() -> impl Strategy<Value = Choices> {
    proptest::collection::vec(any::<u32>(), 0..200).prop_map(Choices::new)
}

/// What prost-reflect makes of the bytes: nothing where it refuses them, or takes what our value
/// could not hold.
fn reflected(message: &Message, bytes: &[u8]) -> Option<MessageValue> {
    let dynamic = prost_reflected::decode(&message.full_name, bytes).ok()?;
    prost_reflected::value_of(Schema::contract(), &dynamic).ok()
}

/// The same for prost's generated type, seen through what it writes again.
fn typed(message: &Message, bytes: &[u8]) -> Option<MessageValue> {
    let rewrite = prost_typed::rewrite_of(&message.full_name).expect("a generated type");
    reflected(message, &rewrite(bytes).ok()?)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn values_come_back(message in messages(), mut choices in choices()) {
        let schema = Schema::contract();
        let value = message_of(schema, message, &mut choices);
        let bytes = encode(schema, &value);
        prop_assert_eq!(decode_partial(schema, message, &bytes), Ok(value.clone()));
        prop_assert_eq!(reflected(message, &bytes), Some(value.clone()));
        prop_assert_eq!(typed(message, &bytes), Some(value));
    }

    #[test]
    fn two_messages_in_a_row_merge(message in messages(), mut choices in choices()) {
        let schema = Schema::contract();
        let mut bytes = encode(schema, &message_of(schema, message, &mut choices));
        bytes.extend(encode(schema, &message_of(schema, message, &mut choices)));
        let value = decode_partial(schema, message, &bytes).expect("sound");
        prop_assert_eq!(reflected(message, &bytes), Some(value.clone()));
        prop_assert_eq!(typed(message, &bytes), Some(value));
    }

    #[test]
    fn bent_bytes_meet_the_same_verdict(
        message in messages(),
        mut choices in choices(),
        (first, second) in (choices(), choices()),
    ) {
        let schema = Schema::contract();
        let mut bytes = encode(schema, &message_of(schema, message, &mut choices));
        bend(&mut bytes, first);
        bend(&mut bytes, second);
        let known = differences::in_bytes(schema, message, &bytes);
        let own = decode(schema, message, &bytes);
        let without_required = match &own {
            Err(DecodeError::Missing(_)) => decode_partial(schema, message, &bytes).ok(),
            own => own.clone().ok(),
        };
        let own = without_required.map(|mut value| { value.drop_unknown(); value });
        for other in [reflected(message, &bytes), typed(message, &bytes)] {
            let same = own == other;
            prop_assert!(same || !known.is_empty(), "{:?}\nours {:?}\nprost {:?}", bytes, own, other);
        }
    }
}

#[test]
fn each_difference_is_one() {
    for difference in Difference::ALL {
        let (name, bytes) = difference.example();
        let schema = Schema::contract();
        let message = schema.message(name).expect("a message of the contract");
        assert_eq!(differences::in_bytes(schema, message, &bytes), [difference]);
        let own = decode(schema, message, &bytes).ok();
        let others = [reflected(message, &bytes), typed(message, &bytes)];
        for other in others {
            assert_ne!(own, other, "{difference:?}: {}", difference.reason());
        }
    }
}

#[test]
fn depth_ends_at_the_same_level() {
    let schema = Schema::contract();
    let document = schema.message("jina.Document").expect("a message of the contract");
    let chunks =
        |depth| (0..depth).fold(Vec::new(), |inner, _| Writer::new().len(4, &inner).into_bytes());
    let groups = |depth| {
        (0..depth).fold(Vec::new(), |inner, _| Writer::new().group(900, &inner).into_bytes())
    };
    for bytes in [chunks(100), groups(100)] {
        assert!(decode(schema, document, &bytes).is_ok());
        assert!(reflected(document, &bytes).is_some());
        assert!(typed(document, &bytes).is_some());
    }
    for bytes in [chunks(101), groups(101)] {
        assert!(decode(schema, document, &bytes).is_err());
        assert!(reflected(document, &bytes).is_none());
        assert!(typed(document, &bytes).is_none());
    }
}
