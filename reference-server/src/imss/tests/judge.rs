//! Reads a trace as plainly as can be, and says which clauses it breaks. Keeps every record, so only for short traces.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Record;
use super::*;

const DONE: i32 = UploadStatus::Done as i32;
const ERROR: i32 = UploadStatus::Error as i32;

/// The records so far, the last of each id, and the clauses that are broken.
#[derive(Default)]
pub(super) struct Judge {
    sessions: BTreeMap<String, Session>,
    images: BTreeMap<String, Image>,
    uploads: BTreeMap<String, ImageUpload>,
    jobs: BTreeMap<String, UploadJob>,
    /// The latest upload by image.
    latest: BTreeMap<String, ImageUpload>,
    pub(super) broken: BTreeSet<&'static str>,
}

impl Judge {
    fn must(&mut self, clause: &'static str, holds: bool) {
        if !holds {
            self.broken.insert(clause);
        }
    }

    pub(super) fn hear(&mut self, record: Record) {
        match record {
            Record::Session(session) => self.session(session),
            Record::Image(image) => self.image(image),
            Record::Upload(upload) => self.upload(upload),
            Record::Job(job) => self.job(job),
            Record::Error(_) => {}
        }
    }

    /// What can be said only at the end of the trace.
    pub(super) fn end(mut self) -> BTreeSet<&'static str> {
        let mut named = self.jobs.values().flat_map(|job| &job.image_ids);
        let known = named.all(|id| self.images.contains_key(id));
        self.must("imss/upload/job-images-known", known);
        self.broken
    }

    fn times<const N: usize>(&mut self, times: [Option<Timestamp>; N]) {
        let valid = |time: &Timestamp| {
            (-62_135_596_800..253_402_300_800).contains(&time.seconds)
                && (0..1_000_000_000).contains(&time.nanos)
        };
        let all = times.iter().flatten().all(valid);
        self.must("imss/record/timestamps-valid", all);
    }

    fn finish(&mut self, from: Option<Timestamp>, to: Option<Timestamp>) {
        let when = |time: Timestamp| (time.seconds, time.nanos);
        let in_order = to.is_none() || from.map(when) <= to.map(when);
        self.must("imss/session/finish-after-start", in_order);
    }

    fn session(&mut self, session: Session) {
        self.times([session.created_at, session.finished_at]);
        self.finish(session.created_at, session.finished_at);
        self.must("imss/record/ids-present", !session.id.is_empty());
        let both = session.completed == session.finished_at.is_some();
        self.must("imss/session/completed-has-finish", both);
        if let Some(before) = self.sessions.get(&session.id).cloned() {
            let kept = before.created_at == session.created_at;
            self.must("imss/session/created-is-kept", kept);
            let stays = !before.completed || session.completed;
            self.must("imss/session/completed-is-final", stays);
        }
        for image in session.images.clone() {
            let belongs = image.session_id == session.id;
            self.must("imss/session/images-belong", belongs);
            self.image(image);
        }
        self.sessions.insert(session.id.clone(), session);
        let active = self.sessions.values().filter(|session| !session.completed);
        let one = active.count() <= 1;
        self.must("imss/session/one-active", one);
    }

    fn image(&mut self, image: Image) {
        self.times([image.created_at]);
        self.must("imss/record/ids-present", !image.id.is_empty());
        let uploaded = self.latest.get(&image.id);
        let placed =
            uploaded.is_none_or(|upload| upload.status != DONE || !image.cloud_id.is_empty());
        self.must("imss/upload/uploaded-has-cloud-id", placed);
        if let Some(before) = self.images.get(&image.id).cloned() {
            self.must("imss/record/size-is-kept", before.size == image.size);
            let kept = before.created_at == image.created_at;
            self.must("imss/session/created-is-kept", kept);
            let same = before.session_id == image.session_id;
            self.must("imss/record/ids-unique-per-kind", same);
        }
        self.images.insert(image.id.clone(), image);
    }

    fn upload(&mut self, upload: ImageUpload) {
        self.must("imss/record/ids-present", !upload.id.is_empty());
        let job = self.jobs.get(&upload.job_id).cloned();
        self.must("imss/upload/job-comes-first", job.is_some());
        let belongs = job.is_some_and(|job| job.image_ids.contains(&upload.image_id));
        self.must("imss/upload/uploads-belong", belongs);
        let failed = upload.status == ERROR;
        self.must("imss/upload/error-has-error", !failed || upload.error.is_some());
        self.must("imss/upload/no-error-otherwise", failed || upload.error.is_none());
        if let Some(image) = self.images.get(&upload.image_id).cloned() {
            let within = upload.progress <= image.size;
            self.must("imss/upload/progress-within-size", within);
            let complete = upload.status != DONE || upload.progress == image.size;
            self.must("imss/upload/done-is-complete", complete);
        }
        if let Some(before) = self.uploads.get(&upload.id).cloned() {
            let same = (&before.job_id, &before.image_id) == (&upload.job_id, &upload.image_id);
            self.must("imss/record/ids-unique-per-kind", same);
            self.moved((before.status, before.progress), (upload.status, upload.progress));
            let ended = before.status == DONE || before.status == ERROR;
            self.must("imss/upload/final-is-final", !ended || before == upload);
        }
        self.latest.insert(upload.image_id.clone(), upload.clone());
        self.uploads.insert(upload.id.clone(), upload);
    }

    fn moved(&mut self, before: (i32, u64), now: (i32, u64)) {
        let forward = before.0 == now.0 || (before.0 < DONE && before.0 < now.0);
        self.must("imss/upload/never-backwards", forward);
        self.must("imss/upload/progress-never-falls", before.1 <= now.1);
    }

    fn job(&mut self, job: UploadJob) {
        self.times([job.created_at, job.finished_at]);
        self.finish(job.created_at, job.finished_at);
        self.must("imss/record/ids-present", !job.id.is_empty());
        let ended = job.status == DONE || job.status == ERROR;
        self.must("imss/upload/done-has-finish", ended == job.finished_at.is_some());
        self.must("imss/upload/progress-within-size", job.progress <= job.size);
        let complete = job.status != DONE || job.progress == job.size;
        self.must("imss/upload/done-is-complete", complete);
        let latest = job.image_ids.iter().map(|id| self.latest.get(id));
        let latest: Vec<_> = latest.map(|upload| upload.cloned().unwrap_or_default()).collect();
        let all_done = latest.iter().all(|upload| upload.status == DONE);
        self.must("imss/upload/job-done-needs-images", job.status != DONE || all_done);
        let sum: u64 = latest.iter().map(|upload| upload.progress).sum();
        self.must("imss/upload/job-sums-images", sum == job.progress);
        let sizes: Option<Vec<u64>> =
            (job.image_ids.iter()).map(|id| self.images.get(id).map(|image| image.size)).collect();
        let sized = sizes.is_none_or(|sizes| sizes.iter().sum::<u64>() == job.size);
        self.must("imss/upload/job-sums-images", sized);
        if let Some(before) = self.jobs.get(&job.id).cloned() {
            self.moved((before.status, before.progress), (job.status, job.progress));
            self.must("imss/record/size-is-kept", before.size == job.size);
            let kept = before.created_at == job.created_at;
            self.must("imss/session/created-is-kept", kept);
            let ended = before.status == DONE || before.status == ERROR;
            self.must("imss/upload/final-is-final", !ended || before == job);
        }
        self.jobs.insert(job.id.clone(), job);
    }
}
