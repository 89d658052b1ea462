//! Jobs and the uploads of their images, from the first byte to DONE or ERROR.

use std::collections::BTreeMap;

use wirecheck_proto::imss::{Error, Image, ImageUpload, UploadJob, UploadStatus};

use super::engine::refused;
use super::{Engine, Record};
use crate::{Code, Fault, Refusal};

/// A job that goes on.
#[derive(Clone, Debug)]
pub(super) struct Job {
    record: UploadJob,
    /// By image.
    pub(super) parts: BTreeMap<String, Part>,
}

/// An image of a job, and its latest upload.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) image: Image,
    pub(super) upload: ImageUpload,
}

impl Engine {
    pub(super) fn start_job(
        &mut self,
        image_ids: Vec<String>,
        recipient: String,
    ) -> Result<Vec<Record>, Refusal> {
        if image_ids.is_empty() {
            return refused(Code::InvalidArgument, "a job needs images");
        }
        if image_ids.len() > self.limits.images {
            return refused(Code::ResourceExhausted, "too many images");
        }
        let mut images = BTreeMap::new();
        for id in &image_ids {
            let Some(image) = self.free.get(id) else {
                return refused(Code::NotFound, "no free image has this id");
            };
            if images.insert(id.clone(), image.clone()).is_some() {
                return refused(Code::InvalidArgument, "an image is named twice");
            }
        }
        let mut sizes = images.values().map(|image| image.size);
        let Some(size) = sizes.try_fold(0, u64::checked_add) else {
            return refused(Code::OutOfRange, "the job is too large");
        };
        let record = UploadJob {
            id: self.new_id("job"),
            image_ids,
            status: UploadStatus::Unknown as i32,
            created_at: Some(self.now),
            size,
            recipient,
            ..UploadJob::default()
        };
        self.free.retain(|id, _| !images.contains_key(id));
        Ok(self.begin(record, images))
    }

    fn begin(&mut self, record: UploadJob, images: BTreeMap<String, Image>) -> Vec<Record> {
        let mut records = vec![Record::Job(record.clone())];
        let mut parts = BTreeMap::new();
        for (image_id, image) in images {
            let upload = ImageUpload {
                id: self.new_id("upload"),
                job_id: record.id.clone(),
                image_id: image_id.clone(),
                ..ImageUpload::default()
            };
            let place = (record.id.clone(), image_id.clone());
            self.uploads.insert(upload.id.clone(), place);
            records.push(Record::Upload(upload.clone()));
            parts.insert(image_id, Part { image, upload });
        }
        self.jobs.insert(record.id.clone(), Job { record, parts });
        records
    }

    /// A retry resumes: the job's progress is the sum over its images, and may not fall.
    pub(super) fn retry(&mut self, job_id: &str, image_id: &str) -> Result<Vec<Record>, Refusal> {
        let id = self.new_id("upload");
        let job = self.jobs.get_mut(job_id);
        let Some(part) = job.and_then(|job| job.parts.get_mut(image_id)) else {
            return refused(Code::NotFound, "no job that goes on has this image");
        };
        if part.upload.status != UploadStatus::Error as i32 {
            return refused(Code::FailedPrecondition, "the last upload did not fail");
        }
        part.upload = ImageUpload {
            id: id.clone(),
            status: UploadStatus::InProgress as i32,
            error: None,
            ..part.upload.clone()
        };
        let record = Record::Upload(part.upload.clone());
        self.uploads.insert(id, (job_id.to_owned(), image_id.to_owned()));
        Ok(vec![record])
    }

    /// The job and the part that an upload is about.
    fn going_on(&mut self, upload_id: &str) -> Result<(&mut UploadJob, &mut Part), Refusal> {
        let place = self.uploads.get(upload_id);
        let found = place.and_then(|(job_id, image_id)| {
            let job = self.jobs.get_mut(job_id)?;
            Some((&mut job.record, job.parts.get_mut(image_id)?))
        });
        found.ok_or_else(|| Refusal::new(Code::NotFound, "no upload that goes on has this id"))
    }

    pub(super) fn bytes_sent(
        &mut self,
        upload_id: &str,
        bytes: u64,
    ) -> Result<Vec<Record>, Refusal> {
        let (job, part) = self.going_on(upload_id)?;
        if bytes > part.image.size.saturating_sub(part.upload.progress) {
            return refused(Code::OutOfRange, "more bytes than the image has left");
        }
        part.upload.progress += bytes;
        part.upload.status = UploadStatus::InProgress as i32;
        job.progress += bytes;
        job.status = UploadStatus::InProgress as i32;
        let upload = Record::Upload(part.upload.clone());
        Ok(vec![upload, Record::Job(job.clone())])
    }

    /// The image's record comes first: from the moment that an upload is DONE the image has a cloudId.
    pub(super) fn finish_upload(
        &mut self,
        upload_id: &str,
        cloud_id: String,
    ) -> Result<Vec<Record>, Refusal> {
        let early = self.faults.has(Fault::FinishesUploadsEarly);
        let (job, part) = self.going_on(upload_id)?;
        if part.upload.progress < part.image.size && !early {
            return refused(Code::FailedPrecondition, "bytes are missing");
        }
        if cloud_id.is_empty() {
            return refused(Code::InvalidArgument, "the image has no cloud id");
        }
        part.upload.status = UploadStatus::Done as i32;
        part.image.cloud_id.clone_from(&cloud_id);
        let (job_id, image, upload) = (job.id.clone(), part.image.clone(), part.upload.clone());
        self.uploads.remove(upload_id);
        let images = self.session.iter_mut().flat_map(|session| &mut session.images);
        for listed in images.filter(|listed| listed.id == image.id) {
            listed.cloud_id.clone_from(&cloud_id);
        }
        let mut records = vec![Record::Image(image), Record::Upload(upload)];
        let done = |part: &Part| part.upload.status == UploadStatus::Done as i32;
        if self.jobs.get(&job_id).is_some_and(|job| job.parts.values().all(done)) {
            records.extend(self.end_job(&job_id, UploadStatus::Done));
        }
        Ok(records)
    }

    pub(super) fn fail_upload(
        &mut self,
        upload_id: &str,
        error: Error,
    ) -> Result<Vec<Record>, Refusal> {
        let (_, part) = self.going_on(upload_id)?;
        part.upload.status = UploadStatus::Error as i32;
        part.upload.error = Some(error.clone());
        let upload = Record::Upload(part.upload.clone());
        self.uploads.remove(upload_id);
        Ok(vec![Record::Error(error), upload])
    }

    pub(super) fn fail_job(&mut self, job_id: &str, error: Error) -> Result<Vec<Record>, Refusal> {
        let Some(job) = self.jobs.get_mut(job_id) else {
            return refused(Code::NotFound, "no job that goes on has this id");
        };
        let mut records = vec![Record::Error(error.clone())];
        for part in job.parts.values_mut() {
            if self.uploads.remove(&part.upload.id).is_some() {
                part.upload.status = UploadStatus::Error as i32;
                part.upload.error = Some(error.clone());
                records.push(Record::Upload(part.upload.clone()));
            }
        }
        records.extend(self.end_job(job_id, UploadStatus::Error));
        Ok(records)
    }

    fn end_job(&mut self, job_id: &str, status: UploadStatus) -> Option<Record> {
        let mut job = self.jobs.remove(job_id)?.record;
        job.status = status as i32;
        job.finished_at = Some(self.now);
        Some(Record::Job(job))
    }
}
