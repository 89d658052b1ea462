//! Judges a trace record by record: every clause at once, in bounded memory, from what the trace says.

mod kept;
mod sessions;
mod thing;
mod uploads;

use super::clauses::{IDS_PRESENT, JOB_IMAGES_KNOWN, TIMESTAMPS_VALID, UPLOADS_BELONG};
use super::memory::{HasText, Memory};
use super::record::{Image, Record};
use super::tally::{Place, Tallies};
use super::time::Time;
use kept::Kept;
use sessions::Sessions;
use thing::Thing;
use uploads::Uploads;

/// Judges a trace of imss.
///
/// ```
/// use wirecheck::specs::imss::{clauses, oracle::Judge, record::{Record, Session}, tally::{At, Place}};
///
/// let mut judge = Judge::default();
/// for (record, id) in (1..).zip(["a", "b"]) {
///     let session = Session { id: id.into(), ..Session::default() };
///     judge.see(Place { record, at: At::Offset(0) }, &Record::Session(session));
/// }
/// assert!(judge.finish().of(&clauses::ONE_ACTIVE).offence.is_some());
/// ```
#[derive(Debug, Default)]
pub struct Judge {
    tallies: Tallies,
    images: Memory<KnownImage>,
    sessions: Sessions,
    uploads: Uploads,
}

/// What is remembered of an image.
#[derive(Debug, Default)]
struct KnownImage {
    session_id: String,
    created: Option<Time<'static>>,
    size: u64,
}

impl HasText for KnownImage {
    fn text(&self) -> usize {
        self.session_id.len() + self.created.as_ref().map_or(0, Time::text)
    }
}

impl Judge {
    /// Judges the next record.
    pub fn see(&mut self, place: Place, record: &Record<'_>) {
        match record {
            Record::Session(session) => {
                self.identified(place, Thing::Session(&session.id));
                self.times(place, [&session.created, &session.finished]);
                self.sessions.see(&mut self.tallies, place, session);
                // An image in a session is a record, too, at that place.
                session.images.iter().for_each(|image| self.image(place, image));
            }
            Record::Image(image) => self.image(place, image),
            Record::Upload(upload) => {
                self.identified(place, Thing::Upload(&upload.id));
                self.uploads.see_upload(&mut self.tallies, place, upload, &self.images);
            }
            Record::Job(job) => {
                self.identified(place, Thing::Job(&job.id));
                self.times(place, [&job.created, &job.finished]);
                self.uploads.see_job(&mut self.tallies, place, job, &self.images);
            }
            Record::Error => {}
        }
    }

    /// How many clauses have been broken so far.
    pub fn broken(&self) -> usize {
        self.tallies.broken()
    }

    /// Shows whoever asks the offences that the record at `place` brought.
    pub fn fresh(&mut self, place: Place) -> impl Iterator<Item = &mut crate::model::Finding> {
        self.tallies.fresh(place)
    }

    /// Judges what only the end can tell, and hands out the tallies.
    pub fn finish(mut self) -> Tallies {
        let known = |id: &str| self.images.get(id).is_some() || self.images.forgot();
        for (job, missing) in self.uploads.jobs_and_first_image(|id| !known(id)) {
            self.tallies.held(&JOB_IMAGES_KNOWN, None, missing.is_none(), || {
                let missing = missing.unwrap_or_default();
                (
                    format!("an image {missing:?}, which job {job:?} names"),
                    "no such image".to_owned(),
                )
            });
        }
        for (place, upload, job) in self.uploads.homeless() {
            self.tallies.held(&UPLOADS_BELONG, Some(place), false, || {
                (
                    format!("a job {job:?}, which upload {upload:?} names"),
                    "no such job in the trace".to_owned(),
                )
            });
        }
        self.tallies
    }

    fn image(&mut self, place: Place, image: &Image<'_>) {
        let what = Thing::Image(&image.id);
        self.identified(place, what);
        self.times(place, [&image.created]);
        self.uploads.see_image(&mut self.tallies, place, image);
        let (known, before) = self.images.recall(&image.id);
        if before {
            let mut kept = Kept { tallies: &mut self.tallies, place };
            kept.id("sessionId", what, &known.session_id, &image.session_id);
            kept.created(what, known.created.as_ref(), image.created.as_ref());
            kept.size(what, known.size, image.size);
        }
        (*image.session_id).clone_into(&mut known.session_id);
        known.created = image.created.as_ref().map(Time::to_static);
        known.size = image.size;
    }

    fn identified(&mut self, place: Place, what: Thing<'_>) {
        self.tallies.held(&IDS_PRESENT, Some(place), !what.id().is_empty(), || {
            (format!("the {} to have an id", what.kind()), "an empty one".to_owned())
        });
    }

    fn times<const N: usize>(&mut self, place: Place, times: [&Option<Time<'_>>; N]) {
        for time in times.into_iter().flatten() {
            self.tallies.held(&TIMESTAMPS_VALID, Some(place), time.is_valid(), || {
                ("a time of the years 1 to 9999".to_owned(), time.to_string())
            });
        }
    }
}
