//! `wirecheck list`: the catalogue, a line a check.

use std::fmt::Write as _;
use std::process::ExitCode;

use wirecheck::catalogue;

use super::{columns, print};

pub(super) fn run(select: &[String]) -> Result<ExitCode, String> {
    print(&render(select, columns())?);
    Ok(ExitCode::SUCCESS)
}

/// Level, id, and as much of the clause as fits.
fn render(select: &[String], width: usize) -> Result<String, String> {
    let checks = catalogue::select(select).map_err(|error| error.to_string())?;
    let longest = checks.iter().map(|check| check.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for check in checks {
        let head = format!("{:<6}  {:<longest$}", check.clause.level.name(), check.id);
        let room = width.saturating_sub(head.len() + 2);
        let text: String = match check.clause.text {
            _ if room < 20 => String::new(),
            text if text.chars().count() <= room => text.to_owned(),
            text => text.chars().take(room - 1).chain(['…']).collect(),
        };
        let _ = writeln!(out, "{}", format!("{head}  {text}").trim_end());
    }
    Ok(out)
}
