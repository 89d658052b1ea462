//! The agent's rules, call by call.

use prost::Message;
use wirecheck_proto::agent::{
    FileId, JobId, JobRequirement, ResponseCode, RunJobRequest, RunJobResponse, StageInFilesRequest,
};

use super::{Agent, Limits, Run, Staging, encode_run};
use crate::connection::ConnectionId;
use crate::faults::Faults;
use crate::refusal::{Code, Refusal};

const JOB: &str = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

fn agent() -> Agent {
    with_limits(Limits::default())
}

fn with_limits(limits: Limits) -> Agent {
    Agent::new(limits, Faults::default())
}

/// The n-th file's uuid.
fn file(n: u32) -> String {
    format!("00000000-0000-4000-8000-{n:012x}")
}

fn ids<S: ToString>(uuids: &[S]) -> Vec<FileId> {
    let id = |uuid: &S| FileId { uuid: uuid.to_string() };
    uuids.iter().map(id).collect()
}

fn stage<S: ToString>(agent: &mut Agent, uuids: &[S]) -> Result<Vec<String>, Refusal> {
    let request = StageInFilesRequest { job: JobId { uuid: JOB.to_owned() }, files: ids(uuids) };
    let staging = Staging::parse(&request.encode_to_vec(), &Faults::default())?;
    let staged = agent.stage(staging)?.success_files;
    Ok(staged.into_iter().map(|staged| staged.file.uuid).collect())
}

fn run<S: ToString>(agent: &mut Agent, job: &str, files: &[S]) -> Result<ResponseCode, Refusal> {
    let request = RunJobRequest {
        job: JobId { uuid: job.to_owned() },
        requirements: vec![JobRequirement::default()],
        files: ids(files),
    };
    let run = Run::parse(&request.encode_to_vec(), &Faults::default())?;
    Ok(agent.run(run, ConnectionId::default())?.code())
}

fn no_files() -> [String; 0] {
    []
}

#[test]
fn a_job_waits_for_the_files_of_its_first_call_then_runs_and_is_done() {
    let mut agent = agent();
    let files = [file(1), file(2)];
    for _ in 0..3 {
        assert_eq!(run(&mut agent, JOB, &files), Ok(ResponseCode::Wait));
    }
    stage(&mut agent, &files[..1]).expect("staging");
    assert_eq!(run(&mut agent, JOB, &no_files()), Ok(ResponseCode::Wait));
    stage(&mut agent, &files[1..]).expect("staging");
    assert_eq!(
        run(&mut agent, JOB, &[file(3)]),
        Ok(ResponseCode::Run),
        "later calls name nothing new"
    );
    assert_eq!(run(&mut agent, JOB, &files), Ok(ResponseCode::Done));
    assert_eq!(run(&mut agent, JOB, &files), Ok(ResponseCode::Done));
    assert_eq!(agent.awaited, 0);
}

#[test]
fn a_job_without_files_runs_at_once() {
    assert_eq!(run(&mut agent(), JOB, &no_files()), Ok(ResponseCode::Run));
}

#[test]
fn a_file_that_a_job_names_twice_is_one_file() {
    let mut agent = agent();
    let files = [file(1), file(1)];
    assert_eq!(run(&mut agent, JOB, &files), Ok(ResponseCode::Wait));
    assert_eq!(stage(&mut agent, &[file(1)]), Ok(vec![file(1)]));
    assert_eq!(run(&mut agent, JOB, &files), Ok(ResponseCode::Run));
}

#[test]
fn case_does_not_tell_uuids_apart_and_comes_back_as_it_was_sent() {
    let mut agent = agent();
    let lower = "00000000-0000-4000-8000-00000000000a";
    let upper = lower.to_uppercase();
    assert_eq!(stage(&mut agent, &[&upper]), Ok(vec![upper.clone()]));
    assert_eq!(run(&mut agent, JOB, &[lower]), Ok(ResponseCode::Run));
    assert_eq!(run(&mut agent, &JOB.to_uppercase(), &[lower]), Ok(ResponseCode::Done));
    assert_eq!(
        stage(&mut agent, &[lower, &upper]),
        Ok(vec![lower.to_owned()]),
        "one file, named once"
    );
}

#[test]
fn ten_thousand_files_are_staged_and_again() {
    let mut agent = agent();
    let files: Vec<_> = (0..10_000).map(file).collect();
    assert_eq!(stage(&mut agent, &files), Ok(files.clone()));
    assert_eq!(stage(&mut agent, &files), Ok(files));
    assert_eq!(stage(&mut agent, &no_files()), Ok(vec![]));
}

#[test]
fn a_missing_required_field_is_named_by_its_path() {
    let parse =
        |bytes: &[u8]| Staging::parse(bytes, &Faults::default()).expect_err("it is refused");
    let job = [&[0x0a, 0x26, 0x0a, 0x24][..], JOB.as_bytes()].concat();
    for (bytes, path) in [
        (vec![], "job"),
        (vec![0x0a, 0x00], "job.uuid"),
        ([&job[..], &[0x12, 0x00]].concat(), "files[0].uuid"),
    ] {
        let refusal = parse(&bytes);
        assert_eq!(refusal.code, Code::InvalidArgument);
        assert_eq!(refusal.message, format!("the required field {path} is missing"));
    }
    let run = Run::parse(&[&job[..], &[0x1a, 0x00]].concat(), &Faults::default());
    assert_eq!(
        run.expect_err("it is refused").message,
        "the required field files[0].uuid is missing"
    );
    assert_eq!(parse(&[0x0a]).code, Code::Internal);
}

#[test]
fn only_the_36_characters_of_the_text_form_are_a_uuid() {
    let simple = JOB.replace('-', "");
    let braced = format!("{{{JOB}}}");
    let urn = format!("urn:uuid:{JOB}");
    let shifted = "6ba7b8109-dad-11d1-80b4-00c04fd430c8";
    for wrong in ["", "job", &JOB[1..], &simple, &braced, &urn, shifted, &JOB.replace('6', "g")] {
        let refusal = run(&mut agent(), wrong, &no_files()).expect_err(wrong);
        assert_eq!(refusal.code, Code::InvalidArgument, "{refusal}");
        let refusal = run(&mut agent(), JOB, &[JOB, wrong]).expect_err(wrong);
        assert!(refusal.message.starts_with("files[1].uuid"), "{refusal}");
    }
}

#[test]
fn the_code_is_on_the_wire_when_it_is_wait() {
    let wait = RunJobResponse { code: ResponseCode::Wait.into() };
    assert_eq!(encode_run(&wait, &Faults::default()), [0x08, 0x00]);
}

#[test]
fn memory_is_bounded_and_a_call_past_it_changes_nothing() {
    let mut agent = with_limits(Limits { files: 2, jobs: 2, awaited: 1 });
    let exhausted = |refusal: Refusal| assert_eq!(refusal.code, Code::ResourceExhausted);
    stage(&mut agent, &[file(1)]).expect("there is room");
    exhausted(stage(&mut agent, &[file(2), file(3)]).expect_err("two are too many"));
    stage(&mut agent, &[file(1), file(2)]).expect("one of them is known, and the other fits");

    assert_eq!(run(&mut agent, &file(1), &[file(8)]), Ok(ResponseCode::Wait));
    exhausted(run(&mut agent, &file(2), &[file(9)]).expect_err("no more may be awaited"));
    assert_eq!(run(&mut agent, &file(2), &[file(1)]), Ok(ResponseCode::Run));
    exhausted(run(&mut agent, &file(3), &[file(1)]).expect_err("two jobs are known"));
    assert_eq!(run(&mut agent, &file(2), &[file(1)]), Ok(ResponseCode::Done), "known ones go on");
}
