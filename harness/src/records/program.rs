//! A program that prints a trace: started without a shell, and gone with all its children in the end.

use std::io::Read;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, timeout, timeout_at};

use super::source::SourceError;
use super::{Broken, Judgements, judge};

/// Bytes of a program's stderr that are kept, the last ones.
const TAIL: usize = 16 << 10;

/// How long the end of what a killed program printed is waited for.
const SETTLE: Duration = Duration::from_secs(1);

/// What a program prints that prints no record.
#[derive(Debug, thiserror::Error)]
pub enum Printed {
    /// Not a byte.
    #[error("printed nothing")]
    Nothing,
    /// Something else.
    #[error("does not print a trace ({0})")]
    NoTrace(Broken),
}

/// How a program ended that printed no record.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// By itself.
    #[error(" and ended with {0}")]
    ByItself(String),
    /// It was killed at its limit.
    #[error(" and did not end within {} s", .0.as_secs_f64())]
    AtTheLimit(Duration),
    /// Nobody read on.
    #[error("")]
    Unread,
}

/// Runs the command and judges what it prints. What has not ended by `limit` is killed with its
/// children; what it printed before is judged.
pub(super) async fn judged(command: &str, limit: Duration) -> Result<Judgements, SourceError> {
    let words = shlex::split(command).unwrap_or_default();
    let [program, arguments @ ..] = &words[..] else {
        return Err(SourceError::Command(command.to_owned()));
    };
    let deadline = Instant::now() + limit;
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn();
    let child = child.map_err(|why| SourceError::Start { program: program.clone(), why })?;
    let mut group = Group { child, reaped: false };
    let (stdout, stderr) = (group.child.stdout.take(), group.child.stderr.take());
    let tail = spawn_blocking(move || stderr.map(tail).unwrap_or_default());
    let mut judging = spawn_blocking(move || stdout.map(judge));
    let (judged, late) = match timeout_at(deadline, &mut judging).await {
        Ok(judged) => (judged.ok(), false),
        Err(_) => {
            group.kill();
            (at_last(judging).await, true)
        }
    };
    let judgements = judged.flatten().unwrap_or_default();
    if judgements.records > 0 {
        return Ok(judgements);
    }
    let (printed, ended) = match judgements.broken {
        Some(broken) if !late => (Printed::NoTrace(broken), Ended::Unread),
        Some(broken) => (Printed::NoTrace(broken), Ended::AtTheLimit(limit)),
        // Killed, it has ended, too.
        None if !late && group.ends_by(deadline).await => {
            (Printed::Nothing, Ended::ByItself(group.reap()))
        }
        None => (Printed::Nothing, Ended::AtTheLimit(limit)),
    };
    group.kill();
    let stderr = at_last(tail).await.unwrap_or_default();
    Err(SourceError::Failed { program: program.clone(), printed, ended, stderr })
}

/// What a reader comes to once the program is killed: a child that left the group may hold the pipe open
/// for as long as it likes, and is not waited for.
async fn at_last<T>(reading: JoinHandle<T>) -> Option<T> {
    timeout(SETTLE, reading).await.ok()?.ok()
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
struct Group {
    child: Child,
    /// From then on its id may be another's.
    reaped: bool,
}

impl Group {
    fn id(&self) -> Option<Pid> {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        id.filter(|_| !self.reaped)
    }

    /// Whether the program itself has ended by then. It is not reaped, so that its id stays its own.
    async fn ends_by(&self, deadline: Instant) -> bool {
        let Some(id) = self.id() else { return false };
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let waiting = spawn_blocking(move || waitid(WaitId::Pid(id), options).is_ok());
        matches!(timeout_at(deadline, waiting).await, Ok(Ok(true)))
    }

    /// How a program that has ended did; its children are killed first.
    fn reap(&mut self) -> String {
        self.kill();
        let status = self.child.wait();
        self.reaped = true;
        status.map_or_else(|error| error.to_string(), |status| status.to_string())
    }

    fn kill(&self) {
        if let Some(group) = self.id() {
            // It may have gone already.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.reaped {
            self.reap();
        }
    }
}
