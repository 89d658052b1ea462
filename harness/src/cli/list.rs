//! `wirecheck list`: the catalogue, a line a check.

use std::fmt::Write as _;
use std::process::ExitCode;

use wirecheck::catalogue;

use super::{columns, print};

pub(super) fn run(select: &[String]) -> Result<ExitCode, String> {
    print(&render(select, columns())?);
    Ok(ExitCode::SUCCESS)
}

/// Columns that a clause wants to say something.
const CLAUSE: usize = 30;

/// Level, id, and as much of the clause as fits: one below the other where there is room for that, each
/// right behind its id where there is not.
fn render(select: &[String], width: usize) -> Result<String, String> {
    let checks = catalogue::select(select).map_err(|error| error.to_string())?;
    let longest = checks.iter().map(|check| check.id.len()).max().unwrap_or(0);
    let aligned = if longest + 10 + CLAUSE <= width { longest } else { 0 };
    let mut out = String::new();
    for check in checks {
        let head = format!("{:<6}  {:<aligned$}", check.clause.level.name(), check.id);
        let room = width.saturating_sub(head.len() + 2);
        let text: String = match check.clause.text {
            _ if room < CLAUSE / 2 => String::new(),
            text if text.chars().count() <= room => text.to_owned(),
            text => text.chars().take(room - 1).chain(['…']).collect(),
        };
        let _ = writeln!(out, "{}", format!("{head}  {text}").trim_end());
    }
    Ok(out)
}
