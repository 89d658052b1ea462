//! Every fault of the agent breaks its clause where a client can see it, and nothing does without a fault.

use std::collections::BTreeSet;

use prost::Message;
use wirecheck_proto::agent::{
    FileId, JobId, JobRequirement, RunJobRequest, RunJobResponse, StageInFilesRequest,
    StageInFilesResponse,
};
use wirecheck_reference::agent::{Agent, Limits, Run, Staging, encode_run, encode_staged};
use wirecheck_reference::{Code, ConnectionId, Fault, Faults, Refusal};

/// Whether the clause holds, as a client sees it.
type Holds = fn(&Faults) -> bool;

const WAIT: i32 = 0;
const RUN: i32 = 1;
const DONE: i32 = 2;

const PROBES: &[(Fault, Holds)] = &[
    // required
    (Fault::AcceptsMissingJob, |f| refuses(f, &[])),
    (Fault::AcceptsMissingJobUuid, |f| refuses(f, &[0x0a, 0x00])),
    (Fault::AcceptsMissingFileUuid, |f| refuses(f, &[&job()[..], &[0x12, 0x00]].concat())),
    (Fault::ChecksLoneFileOnly, |f| {
        let good = stage_request(&[uuid(1)]);
        let lone = [&job()[..], &[0x12, 0x00]].concat();
        assert!(refuses(f, &lone), "a lone file is still judged");
        refuses(f, &[&good[..], &[0x12, 0x00]].concat())
            && refuses(f, &[&job()[..], &[0x12, 0x00], &good[job().len()..]].concat())
    }),
    (Fault::OmitsWaitCode, |f| Client::new(f).run_bytes(1, &[uuid(9)]) == Ok(vec![0x08, 0x00])),
    (Fault::OmitsStagedFile, |f| staged_bytes(f) == staged_bytes(&Faults::default())),
    (Fault::OmitsStagedUuid, |f| staged_bytes(f) == staged_bytes(&Faults::default())),
    (Fault::TreatsEmptyAsMissing, |f| {
        let refusal = Client::new(f).stage(&[String::new()]).expect_err("empty is no uuid");
        refusal.code != Code::Internal
    }),
    (Fault::RequiresPythonVersion, |f| Client::new(f).run_requiring(1).is_ok()),
    // stage
    (Fault::InventsStagedFile, |f| Client::new(f).stage(&[uuid(1)]) == Ok(vec![uuid(1)])),
    (Fault::RepeatsStagedFiles, |f| Client::new(f).stage(&[uuid(1)]) == Ok(vec![uuid(1)])),
    (Fault::RefusesEmptyStaging, |f| Client::new(f).stage(&[]) == Ok(vec![])),
    (Fault::NamesNewFilesOnly, |f| {
        let mut client = Client::new(f);
        client.stage(&[uuid(1)]) == client.stage(&[uuid(1)])
    }),
    (Fault::StagesForKnownJobsOnly, |f| Client::new(f).stage(&[uuid(1)]).is_ok()),
    (Fault::KeepsFilesPerJob, |f| {
        let mut client = Client::new(f);
        client.stage(&[uuid(1)]).expect("staging");
        assert_eq!(client.code(1, &[uuid(1)]), RUN, "the job itself is spared");
        client.code(2, &[uuid(1)]) == RUN
    }),
    (Fault::StagesThousandFilesAtMost, |f| {
        let files: Vec<_> = (0..10_000).map(uuid).collect();
        Client::new(f).stage(&files).is_ok_and(|staged| staged.len() == 10_000)
    }),
    // run
    (Fault::AnswersCodeThree, |f| codes(f, 4).iter().all(|code| (WAIT..=DONE).contains(code))),
    (Fault::StepsBack, |f| codes(f, 4).is_sorted()),
    (Fault::ForgetsDoneJob, |f| codes(f, 4).is_sorted()),
    (Fault::RunsWithoutFiles, |f| Client::new(f).runs(1, &[uuid(9)], 1) == [WAIT]),
    (Fault::TiresOfWaiting, |f| Client::new(f).runs(1, &[uuid(9)], 8) == [WAIT; 8]),
    (Fault::WaitsForever, |f| codes(f, 8) != [WAIT; 8]),
    (Fault::NeverDone, |f| codes(f, 8).contains(&DONE)),
    (Fault::CountsRepeatedFile, |f| {
        let mut client = Client::new(f);
        client.stage(&[uuid(1)]).expect("staging");
        client.code(1, &[uuid(1), uuid(1)]) == RUN
    }),
    (Fault::LosesJobAmongOthers, |f| {
        assert!(codes(f, 8).is_sorted(), "a job alone is spared");
        let mut client = Client::new(f);
        let turns = (0..8).map(|_| (client.code(1, &[]), client.code(2, &[])));
        let (one, other): (Vec<_>, Vec<_>) = turns.unzip();
        one.is_sorted() && other.is_sorted()
    }),
    (Fault::AnswersFromStaleView, |f| {
        assert_eq!(codes(f, 40).last(), Some(&DONE), "a connection alone is spared");
        assert!(codes(f, 40).is_sorted(), "a connection alone is spared");
        let mut client = Client::new(f);
        let mut look = |connection| {
            client.connection = ConnectionId(connection);
            client.code(1, &[])
        };
        let looks: Vec<_> = (0..8).map(|call| look(call % 2)).collect();
        looks.is_sorted()
    }),
    (Fault::RefusesManyRequirements, |f| Client::new(f).run_requiring(1000).is_ok()),
    (Fault::RefusesNoRequirements, |f| Client::new(f).run_requiring(0).is_ok()),
    // argument
    (Fault::AcceptsAnyUuidText, |f| Client::new(f).stage(&["job".to_owned()]).is_err()),
    (Fault::AcceptsOtherUuidForms, |f| Client::new(f).stage(&[uuid(1).replace('-', "")]).is_err()),
    (Fault::ComparesUuidsAsText, |f| {
        let mut client = Client::new(f);
        client.stage(&[uuid(10)]).expect("staging");
        client.code(1, &[uuid(10).to_uppercase()]) == RUN
    }),
    // code
    (Fault::MissingFieldIsUnknown, |f| {
        Staging::parse(&[], f).expect_err("job is missing").code == Code::InvalidArgument
    }),
    (Fault::BadArgumentIsNotFound, |f| {
        let refusal = Client::new(f).stage(&["job".to_owned()]).expect_err("no uuid");
        refusal.code == Code::InvalidArgument
    }),
    (Fault::UnstagedIsUnavailable, |f| {
        let looked = Client::new(f).run_bytes(1, &[uuid(9)]);
        looked.is_ok_and(|bytes| bytes == [0x08, 0x00])
    }),
];

#[test]
fn every_fault_breaks_its_clause_and_no_clause_breaks_without_one() {
    for (fault, holds) in PROBES {
        assert!(holds(&Faults::default()), "{fault}: the clause holds without it");
        assert!(!holds(&Faults::from_iter([*fault])), "{fault} shows");
    }
}

#[test]
fn every_fault_of_the_room_has_a_probe() {
    let of_the_room = |fault: &&Fault| fault.breaks().starts_with("agent/");
    let faults: BTreeSet<_> = Fault::ALL.iter().filter(of_the_room).copied().collect();
    let probed: BTreeSet<_> = PROBES.iter().map(|(fault, _)| *fault).collect();
    assert_eq!(faults, probed);
}

/// A client of one agent.
struct Client<'a> {
    agent: Agent,
    faults: &'a Faults,
    connection: ConnectionId,
}

impl<'a> Client<'a> {
    fn new(faults: &'a Faults) -> Client<'a> {
        Client {
            agent: Agent::new(Limits::default(), faults.clone()),
            faults,
            connection: ConnectionId::default(),
        }
    }

    fn stage_bytes(&mut self, files: &[String]) -> Result<Vec<u8>, Refusal> {
        let staging = Staging::parse(&stage_request(files), self.faults)?;
        Ok(encode_staged(&self.agent.stage(staging)?, self.faults))
    }

    fn stage(&mut self, files: &[String]) -> Result<Vec<String>, Refusal> {
        let bytes = self.stage_bytes(files)?;
        let response = StageInFilesResponse::decode(&bytes[..]).expect("it parses");
        Ok(response.success_files.into_iter().map(|staged| staged.file.uuid).collect())
    }

    fn send(&mut self, request: &RunJobRequest) -> Result<Vec<u8>, Refusal> {
        let run = Run::parse(&request.encode_to_vec(), self.faults)?;
        Ok(encode_run(&self.agent.run(run, self.connection)?, self.faults))
    }

    fn run_bytes(&mut self, job: u32, files: &[String]) -> Result<Vec<u8>, Refusal> {
        self.send(&run_request(job, files, 1))
    }

    fn run_requiring(&mut self, requirements: usize) -> Result<Vec<u8>, Refusal> {
        self.send(&run_request(1, &[], requirements))
    }

    fn code(&mut self, job: u32, files: &[String]) -> i32 {
        let bytes = self.run_bytes(job, files).expect("a good request");
        RunJobResponse::decode(&bytes[..]).expect("it parses").code
    }

    fn runs(&mut self, job: u32, files: &[String], calls: usize) -> Vec<i32> {
        (0..calls).map(|_| self.code(job, files)).collect()
    }
}

fn uuid(n: u32) -> String {
    format!("00000000-0000-4000-8000-{n:012x}")
}

fn ids(files: &[String]) -> Vec<FileId> {
    files.iter().map(|uuid| FileId { uuid: uuid.clone() }).collect()
}

fn job_id(n: u32) -> JobId {
    JobId { uuid: uuid(0xabc000 + n) }
}

/// The encoded field `job` alone.
fn job() -> Vec<u8> {
    stage_request(&[])
}

fn stage_request(files: &[String]) -> Vec<u8> {
    let request = StageInFilesRequest { job: job_id(1), files: ids(files) };
    request.encode_to_vec()
}

fn run_request(job: u32, files: &[String], requirements: usize) -> RunJobRequest {
    RunJobRequest {
        job: job_id(job),
        requirements: vec![JobRequirement::default(); requirements],
        files: ids(files),
    }
}

fn refuses(faults: &Faults, bytes: &[u8]) -> bool {
    Staging::parse(bytes, faults).is_err()
}

fn staged_bytes(faults: &Faults) -> Result<Vec<u8>, Refusal> {
    Client::new(faults).stage_bytes(&[uuid(1), uuid(2)])
}

/// What one connection sees of one job whose files are staged.
fn codes(faults: &Faults, calls: usize) -> Vec<i32> {
    let mut client = Client::new(faults);
    let waits = client.code(1, &[uuid(1)]);
    client.stage(&[uuid(1)]).expect("staging");
    let later = client.runs(1, &[uuid(1)], calls - 1);
    [&[waits][..], &later].concat()
}
