//! `wirecheck trace FILE`: the rooms' oracles over a recorded trace.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use wirecheck::model::{self, Report};
use wirecheck::records::source::Source;

use super::check::tell;

/// A file has no deadline; a day bounds what a person would wait for.
const LIMIT: Duration = Duration::from_secs(86_400);

pub(super) fn run(file: &Path, strict: bool) -> Result<ExitCode, String> {
    let began = Instant::now();
    let source = Source::File(file.to_owned());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
    let judgements = runtime.block_on(source.judge(LIMIT)).map_err(|error| error.to_string())?;
    let report = judgements.report(&source.name(), strict);
    let strict = if strict { " --strict" } else { "" };
    Ok(tell(&Report {
        duration: began.elapsed(),
        command: model::Command::Trace,
        flags: Some(format!("{}{strict}", source.as_argument())),
        ..report
    }))
}
