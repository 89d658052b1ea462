//! Right and wrong traces, made by hand.

use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Event, HalfClose, Header, Headers, Message, Side, Trace};

use super::super::messages::{Id, Method, Request};
use super::*;

const JOB: &str = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
const OTHER: &str = "6ba7b811-9dad-11d1-80b4-00c04fd430c8";
const FILE: &str = "6ba7b812-9dad-11d1-80b4-00c04fd430c8";

/// A trace in the making. Calls are numbered by the caller, so that they can overlap.
#[derive(Default)]
struct Told(Trace);

impl Told {
    fn begins(mut self, stream: u32, request: &Request) -> Told {
        let path = header(":path", request.method.path());
        self.add(
            stream,
            Side::Client,
            What::Headers(Headers { fields: vec![path], end_stream: false }),
        );
        self.add(stream, Side::Client, message(&request.encode()));
        self.add(stream, Side::Client, What::HalfClose(HalfClose {}));
        self
    }

    fn shows(mut self, stream: u32, response: &[u8]) -> Told {
        self.add(stream, Side::Server, message(response));
        self
    }

    fn ends(mut self, stream: u32, status: &str) -> Told {
        let fields = vec![header("grpc-status", status)];
        self.add(stream, Side::Server, What::Trailers(Headers { fields, end_stream: true }));
        self
    }

    /// A whole call that nothing else overlaps.
    fn call(self, stream: u32, request: &Request, response: &[u8]) -> Told {
        self.begins(stream, request).shows(stream, response).ends(stream, "0")
    }

    fn add(&mut self, stream: u32, side: Side, what: What) {
        let event = Event {
            stream,
            connection: 1 + stream % 2,
            side: side.into(),
            what: Some(what),
            at_micros: 0,
        };
        self.0.events.push(event);
    }

    fn breach(&self) -> Option<&'static str> {
        judge(&self.0).err().map(|breach| breach.clause.id)
    }
}

fn header(name: &str, value: &str) -> Header {
    Header { name: name.to_owned(), value: value.into() }
}

fn message(payload: &[u8]) -> What {
    What::Message(Message { flag: 0, payload: payload.to_vec(), end_stream: false })
}

fn run(job: &str) -> Request {
    Request::new(Method::RunJob, job, &[FILE])
}

fn stage(files: &[&str]) -> Request {
    Request::new(Method::StageInFiles, JOB, files)
}

/// A StageInFilesResponse that names these.
fn staged(files: &[&str]) -> Vec<u8> {
    let staged = |uuid: &&str| {
        let id = [&[0x0a, uuid.len() as u8], uuid.as_bytes()].concat();
        let file = [&[0x0a, id.len() as u8], &id[..]].concat();
        [&[0x0a, file.len() as u8], &file[..]].concat()
    };
    files.iter().flat_map(staged).collect()
}

const WAIT: &[u8] = &[0x08, 0x00];
const RUN: &[u8] = &[0x08, 0x01];
const DONE: &[u8] = &[0x08, 0x02];

#[test]
fn a_job_that_only_goes_on_is_right() {
    let told = Told::default().call(1, &run(JOB), WAIT).call(2, &stage(&[FILE]), &staged(&[FILE]));
    let told = told.call(3, &run(JOB), WAIT).call(4, &run(JOB), RUN).call(5, &run(OTHER), WAIT);
    let told = told.call(6, &run(JOB), DONE).call(7, &run(JOB), DONE).call(8, &run(OTHER), DONE);
    assert_eq!(told.breach(), None);
    assert_eq!(Told::default().breach(), None, "nothing happened");
}

#[test]
fn a_job_that_goes_back_is_wrong() {
    for (codes, clause) in [
        ([RUN, WAIT], "agent/run/never-backwards"),
        ([DONE, RUN], "agent/run/done-is-final"),
        ([DONE, WAIT], "agent/run/done-is-final"),
    ] {
        let told = Told::default().call(1, &run(JOB), codes[0]).call(2, &run(OTHER), WAIT);
        let told = told.call(3, &run(JOB), codes[1]);
        assert_eq!(told.breach(), Some(clause));
        let finding = judge(&told.0).expect_err("it is wrong").finding;
        assert_eq!(finding.marks, [3, 13], "the two responses");
    }
}

#[test]
fn case_alone_makes_no_other_job() {
    let upper = run(&JOB.to_uppercase());
    let told = Told::default().call(1, &run(JOB), RUN).call(2, &upper, WAIT);
    assert_eq!(told.breach(), Some("agent/run/never-backwards"));
}

#[test]
fn calls_that_overlap_have_no_order() {
    // The second began before the first had ended, so either may have been looked at first.
    let told = Told::default().begins(1, &run(JOB)).begins(2, &run(JOB));
    let told = told.shows(1, DONE).ends(1, "0").shows(2, RUN).ends(2, "0");
    assert_eq!(told.breach(), None);
    // A third, begun behind both, has to show what the first did.
    let told = told.begins(3, &run(JOB)).shows(3, RUN);
    assert_eq!(told.breach(), Some("agent/run/done-is-final"), "also before its end is known");
}

#[test]
fn a_refused_call_shows_nothing() {
    let told = Told::default().begins(1, &run(JOB)).shows(1, DONE).ends(1, "13");
    let told = told.call(2, &run(JOB), WAIT);
    assert_eq!(told.breach(), None);
    let told = Told::default().call(1, &run(JOB), DONE).begins(2, &run(JOB)).shows(2, WAIT);
    assert_eq!(told.ends(2, "9").breach(), None);
}

#[test]
fn a_lost_connection_takes_no_ended_call_back() {
    let mut told = Told::default().call(1, &run(JOB), DONE);
    told.0.events.push(Event {
        connection: 2,
        side: Side::Server.into(),
        what: Some(What::ConnectionLost("reset".to_owned())),
        ..Event::default()
    });
    assert_eq!(told.call(4, &run(JOB), RUN).breach(), Some("agent/run/done-is-final"));
}

#[test]
fn a_code_has_to_be_there_and_one_of_three() {
    let with = |response: &[u8]| Told::default().call(1, &run(JOB), response).breach();
    assert_eq!(with(WAIT), None);
    assert_eq!(with(&[]), Some("agent/required/response-code-present"));
    assert_eq!(with(&[0x0a, 0x01, 0x02]), Some("agent/required/response-code-present"));
    assert_eq!(
        with(&[0x08, 0x80]),
        Some("agent/required/response-code-present"),
        "it does not parse"
    );
    assert_eq!(with(&[0x08, 0x03]), Some("agent/run/code-in-enum"));
    let minus_one = [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    assert_eq!(with(&minus_one), Some("agent/run/code-in-enum"));
    let unknown_field_too = [0x08, 0x01, 0x7a, 0x01, 0xff];
    assert_eq!(with(&unknown_field_too), None);
}

#[test]
fn staged_files_are_whole_and_of_the_request() {
    let with =
        |files: &[&str], response: &[u8]| Told::default().call(1, &stage(files), response).breach();
    assert_eq!(with(&[FILE], &[]), None);
    assert_eq!(with(&[FILE], &staged(&[FILE])), None);
    assert_eq!(with(&[FILE], &staged(&[&FILE.to_uppercase()])), None);
    assert_eq!(with(&[FILE, FILE], &staged(&[FILE, FILE])), None);
    assert_eq!(with(&[FILE], &[0x0a, 0x00]), Some("agent/required/staged-file-present"));
    assert_eq!(
        with(&[FILE], &[0x0a, 0x02, 0x0a, 0x00]),
        Some("agent/required/staged-file-present")
    );
    assert_eq!(with(&[FILE], &staged(&[FILE, OTHER])), Some("agent/stage/success-within-request"));
    assert_eq!(with(&[FILE], &staged(&[FILE, FILE])), Some("agent/stage/no-duplicates-invented"));
    let both_cases = staged(&[FILE, &FILE.to_uppercase()]);
    assert_eq!(with(&[FILE], &both_cases), Some("agent/stage/no-duplicates-invented"));
    assert_eq!(with(&[FILE, FILE.to_uppercase().as_str()], &both_cases), None);
}

#[test]
fn other_services_and_requests_without_a_job_are_passed_over() {
    let no_job = Request { job: None, ..run(JOB) };
    let no_uuid = Request { job: Some(Id(None)), ..run(JOB) };
    let told = Told::default().call(1, &no_job, DONE).call(2, &no_job, WAIT);
    assert_eq!(told.call(3, &no_uuid, DONE).call(4, &no_uuid, WAIT).breach(), None);
}

#[test]
fn every_invariant_is_of_a_clause_of_the_room() {
    for (clause, _) in INVARIANTS {
        assert!(super::super::clauses::ALL.iter().any(|known| known.id == clause.id));
    }
}
