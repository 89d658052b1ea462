//! Records in protobuf's JSON form, read leniently where leniency hides no fault of the writer's.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use super::record::{Error, Image, Job, Record, Session, Status, Upload};
use super::time::Time;

/// Reads the message of this full name from the fields of an object. None when it is none of imss.
///
/// # Errors
/// When the JSON does not go on as such, or a field has a value that its type cannot have.
pub fn record<'de, A: MapAccess<'de>>(
    name: &str,
    fields: A,
) -> Result<Option<Record<'de>>, A::Error> {
    match name {
        "imss.Session" => message(fields).map(|it| Some(Record::Session(it))),
        "imss.Image" => message(fields).map(|it| Some(Record::Image(it))),
        "imss.ImageUpload" => message(fields).map(|it| Some(Record::Upload(it))),
        "imss.UploadJob" => message(fields).map(|it| Some(Record::Job(it))),
        "imss.Error" => message(fields).map(|_: Error<'_>| Some(Record::Error)),
        _ => message(fields).map(|_: Stranger| None),
    }
}

/// A message that takes its fields one by one; of a field that comes twice the last one counts.
trait Message<'de>: Default {
    fn take<A: MapAccess<'de>>(&mut self, field: &str, of: &mut A) -> Result<(), A::Error>;
}

fn message<'de, M: Message<'de>, A: MapAccess<'de>>(mut fields: A) -> Result<M, A::Error> {
    let mut message = M::default();
    while let Some(Text(name)) = fields.next_key()? {
        message.take(&name, &mut fields)?;
    }
    Ok(message)
}

/// The value of a field; `null` stands for the default of any.
fn value<'de, T, A>(of: &mut A) -> Result<T, A::Error>
where
    T: Default + Deserialize<'de>,
    A: MapAccess<'de>,
{
    of.next_value::<Option<T>>().map(Option::unwrap_or_default)
}

fn text<'de, A: MapAccess<'de>>(of: &mut A) -> Result<Cow<'de, str>, A::Error> {
    value::<Text<'_>, A>(of).map(|Text(text)| text)
}

fn number<'de, A: MapAccess<'de>>(of: &mut A) -> Result<u64, A::Error> {
    value::<Uint64, A>(of).map(|Uint64(number)| number)
}

fn time<'de, A: MapAccess<'de>>(of: &mut A) -> Result<Option<Time<'de>>, A::Error> {
    let time = of.next_value::<Option<Text<'_>>>()?;
    Ok(time.map(|Text(text)| Time::from_rfc3339(text)))
}

impl<'de> Message<'de> for Session<'de> {
    fn take<A: MapAccess<'de>>(&mut self, field: &str, of: &mut A) -> Result<(), A::Error> {
        match field {
            "id" => self.id = text(of)?,
            "completed" => self.completed = value(of)?,
            "createdAt" => self.created = time(of)?,
            "finishedAt" => self.finished = time(of)?,
            "images" => {
                let images = value::<Vec<Object<Image<'_>>>, A>(of)?;
                self.images = images.into_iter().map(|Object(image)| image).collect();
            }
            _ => _ = of.next_value::<Passed>()?,
        }
        Ok(())
    }
}

impl<'de> Message<'de> for Image<'de> {
    fn take<A: MapAccess<'de>>(&mut self, field: &str, of: &mut A) -> Result<(), A::Error> {
        match field {
            "id" => self.id = text(of)?,
            "sessionId" => self.session_id = text(of)?,
            "cloudId" => self.cloud_id = text(of)?,
            "createdAt" => self.created = time(of)?,
            "size" => self.size = number(of)?,
            _ => _ = of.next_value::<Passed>()?,
        }
        Ok(())
    }
}

impl<'de> Message<'de> for Upload<'de> {
    fn take<A: MapAccess<'de>>(&mut self, field: &str, of: &mut A) -> Result<(), A::Error> {
        match field {
            "id" => self.id = text(of)?,
            "jobId" => self.job_id = text(of)?,
            "imageId" => self.image_id = text(of)?,
            "progress" => self.progress = number(of)?,
            "status" => self.status = value::<Named, A>(of)?.0,
            "error" => {
                self.error = of.next_value::<Option<Object<_>>>()?.map(|Object(error)| error);
            }
            _ => _ = of.next_value::<Passed>()?,
        }
        Ok(())
    }
}

impl<'de> Message<'de> for Job<'de> {
    fn take<A: MapAccess<'de>>(&mut self, field: &str, of: &mut A) -> Result<(), A::Error> {
        match field {
            "id" => self.id = text(of)?,
            "imageIds" => {
                let ids = value::<Vec<Text<'_>>, A>(of)?;
                self.image_ids = ids.into_iter().map(|Text(id)| id).collect();
            }
            "status" => self.status = value::<Named, A>(of)?.0,
            "createdAt" => self.created = time(of)?,
            "finishedAt" => self.finished = time(of)?,
            "progress" => self.progress = number(of)?,
            "size" => self.size = number(of)?,
            "recipient" => self.recipient = text(of)?,
            _ => _ = of.next_value::<Passed>()?,
        }
        Ok(())
    }
}

impl<'de> Message<'de> for Error<'de> {
    fn take<A: MapAccess<'de>>(&mut self, field: &str, of: &mut A) -> Result<(), A::Error> {
        match field {
            "code" => self.code = number(of)?,
            "message" => self.message = text(of)?,
            _ => _ = of.next_value::<Passed>()?,
        }
        Ok(())
    }
}

/// A message of another protocol.
#[derive(Default)]
struct Stranger;

impl<'de> Message<'de> for Stranger {
    fn take<A: MapAccess<'de>>(&mut self, _: &str, of: &mut A) -> Result<(), A::Error> {
        of.next_value::<Passed>().map(drop)
    }
}

/// Text, where it stands unless an escape in it had to be undone.
#[derive(Default, Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// A message within a message.
struct Object<M>(M);

impl<'de, M: Message<'de>> Deserialize<'de> for Object<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object<M>, D::Error> {
        struct Fields<M>(PhantomData<M>);
        impl<'de, M: Message<'de>> Visitor<'de> for Fields<M> {
            type Value = Object<M>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Object<M>, A::Error> {
                message(fields).map(Object)
            }
        }
        deserializer.deserialize_map(Fields(PhantomData))
    }
}

/// A number, or its digits in a string.
#[derive(Clone, Copy, Default)]
struct Uint64(u64);

impl<'de> Deserialize<'de> for Uint64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Uint64, D::Error> {
        struct Digits;
        impl Visitor<'_> for Digits {
            type Value = Uint64;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of 64 bits without sign")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Uint64, E> {
                Ok(Uint64(number))
            }

            fn visit_str<E: de::Error>(self, digits: &str) -> Result<Uint64, E> {
                let wrong = |_| E::invalid_value(de::Unexpected::Str(digits), &self);
                digits.parse().map(Uint64).map_err(wrong)
            }
        }
        deserializer.deserialize_any(Digits)
    }
}

/// A status by its name, or by its number.
#[derive(Clone, Copy, Default)]
struct Named(Status);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Named, D::Error> {
        struct Names;
        impl Visitor<'_> for Names {
            type Value = Named;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a status")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Named, E> {
                let wrong = |_| E::invalid_value(de::Unexpected::Unsigned(number), &self);
                i32::try_from(number).map(Status::from_number).map(Named).map_err(wrong)
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Named, E> {
                let wrong = |_| E::invalid_value(de::Unexpected::Signed(number), &self);
                i32::try_from(number).map(Status::from_number).map(Named).map_err(wrong)
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Named, E> {
                Ok(Named(match name {
                    "UNKNOWN" => Status::Unknown,
                    "IN_PROGRESS" => Status::InProgress,
                    "DONE" => Status::Done,
                    "ERROR" => Status::Error,
                    _ => return Err(E::invalid_value(de::Unexpected::Str(name), &self)),
                }))
            }
        }
        deserializer.deserialize_any(Names)
    }
}

/// Any value, of which nothing is kept. Unlike serde's own `IgnoredAny` it is read in full: escapes
/// that are none, numbers out of range and bottomless nesting are found in it, too.
pub(crate) struct Passed;

impl<'de> Deserialize<'de> for Passed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Passed, D::Error> {
        deserializer.deserialize_any(Passed)
    }
}

impl<'de> Visitor<'de> for Passed {
    type Value = Passed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Passed, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Passed, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Passed, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Passed, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Passed, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Passed, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Passed, A::Error> {
        while elements.next_element::<Passed>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Passed, A::Error> {
        while fields.next_key::<Text<'_>>()?.is_some() {
            fields.next_value::<Passed>()?;
        }
        Ok(self)
    }
}
