//! Records in protobuf's JSON mapping, written by hand: a handful of fields needs no library.

use std::fmt::Write as _;

use prost_types::Timestamp;
use wirecheck_proto::imss::{Error, Image, ImageUpload, Session, UploadJob, UploadStatus};

use super::Record;

/// The Any that holds the record, as one line.
pub(super) fn line(record: &Record) -> String {
    let mut object = Object::new();
    object.text("@type", &record.type_url());
    match record {
        Record::Session(record) => session(&mut object, record),
        Record::Image(record) => image(&mut object, record),
        Record::Upload(record) => upload(&mut object, record),
        Record::Job(record) => job(&mut object, record),
        Record::Error(record) => error(&mut object, record),
    }
    object.end()
}

fn session(object: &mut Object, session: &Session) {
    object.text("id", &session.id);
    if session.completed {
        object.raw("completed", "true");
    }
    object.time("createdAt", session.created_at);
    object.time("finishedAt", session.finished_at);
    object.text("name", &session.name);
    let images = session.images.iter().map(|listed| {
        let mut object = Object::new();
        image(&mut object, listed);
        object.end()
    });
    object.list("images", images.collect());
}

fn image(object: &mut Object, image: &Image) {
    object.text("id", &image.id);
    object.text("sessionId", &image.session_id);
    object.text("localPath", &image.local_path);
    object.text("cloudId", &image.cloud_id);
    object.time("createdAt", image.created_at);
    object.number("size", image.size);
}

fn upload(object: &mut Object, upload: &ImageUpload) {
    object.text("id", &upload.id);
    object.text("jobId", &upload.job_id);
    object.text("imageId", &upload.image_id);
    object.number("progress", upload.progress);
    object.status("status", upload.status);
    if let Some(told) = &upload.error {
        let mut inner = Object::new();
        error(&mut inner, told);
        object.raw("error", &inner.end());
    }
}

fn job(object: &mut Object, job: &UploadJob) {
    object.text("id", &job.id);
    let ids = job.image_ids.iter().map(|id| quoted(id));
    object.list("imageIds", ids.collect());
    object.status("status", job.status);
    object.time("createdAt", job.created_at);
    object.time("finishedAt", job.finished_at);
    object.number("progress", job.progress);
    object.number("size", job.size);
    object.text("recipient", &job.recipient);
}

fn error(object: &mut Object, error: &Error) {
    object.number("code", error.code);
    object.text("message", &error.message);
}

/// An object in the writing. Fields at their default are left out, as the mapping has it.
struct Object(String);

impl Object {
    fn new() -> Object {
        Object("{".to_owned())
    }

    fn raw(&mut self, name: &str, value: &str) {
        let comma = if self.0.len() > 1 { "," } else { "" };
        self.0 += &format!("{comma}{}:{value}", quoted(name));
    }

    fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.raw(name, &quoted(text));
        }
    }

    /// 64-bit numbers are strings: JSON's readers keep 53 bits.
    fn number(&mut self, name: &str, number: u64) {
        if number != 0 {
            self.raw(name, &format!("\"{number}\""));
        }
    }

    fn status(&mut self, name: &str, status: i32) {
        match UploadStatus::try_from(status) {
            Ok(UploadStatus::Unknown) => {}
            Ok(status) => self.raw(name, &quoted(status.as_str_name())),
            Err(_) => self.raw(name, &status.to_string()),
        }
    }

    fn time(&mut self, name: &str, time: Option<Timestamp>) {
        if let Some(time) = time {
            self.raw(name, &quoted(&rfc3339(time)));
        }
    }

    fn list(&mut self, name: &str, items: Vec<String>) {
        if !items.is_empty() {
            self.raw(name, &format!("[{}]", items.join(",")));
        }
    }

    fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for char in text.chars() {
        match char {
            '"' => quoted += "\\\"",
            '\\' => quoted += "\\\\",
            '\n' => quoted += "\\n",
            '\t' => quoted += "\\t",
            '\0'..='\u{1f}' => {
                // Writing to a String cannot fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(char));
            }
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

/// The time in UTC with 0, 3, 6 or 9 digits of a second. What RFC 3339 cannot say (a fault's doing)
/// gets as many digits as it takes, so that a reader sees what is wrong.
fn rfc3339(time: Timestamp) -> String {
    let (days, second) = (time.seconds.div_euclid(86_400), time.seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let fraction = match time.nanos {
        0 => String::new(),
        nanos if nanos % 1_000_000 == 0 && nanos < 1_000_000_000 => {
            format!(".{:03}", nanos / 1_000_000)
        }
        nanos if nanos % 1_000 == 0 && nanos < 1_000_000_000 => format!(".{:06}", nanos / 1_000),
        nanos => format!(".{nanos:09}"),
    };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// Year, month and day of a day counted from 1970-01-01. Counts in eras of 400 years from a
/// March 1st, so that the leap day stands at the end of a year.
fn civil(days: i64) -> (i64, i64, i64) {
    const ERA: i64 = 146_097;
    let days = days.saturating_add(719_468);
    let (era, day) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (day - day / 1_460 + day / 36_524 - day / (ERA - 1)) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_rfc_3339() {
        let known = [
            (0, 0, "1970-01-01T00:00:00Z"),
            (951_782_400, 5_000_000, "2000-02-29T00:00:00.005Z"),
            (1_709_251_199, 1_000, "2024-02-29T23:59:59.000001Z"),
            (1_709_251_200, 1, "2024-03-01T00:00:00.000000001Z"),
            (4_107_542_400, 0, "2100-03-01T00:00:00Z"),
            (-1, 0, "1969-12-31T23:59:59Z"),
            (-62_135_596_800, 0, "0001-01-01T00:00:00Z"),
            (253_402_300_799, 999_999_999, "9999-12-31T23:59:59.999999999Z"),
            (253_402_300_800, 0, "10000-01-01T00:00:00Z"),
            (0, 2_000_000_000, "1970-01-01T00:00:00.2000000000Z"),
        ];
        for (seconds, nanos, text) in known {
            assert_eq!(rfc3339(Timestamp { seconds, nanos }), text);
        }
    }

    #[test]
    fn a_record_is_one_line_without_defaults() {
        let upload = ImageUpload {
            id: "u\"\\\n\u{1}ë".to_owned(),
            progress: u64::MAX,
            status: 3,
            error: Some(Error::default()),
            ..ImageUpload::default()
        };
        assert_eq!(
            Record::Upload(upload).to_json(),
            r#"{"@type":"type.googleapis.com/imss.ImageUpload","id":"u\"\\\n\u0001ë","progress":"18446744073709551615","status":"ERROR","error":{}}"#
        );
        let session = Session {
            completed: true,
            created_at: Some(Timestamp::default()),
            images: vec![Image::default(), Image { size: 1, ..Image::default() }],
            ..Session::default()
        };
        assert_eq!(
            Record::Session(session).to_json(),
            r#"{"@type":"type.googleapis.com/imss.Session","completed":true,"createdAt":"1970-01-01T00:00:00Z","images":[{},{"size":"1"}]}"#
        );
        let job = UploadJob {
            image_ids: vec!["a".into(), "b".into()],
            status: 9,
            ..UploadJob::default()
        };
        assert_eq!(
            Record::Job(job).to_json(),
            r#"{"@type":"type.googleapis.com/imss.UploadJob","imageIds":["a","b"],"status":9}"#
        );
    }
}
