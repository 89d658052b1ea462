//! Where a trace comes from: a file, stdin, or a program that prints one.

use std::fs::File;
use std::io::{Read, stdin};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::{Judgements, judge};

/// Bytes of a program's stderr that are kept, the last ones.
const TAIL: usize = 16 << 10;

/// A trace to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file; `-` is stdin.
    File(PathBuf),
    /// A program, without a shell, that prints the trace.
    Program(String),
}

/// Why a trace could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file cannot be opened.
    #[error("cannot read the trace {path}: {why}")]
    Open {
        /// As the user named it.
        path: String,
        /// The operating system's reason.
        why: std::io::Error,
    },
    /// The command is empty, or a quote in it does not end.
    #[error("exec:{0} is no command: quote it as a shell would need it")]
    Command(String),
    /// The operating system did not start it.
    #[error("cannot start {program:?}: {why}")]
    Start {
        /// The first word of the command.
        program: String,
        /// The operating system's reason.
        why: std::io::Error,
    },
    /// It printed no record and failed.
    #[error("{program:?} printed no record and ended with {status}{}", said(.stderr))]
    Failed {
        /// The first word of the command.
        program: String,
        /// How it ended.
        status: String,
        /// What it wrote to stderr last.
        stderr: String,
    },
}

fn said(stderr: &str) -> String {
    if stderr.is_empty() { String::new() } else { format!("; its last words:\n{stderr}") }
}

impl Source {
    /// As a person would name it.
    pub fn name(&self) -> String {
        match self {
            Source::File(path) if path.as_os_str() == "-" => "stdin".to_owned(),
            Source::File(path) => path.display().to_string(),
            Source::Program(command) => format!("exec:{command}"),
        }
    }

    /// Reads and judges the trace. A program that has not ended by `limit` is killed with its
    /// children; what it printed before is judged.
    ///
    /// # Errors
    /// When there is nothing to read.
    pub async fn judge(&self, limit: Duration) -> Result<Judgements, SourceError> {
        match self {
            Source::File(path) if path.as_os_str() == "-" => Ok(apart(|| judge(stdin())).await),
            Source::File(path) => {
                let file = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
                    true => Err(std::io::ErrorKind::IsADirectory.into()),
                    false => Ok(file),
                });
                let file = file
                    .map_err(|why| SourceError::Open { path: path.display().to_string(), why })?;
                Ok(apart(move || judge(file)).await)
            }
            Source::Program(command) => program(command, limit).await,
        }
    }
}

/// Reading blocks, so it happens on a thread of its own.
async fn apart<T: Default + Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap_or_default()
}

async fn program(command: &str, limit: Duration) -> Result<Judgements, SourceError> {
    let words = shlex::split(command).unwrap_or_default();
    let [program, arguments @ ..] = &words[..] else {
        return Err(SourceError::Command(command.to_owned()));
    };
    let start = |why| SourceError::Start { program: program.clone(), why };
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn();
    let mut group = Group(child.map_err(start)?);
    let (stdout, stderr) = (group.0.stdout.take(), group.0.stderr.take());
    let tail = tokio::task::spawn_blocking(move || stderr.map(tail).unwrap_or_default());
    let judging = tokio::task::spawn_blocking(move || stdout.map(judge));
    tokio::pin!(judging);
    let late = tokio::time::timeout(limit, &mut judging).await;
    let judged = match late {
        Ok(judged) => judged,
        Err(_) => {
            group.kill();
            judging.await
        }
    };
    let judgements = judged.ok().flatten().unwrap_or_default();
    group.kill();
    let status = group.0.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
    if judgements.records == 0 {
        let stderr = tail.await.unwrap_or_default();
        return Err(SourceError::Failed { program: program.clone(), status, stderr });
    }
    Ok(judgements)
}

/// The last bytes of a stream.
fn tail(mut stream: impl Read) -> String {
    let mut tail = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut chunk) {
        tail.extend_from_slice(&chunk[..read]);
        let surplus = tail.len().saturating_sub(TAIL);
        tail.drain(..surplus);
    }
    String::from_utf8_lossy(&tail).trim_end().to_owned()
}

/// A program and everything that it started. Dropped, all of it is killed.
struct Group(Child);

impl Group {
    fn kill(&self) {
        if let Some(group) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
            // It may have gone already.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
        let _ = self.0.wait();
    }
}
