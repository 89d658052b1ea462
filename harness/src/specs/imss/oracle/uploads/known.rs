//! What is remembered of one job and of one upload.

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::progress::Measure;
use crate::specs::imss::memory::HasText;
use crate::specs::imss::record::{Status, Upload};
use crate::specs::imss::time::Time;

#[derive(Debug, Default)]
pub(super) struct KnownJob {
    pub(super) measure: Measure,
    pub(super) created: Option<Time<'static>>,
    pub(super) image_ids: Vec<String>,
    pub(super) latest: Latest,
    /// Bytes of the ids above.
    text: usize,
}

impl HasText for KnownJob {
    fn text(&self) -> usize {
        self.text + self.created.as_ref().map_or(0, Time::text)
    }
}

impl KnownJob {
    pub(super) fn names(&mut self, image_ids: &[Cow<'_, str>]) {
        if self.image_ids.iter().ne(image_ids) {
            let text = |ids: &[String]| ids.iter().map(|id| id.len() + HELD).sum::<usize>();
            self.text -= text(&self.image_ids);
            self.image_ids = image_ids.iter().map(|id| id.as_ref().to_owned()).collect();
            self.text += text(&self.image_ids);
        }
    }

    pub(super) fn has_latest(&mut self, upload: &Upload<'_>) {
        let said = (upload.progress, upload.status);
        match self.latest.get_mut(&*upload.image_id) {
            Some(known) => *known = said,
            None => {
                self.text += upload.image_id.len() + HELD;
                self.latest.insert(upload.image_id.as_ref().to_owned(), said);
            }
        }
    }
}

/// Bytes that an id takes in a collection beside its text, about.
const HELD: usize = 64;

/// For each image of a job, its latest upload: how far, and in which status.
pub(super) type Latest = HashMap<String, (u64, Status), RandomState>;

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
