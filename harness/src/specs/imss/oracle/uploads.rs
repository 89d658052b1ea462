//! The clauses on jobs and uploads.

mod progress;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};

use super::KnownImage;
use super::kept::Kept;
use super::sessions::finish_after_start;
use crate::specs::imss::clauses::{
    DONE_HAS_FINISH, ERROR_HAS_ERROR, JOB_COMES_FIRST, JOB_DONE_NEEDS_IMAGES, JOB_SUMS_IMAGES,
    NO_ERROR_OTHERWISE, UPLOADED_HAS_CLOUD_ID, UPLOADS_BELONG,
};
use crate::specs::imss::memory::Memory;
use crate::specs::imss::record::{Image, Job, Status, Time, Upload};
use crate::specs::imss::tally::{Place, Tallies};
use progress::{Measure, measured};

/// Uploads that wait for their job to be seen.
const HOMELESS_CAP: usize = 1000;

/// What is remembered of jobs and uploads.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    jobs: Memory<KnownJob>,
    uploads: Memory<KnownUpload>,
    /// The image ids of which an upload is DONE.
    done: Memory<()>,
    homeless: Vec<(Place, Upload)>,
}

#[derive(Debug)]
struct KnownJob {
    measure: Measure,
    created: Option<Time>,
    image_ids: Vec<String>,
    /// For each image, its latest upload: how far, and in which status.
    latest: HashMap<String, (u64, Status)>,
}

#[derive(Debug)]
struct KnownUpload {
    measure: Measure,
    job_id: String,
    image_id: String,
}

impl Uploads {
    pub(super) fn see_image(&mut self, tallies: &mut Tallies, place: Place, image: &Image) {
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
        upload: &Upload,
        images: &Memory<KnownImage>,
    ) {
        let what = format!("upload {:?}", upload.id);
        let here = Some(place);
        let known = self.uploads.get(&upload.id);
        if let Some(known) = known {
            let mut kept = Kept { tallies, place };
            kept.id("jobId", &what, &known.job_id, &upload.job_id);
            kept.id("imageId", &what, &known.image_id, &upload.image_id);
        }
        let measure = Measure {
            status: upload.status,
            progress: upload.progress,
            size: images.get(&upload.image_id).map(|image| image.size),
            digest: digest(upload),
        };
        measured(tallies, place, &what, known.map(|known| &known.measure), &measure);
        errors(tallies, place, &what, upload);

        let forgot = self.jobs.forgot();
        let first = self.jobs.get(&upload.job_id).is_some() || forgot;
        tallies.held(&JOB_COMES_FIRST, here, first, || {
            (format!("job {:?} before {what}", upload.job_id), "the upload came first".to_owned())
        });
        match self.jobs.get_mut(&upload.job_id) {
            Some(job) => {
                belongs(tallies, place, upload, &job.image_ids);
                job.latest.insert(upload.image_id.clone(), (upload.progress, upload.status));
            }
            None if !forgot && self.homeless.len() < HOMELESS_CAP => {
                self.homeless.push((place, upload.clone()));
            }
            None => {}
        }
        if upload.status == Status::Done {
            self.done.insert(&upload.image_id, ());
            // From here on its image has to have a cloudId: an occasion, were there no record of it.
            tallies.held(&UPLOADED_HAS_CLOUD_ID, here, true, Default::default);
        }
        let (job_id, image_id) = (upload.job_id.clone(), upload.image_id.clone());
        self.uploads.insert(&upload.id, KnownUpload { measure, job_id, image_id });
    }

    pub(super) fn see_job(
        &mut self,
        tallies: &mut Tallies,
        place: Place,
        job: &Job,
        images: &Memory<KnownImage>,
    ) {
        let what = format!("job {:?}", job.id);
        let known = self.jobs.get(&job.id);
        if let Some(known) = known {
            let mut kept = Kept { tallies, place };
            kept.created(&what, known.created.as_ref(), job.created.as_ref());
            kept.size(&what, known.measure.size.unwrap_or_default(), job.size);
        }
        let measure = Measure {
            status: job.status,
            progress: job.progress,
            size: Some(job.size),
            digest: digest(job),
        };
        measured(tallies, place, &what, known.map(|known| &known.measure), &measure);
        finish_after_start(tallies, place, &what, job.created.as_ref(), job.finished.as_ref());
        let fits = job.status.is_final() == job.finished.is_some();
        tallies.held(&DONE_HAS_FINISH, Some(place), fits, || match job.finished {
            Some(_) => {
                (format!("no finishedAt of {what}, which is {}", job.status), "one".to_owned())
            }
            None => (format!("finishedAt of {what}, which is {}", job.status), "none".to_owned()),
        });

        let (mine, homeless): (Vec<_>, Vec<_>) = std::mem::take(&mut self.homeless)
            .into_iter()
            .partition(|(_, upload)| upload.job_id == job.id);
        self.homeless = homeless;
        let mut latest = match self.jobs.get_mut(&job.id) {
            Some(known) => std::mem::take(&mut known.latest),
            None => HashMap::new(),
        };
        for (place, upload) in mine {
            belongs(tallies, place, &upload, &job.image_ids);
            latest.insert(upload.image_id, (upload.progress, upload.status));
        }
        sums(tallies, place, job, &latest, images);
        let image_ids = job.image_ids.clone();
        self.jobs
            .insert(&job.id, KnownJob { measure, created: job.created.clone(), image_ids, latest });
    }

    /// Every job that is remembered, and the images it names.
    pub(super) fn images_of_jobs(&self) -> impl Iterator<Item = (&String, &Vec<String>)> {
        self.jobs.iter().map(|(id, job)| (id, &job.image_ids))
    }

    /// Uploads whose job never came: place, id and the job's id.
    pub(super) fn homeless(&self) -> impl Iterator<Item = (Place, &String, &String)> {
        self.homeless.iter().map(|(place, upload)| (*place, &upload.id, &upload.job_id))
    }
}

fn belongs(tallies: &mut Tallies, place: Place, upload: &Upload, image_ids: &[String]) {
    tallies.held(&UPLOADS_BELONG, Some(place), image_ids.contains(&upload.image_id), || {
        let expected =
            format!("imageId of upload {:?} to be one of job {:?}", upload.id, upload.job_id);
        (expected, format!("{:?}", upload.image_id))
    });
}

fn errors(tallies: &mut Tallies, place: Place, what: &str, upload: &Upload) {
    let (clause, kept) = match upload.status {
        Status::Error => (&ERROR_HAS_ERROR, upload.error.is_some()),
        _ => (&NO_ERROR_OTHERWISE, upload.error.is_none()),
    };
    tallies.held(clause, Some(place), kept, || {
        let (wanted, came) =
            if upload.error.is_some() { ("no error", "one") } else { ("an error", "none") };
        (format!("{wanted} of {what}, which is {}", upload.status), came.to_owned())
    });
}

fn sums(
    tallies: &mut Tallies,
    place: Place,
    job: &Job,
    latest: &HashMap<String, (u64, Status)>,
    images: &Memory<KnownImage>,
) {
    let here = Some(place);
    let sizes: Option<Vec<u64>> =
        job.image_ids.iter().map(|id| images.get(id).map(|image| image.size)).collect();
    if let Some(sizes) = sizes {
        let size = sizes.iter().fold(0u64, |sum, size| sum.saturating_add(*size));
        tallies.held(&JOB_SUMS_IMAGES, here, size == job.size, || {
            (
                format!("size of job {:?} to be the sum of its images' sizes, {size}", job.id),
                job.size.to_string(),
            )
        });
    }
    let of = |id: &String| latest.get(id).map_or(0, |(progress, _)| *progress);
    let progress = job.image_ids.iter().fold(0u64, |sum, id| sum.saturating_add(of(id)));
    tallies.held(&JOB_SUMS_IMAGES, here, progress == job.progress, || {
        let expected = format!(
            "progress of job {:?} to be that of its images' latest uploads, {progress}",
            job.id
        );
        (expected, job.progress.to_string())
    });
    if job.status == Status::Done {
        let status = |id: &String| latest.get(id).map(|(_, status)| *status);
        let open = job.image_ids.iter().find(|id| status(id) != Some(Status::Done));
        tallies.held(&JOB_DONE_NEEDS_IMAGES, here, open.is_none(), || {
            let open = open.map_or("", String::as_str);
            let came = status(&open.to_owned())
                .map_or_else(|| "no upload".to_owned(), |status| status.to_string());
            (
                format!("the latest upload of image {open:?} to be DONE, as job {:?} is", job.id),
                came,
            )
        });
    }
}

/// All that a record says, in a number: enough to see that it changed.
fn digest(record: &impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    record.hash(&mut hasher);
    hasher.finish()
}
