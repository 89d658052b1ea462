//! Finds the first required field of a proto2 message that is missing on the wire.
//!
//! prost fills a missing required field with its default, so presence is judged on the bytes.

use crate::tags::{Fields, Value};

/// The fields of a message that matter for presence; all others are passed over.
#[derive(Debug)]
pub struct Shape(pub &'static [Expected]);

/// One field of a [`Shape`].
#[derive(Debug)]
pub struct Expected {
    /// The field number.
    pub number: u32,
    /// The name, as the path prints it.
    pub name: &'static str,
    /// How often it may stand.
    pub label: Label,
    /// The message that the field holds, or none for a scalar of wire type 2.
    pub message: Option<&'static Shape>,
}

/// How often a field may stand, as far as presence goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// It has to be there.
    Required,
    /// Each occurrence is an element of its own.
    Repeated,
}

/// The path of the first required field that is missing, like `files[2].uuid`; none if all are there.
///
/// Fields are judged in the order of the shape. Bytes that cannot be read end a message early:
/// what stands behind them counts as missing. Recursion goes as deep as the shape, not as the bytes.
pub fn first_missing(shape: &Shape, bytes: &[u8]) -> Option<String> {
    missing_in(shape, &[bytes])
}

/// `pieces` are one message: a submessage sent in several pieces merges,
/// so a field is there if any piece has it.
fn missing_in(shape: &Shape, pieces: &[&[u8]]) -> Option<String> {
    shape.0.iter().find_map(|expected| {
        let found = occurrences(expected.number, pieces);
        match expected.label {
            Label::Required if found.is_empty() => Some(expected.name.to_owned()),
            Label::Required => {
                let inner = missing_in(expected.message?, &found)?;
                Some(format!("{}.{inner}", expected.name))
            }
            Label::Repeated => found.iter().enumerate().find_map(|(index, element)| {
                let inner = missing_in(expected.message?, &[element])?;
                Some(format!("{}[{index}].{inner}", expected.name))
            }),
        }
    })
}

/// Every occurrence of a field with wire type 2, over all pieces. Another wire type is an unknown field.
fn occurrences<'a>(number: u32, pieces: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let fields = pieces.iter().flat_map(|piece| Fields::of(piece).map_while(Result::ok));
    fields
        .filter_map(|field| match field.value {
            Value::Bytes(content) if field.number == number => Some(content),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: Shape =
        Shape(&[Expected { number: 1, name: "uuid", label: Label::Required, message: None }]);
    const REQUEST: Shape = Shape(&[
        Expected { number: 1, name: "job", label: Label::Required, message: Some(&ID) },
        Expected { number: 2, name: "files", label: Label::Repeated, message: Some(&ID) },
    ]);

    fn missing(bytes: &[u8]) -> Option<String> {
        first_missing(&REQUEST, bytes)
    }

    #[test]
    fn the_path_names_the_missing_field() {
        let job = [0x0a, 0x03, 0x0a, 0x01, b'j'];
        let file = [0x12, 0x03, 0x0a, 0x01, b'f'];
        let no_uuid = [0x12, 0x00];
        assert_eq!(missing(&job), None);
        assert_eq!(missing(&[]).as_deref(), Some("job"));
        assert_eq!(missing(&[0x0a, 0x00]).as_deref(), Some("job.uuid"));
        assert_eq!(missing(&[&job[..], &file, &file].concat()), None);
        assert_eq!(
            missing(&[&job[..], &file, &file, &no_uuid].concat()).as_deref(),
            Some("files[2].uuid")
        );
        assert_eq!(missing(&[&no_uuid[..], &job].concat()).as_deref(), Some("files[0].uuid"));
    }

    #[test]
    fn an_empty_string_is_present() {
        assert_eq!(missing(&[0x0a, 0x02, 0x0a, 0x00]), None);
    }

    #[test]
    fn a_required_message_in_pieces_merges_but_elements_do_not() {
        let whole_and_empty = [0x0a, 0x03, 0x0a, 0x01, b'j', 0x0a, 0x00];
        assert_eq!(missing(&whole_and_empty), None);
        let empty_and_whole = [0x0a, 0x00, 0x0a, 0x03, 0x0a, 0x01, b'j'];
        assert_eq!(missing(&empty_and_whole), None);
        let elements = [&whole_and_empty[..], &[0x12, 0x00, 0x12, 0x02, 0x0a, 0x00]].concat();
        assert_eq!(missing(&elements).as_deref(), Some("files[0].uuid"));
    }

    #[test]
    fn another_wire_type_or_a_group_is_not_the_field() {
        assert_eq!(missing(&[0x08, 0x01]).as_deref(), Some("job"));
        assert_eq!(missing(&[0x0b, 0x0a, 0x01, b'x', 0x0c]).as_deref(), Some("job"));
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
            let _ = missing(&bytes);
        }

        #[test]
        fn names_exactly_the_first_element_without_uuid(has in proptest::collection::vec(any::<bool>(), 0..40)) {
            let mut bytes = vec![0x0a, 0x02, 0x0a, 0x00];
            for present in &has {
                bytes.extend_from_slice(if *present { &[0x12, 0x02, 0x0a, 0x00] } else { &[0x12, 0x00] });
            }
            let expected = has.iter().position(|present| !present);
            prop_assert_eq!(missing(&bytes), expected.map(|index| format!("files[{index}].uuid")));
        }
    }
}
