//! Pure renderers: a report in, text out.

mod conversation;
pub mod json;
pub mod junit;
pub mod text;

use std::fmt::{self, Write as _};
use std::str::FromStr;

use crate::model::{Command, Report};

/// A format that `--report FORMAT=PATH` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, plain, 100 columns wide.
    Text,
    /// For programs: schema version 1.
    Json,
    /// For CI servers.
    Junit,
}

impl Format {
    /// The report in this format.
    pub fn render(self, report: &Report) -> String {
        match self {
            Format::Text => text::render(report, &text::Style::plain(100)),
            Format::Json => json::render(report),
            Format::Junit => junit::render(report),
        }
    }
}

/// No format is called so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no report format is called {0:?}; there are text, json and junit")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Format, UnknownFormat> {
        match name {
            "text" => Ok(Format::Text),
            "json" => Ok(Format::Json),
            "junit" => Ok(Format::Junit),
            other => Err(UnknownFormat(other.to_owned())),
        }
    }
}

/// The command that brings a finding about again.
pub(crate) fn again(report: &Report, id: &str) -> String {
    let flags = report.flags.as_deref().map_or_else(String::new, |flags| format!(" {flags}"));
    match report.command {
        Command::Check => format!("wirecheck check {id}{flags} --seed {}", report.seed),
        Command::Trace => format!("wirecheck trace{flags}"),
    }
}

/// A word as a shell takes it for one.
#[cfg(feature = "net")]
pub(crate) fn quoted(word: &str) -> String {
    // Only a NUL byte cannot be quoted, and no argument of a program holds one.
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), |quoted| quoted.into_owned())
}

/// Text of a target's making, safe to print: control characters are written out.
pub(crate) struct Printable<'a>(pub(crate) &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '\n' => f.write_char('\n'),
            c if c.is_control() => write!(f, "{}", c.escape_default()),
            c => f.write_char(c),
        })
    }
}
