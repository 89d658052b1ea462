//! Known failures: which checks may fail, and why. A line without a reason is refused.

use std::path::Path;

use globset::{Glob, GlobMatcher};

/// The lines of a known-failures file.
#[derive(Clone, Debug, Default)]
pub struct Known(Vec<Line>);

#[derive(Clone, Debug)]
struct Line {
    text: String,
    glob: GlobMatcher,
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
    #[error("known failures, line {line}: {why}; write: ID-GLOB REASON")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
}

impl Known {
    /// Reads a file: a glob of ids and a reason on each line; `#` begins a comment line.
    ///
    /// # Errors
    /// When it cannot be read, or a line has a bad glob or no reason.
    pub fn read(path: &Path) -> Result<Known, KnownError> {
        let text = std::fs::read_to_string(path);
        let text =
            text.map_err(|why| KnownError::Read { path: path.display().to_string(), why })?;
        Known::parse(&text)
    }

    /// The same for text.
    ///
    /// # Errors
    /// When a line has a bad glob or no reason.
    ///
    /// ```
    /// use wirecheck::known::Known;
    /// assert!(Known::parse("agent/run/*  the scheduler is not done yet").is_ok());
    /// assert!(Known::parse("agent/run/*").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Known, KnownError> {
        let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        lines
            .map(|(number, line)| {
                Line::parse(line).map_err(|why| KnownError::Line { line: number, why })
            })
            .collect::<Result<_, _>>()
            .map(Known)
    }

    /// Why a failure of this check is expected, where it is.
    pub fn reason(&self, id: &str) -> Option<&str> {
        self.0.iter().find(|line| line.glob.is_match(id)).map(|line| line.reason.as_str())
    }

    /// Lines that covered checks of this run, none of which failed: (id, failed) for each.
    pub fn stale<'a>(&self, results: impl Iterator<Item = (&'a str, bool)> + Clone) -> Vec<String> {
        let stale = |line: &&Line| {
            let mut covered = results.clone().filter(|(id, _)| line.glob.is_match(id)).peekable();
            covered.peek().is_some() && !covered.any(|(_, failed)| failed)
        };
        self.0.iter().filter(stale).map(|line| line.text.clone()).collect()
    }
}

impl Line {
    fn parse(line: &str) -> Result<Line, String> {
        let (glob, reason) = line.split_once(char::is_whitespace).ok_or("there is no reason")?;
        let glob = Glob::new(glob).map_err(|error| error.to_string())?.compile_matcher();
        Ok(Line { text: line.to_owned(), glob, reason: reason.trim().to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_stale_when_all_it_covers_passes() {
        let known = Known::parse("# why\nroom/a/* slow\nroom/b/x broken\nother/* absent")
            .expect("good lines");
        let results = [("room/a/x", false), ("room/a/y", true), ("room/b/x", false)];
        assert_eq!(known.stale(results.into_iter()), ["room/b/x broken"]);
        assert_eq!(known.reason("room/a/z"), Some("slow"));
        assert_eq!(known.reason("elsewhere"), None);
    }
}
