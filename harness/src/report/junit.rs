//! The report for CI servers: JUnit XML, a suite for each room.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::text::{self, Style};
use crate::model::{CheckResult, Report, Verdict};

/// The whole report.
pub fn render(report: &Report) -> String {
    let mut junit = quick_junit::Report::new("wirecheck");
    junit.set_time(report.duration);
    for (room, results) in report.rooms() {
        let mut suite = TestSuite::new(room);
        suite.add_property(("seed", report.seed.to_string().as_str()));
        suite.add_property(("target", report.target.as_str()));
        suite.add_test_cases(results.iter().map(|result| case(report, result)));
        junit.add_test_suite(suite);
    }
    junit.to_string().expect("a report has an XML form: quick-junit drops what XML cannot hold")
}

fn case(report: &Report, result: &CheckResult) -> TestCase {
    let mut status = match (&result.known, &result.verdict) {
        (Some(reason), _) => skipped(&format!("known failure: {reason}")),
        (None, Verdict::Pass | Verdict::Warn(_)) => TestCaseStatus::success(),
        (None, Verdict::Skip(reason)) => skipped(reason),
        (None, Verdict::Fail(finding)) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(format!("expected {}; came: {}", finding.expected, finding.actual));
            status.set_type(finding.kind.name());
            status
        }
        (None, Verdict::Broken(cause)) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(cause.as_str());
            status
        }
    };
    let written = result.verdict.finding().map(|_| {
        let only = Report {
            results: vec![result.clone()],
            stale: Vec::new(),
            notes: Vec::new(),
            ..report.clone()
        };
        text::render(&only, &Style::plain(100))
    });
    let warned = matches!(result.verdict, Verdict::Warn(_));
    if let (Some(written), false) = (&written, warned) {
        status.set_description(written.as_str());
    }
    let (_, words) = result.id.split_once('/').unwrap_or(("", &result.id));
    let mut case = TestCase::new(words, status);
    case.set_classname(result.id.split('/').next().unwrap_or_default());
    case.set_time(result.duration);
    if let (Some(written), true) = (&written, warned) {
        case.set_system_out(written.as_str());
    }
    case
}

fn skipped(reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(reason);
    status
}
