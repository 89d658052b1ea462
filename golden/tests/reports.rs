//! The layouts of the report: one of each verdict, in every format, as people and programs read it.

use std::sync::Arc;
use std::time::Duration;

use wirecheck::model::{CheckResult, Clause, Finding, Kind, Report, Verdict};
use wirecheck::report::text::{Style, render};
use wirecheck::report::{json, junit};
use wirecheck::specs::neofs_session::clauses::{
    EVERY_SHORT_ORDER, INIT_ANSWERED_BY_UNSIGNED, ORDER_CODE, SIGNED_FIRST_REFUSED,
};
use wirecheck::specs::{agent, grpc};
use wirecheck::status::Code;
use wirecheck::trace::Tape;
use wirecheck::wire::Writer;

const CREATE: &str = "/session.Session/Create";

/// A token of so many objects, as member `number` of a message.
fn token(number: u32, id: u8, objects: usize) -> Vec<u8> {
    let header = Writer::new().len(1, &[id; 32]).len(2, &[9; 64]);
    let mut token = Writer::new().len(1, &header.into_bytes()).len(2, &[0xab; 32]).varint(3, 1);
    token = token.varint(4, 100);
    for object in 0..objects {
        token = token.len(5, &[u8::try_from(object).expect("a few"); 32]);
    }
    let token = token.len(6, &[7; 64]).len(7, &[id; 16]);
    Writer::new().len(number, &token.into_bytes()).into_bytes()
}

/// A server that answers Signed as the first message, on the first of so many streams.
fn signed_first(streams: u32) -> Finding {
    let mut tape = Tape::default();
    for stream in 1..=streams {
        tape.opens(stream, CREATE);
    }
    tape.sends(1, token(2, 1, 2));
    tape.gets(1, token(2, 1, 2));
    for stream in 1..=streams {
        tape.half_closes(stream);
        tape.ends(stream, Code::Ok);
    }
    let events = tape.trace().events.len();
    let result = events - 2 * streams as usize - 1;
    let words = "neither Unsigned nor Result after Signed as the first message";
    let finding = Finding::new(words, "Result (epochs 1 to 100), then OK (0)");
    Finding { trace: Arc::new(tape.trace().clone()), ..finding.marking([result]) }
}

fn result(clause: &'static Clause, verdict: Verdict) -> CheckResult {
    CheckResult {
        id: clause.id.to_owned(),
        clause,
        verdict,
        known: None,
        duration: Duration::from_millis(12),
        calls: 2,
    }
}

/// One of each verdict, with what a target may say that is meant for the terminal.
fn report() -> Report {
    let fail = |finding| Verdict::Fail(Box::new(finding));
    let crash = Finding {
        kind: Kind::Crash,
        output: Some("thread 'main' panicked\n\u{1b}[31mred\u{1b}[0m".to_owned()),
        ..Finding::new("the target to serve on", "connection refused")
    };
    let warn = Finding::new(
        "Signed as the first message to be refused with FAILED_PRECONDITION (9) or ABORTED (10)",
        "INTERNAL (13) \"\u{7}never mind\"",
    );
    let known = CheckResult {
        known: Some("the scheduler is not done yet".to_owned()),
        ..result(&agent::clauses::NEVER_BACKWARDS, fail(Finding::new("RUN", "WAIT")))
    };
    let mut results = vec![
        result(&INIT_ANSWERED_BY_UNSIGNED, Verdict::Pass),
        result(&SIGNED_FIRST_REFUSED, fail(signed_first(1))),
        result(&EVERY_SHORT_ORDER, fail(signed_first(20))),
        result(&ORDER_CODE, Verdict::Warn(Box::new(warn))),
        result(&agent::clauses::JOB_MISSING, Verdict::Skip("the target does not serve it".into())),
        result(&agent::clauses::JOB_UUID_MISSING, Verdict::Broken("cannot connect".into())),
        result(&grpc::clauses::MALFORMED_PATH_SURVIVED, fail(crash)),
        known,
    ];
    results.sort_by(|a, b| a.id.cmp(&b.id));
    Report {
        target: "http://127.0.0.1:50051".to_owned(),
        flags: Some("--target http://127.0.0.1:50051".to_owned()),
        seed: 5,
        started: "2026-01-02T03:04:05Z".to_owned(),
        duration: Duration::from_millis(1500),
        results,
        stale: vec!["agent/stage/many-files  too many".to_owned()],
        notes: vec!["2 records: 1 of imss, 1 conversations.".to_owned()],
        ..Report::default()
    }
}

#[test]
fn reports_are_laid_out_as_they_were() {
    let report = report();
    for (name, text) in [
        ("report.text.80", render(&report, &Style::plain(80))),
        ("report.text.120", render(&report, &Style::plain(120))),
        ("report.json", json::render(&report)),
        ("report.junit", junit::render(&report)),
    ] {
        let text =
            text.replace(concat!("wirecheck ", env!("CARGO_PKG_VERSION")), "wirecheck 0.0.0");
        insta::with_settings!({
            snapshot_path => "../snapshots",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, text);
        });
    }
}

#[test]
fn no_report_is_wider_than_asked_for_or_moves_the_terminal() {
    for width in [40, 80, 120, 160] {
        let text = render(&report(), &Style::plain(width));
        // An id stays whole, for whoever copies it.
        let heading = |line: &str| ["FAIL ", "WARN "].iter().any(|word| line.starts_with(word));
        let a_word = |line: &str| line.trim_end_matches(" \\").split_whitespace().count() == 1;
        let wide = |line: &&str| line.chars().count() > width && !heading(line) && !a_word(line);
        let wide = text.lines().find(wide);
        assert_eq!(wide, None, "{width}");
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{width}");
    }
}
