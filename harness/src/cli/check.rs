//! `wirecheck check`: a thin shell over [`Conformance`].

use std::fs::File;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};
use wirecheck::Conformance;
use wirecheck::client::Access;
use wirecheck::model::{Outcome, Report};
use wirecheck::records::source::Source;
use wirecheck::report::{Format, text};

use super::progress::Bar;
use super::{CheckArgs, FAILED, NOTHING, columns, print};

/// Where a report goes, and how it is written.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    format: Format,
    path: PathBuf,
}

/// Parses `FORMAT=PATH`.
pub(super) fn destination(text: &str) -> Result<Destination, String> {
    let (format, path) = text.split_once('=').ok_or("write FORMAT=PATH, as in json=report.json")?;
    if path.is_empty() {
        return Err("the path is missing".to_owned());
    }
    let format =
        format.parse().map_err(|error: wirecheck::report::UnknownFormat| error.to_string())?;
    Ok(Destination { format, path: path.into() })
}

pub(super) fn run(args: &CheckArgs) -> Result<ExitCode, String> {
    let mut paths: Vec<_> = args.report.iter().map(|report| &report.path).collect();
    paths.sort();
    if let Some(twice) = paths.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(format!("two reports cannot both be written to {}", twice[0].display()));
    }
    let drafts = args.report.iter().map(Draft::begin).collect::<Result<Vec<_>, _>>()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
    let bar = Bar::new();
    let conformance = conformance(args)?;
    let ran = runtime.block_on(async {
        let stop = told_to_stop().map_err(|error| format!("cannot listen for signals: {error}"))?;
        tokio::select! {
            ran = conformance.run_telling(&bar) => ran.map_err(|error| error.to_string()),
            () = stop => Err("interrupted".to_owned()),
        }
    });
    bar.finish();
    // A launched server is stopped as its last owner goes.
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    let report = ran?;
    // Told first: a disk that is full costs nobody what the run has found.
    let ended = tell(&report);
    drafts.into_iter().try_for_each(|draft| draft.finish(&report))?;
    Ok(ended)
}

/// Ends with Ctrl-C, or with what a CI runner, `timeout` and a closing terminal send: a launched server
/// has to go, too. Listens from the call on.
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}

/// Prints the report, and says what the command ends with.
pub(super) fn tell(report: &Report) -> ExitCode {
    let style = text::Style::plain(columns());
    let style = if coloured() { style.coloured() } else { style };
    print(&text::render(report, &style));
    match report.outcome() {
        Outcome::Passed => ExitCode::SUCCESS,
        Outcome::Failed => ExitCode::from(FAILED),
        Outcome::Nothing | Outcome::BrokenOff => ExitCode::from(NOTHING),
    }
}

fn coloured() -> bool {
    std::io::stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn conformance(args: &CheckArgs) -> Result<Conformance, String> {
    let aimed = match (&args.launch, &args.target) {
        (Some(command), Some(url)) => Conformance::of_command(command).listening_at(url),
        (Some(command), None) => Conformance::of_command(command),
        (None, Some(target)) => match trace(target)? {
            Some(source) => Conformance::of_trace(source),
            None => Conformance::of(target),
        },
        (None, None) => Conformance::of_reference(args.fault.iter().copied().collect()),
    };
    let mut run = aimed
        .rooms(&args.select)
        .jobs(args.jobs)
        .timeout(args.timeout)
        .budget(args.budget)
        .strict(args.strict)
        .access(Access {
            ca: args.ca.clone(),
            certificate: args.cert.clone(),
            key: args.key.clone(),
            authority: args.authority.clone(),
            headers: args.header.clone(),
        })
        .allow_remote(args.allow_remote)
        .allow_destructive(args.allow_destructive)
        .fail_fast(args.fail_fast);
    if let Some(observe) = args.observe {
        run = run.observe(observe);
    }
    if let Some(path) = &args.config {
        run = run.config_file(path);
    }
    if let Some(path) = &args.known_failures {
        run = run.known_failures(path);
    }
    if let Some(path) = &args.method {
        run = run.method(path, request(args)?);
    }
    Ok(match args.seed {
        Some(seed) => run.seed(seed),
        None => run,
    })
}

/// `exec:CMD`, `-`, or the name of something that is there; none for what can only be a server.
fn trace(target: &str) -> Result<Option<Source>, String> {
    if let Some(command) = target.strip_prefix("exec:") {
        return Ok(Some(Source::Program(command.to_owned())));
    }
    if target == "-" || Path::new(target).exists() {
        return Ok(Some(Source::File(target.into())));
    }
    if target.starts_with(['/', '.', '~']) {
        return Err(format!("target {target:?}: there is no such file"));
    }
    Ok(None)
}

fn request(args: &CheckArgs) -> Result<Vec<u8>, String> {
    let path = args.method.as_deref().unwrap_or_default();
    if !path.starts_with('/') || path.matches('/').count() != 2 {
        return Err(format!("--method {path:?} is no path; write /package.Service/Method"));
    }
    let Some(file) = &args.request else { return Ok(Vec::new()) };
    std::fs::read(file)
        .map_err(|error| format!("cannot read the request {}: {error}", file.display()))
}

/// A report's file in the making: beside its place until it is whole, so that nobody reads half of it.
#[derive(Debug)]
struct Draft {
    destination: Destination,
    /// None where it is written in place.
    beside: Option<PathBuf>,
    file: Option<File>,
}

impl Draft {
    /// Before the run, so that a path that cannot be written costs nobody a run.
    fn begin(destination: &Destination) -> Result<Draft, String> {
        let path = &destination.path;
        if path.is_dir() {
            return Err(cannot_write(path, "it is a folder"));
        }
        if path.metadata().is_ok_and(|there| !there.is_file()) {
            // A pipe or a device is written to; put a file in its place, and it is gone.
            let file = File::options().write(true).open(path);
            let file = file.map_err(|error| cannot_write(path, &error.to_string()))?;
            return Ok(Draft { destination: destination.clone(), beside: None, file: Some(file) });
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.partial", std::process::id()));
        let beside = path.with_file_name(name);
        let file = File::create(&beside).map_err(|error| cannot_write(path, &error.to_string()))?;
        Ok(Draft { destination: destination.clone(), beside: Some(beside), file: Some(file) })
    }

    fn finish(mut self, report: &Report) -> Result<(), String> {
        let written = self.file.take().map_or(Ok(()), |mut file| {
            file.write_all(self.destination.format.render(report).as_bytes())?;
            let Some(beside) = &self.beside else { return Ok(()) };
            file.sync_all()?;
            std::fs::rename(beside, &self.destination.path)
        });
        written.map_err(|error| cannot_write(&self.destination.path, &error.to_string()))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            // Gone already where it was finished.
            let _ = std::fs::remove_file(beside);
        }
    }
}

fn cannot_write(path: &Path, why: &str) -> String {
    format!("cannot write the report {}: {why}", path.display())
}
