//! The agent's requests, read from their bytes and judged before they touch anything.

use prost::Message;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use wirecheck_proto::agent::{FileId, JobId, JobRequirement, RunJobRequest, StageInFilesRequest};

use crate::faults::{Fault, Faults};
use crate::refusal::{Code, Refusal};
use crate::required::{Expected, Label, Shape, first_missing};

const ID: Shape =
    Shape(&[Expected { number: 1, name: "uuid", label: Label::Required, message: None }]);

const JOB: Expected =
    Expected { number: 1, name: "job", label: Label::Required, message: Some(&ID) };

const STAGE_IN_FILES: Shape = Shape(&[JOB, files(2)]);
const RUN_JOB: Shape = Shape(&[JOB, files(3)]);

const fn files(number: u32) -> Expected {
    Expected { number, name: "files", label: Label::Repeated, message: Some(&ID) }
}

/// A StageInFiles request that holds together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staging {
    pub(super) job: Uuid,
    pub(super) files: Vec<NamedFile>,
}

/// A RunJob request that holds together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub(super) job: Uuid,
    pub(super) files: Vec<NamedFile>,
}

/// A file, and how the client wrote its uuid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NamedFile {
    pub(super) uuid: Uuid,
    pub(super) text: String,
}

impl Staging {
    /// Reads a request.
    ///
    /// # Errors
    /// INTERNAL for bytes that do not parse; INVALID_ARGUMENT for a required field that is
    /// missing, with its path, and for a uuid that is none.
    pub fn parse(bytes: &[u8], faults: &Faults) -> Result<Staging, Refusal> {
        let request: StageInFilesRequest = decode(bytes)?;
        let missing = first_missing(&STAGE_IN_FILES, bytes);
        let judge = Judge::new(missing, request.files.len(), faults)?;
        Ok(Staging { job: judge.job(&request.job)?, files: judge.files(request.files)? })
    }
}

impl Run {
    /// Reads a request.
    ///
    /// # Errors
    /// As [`Staging::parse`].
    pub fn parse(bytes: &[u8], faults: &Faults) -> Result<Run, Refusal> {
        let request: RunJobRequest = decode(bytes)?;
        let missing = first_missing(&RUN_JOB, bytes);
        let judge = Judge::new(missing, request.files.len(), faults)?;
        judge.requirements(&request.requirements)?;
        Ok(Run { job: judge.job(&request.job)?, files: judge.files(request.files)? })
    }
}

fn decode<M: Message + Default>(bytes: &[u8]) -> Result<M, Refusal> {
    M::decode(bytes).map_err(|error| {
        Refusal::new(Code::Internal, format!("the request does not parse: {error}"))
    })
}

/// Reads the parts of one request whose required fields are there, or are not missed because of a fault.
struct Judge<'a> {
    faults: &'a Faults,
    misses_nothing: bool,
}

impl<'a> Judge<'a> {
    fn new(
        missing: Option<String>,
        files: usize,
        faults: &'a Faults,
    ) -> Result<Judge<'a>, Refusal> {
        let judge = Judge { faults, misses_nothing: missing.is_none() };
        match missing {
            Some(path) if !judge.overlooks(&path, files) => Err(judge.missing(&path)),
            _ => Ok(judge),
        }
    }

    fn overlooks(&self, path: &str, files: usize) -> bool {
        self.faults.has(match path {
            "job" => Fault::AcceptsMissingJob,
            "job.uuid" => Fault::AcceptsMissingJobUuid,
            _ if files > 1 && self.faults.has(Fault::ChecksLoneFileOnly) => {
                Fault::ChecksLoneFileOnly
            }
            _ => Fault::AcceptsMissingFileUuid,
        })
    }

    fn missing(&self, path: &str) -> Refusal {
        let code = match self.faults.has(Fault::MissingFieldIsUnknown) {
            true => Code::Unknown,
            false => Code::InvalidArgument,
        };
        Refusal::new(code, format!("the required field {path} is missing"))
    }

    fn bad_argument(&self, message: String) -> Refusal {
        let code = match self.faults.has(Fault::BadArgumentIsNotFound) {
            true => Code::NotFound,
            false => Code::InvalidArgument,
        };
        Refusal::new(code, message)
    }

    fn job(&self, job: &JobId) -> Result<Uuid, Refusal> {
        self.uuid(|| "job.uuid".to_owned(), &job.uuid)
    }

    fn files(&self, files: Vec<FileId>) -> Result<Vec<NamedFile>, Refusal> {
        let named = |(index, file): (usize, FileId)| {
            Ok(NamedFile {
                uuid: self.uuid(|| format!("files[{index}].uuid"), &file.uuid)?,
                text: file.uuid,
            })
        };
        files.into_iter().enumerate().map(named).collect()
    }

    /// The text form of RFC 9562: 36 characters. The other forms that the parser knows are shorter or longer.
    fn uuid(&self, path: impl Fn() -> String, text: &str) -> Result<Uuid, Refusal> {
        if text.is_empty() && !self.misses_nothing {
            return Ok(Uuid::nil());
        }
        if text.is_empty() && self.faults.has(Fault::TreatsEmptyAsMissing) {
            return Err(Refusal::new(Code::Internal, format!("{} does not parse", path())));
        }
        let any_form = self.faults.has(Fault::AcceptsOtherUuidForms);
        match Uuid::try_parse(text).ok().filter(|_| any_form || text.len() == 36) {
            Some(_) if self.faults.has(Fault::ComparesUuidsAsText) => Ok(hashed(text)),
            Some(uuid) => Ok(uuid),
            None if self.faults.has(Fault::AcceptsAnyUuidText) => Ok(hashed(text)),
            None => {
                let shown: String = text.chars().take(40).collect();
                Err(self.bad_argument(format!("{} is no UUID: {shown:?}", path())))
            }
        }
    }

    /// Any number of requirements is fine, whatever they say. Only faults judge them.
    fn requirements(&self, requirements: &[JobRequirement]) -> Result<(), Refusal> {
        let unversioned =
            requirements.iter().any(|requirement| requirement.python_version.is_none());
        let refused = unversioned && self.faults.has(Fault::RequiresPythonVersion)
            || requirements.len() > 100 && self.faults.has(Fault::RefusesManyRequirements)
            || requirements.is_empty() && self.faults.has(Fault::RefusesNoRequirements);
        match refused {
            true => Err(self.bad_argument("the requirements are not taken".to_owned())),
            false => Ok(()),
        }
    }
}

/// A stand-in for a text that a fault takes for an id as it is.
fn hashed(text: &str) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(text)[..16]);
    Uuid::from_bytes(bytes)
}
