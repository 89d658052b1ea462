//! Records in protobuf's JSON form, read leniently where leniency hides no fault of the writer's.

use serde::Deserialize;
use serde_json::Value;

use super::record::{Image, Job, Record, Session, Status, Time, Upload};

/// Reads the message of this full name from a JSON object. None when it is none of imss.
///
/// # Errors
/// When a field has a value that its type cannot have.
pub fn record(name: &str, object: &Value) -> Option<Result<Record, serde_json::Error>> {
    Some(match name {
        "imss.Session" => JsonSession::deserialize(object).map(|it| Record::Session(it.into())),
        "imss.Image" => JsonImage::deserialize(object).map(|it| Record::Image(it.into())),
        "imss.ImageUpload" => JsonUpload::deserialize(object).map(|it| Record::Upload(it.into())),
        "imss.UploadJob" => JsonJob::deserialize(object).map(|it| Record::Job(it.into())),
        "imss.Error" => JsonError::deserialize(object).map(|_| Record::Error),
        _ => return None,
    })
}

/// `null` stands for the default of any field.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct JsonSession {
    #[serde(deserialize_with = "or_default")]
    id: String,
    #[serde(deserialize_with = "or_default")]
    completed: bool,
    created_at: Option<String>,
    finished_at: Option<String>,
    #[serde(deserialize_with = "or_default")]
    images: Vec<JsonImage>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct JsonImage {
    #[serde(deserialize_with = "or_default")]
    id: String,
    #[serde(deserialize_with = "or_default")]
    session_id: String,
    #[serde(deserialize_with = "or_default")]
    cloud_id: String,
    created_at: Option<String>,
    #[serde(deserialize_with = "or_default")]
    size: Uint64,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct JsonUpload {
    #[serde(deserialize_with = "or_default")]
    id: String,
    #[serde(deserialize_with = "or_default")]
    job_id: String,
    #[serde(deserialize_with = "or_default")]
    image_id: String,
    #[serde(deserialize_with = "or_default")]
    progress: Uint64,
    #[serde(deserialize_with = "or_default")]
    status: JsonStatus,
    error: Option<JsonError>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct JsonJob {
    #[serde(deserialize_with = "or_default")]
    id: String,
    #[serde(deserialize_with = "or_default")]
    image_ids: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    status: JsonStatus,
    created_at: Option<String>,
    finished_at: Option<String>,
    #[serde(deserialize_with = "or_default")]
    progress: Uint64,
    #[serde(deserialize_with = "or_default")]
    size: Uint64,
    #[serde(deserialize_with = "or_default")]
    recipient: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct JsonError {
    #[serde(deserialize_with = "or_default")]
    code: Uint64,
    #[serde(deserialize_with = "or_default")]
    message: String,
}

/// A number, or its digits in a string.
#[derive(Clone, Copy, Default)]
struct Uint64(u64);

impl<'de> Deserialize<'de> for Uint64 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Uint64, D::Error> {
        let wrong = || serde::de::Error::custom("not a number of 64 bits without sign");
        match Value::deserialize(deserializer)? {
            Value::String(digits) => digits.parse().map(Uint64).map_err(|_| wrong()),
            Value::Number(number) => number.as_u64().map(Uint64).ok_or_else(wrong),
            _ => Err(wrong()),
        }
    }
}

/// A name, or a number.
#[derive(Clone, Copy, Default)]
struct JsonStatus(Status);

impl<'de> Deserialize<'de> for JsonStatus {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<JsonStatus, D::Error> {
        let wrong = || serde::de::Error::custom("not a status");
        let status = match Value::deserialize(deserializer)? {
            Value::String(name) => match name.as_str() {
                "UNKNOWN" => Status::Unknown,
                "IN_PROGRESS" => Status::InProgress,
                "DONE" => Status::Done,
                "ERROR" => Status::Error,
                _ => return Err(wrong()),
            },
            Value::Number(number) => {
                let number = number.as_i64().and_then(|number| i32::try_from(number).ok());
                Status::from_number(number.ok_or_else(wrong)?)
            }
            _ => return Err(wrong()),
        };
        Ok(JsonStatus(status))
    }
}

fn time(text: Option<String>) -> Option<Time> {
    text.map(|text| rfc3339(&text).unwrap_or(Time::Unreadable(text)))
}

/// A time as RFC 3339 writes it: date, `T`, time, up to nine decimals, `Z` or an offset.
fn rfc3339(text: &str) -> Option<Time> {
    let (date, rest) = text.split_at_checked(10)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (time, rest) = rest.strip_prefix(['T', 't'])?.split_at_checked(8)?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let (nanos, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let digits = rest
                .find(|c: char| !c.is_ascii_digit())
                .filter(|digits| (1..=9).contains(digits))?;
            let scale = 10_i64.pow(u32::try_from(9 - digits).ok()?);
            (rest[..digits].parse::<i64>().ok()? * scale, &rest[digits..])
        }
        None => (0, rest),
    };
    let offset = match zone {
        "Z" | "z" => 0,
        _ => {
            let sign = if zone.starts_with('+') { 60 } else { -60 };
            let [hours, minutes] = numbers(zone.strip_prefix(['+', '-'])?, ':', [2, 2])?;
            (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))?
        }
    };
    let in_range = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    if !in_range || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds =
        days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    Some(Time::At(seconds, i32::try_from(nanos).ok()?))
}

/// So many numbers of so many digits each, with `between` between them and nothing else.
fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(between);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits)?;
        *number = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(numbers)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days of the proleptic Gregorian calendar; years are counted from March, so that a leap day is last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}

impl From<JsonSession> for Session {
    fn from(it: JsonSession) -> Session {
        let images = it.images.into_iter().map(Into::into).collect();
        let (created, finished) = (time(it.created_at), time(it.finished_at));
        Session { id: it.id, completed: it.completed, created, finished, images }
    }
}

impl From<JsonImage> for Image {
    fn from(it: JsonImage) -> Image {
        let created = time(it.created_at);
        Image {
            id: it.id,
            session_id: it.session_id,
            cloud_id: it.cloud_id,
            created,
            size: it.size.0,
        }
    }
}

impl From<JsonUpload> for Upload {
    fn from(it: JsonUpload) -> Upload {
        Upload {
            id: it.id,
            job_id: it.job_id,
            image_id: it.image_id,
            progress: it.progress.0,
            status: it.status.0,
            error: it.error.map(|error| (error.code.0, error.message)),
        }
    }
}

impl From<JsonJob> for Job {
    fn from(it: JsonJob) -> Job {
        Job {
            id: it.id,
            image_ids: it.image_ids,
            status: it.status.0,
            created: time(it.created_at),
            finished: time(it.finished_at),
            progress: it.progress.0,
            size: it.size.0,
            recipient: it.recipient,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_rfc_3339_has_them() {
        let at = |text| rfc3339(text);
        assert_eq!(at("1970-01-01T00:00:00Z"), Some(Time::At(0, 0)));
        assert_eq!(at("1972-03-01T00:00:00.5Z"), Some(Time::At(68_256_000, 500_000_000)));
        assert_eq!(at("2000-02-29T23:59:59+01:00"), Some(Time::At(951_865_199, 0)));
        assert_eq!(at("0001-01-01T00:00:00Z"), Some(Time::At(-62_135_596_800, 0)));
        assert_eq!(
            at("9999-12-31T23:59:59.999999999Z"),
            Some(Time::At(253_402_300_799, 999_999_999))
        );
        let wrong = [
            "",
            "2001-02-29T00:00:00Z",
            "2001-01-01 00:00:00Z",
            "2001-01-01T00:00:00",
            "2001-01-01T24:00:00Z",
            "10000-01-01T00:00:00Z",
            "2001-01-01T00:00:00.Z",
            "2001-01-01T00:00:00.0000000001Z",
            "2001-1-1T00:00:00Z",
            "é001-01-01T",
        ];
        assert!(wrong.iter().all(|text| at(text).is_none()));
    }

    #[test]
    fn numbers_and_names_are_read_in_both_forms() {
        let json = serde_json::json!({"id": "j", "progress": "18446744073709551615", "size": 7, "status": 2, "finishedAt": "soon", "recipient": null});
        let Some(Ok(Record::Job(job))) = record("imss.UploadJob", &json) else { panic!("no job") };
        assert_eq!((job.progress, job.size, job.status), (u64::MAX, 7, Status::Done));
        assert_eq!(job.finished, Some(Time::Unreadable("soon".to_owned())));
        assert!(
            record("imss.UploadJob", &serde_json::json!({"size": -1}))
                .is_some_and(|read| read.is_err())
        );
        assert!(record("other.Message", &serde_json::json!({})).is_none());
    }
}
