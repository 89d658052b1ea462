//! Where a trace comes from: a file, stdin, or a program that prints one.

use std::fs::File;
use std::io::stdin;
use std::path::PathBuf;
use std::time::Duration;

use super::program::{self, Ended, Printed};
use super::{Judgements, judge};
use crate::report::quoted;

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
    /// Nothing that it printed is a record.
    #[error("{program:?} {printed}{ended}{}", said(.stderr))]
    Failed {
        /// The first word of the command.
        program: String,
        /// What it printed instead.
        printed: Printed,
        /// How it ended.
        ended: Ended,
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

    /// As the command takes it, quoted for a shell.
    pub fn as_argument(&self) -> String {
        match self {
            Source::File(path) => quoted(&path.display().to_string()),
            Source::Program(command) => quoted(&format!("exec:{command}")),
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
            Source::Program(command) => program::judged(command, limit).await,
        }
    }
}

/// Reading blocks, so it happens on a thread of its own.
async fn apart<T: Default + Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap_or_default()
}
