//! The clauses on jobs and uploads.

mod known;
mod progress;

use std::hash::{BuildHasher as _, Hash};

use foldhash::fast::RandomState;

use super::KnownImage;
use super::kept::Kept;
use super::sessions::finish_after_start;
use super::thing::Thing;
use crate::specs::imss::clauses::{
    DONE_HAS_FINISH, ERROR_HAS_ERROR, JOB_COMES_FIRST, JOB_DONE_NEEDS_IMAGES, JOB_SUMS_IMAGES,
    NO_ERROR_OTHERWISE, UPLOADED_HAS_CLOUD_ID, UPLOADS_BELONG,
};
use crate::specs::imss::memory::Memory;
use crate::specs::imss::record::{Image, Job, Status, Upload};
use crate::specs::imss::tally::{Place, Tallies};
use crate::specs::imss::time::Time;
use known::{KnownJob, KnownUpload};
use progress::{Measure, measured};

/// Uploads that wait for their job to be seen.
const HOMELESS_CAP: usize = 1000;
/// Bytes of text that they have together, but for the last one.
const HOMELESS_TEXT: usize = 16 << 20;

/// What is remembered of jobs and uploads.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    jobs: Memory<KnownJob>,
    uploads: Memory<KnownUpload>,
    /// The image ids of which an upload is DONE.
    done: Memory<()>,
    homeless: Vec<(Place, Upload<'static>)>,
    sealing: RandomState,
}

impl Uploads {
    pub(super) fn see_image(&mut self, tallies: &mut Tallies, place: Place, image: &Image<'_>) {
        if self.done.get(&image.id).is_some() {
            tallies.held(&UPLOADED_HAS_CLOUD_ID, Some(place), !image.cloud_id.is_empty(), || {
                (
                    format!("a cloudId of image {:?}, of which an upload is DONE", image.id),
                    "none".to_owned(),
                )
            });
        }
    }

    pub(super) fn see_upload(
        &mut self,
        tallies: &mut Tallies,
        place: Place,
        upload: &Upload<'_>,
        images: &Memory<KnownImage>,
    ) {
        let what = Thing::Upload(&upload.id);
        let measure = Measure {
            status: upload.status,
            progress: upload.progress,
            size: images.get(&upload.image_id).map(|image| image.size),
            sealed: sealed(&self.sealing, upload.status, upload),
        };
        let (known, before) = self.uploads.recall(&upload.id);
        if before {
            let mut kept = Kept { tallies, place };
            kept.id("jobId", what, &known.job_id, &upload.job_id);
            kept.id("imageId", what, &known.image_id, &upload.image_id);
        }
        measured(tallies, place, what, before.then_some(&known.measure), &measure);
        errors(tallies, place, upload);
        known.measure = measure;
        (*upload.job_id).clone_into(&mut known.job_id);
        (*upload.image_id).clone_into(&mut known.image_id);

        self.see_job_of(tallies, place, upload);
        if upload.status == Status::Done {
            self.done.recall(&upload.image_id);
            // From here on its image has to have a cloudId: an occasion, were there no record of it.
            tallies.held(&UPLOADED_HAS_CLOUD_ID, Some(place), true, Default::default);
        }
    }

    fn see_job_of(&mut self, tallies: &mut Tallies, place: Place, upload: &Upload<'_>) {
        let forgot = self.jobs.forgot();
        let job = self.jobs.get_mut(&upload.job_id);
        tallies.held(&JOB_COMES_FIRST, Some(place), job.is_some() || forgot, || {
            let expected = format!("job {:?} before upload {:?}", upload.job_id, upload.id);
            (expected, "the upload came first".to_owned())
        });
        match job {
            Some(job) => {
                belongs(tallies, place, upload, job);
                job.has_latest(upload);
            }
            None if !forgot && has_room(&self.homeless) => {
                self.homeless.push((place, upload.to_static()));
            }
            None => {}
        }
    }

    pub(super) fn see_job(
        &mut self,
        tallies: &mut Tallies,
        place: Place,
        job: &Job<'_>,
        images: &Memory<KnownImage>,
    ) {
        let what = Thing::Job(&job.id);
        let measure = Measure {
            status: job.status,
            progress: job.progress,
            size: Some(job.size),
            sealed: sealed(&self.sealing, job.status, job),
        };
        let (known, before) = self.jobs.recall(&job.id);
        if before {
            let mut kept = Kept { tallies, place };
            kept.created(what, known.created.as_ref(), job.created.as_ref());
            kept.size(what, known.measure.size.unwrap_or_default(), job.size);
        }
        measured(tallies, place, what, before.then_some(&known.measure), &measure);
        finish_after_start(tallies, place, what, job.created.as_ref(), job.finished.as_ref());
        finishes(tallies, place, job);
        known.names(&job.image_ids);
        for (place, upload) in self.homeless.extract_if(.., |(_, upload)| upload.job_id == job.id) {
            belongs(tallies, place, &upload, known);
            known.has_latest(&upload);
        }
        sizes(tallies, place, job, images);
        progresses(tallies, place, job, known);
        known.measure = measure;
        known.created = job.created.as_ref().map(Time::to_static);
    }

    /// Every job that is remembered: its id, and the first of its images of which `is` says so.
    pub(super) fn jobs_and_first_image(
        &self,
        is: impl Fn(&str) -> bool,
    ) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.jobs.iter().map(move |(id, job)| (id, job.first_image(&is)))
    }

    /// Uploads whose job never came: place, id and the job's id.
    pub(super) fn homeless(&self) -> impl Iterator<Item = (Place, &str, &str)> {
        self.homeless.iter().map(|(place, upload)| (*place, &*upload.id, &*upload.job_id))
    }
}

fn has_room(homeless: &[(Place, Upload<'_>)]) -> bool {
    let text = || homeless.iter().map(|(_, upload)| upload.text()).sum::<usize>();
    homeless.len() < HOMELESS_CAP && text() < HOMELESS_TEXT
}

fn belongs(tallies: &mut Tallies, place: Place, upload: &Upload<'_>, job: &KnownJob) {
    let named = job.is_of(&upload.image_id);
    tallies.held(&UPLOADS_BELONG, Some(place), named, || {
        let expected =
            format!("imageId of upload {:?} to be one of job {:?}", upload.id, upload.job_id);
        (expected, format!("{:?}", upload.image_id))
    });
}

fn errors(tallies: &mut Tallies, place: Place, upload: &Upload<'_>) {
    let (clause, kept) = match upload.status {
        Status::Error => (&ERROR_HAS_ERROR, upload.error.is_some()),
        _ => (&NO_ERROR_OTHERWISE, upload.error.is_none()),
    };
    tallies.held(clause, Some(place), kept, || {
        let (wanted, came) =
            if upload.error.is_some() { ("no error", "one") } else { ("an error", "none") };
        let expected = format!("{wanted} of upload {:?}, which is {}", upload.id, upload.status);
        (expected, came.to_owned())
    });
}

fn finishes(tallies: &mut Tallies, place: Place, job: &Job<'_>) {
    let fits = job.status.is_final() == job.finished.is_some();
    tallies.held(&DONE_HAS_FINISH, Some(place), fits, || {
        let (wanted, came) = match job.finished {
            Some(_) => ("no finishedAt", "one"),
            None => ("finishedAt", "none"),
        };
        (format!("{wanted} of job {:?}, which is {}", job.id, job.status), came.to_owned())
    });
}

/// Where all images are known, their sizes add up.
fn sizes(tallies: &mut Tallies, place: Place, job: &Job<'_>, images: &Memory<KnownImage>) {
    let size = job
        .image_ids
        .iter()
        .try_fold(0u64, |sum, id| images.get(id).map(|image| sum.saturating_add(image.size)));
    if let Some(size) = size {
        tallies.held(&JOB_SUMS_IMAGES, Some(place), size == job.size, || {
            (
                format!("size of job {:?} to be the sum of its images' sizes, {size}", job.id),
                job.size.to_string(),
            )
        });
    }
}

/// The latest uploads add up, and of a job that is DONE all are.
fn progresses(tallies: &mut Tallies, place: Place, job: &Job<'_>, known: &KnownJob) {
    let of = |id: &str| known.latest(id).map_or(0, |latest| latest.progress);
    let progress = job.image_ids.iter().fold(0u64, |sum, id| sum.saturating_add(of(id)));
    tallies.held(&JOB_SUMS_IMAGES, Some(place), progress == job.progress, || {
        let expected = format!(
            "progress of job {:?} to be that of its images' latest uploads, {progress}",
            job.id
        );
        (expected, job.progress.to_string())
    });
    if job.status == Status::Done {
        let status = |id: &str| known.latest(id).map(|latest| latest.status);
        let open = job.image_ids.iter().find(|id| status(id) != Some(Status::Done));
        tallies.held(&JOB_DONE_NEEDS_IMAGES, Some(place), open.is_none(), || {
            let open = open.map_or("", |id| id);
            let came = status(open).map_or_else(|| "no upload".to_owned(), |it| it.to_string());
            (
                format!("the latest upload of image {open:?} to be DONE, as job {:?} is", job.id),
                came,
            )
        });
    }
}

/// All that a record says which is DONE or ERROR, in a number: enough to see that it changed. One
/// that goes on from there is no longer sealed, and that is a change, too.
fn sealed(sealing: &RandomState, status: Status, record: &impl Hash) -> Option<u64> {
    status.is_final().then(|| sealing.hash_one(record))
}
