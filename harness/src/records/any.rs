//! A `google.protobuf.Any`, of a message in binary form or in JSON.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, MapAccess, Visitor};
use wirecheck_proto::wirecheck::v1::event::What;

use super::read::Form;
use crate::specs::imss::binary;
use crate::specs::imss::json::{self, Passed, Text};
use crate::specs::imss::record::Record;
use crate::wire::{Payload, Reader};

/// The key of the type URL, which JSON has among the message's own.
const TYPE: &str = "@type";

/// Characters of a JSON line that a finding shows.
const LINE: usize = 2000;

/// What type a message is said to be of, and the message.
pub(super) struct Any<'a> {
    url: Cow<'a, str>,
    pub(super) message: Message<'a>,
    /// The message as a record, where it is one of imss; or why it is none of its type.
    pub(super) record: Result<Option<Record<'a>>, String>,
}

/// A message as it came.
#[derive(Clone, Copy)]
pub(super) enum Message<'a> {
    /// Encoded.
    Binary(&'a [u8]),
    /// In this line.
    Json(&'a str),
}

impl<'a> Any<'a> {
    /// A message in binary form.
    pub(super) fn new(url: &'a str, value: &'a [u8]) -> Any<'a> {
        let record = binary::record(name(url), value).transpose();
        let record = record.map_err(|why| why.to_string());
        Any { url: Cow::Borrowed(url), message: Message::Binary(value), record }
    }

    /// Reads a record of a source.
    ///
    /// # Errors
    /// Why it is no Any.
    pub(super) fn read(form: Form<'a>) -> Result<Any<'a>, String> {
        match form {
            Form::Binary(bytes) => {
                in_binary(bytes).map_err(|why| format!("no google.protobuf.Any: {why}"))
            }
            Form::Json(line) => in_json(line),
        }
    }

    /// The full name of the message.
    pub(super) fn name(&self) -> &str {
        name(&self.url)
    }

    /// The message, or the beginning of its line, as a finding shows it.
    pub(super) fn shown(&self) -> What {
        match self.message {
            Message::Binary(bytes) => What::Record(prost_types::Any {
                type_url: self.name().to_owned(),
                value: bytes.to_vec(),
            }),
            Message::Json(line) => What::Line(line.chars().take(LINE).collect()),
        }
    }
}

/// The full name of the message that a type URL names: what is behind its last slash.
fn name(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}

fn in_binary(bytes: &[u8]) -> Result<Any<'_>, String> {
    let (mut url, mut value) = ("", &[][..]);
    let mut reader = Reader::new(bytes);
    while let Some(record) = reader.next() {
        let record = record.map_err(|error| error.to_string())?;
        match (record.number, record.payload) {
            (1, Payload::Len(text)) => {
                url = std::str::from_utf8(text).map_err(|_| "type_url is not UTF-8")?;
            }
            (2, Payload::Len(bytes)) => value = bytes,
            // What stands in a group are no fields of the Any.
            (_, Payload::StartGroup) => {
                reader.skip_group(&record).map_err(|error| error.to_string())?;
            }
            _ => {}
        }
    }
    if url.is_empty() {
        return Err("it has no type_url".to_owned());
    }
    Ok(Any::new(url, value))
}

fn in_json(line: &[u8]) -> Result<Any<'_>, String> {
    let line = std::str::from_utf8(line).map_err(|error| {
        format!("no JSON object: not UTF-8 from byte {} of the line on", error.valid_up_to())
    })?;
    let line = line.trim_end();
    let mut url = None;
    let read = match object(line, Typed(&mut url)) {
        Ok(Found::Message(record)) => Ok(record),
        // Its type did not come first: now that it is known, the fields can be read.
        Ok(Found::Type) => match &url {
            Some(url) => object(line, Fields(name(url))),
            None => Ok(None),
        },
        Err(error) => Err(error),
    };
    match (url, read) {
        (Some(url), Ok(record)) => {
            Ok(Any { url, message: Message::Json(line), record: Ok(record) })
        }
        // The rest of the line has not been read then.
        (Some(url), Err(error)) if error.is_data() => match object(line, Passed) {
            Ok(_) => Ok(Any { url, message: Message::Json(line), record: Err(said(&error)) }),
            Err(error) => Err(format!("no JSON object: {}", said(&error))),
        },
        (None, Ok(_)) => Err(format!("a JSON object without {TYPE:?}")),
        (_, Err(error)) => Err(format!("no JSON object: {}", said(&error))),
    }
}

/// Reads a line that is one object and nothing else.
fn object<'a, V: Visitor<'a>>(line: &'a str, visitor: V) -> Result<V::Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(line);
    let value = reader.deserialize_map(visitor)?;
    reader.end()?;
    Ok(value)
}

/// A line is all that was given to read; which one it is, its place says.
fn said(error: &serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column ", " at column ")
}

/// What the first look at an object found.
enum Found<'a> {
    /// All of it.
    Message(Option<Record<'a>>),
    /// Its type, if it has one, but not before its other fields.
    Type,
}

/// Looks for the type of an object; reads its fields at once where the type comes first.
struct Typed<'u, 'a>(&'u mut Option<Cow<'a, str>>);

impl<'a> Visitor<'a> for Typed<'_, 'a> {
    type Value = Found<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut fields: A) -> Result<Found<'a>, A::Error> {
        let mut first = true;
        while let Some(Text(key)) = fields.next_key()? {
            if key == TYPE {
                let Text(url) = fields.next_value()?;
                let url = self.0.insert(url);
                if first {
                    return json::record(name(url), fields).map(Found::Message);
                }
            } else {
                fields.next_value::<Passed>()?;
            }
            first = false;
        }
        Ok(Found::Type)
    }
}

/// Reads the fields of a message of this name.
struct Fields<'n>(&'n str);

impl<'a> Visitor<'a> for Fields<'_> {
    type Value = Option<Record<'a>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, fields: A) -> Result<Option<Record<'a>>, A::Error> {
        json::record(self.0, fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::specs::imss::record::Image;
    use crate::wire::Writer;

    fn line(line: &str) -> Result<Any<'_>, String> {
        Any::read(Form::Json(line.as_bytes()))
    }

    #[test]
    fn the_type_may_stand_anywhere_in_an_object() {
        let image = Image { id: "a".into(), size: 3, ..Image::default() };
        for text in [
            r#"{"@type": "x/imss.Image", "id": "a", "size": 3}"#,
            r#"{"id": "a", "@type": "x/imss.Image", "size": 3}"#,
            r#"{"id": "a", "size": 3, "\u0040type": "imss.Image"}"#,
        ] {
            let any = line(text).expect("an Any");
            assert_eq!(any.name(), "imss.Image");
            assert_eq!(any.record, Ok(Some(Record::Image(image.clone()))), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_of_the_line_or_of_the_message() {
        let said = |text| line(text).and_then(|any| any.record.map(drop));
        let said = |text| said(text).expect_err("it is wrong");
        assert_eq!(said(r#"{"id": "a"}"#), "a JSON object without \"@type\"");
        assert!(said(r#"{"id": "a"} x"#).starts_with("no JSON object: trailing characters"));
        assert!(said("[1]").starts_with("no JSON object: invalid type"));
        let negative = r#"{"@type": "imss.Image", "size": -1}"#;
        assert!(line(negative).is_ok() && said(negative).ends_with("at column 34"), "{negative}");
        // A line that is no JSON further on is none, whatever came before.
        assert!(said(r#"{"@type": "imss.Image", "size": -1, ]}"#).starts_with("no JSON object"));
        assert!(
            line(r#"{"@type": "other.Type", "size": -1}"#).is_ok_and(|it| it.record == Ok(None))
        );
    }

    #[test]
    fn a_type_within_a_group_is_none() {
        let hidden = Writer::new().len(1, b"imss.Job").into_bytes();
        let bytes = Writer::new().len(1, b"imss.Image").group(9, &hidden).into_bytes();
        assert_eq!(
            Any::read(Form::Binary(&bytes)).map(|any| any.name().to_owned()),
            Ok("imss.Image".to_owned())
        );
        let bytes = Writer::new().group(9, &hidden).into_bytes();
        assert!(Any::read(Form::Binary(&bytes)).is_err());
    }
}
