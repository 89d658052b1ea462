//! The server as its clients see it: it starts on a free port, serves every service, and ends.

use std::time::Duration;

use ed25519_dalek::{Signer, SigningKey};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Code, Status, Streaming};
use wirecheck_proto::agent::agent_client::AgentClient;
use wirecheck_proto::agent::{FileId, JobId, ResponseCode, RunJobRequest, StageInFilesRequest};
use wirecheck_proto::session::create_request::Message as Ask;
use wirecheck_proto::session::create_response::Message as Answer;
use wirecheck_proto::session::session_client::SessionClient;
use wirecheck_proto::session::{CreateRequest, CreateResponse, Token};
use wirecheck_reference::neofs_session::payload;
use wirecheck_reference::{Config, Server, StartError};

async fn start(config: Config) -> (Server, Channel) {
    let server = Server::start(config).await.expect("a free port");
    let channel = connect(&server).await.expect("it listens");
    (server, channel)
}

async fn connect(server: &Server) -> Result<Channel, tonic::transport::Error> {
    let url = format!("http://{}", server.addr());
    Channel::from_shared(url).expect("a URL").connect().await
}

struct Stream {
    requests: mpsc::Sender<CreateRequest>,
    answers: Streaming<CreateResponse>,
}

impl Stream {
    async fn open(channel: &Channel) -> Stream {
        let (requests, receiver) = mpsc::channel(4);
        let answers = SessionClient::new(channel.clone())
            .create(ReceiverStream::new(receiver))
            .await
            .expect("headers come before the first message")
            .into_inner();
        Stream { requests, answers }
    }

    async fn say(&mut self, message: Ask) -> Result<Option<Answer>, Status> {
        let request = CreateRequest {
            message: Some(message),
            ..CreateRequest::default()
        };
        self.requests
            .send(request)
            .await
            .expect("the stream is open");
        let answer = self.answers.message().await?;
        Ok(answer.and_then(|answer| answer.message))
    }
}

fn owner() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

fn init() -> Token {
    Token {
        owner_id: owner().verifying_key().to_bytes().into(),
        last_epoch: 1,
        ..Token::default()
    }
}

async fn unsigned(stream: &mut Stream) -> Token {
    match stream.say(Ask::Init(init())).await.expect("Init is good") {
        Some(Answer::Unsigned(token)) => token,
        other => panic!("Unsigned was due, not {other:?}"),
    }
}

#[tokio::test]
async fn a_handshake_completes_and_ends_with_ok() {
    let (server, channel) = start(Config::default()).await;
    let mut stream = Stream::open(&channel).await;
    let mut token = unsigned(&mut stream).await;
    token.signature = owner().sign(&payload(&token)).to_bytes().into();
    let header = token.header.as_mut().expect("a session key");
    header.key_signature = owner().sign(&header.public_key).to_bytes().into();
    let answer = stream.say(Ask::Signed(token.clone())).await;
    assert_eq!(answer.expect("Signed is good"), Some(Answer::Result(token)));
    drop(stream.requests);
    assert_eq!(stream.answers.message().await.expect("OK"), None);
    server.stop().await;
}

#[tokio::test]
async fn a_refusal_reaches_the_client_as_a_status() {
    let (_server, channel) = start(Config::default()).await;
    let mut stream = Stream::open(&channel).await;
    let status = stream
        .say(Ask::Signed(init()))
        .await
        .expect_err("Signed came first");
    assert_eq!(status.code(), Code::FailedPrecondition);
    assert_eq!(status.message(), "Signed came where Init was due");
}

#[tokio::test]
async fn a_client_that_dawdles_is_cut_off() {
    let (_server, channel) = start(Config {
        step_timeout: Duration::from_millis(50),
        ..Config::default()
    })
    .await;
    let mut stream = Stream::open(&channel).await;
    unsigned(&mut stream).await;
    let status = stream.answers.message().await.expect_err("no Signed came");
    assert_eq!(status.code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_token() {
    let mut tokens = Vec::new();
    for seed in [1, 1, 2] {
        let (_server, channel) = start(Config {
            seed: Some(seed),
            ..Config::default()
        })
        .await;
        tokens.push(unsigned(&mut Stream::open(&channel).await).await);
    }
    assert_eq!(tokens[0], tokens[1]);
    assert_ne!(tokens[1], tokens[2]);
}

#[tokio::test]
async fn files_are_staged_and_a_job_runs() {
    let (_server, channel) = start(Config::default()).await;
    let mut agent = AgentClient::new(channel);
    let job = JobId {
        uuid: "6ba7b810-9dad-11d1-80b4-00c04fd430c8".to_owned(),
    };
    let files = vec![FileId {
        uuid: "6BA7B811-9dad-11d1-80b4-00c04fd430c8".to_owned(),
    }];
    let run = RunJobRequest {
        job: job.clone(),
        files: files.clone(),
        requirements: vec![],
    };
    let waits = agent.run_job(run.clone()).await.expect("a new job");
    assert_eq!(waits.into_inner().code(), ResponseCode::Wait);
    let stage = StageInFilesRequest {
        job,
        files: files.clone(),
    };
    let staged = agent
        .stage_in_files(stage)
        .await
        .expect("staging")
        .into_inner();
    let staged: Vec<_> = staged
        .success_files
        .into_iter()
        .map(|staged| staged.file)
        .collect();
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
    assert_eq!(
        ended.expect_err("the server stopped").code(),
        Code::Unavailable
    );
    assert!(
        tokio::net::TcpStream::connect(addr).await.is_err(),
        "nobody listens"
    );
}

#[tokio::test]
async fn a_dropped_server_takes_its_connections_with_it() {
    let (server, channel) = start(Config::default()).await;
    let mut stream = Stream::open(&channel).await;
    unsigned(&mut stream).await;
    drop(server);
    stream
        .answers
        .message()
        .await
        .expect_err("the server is gone");
}

#[tokio::test]
async fn a_taken_address_is_told() {
    let (server, _channel) = start(Config::default()).await;
    let again = Server::start(Config {
        listen: server.addr(),
        ..Config::default()
    });
    let error = again.await.expect_err("the address is taken");
    assert!(matches!(error, StartError::Listen { addr, .. } if addr == server.addr()));
}

#[tokio::test]
async fn past_the_cap_connections_are_closed() {
    let (server, channel) = start(Config {
        max_connections: 1,
        ..Config::default()
    })
    .await;
    unsigned(&mut Stream::open(&channel).await).await;
    let second = tokio::net::TcpStream::connect(server.addr())
        .await
        .expect("the system accepts");
    let mut byte = [0];
    second.readable().await.expect("its end comes");
    assert!(
        matches!(second.try_read(&mut byte), Ok(0) | Err(_)),
        "it is closed"
    );
}
