//! What the faults of imss do to records that are right.

use wirecheck_proto::imss::{Error, Image, ImageUpload, Session, UploadJob, UploadStatus};

use super::Record;
use crate::{Fault, Faults};

/// Spoils records on their way out.
#[derive(Debug)]
pub(super) struct Spoiler {
    faults: Faults,
    said: u64,
}

impl Spoiler {
    pub(super) fn new(faults: Faults) -> Spoiler {
        Spoiler { faults, said: 0 }
    }

    fn has(&self, fault: Fault) -> bool {
        self.faults.has(fault)
    }

    /// What is said instead of `records`, which one command brought about.
    pub(super) fn spoil(&mut self, mut records: Vec<Record>) -> Vec<Record> {
        let starts_job = matches!(records.first(), Some(Record::Job(_)));
        if starts_job && self.has(Fault::UploadsBeforeJob) {
            records.rotate_left(1);
        }
        let mut said = Vec::new();
        for mut record in records {
            self.said += 1;
            let after = match &mut record {
                Record::Session(session) => self.session(session),
                Record::Image(image) => {
                    self.image(image);
                    None
                }
                Record::Upload(upload) => self.upload(upload),
                Record::Job(job) => self.job(job),
                Record::Error(_) => None,
            };
            said.push(record);
            said.extend(after);
        }
        said
    }

    /// Spoils the record, and says what else is said after it.
    fn session(&self, session: &mut Session) -> Option<Record> {
        if self.has(Fault::ListsForeignImages) {
            for image in &mut session.images {
                image.session_id = "another-session".to_owned();
            }
        }
        for image in &mut session.images {
            self.image(image);
        }
        if let Some(created_at) = &mut session.created_at {
            if self.has(Fault::MovesCreation) {
                created_at.seconds -= self.said as i64;
            }
            if self.has(Fault::FinishesBeforeStart)
                && let Some(finished_at) = &mut session.finished_at
            {
                finished_at.seconds = created_at.seconds - 1;
            }
        }
        if session.completed && self.has(Fault::FinishesSessionsUntimed) {
            session.finished_at = None;
        }
        (session.completed && self.has(Fault::ReopensSessions)).then(|| {
            Record::Session(Session { completed: false, finished_at: None, ..session.clone() })
        })
    }

    fn image(&self, image: &mut Image) {
        if self.has(Fault::GrowsImages) && !image.cloud_id.is_empty() {
            image.size = image.size.saturating_add(1);
        }
        if self.has(Fault::ForgetsCloudIds) {
            image.cloud_id.clear();
        }
        if let Some(created_at) = &mut image.created_at
            && self.has(Fault::WritesTwoSecondsOfNanos)
        {
            created_at.nanos = 2_000_000_000;
        }
    }

    fn upload(&self, upload: &mut ImageUpload) -> Option<Record> {
        let goes_on = upload.status == UploadStatus::InProgress as i32;
        let done = upload.status == UploadStatus::Done as i32;
        if done && self.has(Fault::SendsMoreThanSize) {
            upload.progress = upload.progress.saturating_add(1);
        }
        if self.has(Fault::FailsWithoutError) {
            upload.error = None;
        }
        if goes_on && self.has(Fault::CarriesErrorsAlong) {
            upload.error = Some(Error { code: 7, message: "left over".to_owned() });
        }
        if self.has(Fault::ReusesUploadIds) {
            upload.id = "upload".to_owned();
        }
        if self.has(Fault::LeavesOutIds) && self.said.is_multiple_of(5) {
            upload.id.clear();
        }
        let mut after = upload.clone();
        if goes_on && self.has(Fault::FallsBackToUnknown) {
            after.status = UploadStatus::Unknown as i32;
        } else if goes_on && upload.progress > 0 && self.has(Fault::ProgressFalls) {
            after.progress -= 1;
        } else {
            return None;
        }
        Some(Record::Upload(after))
    }

    fn job(&self, job: &mut UploadJob) -> Option<Record> {
        let starts = job.status == UploadStatus::Unknown as i32;
        if job.status == UploadStatus::InProgress as i32 {
            if self.has(Fault::JobLagsBehind) {
                job.progress = job.progress.saturating_sub(1);
            }
            if self.has(Fault::JobDoneTooEarly) && job.progress == job.size {
                job.status = UploadStatus::Done as i32;
                job.finished_at = job.created_at;
            }
        }
        if let Some(finished_at) = &mut job.finished_at
            && self.has(Fault::WritesYearTenThousand)
        {
            finished_at.seconds = 253_402_300_800;
        }
        if let Some(created_at) = &mut job.created_at
            && self.has(Fault::FinishesBeforeStart)
            && let Some(finished_at) = &mut job.finished_at
        {
            finished_at.seconds = created_at.seconds - 1;
        }
        if self.has(Fault::JobsNameUnknownImages) {
            job.image_ids.push("no-such-image".to_owned());
        }
        let ends = job.finished_at.is_some();
        if self.has(Fault::LeavesOutJobFinish) {
            job.finished_at = None;
        }
        if ends && self.has(Fault::ChangesJobsAfterEnd) {
            let recipient = "somebody else".to_owned();
            return Some(Record::Job(UploadJob { recipient, ..job.clone() }));
        }
        let (job_id, image_id) = match self.has(Fault::UploadsForNoJob) {
            true => ("no-such-job", job.image_ids.first()?.as_str()),
            false => (job.id.as_str(), "no-such-image"),
        };
        let strays = self.has(Fault::UploadsForNoJob) || self.has(Fault::UploadsStrayImages);
        (starts && strays).then(|| {
            Record::Upload(ImageUpload {
                id: format!("stray-{}", self.said),
                job_id: job_id.to_owned(),
                image_id: image_id.to_owned(),
                ..ImageUpload::default()
            })
        })
    }
}
