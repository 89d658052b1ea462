//! A run as a library: target, rooms and options in a few lines, a report at the end.

use std::path::PathBuf;
use std::time::Duration;

use crate::catalogue::{self, SelectError};
use crate::client::Access;
use crate::config::{Config, ConfigError};
use crate::cx::Settings;
use crate::known::{Known, KnownError};
use crate::model::Report;
use crate::records::source::Source;
use crate::report::quoted;
use crate::run::{self, Options, Progress, RunError, Silent};
use crate::secrets::Secrets;
use crate::subject::Payload;
use crate::target::{AddressError, Endpoint, Launch, Target};

/// A run to be.
///
/// In a test of your own server:
///
/// ```
/// # #[cfg(feature = "embedded")] {
/// # let server = wirecheck::Conformance::of_reference(Default::default());
/// use wirecheck::Conformance;
///
/// // let server = Conformance::of("http://127.0.0.1:50051");
/// let report = server.rooms(["agent/required"]).seed(7).run_blocking().expect("a server that answers");
/// report.assert_passed();
/// assert!(report.summary().pass > 0);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Conformance {
    target: Aim,
    rooms: Vec<String>,
    config: ConfigFrom,
    known: Option<PathBuf>,
    seed: Option<u64>,
    jobs: usize,
    timeout: Duration,
    budget: Duration,
    observe: Option<Duration>,
    strict: bool,
    access: Access,
    method: Option<(String, Payload)>,
    allow_remote: bool,
    allow_destructive: bool,
    fail_fast: bool,
}

#[derive(Clone, Debug)]
enum Aim {
    Url(String),
    Trace(Source),
    Launch {
        command: String,
        url: Option<String>,
    },
    #[cfg(feature = "embedded")]
    Reference(wirecheck_reference::Faults),
}

#[derive(Clone, Debug)]
enum ConfigFrom {
    Here(Config),
    File(PathBuf),
}

/// Why a run came to no report.
#[derive(Debug, thiserror::Error)]
pub enum ConformanceError {
    /// A room, id or glob names no check.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// The target's address cannot be used.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The known failures cannot be used.
    #[error(transparent)]
    Known(#[from] KnownError),
    /// The target does not come up or answers nothing.
    #[error(transparent)]
    Run(#[from] RunError),
    /// No runtime could be made to run in.
    #[error("cannot start a tokio runtime: {0}")]
    Runtime(std::io::Error),
}

impl Conformance {
    /// Of the server at `url`, `http://host:port` or `host:port`.
    pub fn of(url: impl Into<String>) -> Conformance {
        Conformance::aimed(Aim::Url(url.into()))
    }

    /// Of a server that is started for the run: a command without a shell, `{port}` in it standing
    /// for the port it has to serve on. It is started anew after a crash.
    pub fn of_command(command: impl Into<String>) -> Conformance {
        Conformance::aimed(Aim::Launch { command: command.into(), url: None })
    }

    /// Of a trace that an implementation wrote or prints: it is judged by its records.
    pub fn of_trace(source: Source) -> Conformance {
        Conformance::aimed(Aim::Trace(source))
    }

    /// Of the reference server inside this process, with these faults.
    #[cfg(feature = "embedded")]
    pub fn of_reference(faults: wirecheck_reference::Faults) -> Conformance {
        Conformance::aimed(Aim::Reference(faults))
    }

    fn aimed(target: Aim) -> Conformance {
        let Options { settings, jobs, budget, strict, allow_destructive, fail_fast, .. } =
            Options::default();
        Conformance {
            target,
            rooms: Vec::new(),
            config: ConfigFrom::Here(Config::default()),
            known: None,
            seed: None,
            jobs,
            timeout: settings.timeout,
            budget,
            observe: settings.observe,
            strict,
            access: Access::default(),
            method: None,
            allow_remote: false,
            allow_destructive,
            fail_fast,
        }
    }

    /// Only these: rooms, beginnings of ids up to a slash, ids, or globs over ids. Default: everything.
    #[must_use]
    pub fn rooms<S: Into<String>>(mut self, rooms: impl IntoIterator<Item = S>) -> Self {
        self.rooms.extend(rooms.into_iter().map(Into::into));
        self
    }

    /// Where a launched command listens, when it has no `{port}`.
    #[must_use]
    pub fn listening_at(mut self, at: impl Into<String>) -> Self {
        if let Aim::Launch { url, .. } = &mut self.target {
            *url = Some(at.into());
        }
        self
    }

    /// What the rooms have to know of the target.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = ConfigFrom::Here(config);
        self
    }

    /// The same, read from a file.
    #[must_use]
    pub fn config_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.config = ConfigFrom::File(path.into());
        self
    }

    /// Checks that may fail, and why: a file of lines `ID-GLOB REASON`.
    #[must_use]
    pub fn known_failures(mut self, path: impl Into<PathBuf>) -> Self {
        self.known = Some(path.into());
        self
    }

    /// What all ids and keys are drawn from. Default: random.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// How many checks run at once. Default: 8.
    #[must_use]
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.jobs = jobs.max(1);
        self
    }

    /// How long one check may take. Default: 5 s.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long the whole run may take. Default: 5 minutes.
    #[must_use]
    pub fn budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// How long a target that moves by itself is looked at, whatever its room. Default: what the
    /// configuration says of the room, else 2 s.
    #[must_use]
    pub fn observe(mut self, observe: Duration) -> Self {
        self.observe = Some(observe);
        self
    }

    /// Whether a broken Should is a failure.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// TLS, authority and headers.
    #[must_use]
    pub fn access(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// A method, "/package.Service/Method", to try the transport on, and an encoded request that it
    /// takes. Default: the methods of the five protocols that the target serves.
    #[must_use]
    pub fn method(mut self, path: impl Into<String>, request: impl Into<bytes::Bytes>) -> Self {
        self.method = Some((path.into(), Payload::Given(request.into())));
        self
    }

    /// Whether the target may be another machine.
    #[must_use]
    pub fn allow_remote(mut self, allow: bool) -> Self {
        self.allow_remote = allow;
        self
    }

    /// Whether checks run that may stop or harm the target.
    #[must_use]
    pub fn allow_destructive(mut self, allow: bool) -> Self {
        self.allow_destructive = allow;
        self
    }

    /// Whether nothing more starts after the first failure.
    #[must_use]
    pub fn fail_fast(mut self, fail_fast: bool) -> Self {
        self.fail_fast = fail_fast;
        self
    }

    /// Runs.
    ///
    /// # Errors
    /// When something the run needs is not as it should be, or the target answers nothing.
    pub async fn run(&self) -> Result<Report, ConformanceError> {
        self.run_telling(&Silent).await
    }

    /// Runs, and tells what goes on.
    ///
    /// # Errors
    /// As [`Conformance::run`].
    pub async fn run_telling(&self, progress: &dyn Progress) -> Result<Report, ConformanceError> {
        let checks = catalogue::select(&self.rooms)?;
        let config = match &self.config {
            ConfigFrom::Here(config) => config.clone(),
            ConfigFrom::File(path) => Config::read(path)?,
        };
        let known = self.known.as_deref().map(Known::read).transpose()?.unwrap_or_default();
        let target = self.target().await?;
        let seed = self.seed.unwrap_or_else(rand::random);
        let settings = Settings {
            seed,
            timeout: self.timeout,
            observe: self.observe,
            config,
            method: self.method.clone(),
            records: None,
        };
        let options = Options {
            settings,
            jobs: self.jobs,
            budget: self.budget,
            strict: self.strict,
            allow_destructive: self.allow_destructive,
            fail_fast: self.fail_fast,
            known,
        };
        let secrets = Secrets::of(&self.access.headers().map_err(AddressError::from)?);
        match run::run(&target, &checks, &options, progress).await {
            Ok(mut report) => {
                report.flags = self.flags(target.flags());
                secrets.hide(&mut report);
                Ok(report)
            }
            Err(RunError::Unanswered(mut why)) => {
                secrets.hide_in_text(&mut why);
                Err(RunError::Unanswered(why).into())
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Runs in a runtime of its own, for tests that have none. Not from within a runtime.
    ///
    /// # Errors
    /// As [`Conformance::run`].
    pub fn run_blocking(&self) -> Result<Report, ConformanceError> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(ConformanceError::Runtime)?;
        let report = runtime.block_on(self.run());
        // Nobody is waited for who still reads what a program's stray child may yet print.
        runtime.shutdown_background();
        report
    }

    /// What the command has to be told so that it does the same, beside the checks and the seed.
    fn flags(&self, target: Option<String>) -> Option<String> {
        let default = Conformance::aimed(self.target.clone());
        let mut flags = target.into_iter().collect::<Vec<_>>();
        if let ConfigFrom::File(path) = &self.config {
            flags.push(format!("--config {}", quoted(&path.display().to_string())));
        }
        if let Some((path, payload)) = &self.method {
            flags.push(format!("--method {}", quoted(path)));
            if matches!(payload, Payload::Given(request) if !request.is_empty()) {
                flags.push("--request FILE".to_owned());
            }
        }
        flags.extend(self.access.flags());
        let timeout = Some(self.timeout).filter(|timeout| *timeout != default.timeout);
        for (flag, given) in [("--timeout", timeout), ("--observe", self.observe)] {
            flags.extend(given.map(|given| format!("{flag} {}ms", given.as_millis())));
        }
        for (flag, given) in [
            ("--strict", self.strict),
            ("--allow-remote", self.allow_remote),
            ("--allow-destructive", self.allow_destructive),
        ] {
            flags.extend(given.then(|| flag.to_owned()));
        }
        Some(flags.join(" ")).filter(|flags| !flags.is_empty())
    }

    async fn target(&self) -> Result<Target, AddressError> {
        let endpoint = |url: String| async move {
            Endpoint::resolve(&url, &self.access, self.allow_remote).await
        };
        match &self.target {
            Aim::Url(url) => Ok(Target::Endpoint(endpoint(url.clone()).await?)),
            Aim::Trace(source) => Ok(Target::Trace(source.clone())),
            Aim::Launch { command, url } => {
                let origin = match url {
                    Some(url) => Some(endpoint(url.clone()).await?.origin),
                    None => None,
                };
                let headers = std::sync::Arc::new(self.access.headers()?);
                Ok(Target::Launch(Launch { command: command.clone(), origin, headers }))
            }
            #[cfg(feature = "embedded")]
            Aim::Reference(faults) => Ok(Target::Embedded(faults.clone())),
        }
    }
}
