//! Records in protobuf's JSON form, read leniently where leniency hides no fault of the writer's.

mod values;

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::MapAccess;

use super::record::{self, Error, Image, Job, Record, Session, Upload};
use super::time::Time;
use values::{List, Named, Object, Uint64};
pub(crate) use values::{Passed, Text};

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
                let images = value::<List<Object<Image<'_>>, { record::IMAGES }>, A>(of)?.0;
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
                let ids = value::<List<Text<'_>, { record::IMAGE_IDS }>, A>(of)?.0;
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

#[cfg(test)]
mod tests {
    use super::record::Status;
    use super::*;

    fn read<'a, M: Message<'a>>(text: &'a str) -> Result<M, serde_json::Error> {
        serde_json::from_str(text).map(|Object(message)| message)
    }

    #[test]
    fn numbers_and_names_are_read_in_both_forms() {
        let job = r#"{"id": "j", "progress": "18446744073709551615", "size": 7, "status": 2,
            "finishedAt": "soon", "recipient": null, "other": [{"a": -1.5e3}]}"#;
        let job: Job<'_> = read(job).expect("a job");
        assert_eq!((job.progress, job.size, job.status), (u64::MAX, 7, Status::Done));
        assert_eq!(job.finished, Some(Time::Unreadable("soon".into())));
        let upload: Upload<'_> = read(r#"{"status": "ERROR", "error": {}}"#).expect("an upload");
        assert_eq!((upload.status, upload.error), (Status::Error, Some(Error::default())));
        let upload: Upload<'_> = read(r#"{"status": -1, "error": null}"#).expect("an upload");
        assert_eq!((upload.status, upload.error), (Status::Other(-1), None));
    }

    #[test]
    fn text_is_taken_where_it_stands_unless_it_has_escapes() {
        let image: Image<'_> = read(r#"{"id": "é", "sessionId": "\u00e9\n"}"#).expect("an image");
        assert!(matches!(image.id, Cow::Borrowed("é")));
        assert!(matches!(image.session_id, Cow::Owned(text) if text == "é\n"));
    }

    #[test]
    fn values_that_a_type_cannot_have_are_refused() {
        let wrong = [
            r#"{"size": -1}"#,
            r#"{"size": 1.0}"#,
            r#"{"size": "1e3"}"#,
            r#"{"size": 18446744073709551616}"#,
            r#"{"size": true}"#,
            r#"{"id": 5}"#,
            r#"{"createdAt": 5}"#,
            // Of a field that nobody knows, too.
            r#"{"other": "\ud800"}"#,
            r#"{"other": 1e999}"#,
        ];
        for image in wrong {
            assert!(read::<Image<'_>>(image).is_err(), "{image}");
        }
        for session in [r#"{"images": {}}"#, r#"{"images": [null]}"#, r#"{"images": [[]]}"#] {
            assert!(read::<Session<'_>>(session).is_err(), "{session}");
        }
        for job in [r#"{"status": "NOPE"}"#, r#"{"status": 2147483648}"#, r#"{"imageIds": [1]}"#] {
            assert!(read::<Job<'_>>(job).is_err(), "{job}");
        }
    }

    #[test]
    fn a_list_ends_at_its_cap() {
        let images = |count| format!(r#"{{"images": [{}{{}}]}}"#, "{},".repeat(count - 1));
        let all = images(record::IMAGES);
        let all: Session<'_> = read(&all).expect("so many are read");
        assert_eq!(all.images.len(), record::IMAGES);
        assert!(read::<Session<'_>>(&images(record::IMAGES + 1)).is_err());
    }
}
