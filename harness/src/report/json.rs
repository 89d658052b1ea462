//! The report for programs. Fields may be added within schema version 1; none goes or changes.

use serde::Serialize;
use serde_json::json;
use wirecheck_proto::wirecheck::v1::Side;
use wirecheck_proto::wirecheck::v1::event::What;

use super::conversation;
use crate::model::{CheckResult, Finding, Report, Verdict, room_of};
use crate::wire::text::hex;

/// The version of the format.
const SCHEMA: u32 = 1;
/// Characters of an event's text.
const TEXT: usize = 400;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    tool: serde_json::Value,
    target: &'a str,
    seed: u64,
    started: &'a str,
    duration_ms: u128,
    summary: serde_json::Value,
    notes: &'a [String],
    stale_known_failures: &'a [String],
    broken_off: Option<&'a str>,
    results: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    room: &'a str,
    level: &'static str,
    clause: &'static str,
    clause_id: &'static str,
    source: &'static str,
    verdict: &'static str,
    known: Option<&'a str>,
    kind: Option<&'static str>,
    expected: Option<&'a str>,
    actual: Option<&'a str>,
    key: Option<&'a str>,
    reason: Option<&'a str>,
    again: String,
    duration_ms: u128,
    calls: usize,
    script: Option<String>,
    output: Option<&'a str>,
    trace: Vec<Event>,
}

#[derive(Serialize)]
struct Event {
    at_us: u64,
    connection: u32,
    stream: u32,
    side: &'static str,
    text: String,
    /// The payload of a message, or raw DATA.
    hex: Option<String>,
    offending: bool,
}

/// The whole report, indented, a line feed at its end.
pub fn render(report: &Report) -> String {
    let summary = report.summary();
    let document = Document {
        schema: SCHEMA,
        tool: json!({ "name": "wirecheck", "version": env!("CARGO_PKG_VERSION") }),
        target: &report.target,
        seed: report.seed,
        started: &report.started,
        duration_ms: report.duration.as_millis(),
        summary: json!({
            "pass": summary.pass, "fail": summary.fail, "warn": summary.warn,
            "skip": summary.skip, "broken": summary.broken, "known": summary.known,
        }),
        notes: &report.notes,
        stale_known_failures: &report.stale,
        broken_off: report.broken_off.as_deref(),
        results: report.results.iter().map(|result| row(report, result)).collect(),
    };
    let text = serde_json::to_string_pretty(&document);
    text.expect("strings and numbers have a JSON form") + "\n"
}

fn row<'a>(report: &'a Report, result: &'a CheckResult) -> Row<'a> {
    let finding = result.verdict.finding();
    Row {
        id: &result.id,
        room: room_of(&result.id),
        level: result.clause.level.name(),
        clause: result.clause.text,
        clause_id: result.clause.id,
        source: result.clause.source,
        verdict: result.verdict.name(),
        known: result.known.as_deref(),
        kind: finding.map(|finding| finding.kind.name()),
        expected: finding.map(|finding| finding.expected.as_str()),
        actual: finding.map(|finding| finding.actual.as_str()),
        key: finding.map(|finding| finding.key.as_str()),
        reason: match &result.verdict {
            Verdict::Skip(reason) | Verdict::Broken(reason) => Some(reason),
            Verdict::Pass | Verdict::Fail(_) | Verdict::Warn(_) => None,
        },
        again: super::again(report, &result.id),
        duration_ms: result.duration.as_millis(),
        calls: result.calls,
        script: None,
        output: finding.and_then(|finding| finding.output.as_deref()),
        trace: finding.map(events).unwrap_or_default(),
    }
}

fn events(finding: &Finding) -> Vec<Event> {
    let lines = conversation::lines(&finding.trace, &finding.marks, TEXT);
    let event = |line: conversation::Line| {
        let event = &finding.trace.events[line.event];
        Event {
            at_us: event.at_micros,
            connection: event.connection,
            stream: event.stream,
            side: if event.side() == Side::Client { "client" } else { "server" },
            text: line.text,
            hex: match &event.what {
                Some(What::Message(message)) => Some(hex(&message.payload)),
                Some(What::Data(bytes)) => Some(hex(bytes)),
                _ => None,
            },
            offending: line.marked,
        }
    };
    lines.into_iter().map(event).collect()
}
