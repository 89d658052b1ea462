//! The agent's messages as their bytes tell them: what is not on the wire stays missing.

mod request;
mod response;
#[cfg(test)]
mod tests;

use std::fmt;

pub use request::{Id, Request};
pub use response::{Code, Staged, State, read, staged};

use crate::wire::{Payload, Reader, Record, WireError};

/// The two calls of the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Registers files.
    StageInFiles,
    /// Runs a job, and looks at it.
    RunJob,
}

impl Method {
    /// The method of this `:path`.
    pub fn of(path: &str) -> Option<Method> {
        [Method::StageInFiles, Method::RunJob].into_iter().find(|method| method.path() == path)
    }

    /// Its `:path`. The document names no package.
    pub const fn path(self) -> &'static str {
        match self {
            Method::StageInFiles => "/Agent/StageInFiles",
            Method::RunJob => "/Agent/RunJob",
        }
    }

    /// The name of its response.
    pub fn response(self) -> &'static str {
        match self {
            Method::StageInFiles => "StageInFilesResponse",
            Method::RunJob => "RunJobResponse",
        }
    }

    /// The field number of `files` in its request; `job` is 1 in both.
    fn files(self) -> u32 {
        match self {
            Method::StageInFiles => 2,
            Method::RunJob => 3,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Method::StageInFiles => "StageInFiles",
            Method::RunJob => "RunJob",
        })
    }
}

/// A uuid as it is compared: two that differ in case alone are one. Any other text is taken as it is.
pub fn key(uuid: &str) -> String {
    if uuid::Uuid::try_parse(uuid).is_ok() && uuid.len() == 36 {
        uuid.to_ascii_lowercase()
    } else {
        uuid.to_owned()
    }
}

/// The records of a message itself; groups are unknown fields here, whatever stands in them.
fn records(bytes: &[u8]) -> impl Iterator<Item = Result<Record<'_>, WireError>> {
    let mut reader = Reader::new(bytes);
    std::iter::from_fn(move || {
        let record = reader.next()?;
        if let Ok(start) = &record
            && start.payload == Payload::StartGroup
            && let Err(error) = reader.skip_group(start)
        {
            return Some(Err(error));
        }
        Some(record)
    })
}
