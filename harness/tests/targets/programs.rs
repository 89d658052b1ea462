//! Programs that print traces: judged by what they print, whatever else they do, and gone afterwards.

use std::time::{Duration, Instant};

use wirecheck::Conformance;
use wirecheck::model::Report;
use wirecheck::records::source::Source;

/// Far more than any of these takes that is not killed at its limit.
const PATIENCE: Duration = Duration::from_secs(60);

/// A session and an image of it, as protobuf's JSON has them.
const RECORDS: &str = r#"{"@type":"type.googleapis.com/imss.Session","id":"s"}
{"@type":"type.googleapis.com/imss.Image","id":"i","sessionId":"s"}
"#;

fn judged(command: &str, budget: Duration) -> Result<Report, String> {
    let run = Conformance::of_trace(Source::Program(command.to_owned())).rooms(["imss"]);
    let began = Instant::now();
    let report = run.budget(budget).run_blocking().map_err(|error| error.to_string());
    assert!(began.elapsed() < PATIENCE, "{command}: {:?}", began.elapsed());
    report
}

fn complaint(command: &str, budget: Duration) -> String {
    match judged(command, budget) {
        Err(said) => said,
        Ok(report) => panic!("{command}:\n{report}"),
    }
}

#[test]
fn what_a_program_prints_is_judged() {
    let report = judged(&format!("printf %s '{RECORDS}'"), PATIENCE).expect("a trace");
    assert!(report.summary().pass > 0 && report.broken_off.is_none(), "{report}");
}

#[test]
fn what_came_before_the_limit_is_judged_and_the_children_are_gone() {
    // The child holds stdout open, and would for longer than anybody waits.
    let folder = std::env::temp_dir().join(format!("wirecheck-programs-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (script, pid) = (folder.join("script"), folder.join("pid"));
    let text =
        format!("printf %s '{RECORDS}'\nsleep 1000 &\necho $! > '{}'\nwait\n", pid.display());
    std::fs::write(&script, text).expect("a script");

    let report = judged(&format!("sh '{}'", script.display()), Duration::from_secs(1));
    let report = report.expect("a trace");
    assert!(report.summary().pass > 0, "{report}");
    let child = std::fs::read_to_string(&pid).expect("the child was started");
    let status = std::fs::read_to_string(format!("/proc/{}/stat", child.trim()));
    let gone = status.as_ref().map_or(true, |status| status.contains(") Z "));
    assert!(gone, "the child lives on: {status:?}");
    let _ = std::fs::remove_dir_all(folder);
}

/// A child in a group of its own holds both pipes, and nobody waits for it.
#[test]
fn a_child_that_left_the_group_is_not_waited_for() {
    let said = complaint("setsid sleep 90", Duration::from_millis(300));
    assert!(said.contains("did not end within 0.3 s"), "{said}");
    let said = complaint("sh -c 'setsid sleep 90 & wait'", Duration::from_millis(300));
    assert!(said.contains("did not end within 0.3 s"), "{said}");
}

#[test]
fn a_program_that_prints_no_record_is_told_with_its_reason() {
    let short = Duration::from_millis(300);
    for (command, budget, what) in [
        ("true", PATIENCE, "printed nothing and ended with exit status: 0"),
        ("sh -c 'echo oops >&2; exit 3'", PATIENCE, "exit status: 3; its last words:\noops"),
        ("yes", PATIENCE, "does not print a trace (record 1 at offset 0"),
        ("echo hello", PATIENCE, "does not print a trace (record 1 at offset 0"),
        ("sleep 1000", short, "printed nothing and did not end within 0.3 s"),
        ("sh -c 'exec >&-; sleep 1000'", short, "did not end within 0.3 s"),
        ("/no/such/program", PATIENCE, "cannot start \"/no/such/program\""),
        ("'", PATIENCE, "is no command"),
    ] {
        let said = complaint(command, budget);
        assert!(said.contains(what), "{command}: {said}");
    }
}
