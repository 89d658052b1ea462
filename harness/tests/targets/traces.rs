//! Traces of every kind and in every state of repair: judged as far as they can be read, never a panic.
#![cfg(feature = "embedded")]

use std::io::{ErrorKind, Read};
use std::process::{Command, Stdio};

use proptest::prelude::*;
use wirecheck::model::{Outcome, Verdict};
use wirecheck::records::{Judgements, judge};
use wirecheck::specs::imss::clauses;
use wirecheck_reference::Fault;
use wirecheck_reference::imss::Run;

/// A trace of the reference, in both forms.
fn traces(faults: &[Fault], records: usize) -> [Vec<u8>; 2] {
    let run: Vec<_> = Run::new(3, faults.iter().copied().collect()).take(records).collect();
    let binary = run.iter().flat_map(|record| record.to_binary()).collect();
    let json = run.iter().flat_map(|record| (record.to_json() + "\n").into_bytes()).collect();
    [binary, json]
}

fn verdicts(judgements: &Judgements) -> Vec<(&'static str, &'static str)> {
    clauses::ALL.iter().map(|clause| (clause.id, judgements.verdict(clause).name())).collect()
}

#[test]
fn both_forms_of_a_trace_say_the_same() {
    let imss = Fault::ALL.iter().filter(|fault| fault.breaks().starts_with("imss/"));
    for fault in imss.map(Some).chain([None]) {
        let faults: Vec<_> = fault.copied().into_iter().collect();
        let [binary, json] = traces(&faults, 1500);
        let (binary, json) = (judge(&binary[..]), judge(&json[..]));
        assert_eq!(verdicts(&binary), verdicts(&json), "{fault:?}");
        assert_eq!((&binary.broken, binary.records), (&None, 1500));
        let failed = verdicts(&binary).iter().any(|(_, verdict)| *verdict == "fail");
        assert_eq!(failed, fault.is_some(), "{fault:?}");
    }
}

#[test]
fn a_trace_cut_anywhere_is_judged_up_to_there() {
    let [binary, json] = traces(&[], 12);
    for (trace, whole) in [(&binary, 12), (&json, 12)] {
        for cut in 0..trace.len() {
            let judgements = judge(&trace[..cut]);
            assert!(judgements.records < whole || cut >= trace.len() - 1, "cut at {cut}");
            let broken = clauses::ALL
                .iter()
                .any(|clause| matches!(judgements.verdict(clause), Verdict::Fail(_)));
            // The end of a cut trace is not the end of what it tells of.
            let end = judgements.verdict(&clauses::JOB_IMAGES_KNOWN);
            assert!(!broken || matches!(end, Verdict::Fail(_)), "cut at {cut}");
        }
    }
}

/// Gives few bytes at a time, as a pipe may, and is interrupted between them.
struct Trickle<'a> {
    bytes: &'a [u8],
    step: usize,
    interrupted: bool,
}

impl Read for Trickle<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(ErrorKind::Interrupted.into());
        }
        let step = self.step.min(into.len());
        self.bytes.read(&mut into[..step])
    }
}

#[test]
fn a_trace_says_the_same_however_it_arrives() {
    for trace in traces(&[Fault::TwoActiveSessions], 300) {
        let whole = judge(&trace[..]);
        for step in [1, 2, 3, 100, 5000] {
            let judgements = judge(Trickle { bytes: &trace, step, interrupted: false });
            assert_eq!(verdicts(&judgements), verdicts(&whole));
            assert_eq!((judgements.records, judgements.broken), (300, None), "{step} at a time");
        }
    }
}

#[test]
fn records_are_read_up_to_their_cap() {
    const CAP: usize = 16 << 20;
    let line = |length| {
        let head = br#"{"@type": "x/imss.Image", "id": "i"#;
        let mut line = head.to_vec();
        line.resize(length - 3, b'x');
        line.extend(b"\"}\n");
        line
    };
    let judgements = judge(&[line(CAP), line(100)].concat()[..]);
    assert_eq!((judgements.records, judgements.broken), (2, None));
    let broken = judge(&[line(100), line(CAP + 1)].concat()[..]).broken.expect("too long a line");
    assert_eq!(broken.to_string(), "record 2 at line 2: a line of more than 16777216 bytes");
    let broken = judge(&[0x81, 0x80, 0x80, 0x08][..]).broken.expect("too long a record");
    let said = "record 1 at offset 0: a record that announces 16777217 bytes; 16777216 are read";
    assert_eq!(broken.to_string(), said);
    for (length, why) in [
        (&[0x80, 0x80][..], "its length does not end"),
        (&[0x80; 12][..], "its length is a varint of more than ten bytes"),
    ] {
        let broken = judge(length).broken.expect("no length");
        assert_eq!(broken.to_string(), format!("record 1 at offset 0: {why}"));
    }
}

#[test]
fn what_is_broken_is_told_with_its_place() {
    let [mut binary, mut json] = traces(&[], 3);
    let whole = binary.len();
    binary.extend([0x05, 0x0a, 0xff]);
    let broken = judge(&binary[..]).broken.expect("a cut record");
    assert_eq!(
        broken.to_string(),
        format!("record 4 at offset {whole}: it ends after 2 of 5 bytes")
    );
    json.extend(b"{\"@type\": \"x/imss.Image\", \"size\": -1}\n");
    let broken = judge(&json[..]).broken.expect("a bad number").to_string();
    assert!(broken.starts_with("record 4 at line 4: no imss.Image"), "{broken}");
}

#[test]
fn times_that_rfc_3339_does_not_know_are_findings() {
    let line =
        br#"{"@type": "type.googleapis.com/imss.Session", "id": "s", "createdAt": "yesterday"}"#;
    let judgements = judge(&line[..]);
    assert_eq!(judgements.broken, None);
    assert!(matches!(judgements.verdict(&clauses::TIMESTAMPS_VALID), Verdict::Fail(_)));
}

#[test]
fn an_empty_trace_exercises_nothing() {
    let report = judge(&b""[..]).report("nothing", false);
    assert_eq!(report.outcome(), Outcome::Nothing);
}

#[test]
fn a_broken_trace_ends_the_command_with_2_and_its_verdicts() {
    let [binary, _] = traces(&[Fault::TwoActiveSessions], 500);
    let mut child = Command::new(env!("CARGO_BIN_EXE_wirecheck"));
    let mut child = child
        .args(["trace", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    std::io::Write::write_all(&mut stdin, &binary[..binary.len() - 1]).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("FAIL imss/session/one-active")
            && said.contains("breaks off: stdin: record 500"),
        "{said}"
    );
}

proptest! {
    #[test]
    fn random_bytes_are_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = judge(&bytes[..]);
    }

    #[test]
    fn random_lines_are_no_panic(text in r#"\{"(@type|id|size)": ?("x/imss\.(Session|Image|UploadJob)"|-?[0-9]{1,22}|null|\[\])(, "[a-z]{1,9}": ?[0-9n"{]{1,9})?\}?\n?"#) {
        let _ = judge(text.as_bytes());
    }

    #[test]
    fn bent_traces_are_no_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), json in any::<bool>()) {
        let mut trace = traces(&[], 30)[usize::from(json)].clone();
        let at = at.index(trace.len());
        trace[at] = byte;
        let _ = judge(&trace[..]);
    }
}

#[test]
fn nothing_is_skipped_of_a_long_right_trace() {
    let [binary, _] = traces(&[], 2000);
    let judgements = judge(&binary[..]);
    assert!(
        verdicts(&judgements).iter().all(|(_, verdict)| *verdict == "pass"),
        "{:?}",
        verdicts(&judgements)
    );
}
