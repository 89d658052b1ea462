//! The records of a trace, as its judge needs them: read from protobuf's binary or JSON form.

use std::fmt;

use prost::Message as _;
use prost_types::Timestamp;
use wirecheck_proto::imss;

/// One record: an imss message as its implementation wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the protocol's own names")]
pub enum Record {
    Session(Session),
    Image(Image),
    Upload(Upload),
    Job(Job),
    Error,
}

/// `imss.Session`
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the protocol's own names")]
pub struct Session {
    pub id: String,
    pub completed: bool,
    pub created: Option<Time>,
    pub finished: Option<Time>,
    pub images: Vec<Image>,
}

/// `imss.Image`
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the protocol's own names")]
pub struct Image {
    pub id: String,
    pub session_id: String,
    pub cloud_id: String,
    pub created: Option<Time>,
    pub size: u64,
}

/// `imss.ImageUpload`
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the protocol's own names")]
pub struct Upload {
    pub id: String,
    pub job_id: String,
    pub image_id: String,
    pub progress: u64,
    pub status: Status,
    pub error: Option<(u64, String)>,
}

/// `imss.UploadJob`
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the protocol's own names")]
pub struct Job {
    pub id: String,
    pub image_ids: Vec<String>,
    pub status: Status,
    pub created: Option<Time>,
    pub finished: Option<Time>,
    pub progress: u64,
    pub size: u64,
    pub recipient: String,
}

/// `imss.UploadStatus`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the protocol's own names")]
pub enum Status {
    #[default]
    Unknown,
    InProgress,
    Done,
    Error,
    /// A number that the document does not name.
    Other(i32),
}

impl Status {
    /// By its number.
    pub fn from_number(number: i32) -> Status {
        match number {
            0 => Status::Unknown,
            1 => Status::InProgress,
            2 => Status::Done,
            3 => Status::Error,
            other => Status::Other(other),
        }
    }

    /// How far it is; DONE and ERROR are both the end. None for a number without a name.
    pub fn rank(self) -> Option<u8> {
        match self {
            Status::Unknown => Some(0),
            Status::InProgress => Some(1),
            Status::Done | Status::Error => Some(2),
            Status::Other(_) => None,
        }
    }

    /// Whether it is DONE or ERROR.
    pub fn is_final(self) -> bool {
        self.rank() == Some(2)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Status::Unknown => f.write_str("UNKNOWN"),
            Status::InProgress => f.write_str("IN_PROGRESS"),
            Status::Done => f.write_str("DONE"),
            Status::Error => f.write_str("ERROR"),
            Status::Other(number) => write!(f, "status {number}"),
        }
    }
}

/// A point in time, possibly none that the protocol allows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Time {
    /// Seconds since 1970 and nanoseconds, in range or not.
    At(i64, i32),
    /// Text that RFC 3339 does not know.
    Unreadable(String),
}

impl Time {
    /// Seconds of the years 1 to 9999 (google.protobuf.Timestamp).
    const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

    /// Whether a Timestamp may hold it.
    pub fn is_valid(&self) -> bool {
        match self {
            Time::At(seconds, nanos) => {
                Time::SECONDS.contains(seconds) && (0..=999_999_999).contains(nanos)
            }
            Time::Unreadable(_) => false,
        }
    }

    /// Whether it lies before `other`, where both can be told.
    pub fn is_before(&self, other: &Time) -> bool {
        match (self, other) {
            (Time::At(seconds, nanos), Time::At(others, other_nanos)) => {
                (seconds, nanos) < (others, other_nanos)
            }
            _ => false,
        }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Time::At(seconds, nanos) => write!(f, "{seconds} s and {nanos} ns since 1970"),
            Time::Unreadable(text) => write!(f, "{text:?}"),
        }
    }
}

impl Record {
    /// Reads the message of this full name from its binary form. None when it is none of imss.
    ///
    /// # Errors
    /// When the bytes do not parse.
    pub fn from_binary(name: &str, bytes: &[u8]) -> Option<Result<Record, prost::DecodeError>> {
        Some(match name {
            "imss.Session" => imss::Session::decode(bytes).map(|it| Record::Session(it.into())),
            "imss.Image" => imss::Image::decode(bytes).map(|it| Record::Image(it.into())),
            "imss.ImageUpload" => {
                imss::ImageUpload::decode(bytes).map(|it| Record::Upload(it.into()))
            }
            "imss.UploadJob" => imss::UploadJob::decode(bytes).map(|it| Record::Job(it.into())),
            "imss.Error" => imss::Error::decode(bytes).map(|_| Record::Error),
            _ => return None,
        })
    }
}

fn time(timestamp: Option<Timestamp>) -> Option<Time> {
    timestamp.map(|timestamp| Time::At(timestamp.seconds, timestamp.nanos))
}

impl From<imss::Session> for Session {
    fn from(it: imss::Session) -> Session {
        Session {
            id: it.id,
            completed: it.completed,
            created: time(it.created_at),
            finished: time(it.finished_at),
            images: it.images.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<imss::Image> for Image {
    fn from(it: imss::Image) -> Image {
        Image {
            id: it.id,
            session_id: it.session_id,
            cloud_id: it.cloud_id,
            created: time(it.created_at),
            size: it.size,
        }
    }
}

impl From<imss::ImageUpload> for Upload {
    fn from(it: imss::ImageUpload) -> Upload {
        Upload {
            id: it.id,
            job_id: it.job_id,
            image_id: it.image_id,
            progress: it.progress,
            status: Status::from_number(it.status),
            error: it.error.map(|error| (error.code, error.message)),
        }
    }
}

impl From<imss::UploadJob> for Job {
    fn from(it: imss::UploadJob) -> Job {
        Job {
            id: it.id,
            image_ids: it.image_ids,
            status: Status::from_number(it.status),
            created: time(it.created_at),
            finished: time(it.finished_at),
            progress: it.progress,
            size: it.size,
            recipient: it.recipient,
        }
    }
}
