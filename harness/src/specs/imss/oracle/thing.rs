//! What a record speaks of, in words once somebody wants to read them.

use std::fmt;

/// One session, image, upload or job.
#[derive(Clone, Copy)]
pub(super) enum Thing<'a> {
    Session(&'a str),
    Image(&'a str),
    Upload(&'a str),
    Job(&'a str),
}

impl Thing<'_> {
    pub(super) fn kind(self) -> &'static str {
        match self {
            Thing::Session(_) => "session",
            Thing::Image(_) => "image",
            Thing::Upload(_) => "upload",
            Thing::Job(_) => "job",
        }
    }

    pub(super) fn id(&self) -> &str {
        match self {
            Thing::Session(id) | Thing::Image(id) | Thing::Upload(id) | Thing::Job(id) => id,
        }
    }
}

impl fmt::Display for Thing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.kind(), self.id())
    }
}
