//! Compares the tags of a document: structures of null, numbers, texts, booleans, lists and structures.

use prost_types::value::Kind;
use prost_types::{Struct, Value};

use super::kept::{Lost, text_words};

/// The first tag that is not as it was sent, or was not sent at all.
pub(super) fn difference(path: &str, sent: &Struct, came: &Struct) -> Option<Lost> {
    let keys =
        sent.fields.keys().chain(came.fields.keys().filter(|key| !sent.fields.contains_key(*key)));
    keys.into_iter().find_map(|key| {
        let path = format!("{path}[{}]", text_words(key));
        match (sent.fields.get(key), came.fields.get(key)) {
            (Some(sent), Some(came)) => value(path, sent, came),
            (sent, came) => {
                let shown = |value: Option<&Value>| value.map_or("no such tag".to_owned(), words);
                Some(Lost::new(path, shown(sent), shown(came)))
            }
        }
    })
}

fn value(path: String, sent: &Value, came: &Value) -> Option<Lost> {
    match (&sent.kind, &came.kind) {
        (Some(Kind::StructValue(sent)), Some(Kind::StructValue(came))) => {
            difference(&path, sent, came)
        }
        (Some(Kind::ListValue(one)), Some(Kind::ListValue(other))) => {
            if one.values.len() != other.values.len() {
                return Some(Lost::new(path, words(sent), words(came)));
            }
            let mut pairs = one.values.iter().zip(&other.values).enumerate();
            pairs.find_map(|(place, (sent, came))| value(format!("{path}[{place}]"), sent, came))
        }
        (Some(Kind::NumberValue(one)), Some(Kind::NumberValue(other))) => {
            // Bit by bit, for the sign of zero; all that are not a number are one.
            let same = one.to_bits() == other.to_bits() || one.is_nan() && other.is_nan();
            (!same).then(|| Lost::new(path, words(sent), words(came)))
        }
        (one, other) => (one != other).then(|| Lost::new(path, words(sent), words(came))),
    }
}

fn words(value: &Value) -> String {
    match &value.kind {
        None => "a value of no kind".to_owned(),
        Some(Kind::NullValue(_)) => "null".to_owned(),
        Some(Kind::NumberValue(number)) => format!("the number {number:?}"),
        Some(Kind::StringValue(text)) => format!("the text {}", text_words(text)),
        Some(Kind::BoolValue(value)) => value.to_string(),
        Some(Kind::StructValue(inner)) => format!("a structure of {} fields", inner.fields.len()),
        Some(Kind::ListValue(list)) => format!("a list of {} values", list.values.len()),
    }
}
