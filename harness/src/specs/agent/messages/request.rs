//! Requests, written and read with whatever they lack.

use super::{Method, records};
use crate::wire::{Payload, Record, WireError, Writer};

const JOB: u32 = 1;
const REQUIREMENTS: u32 = 2;
const UUID: u32 = 1;
const PYTHON_VERSION: u32 = 1;

/// A JobId or FileId: its uuid, unless that is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Id(pub Option<String>);

impl Id {
    /// With this uuid.
    pub fn of(uuid: impl ToString) -> Id {
        Id(Some(uuid.to_string()))
    }

    fn encode(&self) -> Vec<u8> {
        string(UUID, self.0.as_deref())
    }

    /// Takes in one more piece of this message: the last uuid counts.
    pub(super) fn merge(&mut self, piece: &[u8]) -> Result<(), WireError> {
        for record in records(piece) {
            if let Record { number: UUID, payload: Payload::Len(uuid), .. } = record? {
                self.0 = Some(String::from_utf8_lossy(uuid).into_owned());
            }
        }
        Ok(())
    }
}

/// A request of either method. Whatever the document requires can be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Which call it is for.
    pub method: Method,
    /// `job`
    pub job: Option<Id>,
    /// The `python_version` of each of `requirements`; StageInFiles has none.
    pub requirements: Vec<Option<String>>,
    /// `files`
    pub files: Vec<Id>,
}

impl Request {
    /// For this job and these files, without requirements.
    pub fn new<S: ToString>(method: Method, job: impl ToString, files: &[S]) -> Request {
        Request {
            method,
            job: Some(Id::of(job)),
            requirements: Vec::new(),
            files: files.iter().map(|file| Id::of(file.to_string())).collect(),
        }
    }

    /// Its bytes, with just what it holds.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        if let Some(job) = &self.job {
            writer = writer.len(JOB, &job.encode());
        }
        if self.method == Method::RunJob {
            for version in &self.requirements {
                writer = writer.len(REQUIREMENTS, &string(PYTHON_VERSION, version.as_deref()));
            }
        }
        let number = self.method.files();
        self.files.iter().fold(writer, |writer, id| writer.len(number, &id.encode())).into_bytes()
    }

    /// From its bytes. Requirements are not read: nothing depends on them.
    ///
    /// # Errors
    /// When the bytes are malformed.
    pub fn decode(method: Method, bytes: &[u8]) -> Result<Request, WireError> {
        let mut request =
            Request { method, job: None, requirements: Vec::new(), files: Vec::new() };
        for record in records(bytes) {
            let Record { number, payload: Payload::Len(content), .. } = record? else { continue };
            if number == JOB {
                request.job.get_or_insert_default().merge(content)?;
            } else if number == method.files() {
                let mut file = Id::default();
                file.merge(content)?;
                request.files.push(file);
            }
        }
        Ok(request)
    }
}

fn string(number: u32, value: Option<&str>) -> Vec<u8> {
    value.map_or_else(Vec::new, |value| Writer::new().len(number, value.as_bytes()).into_bytes())
}
