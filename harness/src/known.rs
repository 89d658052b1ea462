//! Known failures: which checks may fail, and why. A line without a reason is refused.

use std::path::Path;

use crate::catalogue::{self, SelectError};

/// The lines of a known-failures file.
#[derive(Clone, Debug, Default)]
pub struct Known(Vec<Line>);

#[derive(Clone, Debug)]
struct Line {
    text: String,
    covers: Vec<&'static str>,
    reason: String,
}

/// Why a known-failures file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KnownError {
    /// The file cannot be read.
    #[error("cannot read the known failures {path}: {why}")]
    Read {
        /// As the user named it.
        path: String,
        /// The operating system's reason.
        why: std::io::Error,
    },
    /// A line is not what it should be.
    #[error("known failures {path}, line {line}: {why}")]
    Line {
        /// As the user named it.
        path: String,
        /// From 1.
        line: usize,
        /// What is wrong with it.
        why: LineError,
    },
}

/// What is wrong with a line of known failures.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// It says which checks may fail, and not why.
    #[error("there is no reason; write: ID-GLOB REASON")]
    NoReason,
    /// It names no check.
    #[error(transparent)]
    Select(#[from] SelectError),
}

impl Known {
    /// Reads a file: a room, the beginning of an id, an id or a glob over ids, and a reason on each
    /// line; `#` begins a comment line.
    ///
    /// # Errors
    /// When it cannot be read, or a line names no check or has no reason.
    pub fn read(path: &Path) -> Result<Known, KnownError> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Known::parse(&name, &text),
            Err(why) => Err(KnownError::Read { path: name, why }),
        }
    }

    /// The same for the text of a file of that name.
    ///
    /// # Errors
    /// When a line names no check or has no reason.
    ///
    /// ```
    /// use wirecheck::known::Known;
    /// assert!(Known::parse("known", "agent/run/*  the scheduler is not done yet").is_ok());
    /// assert!(Known::parse("known", "agent/run/*").is_err());
    /// assert!(Known::parse("known", "agnet/*  a slip of the pen").is_err());
    /// ```
    pub fn parse(name: &str, text: &str) -> Result<Known, KnownError> {
        let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let parsed = lines.map(|(line, text)| {
            Line::parse(text).map_err(|why| KnownError::Line { path: name.to_owned(), line, why })
        });
        parsed.collect::<Result<_, _>>().map(Known)
    }

    /// Why a failure of this check is expected, where it is.
    pub fn reason(&self, id: &str) -> Option<&str> {
        self.0.iter().find(|line| line.covers(id)).map(|line| line.reason.as_str())
    }

    /// Lines that covered checks of this run, none of which failed: (id, failed) for each.
    pub fn stale<'a>(&self, results: impl Iterator<Item = (&'a str, bool)> + Clone) -> Vec<String> {
        let stale = |line: &&Line| {
            let mut covered = results.clone().filter(|(id, _)| line.covers(id)).peekable();
            covered.peek().is_some() && !covered.any(|(_, failed)| failed)
        };
        self.0.iter().filter(stale).map(|line| line.text.clone()).collect()
    }
}

impl Line {
    fn parse(text: &str) -> Result<Line, LineError> {
        let (pattern, reason) = text.split_once(char::is_whitespace).ok_or(LineError::NoReason)?;
        let covered = catalogue::select(&[pattern])?;
        Ok(Line {
            text: text.to_owned(),
            covers: covered.iter().map(|check| check.id).collect(),
            reason: reason.trim().to_owned(),
        })
    }

    fn covers(&self, id: &str) -> bool {
        self.covers.contains(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_stale_when_all_it_covers_passes() {
        let text = "# why\nagent/run/* slow\nagent/stage/many-files broken\njina absent";
        let known = Known::parse("known", text).expect("good lines");
        let results = [
            ("agent/run/code-in-enum", false),
            ("agent/run/reaches-done", true),
            ("agent/stage/many-files", false),
        ];
        assert_eq!(known.stale(results.into_iter()), ["agent/stage/many-files broken"]);
        assert_eq!(known.reason("agent/run/code-in-enum"), Some("slow"));
        assert_eq!(known.reason("neofs-session/order/signed-first-refused"), None);
    }

    #[test]
    fn a_line_that_can_cover_nothing_is_refused() {
        for (text, why) in [
            ("agent", "no reason"),
            ("agent/runs/* slow", "no check matches"),
            ("agent/[ slow", "no glob"),
        ] {
            let said = Known::parse("known", text).expect_err("a bad line").to_string();
            assert!(said.starts_with("known failures known, line 1:"), "{said}");
            assert!(said.contains(why), "{said}");
        }
    }
}
