//! What the engine promises: its runs break no clause, and each fault breaks its own.

mod judge;

use std::collections::BTreeMap;

use proptest::prelude::*;
use prost::Message as _;
use prost_types::{Any, Timestamp};
use wirecheck_proto::imss::{Error, Image, ImageUpload, Session, UploadJob, UploadStatus};

use super::{Command, Engine, Limits, Record, Run};
use crate::{Code, Fault, Faults};
use judge::Judge;

/// As many records as the program prints unless told otherwise.
const RECORDS: usize = 1_000;

fn broken(records: impl Iterator<Item = Record>) -> Vec<&'static str> {
    let mut judge = Judge::default();
    records.for_each(|record| judge.hear(record));
    judge.end().into_iter().collect()
}

#[test]
fn no_run_breaks_a_clause_wherever_it_is_cut() {
    for seed in 0..20 {
        let run = || Run::new(seed, Faults::default());
        assert_eq!(broken(run().take(5_000)), [""; 0], "seed {seed}");
        for cut in 0..100 {
            assert_eq!(broken(run().take(cut)), [""; 0], "seed {seed}, {cut} records");
        }
    }
}

#[test]
fn every_fault_breaks_its_clause_in_a_run_of_the_usual_length() {
    let ours = Fault::ALL.iter().filter(|fault| fault.breaks().starts_with("imss/"));
    for fault in ours {
        for seed in 0..5 {
            let run = Run::new(seed, Faults::from_iter([*fault]));
            let broken = broken(run.take(RECORDS));
            assert!(broken.contains(&fault.breaks()), "{fault}, seed {seed}: {broken:?}");
        }
    }
}

#[test]
fn a_run_reaches_what_the_clauses_speak_of() {
    for seed in 0..5 {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for record in Run::new(seed, Faults::default()).take(RECORDS) {
            let what = match &record {
                Record::Session(session) => format!("completed {}", session.completed),
                Record::Image(image) => format!("uploaded {}", !image.cloud_id.is_empty()),
                Record::Upload(upload) => format!("upload {}", upload.status),
                Record::Job(job) => format!("job {}", job.status),
                Record::Error(_) => "error".to_owned(),
            };
            *seen.entry(what).or_default() += 1;
        }
        assert_eq!(seen.len(), 2 + 2 + 4 + 4 + 1, "seed {seed}: {seen:?}");
    }
}

#[test]
fn a_run_keeps_little_in_mind() {
    let mut run = Run::new(1, Faults::default());
    for _ in 0..20 {
        run.by_ref().take(1_000).for_each(drop);
        assert!(run.kept() < 100, "{} kept", run.kept());
    }
}

#[test]
fn the_same_seed_says_the_same_and_binary_says_what_was_said() {
    let run = |seed| Run::new(seed, Faults::default()).take(200);
    assert!(run(3).eq(run(3)));
    assert!(run(3).ne(run(4)));
    let bytes: Vec<u8> = run(3).flat_map(|record| record.to_binary()).collect();
    let mut rest = bytes.as_slice();
    for record in run(3) {
        let any = Any::decode_length_delimited(&mut rest).expect("an Any");
        assert_eq!(any, record.to_any());
        let Record::Session(session) = record else {
            continue;
        };
        assert_eq!(any.type_url, "type.googleapis.com/imss.Session");
        assert_eq!(Session::decode(any.value.as_slice()), Ok(session));
    }
    assert!(rest.is_empty());
}

/// An engine with an image of ten bytes in a job, and the ids of image, job and upload.
fn with_job(limits: Limits) -> (Engine, [String; 3]) {
    let mut engine = Engine::new(limits, Faults::default());
    let mut say = |command| engine.apply(command, Timestamp::default()).expect("records");
    say(Command::OpenSession { name: String::new() });
    let records = say(Command::AddImage { local_path: "a".into(), size: 10 });
    let Record::Image(image) = &records[0] else { panic!("no image first") };
    let records =
        say(Command::StartJob { image_ids: vec![image.id.clone()], recipient: String::new() });
    let [Record::Job(job), Record::Upload(upload)] = records.as_slice() else {
        panic!("{records:?}")
    };
    let ids = [image.id.clone(), job.id.clone(), upload.id.clone()];
    (engine, ids)
}

#[test]
fn what_cannot_be_done_is_refused() {
    let (mut engine, [image_id, job_id, upload_id]) = with_job(Limits::default());
    let mut code = |command: Command| {
        let said = engine.apply(command, Timestamp::default());
        said.map_err(|refusal| refusal.code).map(|_| ())
    };
    let start = |image_ids| Command::StartJob { image_ids, recipient: String::new() };
    let sent = |bytes| Command::BytesSent { upload_id: upload_id.clone(), bytes };
    let finish = |cloud_id: &str| Command::FinishUpload {
        upload_id: upload_id.clone(),
        cloud_id: cloud_id.to_owned(),
    };
    let retry = || Command::Retry { job_id: job_id.clone(), image_id: image_id.clone() };
    let open = || Command::OpenSession { name: String::new() };
    assert_eq!(code(open()), Err(Code::FailedPrecondition));
    assert_eq!(code(start(vec![])), Err(Code::InvalidArgument));
    assert_eq!(code(start(vec![image_id.clone()])), Err(Code::NotFound), "it has a job");
    assert_eq!(code(retry()), Err(Code::FailedPrecondition));
    assert_eq!(code(sent(11)), Err(Code::OutOfRange));
    assert_eq!(code(sent(9)), Ok(()));
    assert_eq!(code(finish("cloud")), Err(Code::FailedPrecondition));
    assert_eq!(code(sent(1)), Ok(()));
    assert_eq!(code(finish("")), Err(Code::InvalidArgument));
    assert_eq!(code(finish("cloud")), Ok(()));
    assert_eq!(code(sent(0)), Err(Code::NotFound), "it is over");
    assert_eq!(code(Command::FailJob { job_id, error: Error::default() }), Err(Code::NotFound));
    assert_eq!(code(Command::FinishSession), Ok(()));
    assert_eq!(code(Command::FinishSession), Err(Code::FailedPrecondition));
    let never = Timestamp { seconds: i64::MAX, nanos: 0 };
    let refused = engine.apply(open(), never).map_err(|refusal| refusal.code);
    assert_eq!(refused, Err(Code::InvalidArgument));
}

#[test]
fn a_failed_upload_resumes_and_the_clock_never_goes_back() {
    let (mut engine, [image_id, job_id, upload_id]) = with_job(Limits::default());
    let mut say = |command, seconds| {
        let at = Timestamp { seconds, nanos: 0 };
        engine.apply(command, at).expect("records")
    };
    say(Command::BytesSent { upload_id: upload_id.clone(), bytes: 4 }, 0);
    let records = say(Command::FailUpload { upload_id, error: Error::default() }, 5);
    let [Record::Error(_), Record::Upload(failed)] = records.as_slice() else {
        panic!("{records:?}")
    };
    assert_eq!((failed.status, failed.progress), (UploadStatus::Error as i32, 4));
    let records = say(Command::Retry { job_id: job_id.clone(), image_id }, 6);
    let [Record::Upload(again)] = records.as_slice() else { panic!("{records:?}") };
    assert_ne!(again.id, failed.id);
    assert_eq!((again.progress, &again.error), (4, &None));
    let records = say(Command::FailJob { job_id, error: Error::default() }, -1);
    let Some(Record::Job(job)) = records.last() else { panic!("{records:?}") };
    assert_eq!((job.status, job.progress), (UploadStatus::Error as i32, 4));
    assert_eq!(job.finished_at, Some(Timestamp { seconds: 6, nanos: 0 }));
}

#[test]
fn what_waits_is_bounded() {
    let (mut engine, _) = with_job(Limits { images: 3, waiting: 3 });
    let mut code = |command| {
        let said = engine.apply(command, Timestamp::default());
        said.map_err(|refusal| refusal.code).map(|_| ())
    };
    let add = || Command::AddImage { local_path: String::new(), size: u64::MAX };
    assert_eq!([code(add()), code(add())], [Ok(()), Ok(())]);
    assert_eq!(code(add()), Err(Code::ResourceExhausted), "a session's images");
    assert_eq!(code(Command::FinishSession), Ok(()));
    assert_eq!(code(Command::OpenSession { name: String::new() }), Ok(()));
    assert_eq!(code(add()), Err(Code::ResourceExhausted), "all that waits");
    let ids: Vec<String> = engine.free.keys().cloned().collect();
    let mut start = |image_ids| {
        let recipient = String::new();
        let start = Command::StartJob { image_ids, recipient };
        let said = engine.apply(start, Timestamp::default());
        said.map_err(|refusal| refusal.code).map(|_| ())
    };
    assert_eq!(start(ids.clone()), Err(Code::OutOfRange), "the sum of sizes");
    let twice = vec![ids[0].clone(), ids[0].clone()];
    assert_eq!(start(twice), Err(Code::InvalidArgument));
    assert_eq!(start(vec![String::new(); 4]), Err(Code::ResourceExhausted));
}

fn command() -> impl Strategy<Value = Command> {
    let id = || prop_oneof!["image-[1-6]", "job-[1-9]", "upload-[1-9]", Just(String::new())];
    let ids = proptest::collection::vec(id(), 0..4);
    let bytes = || prop_oneof![0..20u64, any::<u64>()];
    let error = || (any::<u64>(), ".{0,4}").prop_map(|(code, message)| Error { code, message });
    prop_oneof![
        ".{0,4}".prop_map(|name| Command::OpenSession { name }),
        ("[a-z]", bytes()).prop_map(|(local_path, size)| Command::AddImage { local_path, size }),
        Just(Command::FinishSession),
        (ids, ".{0,4}")
            .prop_map(|(image_ids, recipient)| Command::StartJob { image_ids, recipient }),
        (id(), id()).prop_map(|(job_id, image_id)| Command::Retry { job_id, image_id }),
        (id(), bytes()).prop_map(|(upload_id, bytes)| Command::BytesSent { upload_id, bytes }),
        (id(), ".{0,4}")
            .prop_map(|(upload_id, cloud_id)| Command::FinishUpload { upload_id, cloud_id }),
        (id(), error()).prop_map(|(upload_id, error)| Command::FailUpload { upload_id, error }),
        (id(), error()).prop_map(|(job_id, error)| Command::FailJob { job_id, error }),
    ]
}

proptest! {
    #[test]
    fn no_commands_panic_or_break_a_clause(
        commands in proptest::collection::vec((command(), any::<i64>(), any::<i32>()), 0..60),
        fault in proptest::option::of(0..Fault::ALL.len()),
    ) {
        let faults: Faults = fault.map(|fault| Fault::ALL[fault]).into_iter().collect();
        let right = faults == Faults::default();
        let mut engine = Engine::new(Limits::default(), faults);
        let mut said = Vec::new();
        for (command, seconds, nanos) in commands {
            let seconds = seconds % 300_000_000_000;
            let at = Timestamp { seconds, nanos: nanos % 1_100_000_000 };
            said.extend(engine.apply(command, at).unwrap_or_default());
        }
        for record in &said {
            prop_assert!(!record.to_json().contains('\n'));
        }
        if right {
            prop_assert_eq!(broken(said.into_iter()), [""; 0]);
        }
    }
}
