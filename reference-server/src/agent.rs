//! The rules of the agent: files are staged for all jobs, and a job runs once its files are there.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message;
use uuid::Uuid;
use wirecheck_proto::agent::{
    FileId, JobId, ResponseCode, RunJobRequest, RunJobResponse, StageInFilesRequest,
    StageInFilesResponse, StagedFile,
};

use crate::faults::Faults;
use crate::refusal::{Code, Refusal};
use crate::required::{Expected, Label, Shape, first_missing};

const ID: Shape = Shape(&[Expected {
    number: 1,
    name: "uuid",
    label: Label::Required,
    message: None,
}]);

const STAGE_IN_FILES: Shape = Shape(&[JOB, files(2)]);
const RUN_JOB: Shape = Shape(&[JOB, files(3)]);

const JOB: Expected = Expected {
    number: 1,
    name: "job",
    label: Label::Required,
    message: Some(&ID),
};

const fn files(number: u32) -> Expected {
    Expected {
        number,
        name: "files",
        label: Label::Repeated,
        message: Some(&ID),
    }
}

/// How much an agent remembers. Past a limit calls get RESOURCE_EXHAUSTED.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Files that are staged.
    pub files: usize,
    /// Jobs that were run.
    pub jobs: usize,
    /// Files that jobs wait for, in all.
    pub awaited: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            files: 1_000_000,
            jobs: 100_000,
            awaited: 1_000_000,
        }
    }
}

/// A StageInFiles request that holds together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staging {
    files: Vec<NamedFile>,
}

/// A RunJob request that holds together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    job: Uuid,
    files: Vec<NamedFile>,
}

/// A file, and how the client wrote its uuid.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NamedFile {
    uuid: Uuid,
    text: String,
}

impl Staging {
    /// Reads a request.
    ///
    /// # Errors
    /// INTERNAL for bytes that do not parse; INVALID_ARGUMENT for a required field that is
    /// missing, with its path, and for a uuid that is none.
    pub fn parse(bytes: &[u8]) -> Result<Staging, Refusal> {
        let request: StageInFilesRequest = decode(&STAGE_IN_FILES, bytes)?;
        read_job(&request.job)?;
        let files = read_files(request.files)?;
        Ok(Staging { files })
    }
}

impl Run {
    /// Reads a request.
    ///
    /// # Errors
    /// As [`Staging::parse`].
    pub fn parse(bytes: &[u8]) -> Result<Run, Refusal> {
        let request: RunJobRequest = decode(&RUN_JOB, bytes)?;
        Ok(Run {
            job: read_job(&request.job)?,
            files: read_files(request.files)?,
        })
    }
}

fn decode<M: Message + Default>(shape: &Shape, bytes: &[u8]) -> Result<M, Refusal> {
    let request = M::decode(bytes).map_err(|error| {
        Refusal::new(
            Code::Internal,
            format!("the request does not parse: {error}"),
        )
    })?;
    match first_missing(shape, bytes) {
        None => Ok(request),
        Some(path) => Err(Refusal::new(
            Code::InvalidArgument,
            format!("the required field {path} is missing"),
        )),
    }
}

fn read_job(job: &JobId) -> Result<Uuid, Refusal> {
    read_uuid("job.uuid", &job.uuid)
}

fn read_files(files: Vec<FileId>) -> Result<Vec<NamedFile>, Refusal> {
    let named = |(index, file): (usize, FileId)| {
        Ok(NamedFile {
            uuid: read_uuid(&format!("files[{index}].uuid"), &file.uuid)?,
            text: file.uuid,
        })
    };
    files.into_iter().enumerate().map(named).collect()
}

/// The text form of RFC 9562: 36 characters. The other forms that the parser knows are shorter or longer.
fn read_uuid(path: &str, text: &str) -> Result<Uuid, Refusal> {
    let uuid = Uuid::try_parse(text).ok().filter(|_| text.len() == 36);
    uuid.ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        Refusal::new(
            Code::InvalidArgument,
            format!("{path} is no UUID: {shown:?}"),
        )
    })
}

/// Everything that one agent knows.
#[derive(Debug)]
pub struct Agent {
    limits: Limits,
    faults: Faults,
    staged: BTreeSet<Uuid>,
    jobs: BTreeMap<Uuid, Job>,
    awaited: usize,
}

/// A job that was run at least once.
#[derive(Debug)]
enum Job {
    /// Some of these files of its first call are not staged. Never empty.
    Waiting(BTreeSet<Uuid>),
    /// All files were there.
    Running,
    /// Final.
    Done,
}

impl Agent {
    /// An agent that knows nothing yet.
    pub fn new(limits: Limits, faults: Faults) -> Agent {
        Agent {
            limits,
            faults,
            staged: BTreeSet::new(),
            jobs: BTreeMap::new(),
            awaited: 0,
        }
    }

    /// Registers the files for whatever job will name them; gives each file once, as it was written.
    ///
    /// # Errors
    /// RESOURCE_EXHAUSTED past the limit; then none of them is registered.
    pub fn stage(&mut self, staging: Staging) -> Result<StageInFilesResponse, Refusal> {
        let mut named = BTreeSet::new();
        let once: Vec<_> = staging
            .files
            .into_iter()
            .filter(|file| named.insert(file.uuid))
            .collect();
        let new = named.difference(&self.staged).count();
        if self.staged.len() + new > self.limits.files {
            return Err(exhausted("staged files", self.limits.files));
        }
        self.staged.append(&mut named);
        let success_files = once.into_iter().map(|file| StagedFile {
            file: FileId { uuid: file.text },
        });
        Ok(StageInFilesResponse {
            success_files: success_files.collect(),
        })
    }

    /// Looks at a job and moves it one step, if its files are there. The first call creates it,
    /// and its files are the job's; later calls name nothing new.
    ///
    /// # Errors
    /// RESOURCE_EXHAUSTED past a limit; the job is then not created.
    pub fn run(&mut self, run: Run) -> Result<RunJobResponse, Refusal> {
        let job = match self.jobs.remove(&run.job) {
            Some(job) => job,
            None => self.create(run.files)?,
        };
        let job = self.step(job);
        let code = match &job {
            Job::Waiting(_) => ResponseCode::Wait,
            Job::Running => ResponseCode::Run,
            Job::Done => ResponseCode::Done,
        };
        self.jobs.insert(run.job, job);
        Ok(RunJobResponse { code: code.into() })
    }

    fn create(&mut self, files: Vec<NamedFile>) -> Result<Job, Refusal> {
        let files: BTreeSet<_> = files.into_iter().map(|file| file.uuid).collect();
        let missing: BTreeSet<_> = files.difference(&self.staged).copied().collect();
        if self.jobs.len() >= self.limits.jobs {
            return Err(exhausted("jobs", self.limits.jobs));
        }
        if self.awaited + missing.len() > self.limits.awaited {
            return Err(exhausted("awaited files", self.limits.awaited));
        }
        self.awaited += missing.len();
        Ok(Job::Waiting(missing))
    }

    fn step(&mut self, job: Job) -> Job {
        match job {
            Job::Waiting(missing) => {
                let still: BTreeSet<_> = missing.difference(&self.staged).copied().collect();
                self.awaited -= missing.len() - still.len();
                if still.is_empty() {
                    Job::Running
                } else {
                    Job::Waiting(still)
                }
            }
            Job::Running | Job::Done => Job::Done,
        }
    }
}

fn exhausted(what: &str, limit: usize) -> Refusal {
    Refusal::new(
        Code::ResourceExhausted,
        format!("the agent holds no more than {limit} {what}"),
    )
}
