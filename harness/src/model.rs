//! What a run is about and what comes of it: clauses, verdicts, findings and the report. No I/O.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use wirecheck_proto::wirecheck::v1::{Script, Trace};

/// How strongly a clause binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The document, protobuf or gRPC demands it. Breaking it is a failure.
    Must,
    /// Follows from a description or a convention. A failure under `--strict`, else a warning.
    Should,
    /// This project's own expectation of any server. Breaking it is a failure.
    House,
}

impl Level {
    /// In lower case, as reports show it.
    pub fn name(self) -> &'static str {
        match self {
            Level::Must => "must",
            Level::Should => "should",
            Level::House => "house",
        }
    }
}

/// One requirement of a protocol, stated once and cited by symbol.
#[derive(Debug)]
pub struct Clause {
    /// `room/topic/words`.
    pub id: &'static str,
    /// How strongly it binds.
    pub level: Level,
    /// The requirement, in our own words.
    pub text: &'static str,
    /// Document and section.
    pub source: &'static str,
    /// Why no check holds it, where none does.
    pub waived: Option<&'static str>,
}

impl Clause {
    /// The first part of the id.
    pub fn room(&self) -> &'static str {
        room_of(self.id)
    }
}

/// The room that an id of a clause or a check stands in: what is before its first slash.
pub fn room_of(id: &str) -> &str {
    id.split_once('/').map_or(id, |(room, _)| room)
}

/// What kind of contradiction a finding shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The target did something other than the clause says.
    Contradiction,
    /// After this conversation the target accepts no connection.
    Crash,
    /// After this conversation the target accepts connections but no longer answers as before.
    Wedge,
}

/// A conversation that breaks a clause.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Contradiction, crash or wedge.
    pub kind: Kind,
    /// What the clause lets one expect here.
    pub expected: String,
    /// What came.
    pub actual: String,
    /// The same for findings with the same cause: the words of `actual` without what varies.
    pub key: String,
    /// The steps that lead to it, where they stand on their own.
    pub script: Option<Script>,
    /// What happened on both sides; shared, since findings of one conversation have it in common.
    pub trace: Arc<Trace>,
    /// Indices into the trace's events: the ones that contradict the clause.
    pub marks: Vec<usize>,
    /// The last lines that a launched target printed, after a crash or wedge.
    pub output: Option<String>,
}

impl Kind {
    /// In lower case, as reports show it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Contradiction => "contradiction",
            Kind::Crash => "crash",
            Kind::Wedge => "wedge",
        }
    }
}

impl Finding {
    /// A contradiction; trace and script are added by whoever holds them.
    pub fn new(expected: impl Into<String>, actual: impl Into<String>) -> Finding {
        let actual = actual.into();
        Finding {
            kind: Kind::Contradiction,
            expected: expected.into(),
            key: normalised(&actual),
            actual,
            script: None,
            trace: Arc::default(),
            marks: Vec::new(),
            output: None,
        }
    }

    /// Marks an event of the trace as the offending one.
    #[must_use]
    pub fn marking(mut self, event: impl IntoIterator<Item = usize>) -> Finding {
        self.marks.extend(event);
        self
    }
}

/// `actual` with every run of digits or of hexadecimal with digits replaced by `#`.
fn normalised(actual: &str) -> String {
    let mut key = String::with_capacity(actual.len());
    for word in actual.split(' ') {
        if !key.is_empty() {
            key.push(' ');
        }
        if word.chars().any(|c| c.is_ascii_digit()) {
            key.push('#');
        } else {
            key.push_str(word);
        }
    }
    key
}

/// What a check says of the target.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The clause was exercised and held.
    Pass,
    /// It was broken.
    Fail(Box<Finding>),
    /// A Should was broken, or something beside the clause is worth a look.
    Warn(Box<Finding>),
    /// The clause could not be exercised, for this reason.
    Skip(String),
    /// The harness or the connection failed in a way that says nothing about the clause.
    Broken(String),
}

impl Verdict {
    /// In lower case, as reports show it.
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail(_) => "fail",
            Verdict::Warn(_) => "warn",
            Verdict::Skip(_) => "skip",
            Verdict::Broken(_) => "broken",
        }
    }

    /// The finding of a failure or a warning.
    pub fn finding(&self) -> Option<&Finding> {
        match self {
            Verdict::Fail(finding) | Verdict::Warn(finding) => Some(finding),
            Verdict::Pass | Verdict::Skip(_) | Verdict::Broken(_) => None,
        }
    }

    /// The finding of a failure or a warning, for whoever adds to it.
    pub fn finding_mut(&mut self) -> Option<&mut Finding> {
        match self {
            Verdict::Fail(finding) | Verdict::Warn(finding) => Some(finding),
            Verdict::Pass | Verdict::Skip(_) | Verdict::Broken(_) => None,
        }
    }

    /// The reason of a skip or a broken check.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Verdict::Skip(reason) | Verdict::Broken(reason) => Some(reason),
            Verdict::Pass | Verdict::Fail(_) | Verdict::Warn(_) => None,
        }
    }
}

/// One check's verdict in a report.
#[derive(Clone, Debug)]
pub struct CheckResult {
    /// The check's id, `room/topic/words`.
    pub id: String,
    /// The clause that it holds the target to.
    pub clause: &'static Clause,
    /// What it says.
    pub verdict: Verdict,
    /// Why a failure was expected: the reason of the known-failures line that covers it.
    pub known: Option<String>,
    /// How long it took.
    pub duration: Duration,
    /// How many calls it made.
    pub calls: usize,
}

/// How many results there are of each verdict. A known failure counts as known alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the verdicts' names")]
pub struct Summary {
    pub pass: usize,
    pub fail: usize,
    pub warn: usize,
    pub skip: usize,
    pub broken: usize,
    pub known: usize,
}

impl Summary {
    /// Counts the results.
    pub fn of<'a>(results: impl IntoIterator<Item = &'a CheckResult>) -> Summary {
        let mut summary = Summary::default();
        for result in results {
            *match (&result.known, &result.verdict) {
                (Some(_), _) => &mut summary.known,
                (None, Verdict::Pass) => &mut summary.pass,
                (None, Verdict::Fail(_)) => &mut summary.fail,
                (None, Verdict::Warn(_)) => &mut summary.warn,
                (None, Verdict::Skip(_)) => &mut summary.skip,
                (None, Verdict::Broken(_)) => &mut summary.broken,
            } += 1;
        }
        summary
    }
}

/// Everything that a run found out.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The target, as a person would name it.
    pub target: String,
    /// Which command made it.
    pub command: Command,
    /// What that command was told beside the checks and the seed, as a shell takes it.
    pub flags: Option<String>,
    /// What all ids and keys of the run were drawn from.
    pub seed: u64,
    /// When the run began: RFC 3339, UTC.
    pub started: String,
    /// How long it took.
    pub duration: Duration,
    /// Sorted by id.
    pub results: Vec<CheckResult>,
    /// Lines of the known-failures file whose checks all passed.
    pub stale: Vec<String>,
    /// What else the reader has to know, a sentence each.
    pub notes: Vec<String>,
    /// Where a trace could not be read on, and why.
    pub broken_off: Option<String>,
}

/// The command that comes to a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Command {
    /// `wirecheck check`, which draws from a seed.
    #[default]
    Check,
    /// `wirecheck trace`, which draws nothing.
    Trace,
}

/// What a run comes to: the exit code of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything selected passed, warnings and known failures aside.
    Passed,
    /// Something failed, or broke on the way.
    Failed,
    /// Nothing was exercised.
    Nothing,
    /// A trace broke off: what came before was judged, the rest could not be.
    BrokenOff,
}

impl Report {
    /// Counts over all results.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.results)
    }

    /// What the run comes to.
    pub fn outcome(&self) -> Outcome {
        let summary = self.summary();
        if self.broken_off.is_some() {
            Outcome::BrokenOff
        } else if summary.fail > 0 || summary.broken > 0 || !self.stale.is_empty() {
            Outcome::Failed
        } else if summary.pass + summary.warn + summary.known == 0 {
            Outcome::Nothing
        } else {
            Outcome::Passed
        }
    }

    /// The rooms of the results, in order, each with its results.
    pub fn rooms(&self) -> Vec<(&str, &[CheckResult])> {
        self.results
            .chunk_by(|a, b| room_of(&a.id) == room_of(&b.id))
            .map(|results| (room_of(&results[0].id), results))
            .collect()
    }

    /// Panics with the findings, written out, unless everything selected passed.
    ///
    /// # Panics
    /// When anything failed or broke, or when nothing was exercised.
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.outcome() == Outcome::Passed, "{self}");
    }
}

impl fmt::Display for Report {
    /// As the text report has it, plain, 80 columns wide.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::report::text::render(self, &crate::report::text::Style::plain(80)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_forgets_what_varies() {
        let one = Finding::new("x", "OK (0) after 183 bytes");
        let other = Finding::new("x", "OK (0) after 99 bytes");
        assert_eq!(one.key, other.key);
        assert_ne!(one.key, Finding::new("x", "a reset").key);
    }
}
