//! Agents that the document allows, and that are not like the reference: none of them may be red.
#![cfg(feature = "net")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::{BufMut as _, Bytes, BytesMut};
use h2::server::SendResponse;
use http::{HeaderMap, Response};
use tokio::net::{TcpListener, TcpStream};
use wirecheck::catalogue;
use wirecheck::client::Origin;
use wirecheck::config::{Agent as AgentConfig, Config};
use wirecheck::cx::Settings;
use wirecheck::model::{Report, Verdict};
use wirecheck::run::{Options, Silent, run};
use wirecheck::specs::agent::messages::{Id, Method, Request};
use wirecheck::target::{Endpoint, Target};
use wirecheck::wire::Writer;

/// In what an agent differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Variant {
    /// A job whose files are missing is FAILED_PRECONDITION and not remembered.
    RefusesUnstaged,
    /// A job moves by the clock, whoever looks.
    MovesByTime,
    /// The same, and it takes longer than a check has without a window.
    MovesSlowly,
    /// A job is done at the first look.
    DoneAtOnce,
    /// Files come some other way: success_files is empty, and jobs wait.
    NamesNoFile,
    /// Uuids come back in upper case, beside fields that nobody knows, in overlong varints.
    WritesOddly,
    /// What its parser does not like is INTERNAL.
    ParsesStrictly,
    /// A repeated file is named as often as the request has it.
    NamesRepeated,
}

/// A gRPC status code.
type Code = u32;

#[derive(Default)]
struct Agent {
    staged: BTreeSet<String>,
    /// When a job's files were all there first, and how often it was looked at since.
    jobs: BTreeMap<String, (Instant, u64)>,
}

impl Agent {
    fn answer(&mut self, variant: Variant, path: &str, bytes: &[u8]) -> Result<Vec<u8>, Code> {
        let method = Method::of(path).ok_or(12_u32)?;
        let missing = if variant == Variant::ParsesStrictly { 13 } else { 3 };
        let request = Request::decode(method, bytes).map_err(|_| missing)?;
        let job = uuid(&request.job.ok_or(missing)?, missing)?;
        let files: Result<Vec<_>, _> = request.files.iter().map(|id| uuid(id, missing)).collect();
        match method {
            Method::StageInFiles => Ok(self.stage(variant, files?)),
            Method::RunJob => self.run(variant, job, &files?),
        }
    }

    fn stage(&mut self, variant: Variant, mut files: Vec<String>) -> Vec<u8> {
        if variant != Variant::NamesNoFile {
            self.staged.extend(files.iter().cloned());
        }
        let mut seen = BTreeSet::new();
        files.retain(|file| variant == Variant::NamesRepeated || seen.insert(file.clone()));
        if variant == Variant::NamesNoFile {
            files.clear();
        }
        let odd = variant == Variant::WritesOddly;
        let mut response = Writer::new();
        for file in files {
            let text = if odd { file.to_uppercase() } else { file };
            let mut id = Writer::new().len(1, text.as_bytes());
            if odd {
                // An unknown group, and the same message in two pieces.
                id = id.group(9, &Writer::new().varint(1, 7).into_bytes());
            }
            let mut staged = Writer::new().len(1, &id.into_bytes());
            if odd {
                staged = staged.len(1, &[]).fixed64(77, 1);
            }
            response = response.len(1, &staged.into_bytes());
        }
        response.into_bytes()
    }

    fn run(&mut self, variant: Variant, job: String, files: &[String]) -> Result<Vec<u8>, Code> {
        let staged = files.iter().all(|file| self.staged.contains(file));
        if !staged && !self.jobs.contains_key(&job) {
            return if variant == Variant::RefusesUnstaged { Err(9) } else { Ok(code(variant, 0)) };
        }
        let (since, looks) = self.jobs.entry(job).or_insert_with(|| (Instant::now(), 0));
        *looks += 1;
        let state = match variant {
            Variant::MovesByTime => since.elapsed().as_millis() as u64 / 30,
            Variant::MovesSlowly => since.elapsed().as_millis() as u64 / 1200,
            Variant::DoneAtOnce => 2,
            _ => *looks,
        };
        Ok(code(variant, state.min(2)))
    }
}

fn code(variant: Variant, state: u64) -> Vec<u8> {
    if variant == Variant::WritesOddly {
        let tag = Writer::new().tag_of(1, 0, 2);
        return tag.bare_varint(state, 4).len(15, b"?").into_bytes();
    }
    Writer::new().varint(1, state).into_bytes()
}

/// The key of an id, which has to be a uuid.
fn uuid(id: &Id, missing: Code) -> Result<String, Code> {
    let text = id.0.as_deref().ok_or(missing)?;
    let hyphens = text.char_indices().filter(|(_, c)| *c == '-').map(|(at, _)| at);
    let form = text.len() == 36
        && hyphens.eq([8, 13, 18, 23])
        && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit());
    if form { Ok(text.to_lowercase()) } else { Err(3) }
}

async fn served(variant: Variant, listener: TcpListener) {
    let agent = Arc::new(Mutex::new(Agent::default()));
    while let Ok((tcp, _)) = listener.accept().await {
        tokio::spawn(connection(variant, Arc::clone(&agent), tcp));
    }
}

async fn connection(variant: Variant, agent: Arc<Mutex<Agent>>, tcp: TcpStream) {
    let mut connection = h2::server::Builder::new()
        .initial_window_size(4 << 20)
        .handshake::<_, Bytes>(tcp)
        .await
        .expect("HTTP/2");
    while let Some(Ok((request, respond))) = connection.accept().await {
        let agent = Arc::clone(&agent);
        tokio::spawn(async move {
            let (parts, mut body) = request.into_parts();
            let mut bytes = BytesMut::new();
            while let Some(Ok(chunk)) = body.data().await {
                let _ = body.flow_control().release_capacity(chunk.len());
                bytes.put(chunk);
            }
            let answer =
                agent.lock().expect("no panic").answer(variant, parts.uri.path(), &bytes[5..]);
            respond_with(respond, answer);
        });
    }
}

fn respond_with(mut respond: SendResponse<Bytes>, answer: Result<Vec<u8>, Code>) {
    let response = Response::builder().header("content-type", "application/grpc");
    let response = response.body(()).expect("a response");
    // A client that went away is no matter.
    let Ok(mut stream) = respond.send_response(response, false) else { return };
    let status = match answer {
        Ok(payload) => {
            let mut message = BytesMut::new();
            message.put_u8(0);
            message.put_u32(payload.len() as u32);
            message.put_slice(&payload);
            let _ = stream.send_data(message.freeze(), false);
            0
        }
        Err(code) => code,
    };
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", status.into());
    let _ = stream.send_trailers(trailers);
}

fn settings(variant: Variant) -> Settings {
    let usual = Settings {
        seed: 7,
        timeout: Duration::from_secs(5),
        observe: Some(Duration::from_secs(1)),
        ..Settings::default()
    };
    match variant {
        Variant::MovesSlowly => Settings {
            timeout: Duration::from_secs(1),
            observe: None,
            config: Config {
                agent: AgentConfig { observe: Some(Duration::from_secs(30)) },
                ..Config::default()
            },
            ..usual
        },
        _ => usual,
    }
}

async fn report(variant: Variant, rooms: &[&str]) -> Report {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let serving = tokio::spawn(served(variant, listener));
    let options = Options { settings: settings(variant), strict: true, ..Options::default() };
    let origin = Origin::plain(address.clone());
    let target = Target::Endpoint(Endpoint { url: address, origin });
    let checks = catalogue::select(rooms).expect("the room has checks");
    let report = run(&target, &checks, &options, &Silent).await.expect("the agent answers");
    serving.abort();
    report
}

/// Everything passes, but for these, which are skipped.
async fn passes(variant: Variant, skipped: &[&str]) {
    let report = report(variant, &["agent"]).await;
    for result in &report.results {
        let words = result.id.trim_start_matches("agent/");
        match &result.verdict {
            Verdict::Pass => assert!(!skipped.contains(&words), "{variant:?}: {words} passes"),
            Verdict::Skip(why) => assert!(skipped.contains(&words), "{variant:?}: {words}: {why}"),
            other => panic!("{variant:?}: {words}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_server_may_refuse_a_job_that_has_to_wait() {
    passes(Variant::RefusesUnstaged, &["run/leaves-wait-with-files-staged-meanwhile"]).await;
}

#[tokio::test]
async fn a_job_may_move_by_itself() {
    passes(Variant::MovesByTime, &[]).await;
}

/// The configuration's window is as long as it says, however short a check's own time.
#[tokio::test]
async fn a_job_may_take_as_long_as_the_configuration_grants() {
    let moving = ["agent/run/reaches-done", "agent/run/leaves-wait-with-files-staged-before"];
    let report = report(Variant::MovesSlowly, &moving).await;
    report.assert_passed();
    assert_eq!(report.summary().pass, moving.len(), "{report}");
}

#[tokio::test]
async fn a_job_may_be_done_at_once() {
    passes(Variant::DoneAtOnce, &["argument/case-insensitive-uuid"]).await;
}

#[tokio::test]
async fn files_may_be_staged_in_some_other_way() {
    // None is staged while the room looks on, and so no job leaves WAIT: like a server that does nothing.
    let skipped = [
        "argument/case-insensitive-uuid",
        "code/not-staged-code",
        "required/staged-file-present",
        "run/concurrent-callers-agree",
        "run/done-is-final",
        "run/jobs-independent",
        "run/leaves-wait-with-files-staged-before",
        "run/leaves-wait-with-files-staged-meanwhile",
        "run/never-backwards",
        "run/reaches-done",
        "run/repeated-file",
        "run/requirements-accepted",
        "run/waits-for-files",
        "run/waits-for-files-when-one-is-missing",
        "stage/again-is-the-same",
        "stage/empty-request",
        "stage/many-files",
        "stage/needs-no-known-job",
        "stage/no-duplicates-invented",
        "stage/no-duplicates-invented-among-repeated",
        "stage/serves-any-job",
        "stage/success-within-request",
    ];
    passes(Variant::NamesNoFile, &skipped).await;
}

#[tokio::test]
async fn a_response_may_be_written_in_any_legal_way() {
    passes(Variant::WritesOddly, &[]).await;
}

#[tokio::test]
async fn a_missing_field_may_fail_the_parser() {
    passes(Variant::ParsesStrictly, &[]).await;
}

#[tokio::test]
async fn a_repeated_file_may_be_named_again() {
    passes(Variant::NamesRepeated, &[]).await;
}
