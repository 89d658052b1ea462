//! The records of a trace, as its judge needs them; their text stands in the bytes they were read from.

use std::borrow::Cow;
use std::fmt;

use super::time::Time;

/// Images of one session that are read. A record has no room for more that say anything: they take
/// many times their size once they are read.
pub(super) const IMAGES: usize = 1 << 18;
/// Image ids of one job that are read.
pub(super) const IMAGE_IDS: usize = 1 << 20;

/// One record: an imss message as its implementation wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the protocol's own names")]
pub enum Record<'a> {
    Session(Session<'a>),
    Image(Image<'a>),
    Upload(Upload<'a>),
    Job(Job<'a>),
    /// Which no clause speaks of.
    Error,
}

/// `imss.Session`
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the protocol's own names")]
pub struct Session<'a> {
    pub id: Cow<'a, str>,
    pub completed: bool,
    pub created: Option<Time<'a>>,
    pub finished: Option<Time<'a>>,
    pub images: Vec<Image<'a>>,
}

/// `imss.Image`
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the protocol's own names")]
pub struct Image<'a> {
    pub id: Cow<'a, str>,
    pub session_id: Cow<'a, str>,
    pub cloud_id: Cow<'a, str>,
    pub created: Option<Time<'a>>,
    pub size: u64,
}

/// `imss.ImageUpload`
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the protocol's own names")]
pub struct Upload<'a> {
    pub id: Cow<'a, str>,
    pub job_id: Cow<'a, str>,
    pub image_id: Cow<'a, str>,
    pub progress: u64,
    pub status: Status,
    pub error: Option<Error<'a>>,
}

impl Upload<'_> {
    /// Bytes of text that it has.
    pub(super) fn text(&self) -> usize {
        let error = self.error.as_ref().map_or(0, |error| error.message.len());
        self.id.len() + self.job_id.len() + self.image_id.len() + error
    }

    /// The same, on its own.
    pub fn to_static(&self) -> Upload<'static> {
        let error = self.error.as_ref();
        Upload {
            id: on_its_own(&self.id),
            job_id: on_its_own(&self.job_id),
            image_id: on_its_own(&self.image_id),
            progress: self.progress,
            status: self.status,
            error: error.map(|it| Error { code: it.code, message: on_its_own(&it.message) }),
        }
    }
}

/// Text that no longer stands in what it was read from.
pub(super) fn on_its_own(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}

/// `imss.Error`
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the protocol's own names")]
pub struct Error<'a> {
    pub code: u64,
    pub message: Cow<'a, str>,
}

/// `imss.UploadJob`
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the protocol's own names")]
pub struct Job<'a> {
    pub id: Cow<'a, str>,
    pub image_ids: Vec<Cow<'a, str>>,
    pub status: Status,
    pub created: Option<Time<'a>>,
    pub finished: Option<Time<'a>>,
    pub progress: u64,
    pub size: u64,
    pub recipient: Cow<'a, str>,
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
