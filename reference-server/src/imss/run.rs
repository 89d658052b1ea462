//! A long and plausible run of the engine, drawn from a seed: sessions one after the other, jobs side by side.

use std::collections::VecDeque;

use prost_types::Timestamp;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use wirecheck_proto::imss::{Error, UploadStatus};

use super::jobs::Part;
use super::{Command, Engine, Limits, Record};
use crate::Faults;

/// Some want escaping where they are written down.
const NAMES: [&str; 5] =
    ["Wedding", "Baustelle Süd", "\u{1f5bc} \"prints\"", "tab\tand C:\\photos", ""];

/// How many jobs go on side by side.
const JOBS: usize = 3;

/// The records of a run, without end. The same seed makes the same run.
///
/// Now and then the run tries what the rules forbid; nothing comes of that but under a fault.
#[derive(Debug)]
pub struct Run {
    rng: ChaCha8Rng,
    engine: Engine,
    now: Timestamp,
    said: VecDeque<Record>,
}

impl Run {
    /// The run of this seed.
    pub fn new(seed: u64, faults: Faults) -> Run {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let now = Timestamp { seconds: rng.random_range(1_500_000_000..1_700_000_000), nanos: 0 };
        Run { rng, engine: Engine::new(Limits::default(), faults), now, said: VecDeque::new() }
    }

    /// Whole seconds, milliseconds, microseconds or nanoseconds later: their text has different lengths.
    fn let_time_pass(&mut self) {
        let unit = [1, 1_000, 1_000_000, 1_000_000_000][self.rng.random_range(0..4)];
        let nanos = i64::from(self.now.nanos) / unit * unit + self.rng.random_range(1..=3) * unit;
        self.now.seconds += nanos / 1_000_000_000;
        self.now.nanos = (nanos % 1_000_000_000) as i32;
    }

    /// The next thing to do.
    fn next_command(&mut self) -> Command {
        match self.rng.random_range(0..20) {
            0 => self.forbidden(),
            1..=6 => self.about_session(),
            _ => self.about_jobs(),
        }
    }

    fn about_session(&mut self) -> Command {
        let Some(session) = &self.engine.session else {
            return self.open_session();
        };
        let (listed, free) = (session.images.len(), self.engine.free.len());
        match self.rng.random_range(0..4) {
            0 if listed > 2 && free == 0 => Command::FinishSession,
            _ if free < 4 && listed < 12 => self.add_image(),
            _ => self.start_job(),
        }
    }

    fn open_session(&mut self) -> Command {
        let name = NAMES[self.rng.random_range(0..NAMES.len())].to_owned();
        Command::OpenSession { name }
    }

    fn add_image(&mut self) -> Command {
        let number: u16 = self.rng.random();
        let size = match self.rng.random_range(0..12) {
            0 => 0,
            // More than a double can say.
            1 => (1 << 60) + u64::from(number),
            _ => self.rng.random_range(1..20_000_000),
        };
        Command::AddImage { local_path: format!("/photos/IMG_{number:05}.jpg"), size }
    }

    fn start_job(&mut self) -> Command {
        let count = self.rng.random_range(1..=4);
        let free = self.engine.free.keys();
        Command::StartJob {
            image_ids: free.take(count).cloned().collect(),
            recipient: format!("user{}@example.org", self.rng.random::<u8>()),
        }
    }

    fn about_jobs(&mut self) -> Command {
        if self.engine.jobs.len() < JOBS && self.engine.free.len() > 3 {
            return self.start_job();
        }
        let Some(job_id) = self.pick(self.engine.jobs.keys().cloned().collect()) else {
            return self.about_session();
        };
        if self.rng.random_range(0..50) == 0 {
            let error = self.error();
            return Command::FailJob { job_id, error };
        }
        let parts = self.engine.jobs.get(&job_id).map(|job| &job.parts);
        let open = parts.into_iter().flatten().map(|(_, part)| part);
        let open = open.filter(|part| part.upload.status != UploadStatus::Done as i32);
        match self.pick(open.cloned().collect()) {
            Some(part) => self.about_upload(&part),
            None => self.about_session(),
        }
    }

    fn about_upload(&mut self, part: &Part) -> Command {
        let Part { image, upload } = part;
        let upload_id = upload.id.clone();
        let left = image.size - upload.progress;
        if upload.status == UploadStatus::Error as i32 {
            return Command::Retry {
                job_id: upload.job_id.clone(),
                image_id: upload.image_id.clone(),
            };
        }
        match self.rng.random_range(0..16) {
            0 => Command::FailUpload { upload_id, error: self.error() },
            _ if left == 0 => Command::FinishUpload {
                upload_id,
                cloud_id: format!("cloud/{}/{:08x}", image.id, self.rng.random::<u32>()),
            },
            1..=5 => Command::BytesSent { upload_id, bytes: left },
            _ => Command::BytesSent { upload_id, bytes: self.rng.random_range(1..=left) },
        }
    }

    fn error(&mut self) -> Error {
        let code = self.rng.random_range(1..600);
        Error { code, message: format!("connection lost ({code})") }
    }

    /// What the rules forbid: a second session, bytes that an image does not have, an early end.
    fn forbidden(&mut self) -> Command {
        let upload = self.pick(self.engine.uploads.keys().cloned().collect());
        match (self.rng.random_range(0..3), upload) {
            (0, Some(upload_id)) => Command::BytesSent { upload_id, bytes: u64::MAX },
            (1, Some(upload_id)) => {
                Command::FinishUpload { upload_id, cloud_id: "cloud/too/early".to_owned() }
            }
            _ => self.open_session(),
        }
    }

    /// How many images, jobs and uploads the run has in mind.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        let Engine { free, jobs, uploads, session, .. } = &self.engine;
        let listed = session.iter().map(|session| session.images.len());
        free.len() + jobs.len() + uploads.len() + listed.sum::<usize>() + self.said.len()
    }

    fn pick<T>(&mut self, mut from: Vec<T>) -> Option<T> {
        let place = (!from.is_empty()).then(|| self.rng.random_range(0..from.len()));
        place.map(|place| from.swap_remove(place))
    }
}

impl Iterator for Run {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            if let Some(record) = self.said.pop_front() {
                return Some(record);
            }
            self.let_time_pass();
            let command = self.next_command();
            // A refusal is an answer too, but no record.
            let records = self.engine.apply(command, self.now);
            self.said.extend(records.unwrap_or_default());
        }
    }
}
