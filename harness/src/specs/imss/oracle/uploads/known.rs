//! What is remembered of one job and of one upload.

use std::borrow::Cow;

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use super::progress::Measure;
use crate::specs::imss::memory::HasText;
use crate::specs::imss::record::{Status, Upload};
use crate::specs::imss::time::Time;

#[derive(Debug, Default)]
pub(super) struct KnownJob {
    pub(super) measure: Measure,
    pub(super) created: Option<Time<'static>>,
    images: HashMap<String, ImageOfJob, RandomState>,
    /// How often its imageIds changed.
    revision: u64,
    /// How many different ones there are.
    named: usize,
    /// Bytes of the image ids.
    text: usize,
}

/// What is known of an image as far as one job goes.
#[derive(Debug, Default)]
struct ImageOfJob {
    named: Option<Named>,
    latest: Option<Latest>,
}

/// That an image is among a job's imageIds, or was.
#[derive(Clone, Copy, Debug)]
struct Named {
    revision: u64,
    /// Where it stands first.
    at: usize,
}

/// The latest upload of an image: how far, and in which status.
#[derive(Clone, Copy, Debug)]
pub(super) struct Latest {
    pub(super) progress: u64,
    pub(super) status: Status,
}

impl ImageOfJob {
    fn position(&self, revision: u64) -> Option<usize> {
        self.named.filter(|named| named.revision == revision).map(|named| named.at)
    }
}

/// Bytes that an id takes in a map beside its text, about.
const HELD: usize = 80;

impl HasText for KnownJob {
    fn text(&self) -> usize {
        self.text + self.created.as_ref().map_or(0, Time::text)
    }
}

impl KnownJob {
    /// Its imageIds are these now.
    pub(super) fn names(&mut self, image_ids: &[Cow<'_, str>]) {
        let mut first = 0;
        let known = image_ids.iter().enumerate().all(|(at, id)| {
            let before = self.position(id);
            first += usize::from(before == Some(at));
            before.is_some_and(|before| before <= at)
        });
        if known && first == self.named {
            return;
        }
        self.revision += 1;
        self.named = 0;
        for (at, id) in image_ids.iter().enumerate() {
            if self.position(id).is_none() {
                self.named += 1;
                self.image(id).named = Some(Named { revision: self.revision, at });
            }
        }
    }

    /// Where among its imageIds this one stands first.
    fn position(&self, image_id: &str) -> Option<usize> {
        self.images.get(image_id).and_then(|image| image.position(self.revision))
    }

    /// This is the latest upload of its image.
    pub(super) fn has_latest(&mut self, upload: &Upload<'_>) {
        let latest = Latest { progress: upload.progress, status: upload.status };
        self.image(&upload.image_id).latest = Some(latest);
    }

    fn image(&mut self, id: &str) -> &mut ImageOfJob {
        self.images.entry_ref(id).or_insert_with(|| {
            self.text += id.len() + HELD;
            ImageOfJob::default()
        })
    }

    /// Whether this is one of its imageIds.
    pub(super) fn is_of(&self, image_id: &str) -> bool {
        self.position(image_id).is_some()
    }

    pub(super) fn latest(&self, image_id: &str) -> Option<Latest> {
        self.images.get(image_id)?.latest
    }

    /// The first of its imageIds of which `is` says so.
    pub(super) fn first_image(&self, is: impl Fn(&str) -> bool) -> Option<&str> {
        let named = self.images.iter();
        let named = named.filter_map(|(id, image)| Some((image.position(self.revision)?, &**id)));
        named.filter(|(_, id)| is(id)).min().map(|(_, id)| id)
    }
}

#[derive(Debug, Default)]
pub(super) struct KnownUpload {
    pub(super) measure: Measure,
    pub(super) job_id: String,
    pub(super) image_id: String,
}

impl HasText for KnownUpload {
    fn text(&self) -> usize {
        self.job_id.len() + self.image_id.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_has_the_images_that_it_named_last() {
        let mut job = KnownJob::default();
        let ids = |ids: &'static str| ids.split(' ').map(Cow::Borrowed).collect::<Vec<_>>();
        for (named, revision) in [("a b a", 1), ("a b a", 1), ("a b", 1), ("b a", 2), ("c a", 3)] {
            job.names(&ids(named));
            assert_eq!(job.revision, revision, "{named}");
            assert_eq!(job.first_image(|_| true), named.split(' ').next());
            let all = ["a", "b", "c"].map(|id| job.is_of(id));
            assert_eq!(all, ["a", "b", "c"].map(|id| named.contains(id)), "{named}");
        }
        assert_eq!(job.first_image(|id| id != "c"), Some("a"));
        job.has_latest(&Upload { image_id: "z".into(), progress: 3, ..Upload::default() });
        assert!(!job.is_of("z") && job.latest("z").is_some_and(|latest| latest.progress == 3));
        assert_eq!(job.text, 4 * (1 + HELD));
        job.names(&[]);
        assert_eq!(job.first_image(|_| true), None);
    }
}
