//! The engine: commands in, records out. It has no clock and no network; both come with the commands.

use std::collections::BTreeMap;

use prost_types::Timestamp;
use wirecheck_proto::imss::{Error, Image, Session};

use super::Record;
use super::faulty::Spoiler;
use super::jobs::Job;
use crate::{Code, Fault, Faults, Refusal};

/// The seconds of a Timestamp, from the year 1 to 9999.
const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// What the engine is told to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Opens a session. Only one is active at a time.
    OpenSession {
        /// Its title.
        name: String,
    },
    /// Adds an image to the active session.
    AddImage {
        /// Where it lies on the workstation.
        local_path: String,
        /// In bytes.
        size: u64,
    },
    /// Completes the active session. Jobs go on without it.
    FinishSession,
    /// Starts a job, with one upload for each image. An image belongs to one job.
    StartJob {
        /// Images that no job has.
        image_ids: Vec<String>,
        /// Whom to tell.
        recipient: String,
    },
    /// Uploads an image once more, from where its failed upload stopped.
    Retry {
        /// A job that is not over.
        job_id: String,
        /// One of its images, whose last upload failed.
        image_id: String,
    },
    /// Bytes of an image have arrived.
    BytesSent {
        /// An upload that goes on.
        upload_id: String,
        /// How many arrived, at most as many as are left.
        bytes: u64,
    },
    /// An upload is complete. The last one completes the job.
    FinishUpload {
        /// An upload all of whose bytes have arrived.
        upload_id: String,
        /// What the image is called where it is now.
        cloud_id: String,
    },
    /// An upload failed. Its job goes on.
    FailUpload {
        /// An upload that goes on.
        upload_id: String,
        /// Why.
        error: Error,
    },
    /// A job failed, and with it every upload of it that goes on.
    FailJob {
        /// A job that is not over.
        job_id: String,
        /// Why.
        error: Error,
    },
}

/// How much the engine keeps in mind. Past a limit commands get RESOURCE_EXHAUSTED.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Images of one session, and of one job.
    pub images: usize,
    /// Images that no job has or whose job goes on.
    pub waiting: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { images: 1_000, waiting: 10_000 }
    }
}

/// The engine. What is over it forgets, so that a run can be as long as one likes.
#[derive(Debug)]
pub struct Engine {
    pub(super) limits: Limits,
    pub(super) faults: Faults,
    spoiler: Spoiler,
    pub(super) now: Timestamp,
    last_number: u64,
    pub(super) session: Option<Session>,
    /// Images that no job has.
    pub(super) free: BTreeMap<String, Image>,
    /// Jobs that go on.
    pub(super) jobs: BTreeMap<String, Job>,
    /// Uploads that go on: the job and the image of each.
    pub(super) uploads: BTreeMap<String, (String, String)>,
}

impl Engine {
    /// An engine that has seen nothing.
    pub fn new(limits: Limits, faults: Faults) -> Engine {
        Engine {
            limits,
            spoiler: Spoiler::new(faults.clone()),
            faults,
            now: Timestamp { seconds: *SECONDS.start(), nanos: 0 },
            last_number: 0,
            session: None,
            free: BTreeMap::new(),
            jobs: BTreeMap::new(),
            uploads: BTreeMap::new(),
        }
    }

    /// Does what it is told, at this time (an earlier one than before counts as the one before),
    /// and says what came of it.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a time outside the years 1 to 9999 and for a job without images;
    /// FAILED_PRECONDITION, NOT_FOUND and OUT_OF_RANGE for what cannot be done now;
    /// RESOURCE_EXHAUSTED past a limit. Nothing has changed then.
    pub fn apply(&mut self, command: Command, at: Timestamp) -> Result<Vec<Record>, Refusal> {
        if !SECONDS.contains(&at.seconds) || !(0..1_000_000_000).contains(&at.nanos) {
            return refused(Code::InvalidArgument, "the time is out of range");
        }
        if (at.seconds, at.nanos) > (self.now.seconds, self.now.nanos) {
            self.now = at;
        }
        let records = match command {
            Command::OpenSession { name } => self.open_session(name),
            Command::AddImage { local_path, size } => self.add_image(local_path, size),
            Command::FinishSession => self.finish_session(),
            Command::StartJob { image_ids, recipient } => self.start_job(image_ids, recipient),
            Command::Retry { job_id, image_id } => self.retry(&job_id, &image_id),
            Command::BytesSent { upload_id, bytes } => self.bytes_sent(&upload_id, bytes),
            Command::FinishUpload { upload_id, cloud_id } => {
                self.finish_upload(&upload_id, cloud_id)
            }
            Command::FailUpload { upload_id, error } => self.fail_upload(&upload_id, error),
            Command::FailJob { job_id, error } => self.fail_job(&job_id, error),
        }?;
        Ok(self.spoiler.spoil(records))
    }

    pub(super) fn new_id(&mut self, kind: &str) -> String {
        self.last_number += 1;
        format!("{kind}-{}", self.last_number)
    }

    fn open_session(&mut self, name: String) -> Result<Vec<Record>, Refusal> {
        if self.session.is_some() && !self.faults.has(Fault::TwoActiveSessions) {
            return refused(Code::FailedPrecondition, "a session is active");
        }
        let session = Session {
            id: self.new_id("session"),
            name,
            created_at: Some(self.now),
            ..Session::default()
        };
        self.session = Some(session.clone());
        Ok(vec![Record::Session(session)])
    }

    fn add_image(&mut self, local_path: String, size: u64) -> Result<Vec<Record>, Refusal> {
        let waiting: usize = self.jobs.values().map(|job| job.parts.len()).sum();
        let full = self.free.len() + waiting >= self.limits.waiting;
        let id = self.new_id("image");
        let Some(session) = &mut self.session else {
            return refused(Code::FailedPrecondition, "no session is active");
        };
        if full || session.images.len() >= self.limits.images {
            return refused(Code::ResourceExhausted, "too many images");
        }
        let image = Image {
            id: id.clone(),
            session_id: session.id.clone(),
            local_path,
            created_at: Some(self.now),
            size,
            cloud_id: String::new(),
        };
        session.images.push(image.clone());
        let session = session.clone();
        self.free.insert(id, image.clone());
        Ok(vec![Record::Image(image), Record::Session(session)])
    }

    fn finish_session(&mut self) -> Result<Vec<Record>, Refusal> {
        let Some(mut session) = self.session.take() else {
            return refused(Code::FailedPrecondition, "no session is active");
        };
        session.completed = true;
        session.finished_at = Some(self.now);
        Ok(vec![Record::Session(session)])
    }
}

pub(super) fn refused<T>(code: Code, message: &str) -> Result<T, Refusal> {
    Err(Refusal::new(code, message))
}
