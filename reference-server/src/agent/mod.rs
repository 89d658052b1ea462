//! The rules of the agent: files are staged for all jobs, and a job runs once its files are there.

mod answer;
mod astray;
mod request;

#[cfg(test)]
mod tests;

pub use answer::{encode_run, encode_staged};
pub use request::{Run, Staging};

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;
use wirecheck_proto::agent::{
    FileId, ResponseCode, RunJobResponse, StageInFilesResponse, StagedFile,
};

use crate::connection::ConnectionId;
use crate::faults::{Fault, Faults};
use crate::refusal::{Code, Refusal};
use astray::Astray;
use request::NamedFile;

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
        Limits { files: 1_000_000, jobs: 100_000, awaited: 1_000_000 }
    }
}

/// Everything that one agent knows.
#[derive(Debug)]
pub struct Agent {
    limits: Limits,
    faults: Faults,
    staged: BTreeSet<Uuid>,
    jobs: BTreeMap<Uuid, Job>,
    awaited: usize,
    astray: Astray,
}

/// A job that was run at least once.
#[derive(Debug)]
enum Job {
    /// These files of its first call were missing when it was last looked at.
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
            astray: Astray::default(),
        }
    }

    /// Registers the files for whatever job will name them; gives each file once, as it was written.
    ///
    /// # Errors
    /// RESOURCE_EXHAUSTED past the limit; then none of them is registered.
    pub fn stage(&mut self, mut staging: Staging) -> Result<StageInFilesResponse, Refusal> {
        self.spoil_staging(&mut staging)?;
        let mut named = BTreeSet::new();
        let mut success = staging.files;
        success.retain(|file| named.insert(file.uuid));
        let new = named.difference(&self.staged).count();
        if self.staged.len() + new > self.limits.files {
            return Err(exhausted("staged files", self.limits.files));
        }
        if self.faults.has(Fault::NamesNewFilesOnly) {
            success.retain(|file| !self.staged.contains(&file.uuid));
        }
        if self.faults.has(Fault::KeepsFilesPerJob) {
            self.astray.staged_for(staging.job, &named);
        }
        self.staged.append(&mut named);
        Ok(self.name_staged(success))
    }

    fn spoil_staging(&self, staging: &mut Staging) -> Result<(), Refusal> {
        if self.faults.has(Fault::RefusesEmptyStaging) && staging.files.is_empty() {
            return Err(Refusal::new(Code::InvalidArgument, "there is no file to stage"));
        }
        if self.faults.has(Fault::StagesForKnownJobsOnly) && !self.jobs.contains_key(&staging.job) {
            return Err(Refusal::new(Code::NotFound, "the job is not known"));
        }
        if self.faults.has(Fault::StagesThousandFilesAtMost) {
            staging.files.truncate(1000);
        }
        Ok(())
    }

    fn name_staged(&self, success: Vec<NamedFile>) -> StageInFilesResponse {
        let staged = |text| StagedFile { file: FileId { uuid: text } };
        let mut success_files: Vec<_> = success.into_iter().map(|file| staged(file.text)).collect();
        if self.faults.has(Fault::RepeatsStagedFiles) {
            success_files.extend_from_within(..);
        }
        if self.faults.has(Fault::InventsStagedFile) {
            success_files.push(staged(Uuid::nil().to_string()));
        }
        StageInFilesResponse { success_files }
    }

    /// Looks at a job and moves it one step, if its files are there. The first call creates it,
    /// and its files are the job's; later calls name nothing new.
    ///
    /// # Errors
    /// RESOURCE_EXHAUSTED past a limit; the job is then not created.
    pub fn run(&mut self, run: Run, connection: ConnectionId) -> Result<RunJobResponse, Refusal> {
        let id = run.job;
        if let Some(code) = self.lost_or_stale(connection, id) {
            return Ok(RunJobResponse { code });
        }
        let before = match self.jobs.remove(&id) {
            Some(job) => job,
            None => self.create(id, run.files)?,
        };
        let was_running = matches!(before, Job::Running);
        let job = self.step(id, before);
        let shown = self.show(&job, was_running);
        self.jobs.insert(id, job);
        if let Ok(code) = shown
            && self.faults.has(Fault::AnswersFromStaleView)
        {
            self.astray.shown(connection, id, code);
        }
        shown.map(|code| RunJobResponse { code })
    }

    /// The code of a job after its step.
    fn show(&self, job: &Job, was_running: bool) -> Result<i32, Refusal> {
        let code = match job {
            Job::Waiting(_) if self.faults.has(Fault::UnstagedIsUnavailable) => {
                return Err(Refusal::new(Code::Unavailable, "files of the job are not staged"));
            }
            Job::Running if self.faults.has(Fault::AnswersCodeThree) => return Ok(3),
            Job::Done if was_running && self.faults.has(Fault::StepsBack) => ResponseCode::Wait,
            Job::Waiting(_) => ResponseCode::Wait,
            Job::Running => ResponseCode::Run,
            Job::Done => ResponseCode::Done,
        };
        Ok(code.into())
    }

    /// What a fault shows without looking at the job.
    fn lost_or_stale(&mut self, connection: ConnectionId, job: Uuid) -> Option<i32> {
        if self.faults.has(Fault::LosesJobAmongOthers) && self.astray.loses(job) {
            return Some(ResponseCode::Wait.into());
        }
        if self.faults.has(Fault::AnswersFromStaleView) {
            return self.astray.stale(connection, job);
        }
        None
    }

    fn create(&mut self, id: Uuid, files: Vec<NamedFile>) -> Result<Job, Refusal> {
        let named = files.len();
        let mut files: BTreeSet<_> = files.into_iter().map(|file| file.uuid).collect();
        if self.faults.has(Fault::CountsRepeatedFile) && files.len() < named {
            // Stands for the copy that never comes: nobody stages it.
            files.insert(Uuid::nil());
        }
        let missing = self.missing(id, &files);
        if self.jobs.len() >= self.limits.jobs {
            return Err(exhausted("jobs", self.limits.jobs));
        }
        if self.awaited + missing.len() > self.limits.awaited {
            return Err(exhausted("awaited files", self.limits.awaited));
        }
        self.awaited += missing.len();
        Ok(Job::Waiting(missing))
    }

    /// Which of these files are not staged.
    fn missing(&self, job: Uuid, files: &BTreeSet<Uuid>) -> BTreeSet<Uuid> {
        let elsewhere = |file: &&Uuid| {
            self.faults.has(Fault::KeepsFilesPerJob) && !self.astray.is_staged_for(job, **file)
        };
        let missing = files.iter().filter(|file| !self.staged.contains(file) || elsewhere(file));
        missing.copied().collect()
    }

    fn step(&mut self, id: Uuid, job: Job) -> Job {
        match job {
            Job::Waiting(missing) => {
                let still = self.missing(id, &missing);
                self.awaited -= missing.len() - still.len();
                if self.may_run(id, &still) {
                    self.awaited -= still.len();
                    Job::Running
                } else {
                    Job::Waiting(still)
                }
            }
            Job::Running if self.faults.has(Fault::NeverDone) => Job::Running,
            Job::Done if self.faults.has(Fault::ForgetsDoneJob) => Job::Running,
            Job::Running | Job::Done => Job::Done,
        }
    }

    fn may_run(&mut self, id: Uuid, missing: &BTreeSet<Uuid>) -> bool {
        if self.faults.has(Fault::WaitsForever) {
            return false;
        }
        missing.is_empty()
            || self.faults.has(Fault::RunsWithoutFiles)
            || self.faults.has(Fault::TiresOfWaiting) && self.astray.waits(id) >= 3
    }
}

fn exhausted(what: &str, limit: usize) -> Refusal {
    Refusal::new(Code::ResourceExhausted, format!("the agent holds no more than {limit} {what}"))
}
