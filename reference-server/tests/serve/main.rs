//! The server as its clients see it: it starts on a free port, serves every service, and ends.

mod atomix_session;
mod jina;
mod stream;

use std::time::Duration;

use stream::{Stream, complete, connect, init, sign, start, unsigned};
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use wirecheck_proto::agent::agent_client::AgentClient;
use wirecheck_proto::agent::{FileId, JobId, ResponseCode, RunJobRequest, StageInFilesRequest};
use wirecheck_proto::session::create_request::Message as Ask;
use wirecheck_proto::session::create_response::Message as Answer;
use wirecheck_reference::neofs_session::Limits;
use wirecheck_reference::{Config, Fault, Faults, Server, StartError};

#[tokio::test]
async fn a_handshake_completes_and_ends_with_ok() {
    let (server, channel) = start(Config::default()).await;
    let mut stream = Stream::open(&channel).await;
    let token = sign(unsigned(&mut stream).await);
    let answer = stream.say(Ask::Signed(token.clone())).await;
    assert_eq!(answer.expect("Signed is good"), Some(Answer::Result(token)));
    drop(stream.requests);
    assert_eq!(stream.answers.message().await.expect("OK"), None);
    server.stop().await;
}

#[tokio::test]
async fn a_half_close_right_behind_signed_still_gets_result_but_for_the_fault() {
    for (faults, due) in
        [(Faults::default(), true), (Faults::from_iter([Fault::LosesResultAtHalfClose]), false)]
    {
        let (_server, channel) = start(Config { faults, ..Config::default() }).await;
        let mut stream = Stream::open(&channel).await;
        let token = sign(unsigned(&mut stream).await);
        stream.send(Ask::Signed(token)).await;
        drop(stream.requests);
        let answer = stream.answers.message().await.expect("OK");
        assert_eq!(answer.is_some(), due);
    }
}

#[tokio::test]
async fn the_fault_of_the_half_close_loses_nothing_else() {
    let (_server, channel) = start(Config {
        faults: Faults::from_iter([Fault::LosesResultAtHalfClose]),
        ..Config::default()
    })
    .await;
    let mut stream = Stream::open(&channel).await;
    let token = sign(unsigned(&mut stream).await);
    stream.send(Ask::Signed(token.clone())).await;
    stream.send(Ask::Signed(token)).await;
    let answer = stream.answers.message().await.expect("Signed is good");
    assert!(matches!(answer.and_then(|answer| answer.message), Some(Answer::Result(_))));
    let status = stream.answers.message().await.expect_err("a second Signed");
    assert_eq!(status.code(), Code::FailedPrecondition);
}

#[tokio::test]
async fn cancelled_handshakes_give_back_what_they_held_but_for_the_fault() {
    let limits = Limits { open: 4, ..Limits::default() };
    for (faults, leaks) in
        [(Faults::default(), false), (Faults::from_iter([Fault::LeaksCancelledHandshakes]), true)]
    {
        let (_server, channel) =
            start(Config { faults, sessions: limits, ..Config::default() }).await;
        for _ in 0..100 {
            let mut stream = Stream::open(&channel).await;
            // The reset of an earlier stream may still be on its way; its share is back when it is in.
            let _ = stream.say(Ask::Init(init())).await;
        }
        let last = async { while complete(&channel).await.is_err() != leaks {} };
        tokio::time::timeout(Duration::from_secs(10), last).await.expect("it comes to that");
    }
}

#[tokio::test]
async fn a_violation_stays_on_its_stream_but_for_the_fault() {
    for (faults, spared) in
        [(Faults::default(), true), (Faults::from_iter([Fault::PoisonsConnection]), false)]
    {
        let (server, channel) = start(Config { faults, ..Config::default() }).await;
        let elsewhere = connect(&server).await.expect("it listens");
        let (mut here, mut there) = (Stream::open(&channel).await, Stream::open(&elsewhere).await);
        let (here_token, there_token) = (unsigned(&mut here).await, unsigned(&mut there).await);
        let mut wrong = Stream::open(&channel).await;
        wrong.say(Ask::Signed(init())).await.expect_err("Signed came first");
        assert_eq!(here.say(Ask::Signed(sign(here_token))).await.is_ok(), spared);
        there.say(Ask::Signed(sign(there_token))).await.expect("another connection is spared");
        complete(&channel).await.expect("a later handshake is spared");
    }
}

#[tokio::test]
async fn health_and_reflection_know_every_service() {
    let (_server, channel) = start(Config::default()).await;
    let mut health = HealthClient::new(channel.clone());
    for service in ["", "session.Session", "Agent"] {
        let request = HealthCheckRequest { service: service.to_owned() };
        let answer = health.check(request).await.expect(service).into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{service}");
    }
    let list = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let answers =
        ServerReflectionClient::new(channel).server_reflection_info(tokio_stream::once(list)).await;
    let answer = answers.expect("v1").into_inner().message().await.expect("an answer");
    let Some(MessageResponse::ListServicesResponse(list)) =
        answer.and_then(|answer| answer.message_response)
    else {
        panic!("a list was due");
    };
    let names: Vec<_> = list.service.iter().map(|service| &service.name[..]).collect();
    assert!(names.contains(&"session.Session") && names.contains(&"Agent"), "{names:?}");
}

#[tokio::test]
async fn a_refusal_reaches_the_client_as_a_status() {
    let (_server, channel) = start(Config::default()).await;
    let mut stream = Stream::open(&channel).await;
    let status = stream.say(Ask::Signed(init())).await.expect_err("Signed came first");
    assert_eq!(status.code(), Code::FailedPrecondition);
    assert_eq!(status.message(), "Signed came where Init was due");
}

#[tokio::test]
async fn a_client_that_dawdles_is_cut_off() {
    let (_server, channel) =
        start(Config { step_timeout: Duration::from_millis(50), ..Config::default() }).await;
    let mut stream = Stream::open(&channel).await;
    unsigned(&mut stream).await;
    let status = stream.answers.message().await.expect_err("no Signed came");
    assert_eq!(status.code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_token() {
    let mut tokens = Vec::new();
    for seed in [1, 1, 2] {
        let (_server, channel) = start(Config { seed: Some(seed), ..Config::default() }).await;
        tokens.push(unsigned(&mut Stream::open(&channel).await).await);
    }
    assert_eq!(tokens[0], tokens[1]);
    assert_ne!(tokens[1], tokens[2]);
}

#[tokio::test]
async fn files_are_staged_and_a_job_runs() {
    let (_server, channel) = start(Config::default()).await;
    let mut agent = AgentClient::new(channel);
    let job = JobId { uuid: "6ba7b810-9dad-11d1-80b4-00c04fd430c8".to_owned() };
    let files = vec![FileId { uuid: "6BA7B811-9dad-11d1-80b4-00c04fd430c8".to_owned() }];
    let run = RunJobRequest { job: job.clone(), files: files.clone(), requirements: vec![] };
    let waits = agent.run_job(run.clone()).await.expect("a new job");
    assert_eq!(waits.into_inner().code(), ResponseCode::Wait);
    let stage = StageInFilesRequest { job, files: files.clone() };
    let staged = agent.stage_in_files(stage).await.expect("staging").into_inner();
    let staged: Vec<_> = staged.success_files.into_iter().map(|staged| staged.file).collect();
    assert_eq!(staged, files);
    for code in [ResponseCode::Run, ResponseCode::Done, ResponseCode::Done] {
        let answer = agent.run_job(run.clone()).await.expect("a known job");
        assert_eq!(answer.into_inner().code(), code);
    }
}

#[tokio::test]
async fn an_open_stream_does_not_keep_the_server_from_stopping() {
    let (server, channel) = start(Config::default()).await;
    let mut stream = Stream::open(&channel).await;
    unsigned(&mut stream).await;
    let addr = server.addr();
    let (_, ended) = tokio::join!(server.stop(), stream.answers.message());
    assert_eq!(ended.expect_err("the server stopped").code(), Code::Unavailable);
    assert!(tokio::net::TcpStream::connect(addr).await.is_err(), "nobody listens");
}

#[tokio::test]
async fn a_dropped_server_takes_its_connections_with_it() {
    let (server, channel) = start(Config::default()).await;
    let mut stream = Stream::open(&channel).await;
    unsigned(&mut stream).await;
    drop(server);
    stream.answers.message().await.expect_err("the server is gone");
}

#[tokio::test]
async fn a_taken_address_is_told() {
    let (server, _channel) = start(Config::default()).await;
    let again = Server::start(Config { listen: server.addr(), ..Config::default() });
    let error = again.await.expect_err("the address is taken");
    assert!(matches!(error, StartError::Listen { addr, .. } if addr == server.addr()));
}

#[tokio::test]
async fn past_the_cap_connections_are_closed() {
    let (server, channel) = start(Config { max_connections: 1, ..Config::default() }).await;
    unsigned(&mut Stream::open(&channel).await).await;
    let second = tokio::net::TcpStream::connect(server.addr()).await.expect("the system accepts");
    let mut byte = [0];
    second.readable().await.expect("its end comes");
    assert!(matches!(second.try_read(&mut byte), Ok(0) | Err(_)), "it is closed");
}
