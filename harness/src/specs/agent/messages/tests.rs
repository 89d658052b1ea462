//! Requests against prost, and responses as no right server sends them.

use prost::Message as _;
use wirecheck_proto::agent;

use super::*;

#[test]
fn a_whole_request_is_what_prost_writes() {
    let id = |uuid: &str| agent::FileId { uuid: uuid.to_owned() };
    let run = agent::RunJobRequest {
        job: agent::JobId { uuid: "j".to_owned() },
        requirements: vec![
            agent::JobRequirement { python_version: None },
            agent::JobRequirement { python_version: Some("3.12".to_owned()) },
        ],
        files: vec![id("f"), id("")],
    };
    let mut ours = Request::new(Method::RunJob, "j", &["f", ""]);
    ours.requirements = vec![None, Some("3.12".to_owned())];
    assert_eq!(ours.encode(), run.encode_to_vec());

    let staging = agent::StageInFilesRequest {
        job: agent::JobId { uuid: "j".to_owned() },
        files: vec![id("f")],
    };
    let ours = Request::new(Method::StageInFiles, "j", &["f"]);
    assert_eq!(ours.encode(), staging.encode_to_vec());
    assert_eq!(Request::decode(Method::StageInFiles, &ours.encode()), Ok(ours));
}

#[test]
fn what_is_left_out_is_read_as_missing() {
    let nothing = Request { job: None, ..Request::new::<&str>(Method::RunJob, "", &[]) };
    assert_eq!(nothing.encode(), b"");
    assert_eq!(Request::decode(Method::RunJob, b""), Ok(nothing));
    let empty = Request {
        job: Some(Id(None)),
        files: vec![Id(None), Id::of("")],
        ..Request::new::<&str>(Method::RunJob, "", &[])
    };
    assert_eq!(empty.encode(), [0x0a, 0x00, 0x1a, 0x00, 0x1a, 0x02, 0x0a, 0x00]);
    assert_eq!(Request::decode(Method::RunJob, &empty.encode()), Ok(empty));
}

#[test]
fn a_code_is_told_from_none_and_from_a_stray_one() {
    let read = |bytes: &[u8]| Code::of(bytes).expect("well-formed");
    assert_eq!(read(&[]), Code::default());
    assert_eq!(read(&[0x08, 0x00]).state, Some(State::Wait));
    assert_eq!(read(&[0x08, 0x82, 0x00]).state, Some(State::Done), "overlong is legal");
    assert_eq!(read(&[0x08, 0x03]), Code { state: None, stray: Some(3) });
    assert_eq!(read(&[0x08, 0x01, 0x08, 0x63]), Code { state: Some(State::Run), stray: Some(99) });
    assert_eq!(read(&[0x0a, 0x01, 0x00]), Code::default(), "another wire type is another field");
    assert_eq!(read(&[0x13, 0x08, 0x02, 0x14]), Code::default(), "inside a group");
    assert!(Code::of(&[0x08]).is_err());
}

#[test]
fn staged_files_are_whole_or_told_apart() {
    let bytes = [0x0a, 0x00, 0x0a, 0x02, 0x0a, 0x00, 0x0a, 0x05, 0x0a, 0x03, 0x0a, 0x01, b'f'];
    let read: Result<Vec<_>, _> = staged(&bytes).collect();
    let named = Staged::Named("f".to_owned());
    assert_eq!(read, Ok(vec![Staged::WithoutFile, Staged::WithoutUuid, named.clone()]));
    let in_pieces = [0x0a, 0x07, 0x0a, 0x03, 0x0a, 0x01, b'f', 0x0a, 0x00];
    assert_eq!(staged(&in_pieces).collect::<Result<Vec<_>, _>>(), Ok(vec![named]));
    assert!(staged(&[0x0a, 0x09]).next().is_some_and(|staged| staged.is_err()));
}

#[test]
fn case_alone_makes_no_other_uuid() {
    let lower = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    assert_eq!(key(&lower.to_uppercase()), lower);
    assert_ne!(key("JOB"), key("job"));
}
