//! A target that the harness starts itself: a program of the user's, without a shell.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::time::{Instant, interval, timeout_at};

use crate::client::Origin;

/// How long a launched program may take until it accepts a connection.
const PATIENCE: Duration = Duration::from_secs(15);
/// Bytes of its output that are kept, the last ones: 16 KiB.
const TAIL: usize = 16 << 10;

/// A program that serves on a port it is told.
#[derive(Clone, Debug)]
pub struct Launch {
    /// As the user wrote it; `{port}` stands for the port.
    pub command: String,
    /// Where it listens when `command` names a port of its own.
    pub origin: Option<Origin>,
    /// What goes with every call.
    pub headers: Arc<HeaderMap>,
}

/// Why a program could not be launched.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// The command is empty, or a quote in it does not end.
    #[error("--launch {command:?} is no command: quote it as a shell would need it")]
    Malformed {
        /// As the user wrote it.
        command: String,
    },
    /// Neither `{{port}}` nor a target says where it listens.
    #[error("--launch {command:?} has no {{port}}, so --target has to say where it listens")]
    NoPort {
        /// As the user wrote it.
        command: String,
    },
    /// The operating system did not start it.
    #[error("cannot start {program:?}: {why}")]
    Start {
        /// The first word of the command.
        program: String,
        /// The operating system's reason.
        why: std::io::Error,
    },
    /// It did not come to accept connections.
    #[error("{program:?} {what}{}", said(.output))]
    NotServing {
        /// The first word of the command.
        program: String,
        /// What it did instead.
        what: String,
        /// What it printed last.
        output: String,
    },
}

fn said(output: &str) -> String {
    if output.is_empty() {
        "; it printed nothing".to_owned()
    } else {
        format!("; its last words:\n{output}")
    }
}

/// A launched program. Dropped, it is killed with everything that it started.
#[derive(Debug)]
pub(super) struct Child {
    process: tokio::process::Child,
    group: Option<Pid>,
    origin: Origin,
    tail: Tail,
}

impl Child {
    /// Starts the program and waits until it accepts.
    pub(super) async fn start(launch: &Launch) -> Result<Child, LaunchError> {
        let origin = match &launch.origin {
            Some(origin) => origin.clone(),
            None if launch.command.contains("{port}") => {
                let origin = Origin::plain(format!("127.0.0.1:{}", free_port().await?));
                Origin { headers: Arc::clone(&launch.headers), ..origin }
            }
            None => return Err(LaunchError::NoPort { command: launch.command.clone() }),
        };
        let port = origin.address.rsplit(':').next().unwrap_or_default();
        let words = shlex::split(&launch.command.replace("{port}", port)).unwrap_or_default();
        let [program, arguments @ ..] = &words[..] else {
            return Err(LaunchError::Malformed { command: launch.command.clone() });
        };
        let mut process = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|why| LaunchError::Start { program: program.clone(), why })?;
        let tail = Tail::default();
        if let Some(stdout) = process.stdout.take() {
            tokio::spawn(tail.clone().follow(stdout));
        }
        if let Some(stderr) = process.stderr.take() {
            tokio::spawn(tail.clone().follow(stderr));
        }
        let group = process.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let mut child = Child { process, group, origin, tail };
        child.wait_until_it_accepts(program).await?;
        Ok(child)
    }

    async fn wait_until_it_accepts(&mut self, program: &str) -> Result<(), LaunchError> {
        let deadline = Instant::now() + PATIENCE;
        let mut tries = interval(Duration::from_millis(20));
        let what = loop {
            tries.tick().await;
            if let Ok(Some(status)) = self.process.try_wait() {
                break format!("ended before it served ({status})");
            }
            if let Ok(Ok(_)) = timeout_at(deadline, TcpStream::connect(&self.origin.address)).await
            {
                return Ok(());
            }
            if Instant::now() >= deadline {
                break format!("accepted no connection within {} s", PATIENCE.as_secs());
            }
        };
        Err(LaunchError::NotServing { program: program.to_owned(), what, output: self.output() })
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What it printed last, on both streams, as far as it is text.
    pub(super) fn output(&self) -> String {
        let bytes = self.tail.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).trim_end().to_owned()
    }

    /// Asks it to stop, and kills it with its children where it has not by `deadline`.
    pub(super) async fn stop(&mut self, deadline: Instant) {
        self.signal(Signal::TERM);
        let _ = timeout_at(deadline, self.process.wait()).await;
        self.signal(Signal::KILL);
        let _ = timeout_at(deadline, self.process.wait()).await;
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // It may have gone already.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// A port that nobody listens on now.
async fn free_port() -> Result<u16, LaunchError> {
    let found = async { TcpListener::bind("127.0.0.1:0").await?.local_addr() }.await;
    let start = |why| LaunchError::Start { program: "{port}".to_owned(), why };
    Ok(found.map_err(start)?.port())
}

/// The last bytes of a program's output.
#[derive(Clone, Debug, Default)]
struct Tail(Arc<Mutex<Vec<u8>>>);

impl Tail {
    async fn follow(self, mut stream: impl AsyncRead + Unpin) {
        let mut chunk = [0; 4096];
        while let Ok(read) = stream.read(&mut chunk).await {
            if read == 0 {
                break;
            }
            let mut bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            bytes.extend_from_slice(&chunk[..read]);
            let surplus = bytes.len().saturating_sub(TAIL);
            bytes.drain(..surplus);
        }
    }
}
