//! The report for people: findings first, then what was skipped and why, then the counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anstyle::{AnsiColor, Effects, Style as Ansi};
use unicode_width::UnicodeWidthStr as _;

use super::{Printable, again, conversation};
use crate::model::{CheckResult, Command, Finding, Kind, Outcome, Report, Summary, Verdict};

/// Lines of a conversation that are shown whole; of a longer one, only the streams with a mark are
/// told, and these are cut around their marks.
const CONVERSATION: usize = 24;
/// Lines of the terminal that one message may take: enough for every field of a signed token.
const MESSAGE: usize = 3;
/// Columns that a finding's labels take.
const LABEL: usize = 12;

/// How wide, and whether in colour.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    width: usize,
    colour: bool,
}

impl Style {
    /// Without colour, so many columns wide.
    pub fn plain(width: usize) -> Style {
        Style { width: width.clamp(40, 160), colour: false }
    }

    /// With colour.
    #[must_use]
    pub fn coloured(self) -> Style {
        Style { colour: true, ..self }
    }

    fn paint(&self, ansi: Ansi, text: &str) -> String {
        if self.colour { format!("{ansi}{text}{ansi:#}") } else { text.to_owned() }
    }
}

const RED: Ansi = AnsiColor::Red.on_default().effects(Effects::BOLD);
const YELLOW: Ansi = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
const GREEN: Ansi = AnsiColor::Green.on_default().effects(Effects::BOLD);
const DIM: Ansi = Ansi::new().effects(Effects::DIMMED);
const BOLD: Ansi = Ansi::new().effects(Effects::BOLD);

/// The whole report.
pub fn render(report: &Report, style: &Style) -> String {
    let mut out = String::new();
    for result in report.results.iter().filter(|result| result.known.is_none()) {
        match &result.verdict {
            Verdict::Fail(finding) => {
                finding_block(&mut out, report, result, finding, ("FAIL", RED), style)
            }
            Verdict::Warn(finding) => {
                finding_block(&mut out, report, result, finding, ("WARN", YELLOW), style)
            }
            Verdict::Pass | Verdict::Skip(_) | Verdict::Broken(_) => {}
        }
    }
    reasons(&mut out, report, style);
    counts(&mut out, report, style);
    out
}

fn finding_block(
    out: &mut String,
    report: &Report,
    result: &CheckResult,
    finding: &Finding,
    (word, colour): (&str, Ansi),
    style: &Style,
) {
    let kind = match finding.kind {
        Kind::Contradiction => result.clause.level.name(),
        other => other.name(),
    };
    let gap =
        style.width.saturating_sub(word.len() + 1 + result.id.width() + kind.len() + 2).max(1);
    let id = style.paint(BOLD, &result.id);
    line(out, &format!("{} {id}{:gap$}({kind})", style.paint(colour, word), ""));
    labelled(out, "clause", result.clause.text, style);
    labelled(out, "source", result.clause.source, style);
    labelled(out, "expected", &finding.expected, style);
    labelled(out, "actual", &finding.actual, style);
    talk(out, finding, style);
    if let Some(output) = &finding.output {
        line(out, "  the target's last words");
        output.lines().rev().take(12).collect::<Vec<_>>().iter().rev().for_each(|said| {
            let said: String = Printable(said).to_string().chars().take(style.width - 4).collect();
            line(out, &format!("    {said}"));
        });
    }
    let command = continued(&again(report, &result.id), style.width - LABEL);
    labelled_lines(out, "again", &command, style);
    out.push('\n');
}

fn labelled(out: &mut String, label: &str, text: &str, style: &Style) {
    let text = Printable(text).to_string();
    labelled_lines(out, label, &textwrap::wrap(&text, style.width - LABEL), style);
}

fn labelled_lines(out: &mut String, label: &str, lines: &[impl AsRef<str>], style: &Style) {
    let label = format!("  {label:<width$}", width = LABEL - 2);
    let first = style.paint(DIM, &label);
    let rest = " ".repeat(LABEL);
    for (index, text) in lines.iter().enumerate() {
        line(out, &format!("{}{}", if index == 0 { &first } else { &rest }, text.as_ref()));
    }
}

/// A command over several lines as a shell takes it: broken between its words alone, so that it can be
/// copied.
fn continued(command: &str, width: usize) -> Vec<String> {
    let mut quoted = false;
    let words = command.split(|c: char| {
        quoted ^= c == '\'';
        c == ' ' && !quoted
    });
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            // Behind the word, room for what tells the shell to go on.
            Some(last) if last.width() + 1 + word.width() + 2 <= width => {
                last.push(' ');
                last.push_str(word);
            }
            Some(last) => {
                last.push_str(" \\");
                lines.push(word.to_owned());
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

fn talk(out: &mut String, finding: &Finding, style: &Style) {
    // What is left beside mark, stream and side.
    let width = MESSAGE * style.width.saturating_sub(19);
    let mut lines = conversation::lines(&finding.trace, &finding.marks, width);
    if lines.is_empty() {
        return;
    }
    let streams = lines.iter().any(|line| line.stream > 1);
    let untold = leave_out_streams_without_a_mark(&mut lines);
    let heading = match (streams, untold) {
        (false, _) => "  what happened".to_owned(),
        (true, 0) => "  what happened (stream, side)".to_owned(),
        (true, 1) => "  what happened (stream, side), without one other stream".to_owned(),
        (true, untold) => {
            format!("  what happened (stream, side), without {untold} other streams")
        }
    };
    wrapped(out, &heading, DIM, style);
    let shown = shown(&lines);
    let mut hidden = 0;
    for (said, shown) in lines.iter().zip(shown) {
        if !shown {
            hidden += 1;
            continue;
        }
        skipped(out, &mut hidden);
        let stream = match (streams, said.stream) {
            (false, _) => String::new(),
            (true, 0) => "     ".to_owned(),
            (true, stream) => format!("{stream:>4} "),
        };
        let (mark, colour) = if said.marked { ("  > ", RED) } else { ("    ", Ansi::new()) };
        let mut text = format!("{mark}{stream}{:<8}", said.who);
        let indent = " ".repeat(text.width());
        text += &said.text;
        let options = textwrap::Options::new(style.width).subsequent_indent(&indent);
        textwrap::wrap(&text, options)
            .iter()
            .for_each(|wrapped| line(out, &style.paint(colour, wrapped)));
    }
    skipped(out, &mut hidden);
}

fn skipped(out: &mut String, hidden: &mut usize) {
    if *hidden > 0 {
        line(out, &format!("    … {hidden} more …"));
        *hidden = 0;
    }
}

/// Of a long conversation, only the streams that contradict the clause are told, and what concerns the
/// whole connection. Says how many streams are left out.
fn leave_out_streams_without_a_mark(lines: &mut Vec<conversation::Line>) -> usize {
    let streams = |lines: &[conversation::Line]| -> BTreeSet<u32> {
        lines.iter().map(|line| line.stream).filter(|stream| *stream > 0).collect()
    };
    let marked: BTreeSet<u32> =
        lines.iter().filter(|line| line.marked).map(|line| line.stream).collect();
    if lines.len() <= CONVERSATION || marked.is_empty() || marked.contains(&0) {
        return 0;
    }
    let all = streams(lines).len();
    lines.retain(|line| line.stream == 0 || marked.contains(&line.stream));
    all - streams(lines).len()
}

/// Which lines of a conversation are shown: all of a short one, else its beginning, its end, and what
/// is around its marks.
fn shown(lines: &[conversation::Line]) -> Vec<bool> {
    let count = lines.len();
    let marks: Vec<usize> = (0..count).filter(|at| lines[*at].marked).take(4).collect();
    let near = |at: usize| marks.iter().any(|mark| at.abs_diff(*mark) <= 3);
    (0..count).map(|at| count <= CONVERSATION || at < 6 || at + 6 >= count || near(at)).collect()
}

fn reasons(out: &mut String, report: &Report, style: &Style) {
    let mut groups: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for result in &report.results {
        let group = match (&result.known, &result.verdict) {
            (Some(reason), _) => ("known failure", reason.as_str()),
            (None, Verdict::Skip(reason)) => ("skipped", reason.as_str()),
            (None, Verdict::Broken(cause)) => ("broken", cause.as_str()),
            _ => continue,
        };
        groups.entry(group).or_default().push(&result.id);
    }
    for ((word, reason), ids) in groups {
        let plural = if word == "known failure" && ids.len() > 1 { "s" } else { "" };
        let text = format!("{} {word}{plural}: {}", ids.len(), Printable(reason));
        let options = textwrap::Options::new(style.width).subsequent_indent("  ");
        let colour = if word == "broken" { RED } else { YELLOW };
        textwrap::wrap(&text, &options)
            .iter()
            .for_each(|wrapped| line(out, &style.paint(colour, wrapped)));
        ids.iter().take(8).for_each(|id| line(out, &format!("    {id}")));
        if ids.len() > 8 {
            line(out, &format!("    … and {} more", ids.len() - 8));
        }
        out.push('\n');
    }
    for stale in &report.stale {
        wrapped(out, &format!("KNOWN FAILURE passes now; remove the line: {stale}"), RED, style);
    }
    if let Some(broken) = &report.broken_off {
        wrapped(out, &format!("the trace breaks off: {broken}"), RED, style);
    }
    for note in &report.notes {
        wrapped(out, note, Ansi::new(), style);
    }
}

/// A text of its own, as wide as the report.
fn wrapped(out: &mut String, text: &str, colour: Ansi, style: &Style) {
    textwrap::wrap(&Printable(text).to_string(), style.width)
        .iter()
        .for_each(|wrapped| line(out, &style.paint(colour, wrapped)));
}

fn counts(out: &mut String, report: &Report, style: &Style) {
    let rooms = report.rooms();
    let width = rooms.iter().map(|(room, _)| room.len()).max().unwrap_or(0);
    if rooms.len() > 1 {
        for (room, results) in &rooms {
            let counts = words(Summary::of(*results));
            wrapped(out, &format!("{room:<width$}  {counts}"), Ansi::new(), style);
        }
    }
    let (word, colour) = match report.outcome() {
        Outcome::Passed => ("PASSED", GREEN),
        Outcome::Failed => ("FAILED", RED),
        Outcome::Nothing => ("NOTHING WAS EXERCISED", RED),
        Outcome::BrokenOff => ("BROKEN OFF", RED),
    };
    let counts = words(report.summary());
    let seconds = report.duration.as_secs_f64();
    wrapped(out, &format!("{word}  {counts}, in {seconds:.1} s"), colour, style);
    let version = env!("CARGO_PKG_VERSION");
    let seed = match report.command {
        Command::Check => format!("seed {}, ", report.seed),
        Command::Trace => String::new(),
    };
    let run = format!("target {}, {seed}wirecheck {version}", report.target);
    wrapped(out, &run, Ansi::new(), style);
}

fn words(summary: Summary) -> String {
    let counts = [
        (summary.fail, "failed"),
        (summary.broken, "broken"),
        (summary.warn, "warned"),
        (summary.known, "known"),
        (summary.skip, "skipped"),
        (summary.pass, "passed"),
    ];
    let said: Vec<_> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if said.is_empty() { "nothing ran".to_owned() } else { said.join(", ") }
}

fn line(out: &mut String, text: &str) {
    // Writing to a String does not fail.
    let _ = writeln!(out, "{}", text.trim_end());
}
