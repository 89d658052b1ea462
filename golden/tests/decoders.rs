//! Our decoder beside prost and prost-reflect: the same verdict and the same value, but for the
//! differences that are named with their reasons.

use proptest::prelude::*;
use wirecheck::fuzz::choices::{Choices, bend, message_of};
use wirecheck::fuzz::decode::{agree, comes_back, reflected, typed};
use wirecheck::fuzz::differences::{self, Difference};
use wirecheck::schema::{Message, Schema};
use wirecheck::wire::{Writer, decode, decode_partial, encode};

fn messages() -> impl Strategy<Value = &'static Message> {
    let messages = Schema::contract().messages().iter();
    proptest::sample::select(Vec::from_iter(messages.filter(|m| !m.is_map_entry)))
}

fn choices() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..500)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn values_come_back(message in messages(), choices in choices()) {
        let value = message_of(Schema::contract(), message, &mut Choices::new(&choices));
        prop_assert_eq!(comes_back(message, &value), Ok(()));
    }

    #[test]
    fn two_messages_in_a_row_merge(message in messages(), choices in choices()) {
        let schema = Schema::contract();
        let mut choices = Choices::new(&choices);
        let mut bytes = encode(schema, &message_of(schema, message, &mut choices));
        bytes.extend(encode(schema, &message_of(schema, message, &mut choices)));
        let value = decode_partial(schema, message, &bytes).expect("sound");
        prop_assert_eq!(reflected(message, &bytes), Some(value.clone()));
        prop_assert_eq!(typed(message, &bytes), Some(value));
    }

    #[test]
    fn bent_bytes_meet_the_same_verdict(message in messages(), choices in choices()) {
        let schema = Schema::contract();
        let mut choices = Choices::new(&choices);
        let mut bytes = encode(schema, &message_of(schema, message, &mut choices));
        bend(&mut bytes, &mut choices);
        bend(&mut bytes, &mut choices);
        prop_assert_eq!(agree(message, &bytes), Ok(()));
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
            assert!(difference.explains(own.as_ref(), other.as_ref()), "{difference:?}");
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
