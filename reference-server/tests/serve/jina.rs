//! Requests to jina as a client sends them, over streams and alone, and the end after TERMINATE.

use std::time::Duration;

use bytes::{Buf, BufMut};
use prost::Message as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Code, Status, Streaming};
use wirecheck_proto::jina::document::Content;
use wirecheck_proto::jina::jina_rpc_client::JinaRpcClient;
use wirecheck_proto::jina::request::{Body, ControlRequest, IndexRequest, SearchRequest};
use wirecheck_proto::jina::spawn_request::{self, PeaSpawnRequest};
use wirecheck_proto::jina::status::StatusCode;
use wirecheck_proto::jina::{Document, Request, SpawnRequest};
use wirecheck_reference::{Config, Fault, Faults, Server};

use crate::stream::{connect, start};

const TERMINATE: i32 = 0;
const STATUS: i32 = 1;

fn client(channel: &Channel) -> JinaRpcClient<Channel> {
    JinaRpcClient::new(channel.clone())
}

fn faulty(fault: Fault) -> Config {
    Config { faults: Faults::from_iter([fault]), ..Config::default() }
}

fn request(request_id: u32, body: Option<Body>) -> Request {
    Request { request_id, body, status: None }
}

fn control(command: i32) -> Option<Body> {
    Some(Body::Control(ControlRequest { command, ..ControlRequest::default() }))
}

fn documents(id: u32) -> Vec<Document> {
    vec![Document {
        id,
        content: Some(Content::Text(format!("document {id}"))),
        ..Document::default()
    }]
}

fn code(answer: &Request) -> StatusCode {
    let status = answer.status.as_ref().expect("a status");
    StatusCode::try_from(status.code).expect("a code of the enum")
}

async fn ask(channel: &Channel, body: Option<Body>) -> Result<Request, Status> {
    let answer = client(channel).call_unary(request(7, body)).await?;
    Ok(answer.into_inner())
}

struct Call {
    requests: mpsc::Sender<Request>,
    answers: Streaming<Request>,
}

impl Call {
    async fn open(channel: &Channel) -> Call {
        let (requests, receiver) = mpsc::channel(2_000);
        let answers = client(channel).call(ReceiverStream::new(receiver)).await;
        let answers = answers.expect("headers come first").into_inner();
        Call { requests, answers }
    }

    async fn say(&self, id: u32, body: Option<Body>) {
        let sent = self.requests.send(request(id, body)).await;
        sent.expect("the stream is open");
    }

    async fn next(&mut self) -> Option<Request> {
        self.answers.message().await.expect("no refusal")
    }
}

#[tokio::test]
async fn what_is_indexed_is_found() {
    let (_server, channel) = start(Config::default()).await;
    for id in [3, 4] {
        let body = Body::Index(IndexRequest { docs: documents(id) });
        let answer = ask(&channel, Some(body.clone())).await.expect("an answer");
        assert_eq!((code(&answer), answer.body), (StatusCode::Success, Some(body)));
    }
    let body = Body::Search(SearchRequest { docs: documents(4), top_k: 1 });
    let answer = ask(&channel, Some(body)).await.expect("an answer");
    let Some(Body::Search(search)) = answer.body else { panic!("no search came back") };
    assert_eq!(search.docs[0].matches[0].id, 4);
}

#[tokio::test]
async fn a_stream_answers_each_request_at_once_and_ends_with_ok() {
    let (_server, channel) = start(Config::default()).await;
    let mut call = Call::open(&channel).await;
    call.say(1, control(STATUS)).await;
    let answer = call.next().await.expect("before the half-close");
    assert_eq!((answer.request_id, code(&answer)), (1, StatusCode::Ready));
    call.say(2, None).await;
    assert_eq!(code(&call.next().await.expect("an answer")), StatusCode::Error);
    for id in 3..1_003 {
        call.say(id, control(STATUS)).await;
    }
    drop(call.requests);
    for id in 3..1_003 {
        let answer = call.answers.message().await.expect("no refusal");
        assert_eq!(answer.map(|answer| answer.request_id), Some(id));
    }
    assert_eq!(call.answers.message().await.expect("OK"), None);
}

#[tokio::test]
async fn held_answers_come_after_the_half_close() {
    let (_server, channel) = start(faulty(Fault::WaitsForHalfClose)).await;
    let mut call = Call::open(&channel).await;
    call.say(1, control(STATUS)).await;
    drop(call.requests);
    let answer = call.answers.message().await.expect("no refusal");
    assert_eq!(answer.map(|answer| answer.request_id), Some(1));
    assert_eq!(call.answers.message().await.expect("OK"), None);
}

#[tokio::test]
async fn a_pea_is_spawned_where_that_is_allowed() {
    let pea = spawn_request::Body::Pea(PeaSpawnRequest {
        args: vec!["--name".to_owned(), "a".to_owned()],
    });
    let request = SpawnRequest { body: Some(pea), ..SpawnRequest::default() };
    for (allow_spawn, outcome) in [(false, StatusCode::ErrorNotallowed), (true, StatusCode::Ready)]
    {
        let (_server, channel) = start(Config { allow_spawn, ..Config::default() }).await;
        let messages = client(&channel).spawn(request.clone()).await;
        let mut messages = messages.expect("a stream").into_inner();
        let mut last = None;
        while let Some(message) = messages.message().await.expect("no refusal") {
            assert_eq!(message.body, request.body);
            last = message.status.map(|status| status.code);
        }
        assert_eq!(last, Some(outcome as i32));
    }
}

/// Waits until nobody can connect any more.
async fn gone(server: &Server) {
    let nobody = async { while connect(server).await.is_ok() {} };
    let came = tokio::time::timeout(Duration::from_secs(10), nobody).await;
    came.expect("the server ends");
}

#[tokio::test]
async fn terminate_is_acknowledged_and_then_the_server_ends() {
    let (mut server, channel) = start(Config::default()).await;
    let answer = ask(&channel, control(TERMINATE)).await.expect("an answer");
    assert_eq!(code(&answer), StatusCode::Success);
    server.terminated().await;
    gone(&server).await;
    server.stop().await;

    let (mut server, channel) = start(Config::default()).await;
    let mut call = Call::open(&channel).await;
    call.say(1, control(TERMINATE)).await;
    assert_eq!(code(&call.next().await.expect("an answer")), StatusCode::Success);
    assert_eq!(call.next().await, None, "the stream ends with OK");
    server.terminated().await;
    gone(&server).await;
}

#[tokio::test]
async fn an_unanswered_terminate_ends_the_server_and_an_ignored_one_does_not() {
    let (server, channel) = start(faulty(Fault::TerminatesUnanswered)).await;
    assert!(ask(&channel, control(TERMINATE)).await.is_err());
    gone(&server).await;
    let (server, channel) = start(faulty(Fault::IgnoresTerminate)).await;
    ask(&channel, control(TERMINATE)).await.expect("an answer");
    ask(&channel, control(STATUS)).await.expect("it goes on");
    connect(&server).await.expect("it goes on");
}

#[tokio::test]
async fn a_stop_ends_a_call_that_is_never_answered() {
    let (server, channel) = start(faulty(Fault::NeverAnswersStatus)).await;
    let status = tokio::spawn({
        let channel = channel.clone();
        async move { ask(&channel, control(STATUS)).await }
    });
    ask(&channel, None).await.expect("others are answered");
    server.stop().await;
    let refused = status.await.expect("no panic").expect_err("never answered");
    assert_eq!(refused.code(), Code::Unavailable);
}

/// Sends bytes as they are; takes any answer.
#[derive(Default)]
struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Bytes;
    type Decoder = Bytes;

    fn encoder(&mut self) -> Bytes {
        Bytes
    }

    fn decoder(&mut self) -> Bytes {
        Bytes
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, bytes: Vec<u8>, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put_slice(&bytes);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining()).to_vec()))
    }
}

async fn ask_with_bytes(channel: &Channel, bytes: Vec<u8>) -> Result<Request, Status> {
    let mut grpc = tonic::client::Grpc::new(channel.clone());
    grpc.ready().await.expect("a connection");
    let path = http::uri::PathAndQuery::from_static("/jina.JinaRPC/CallUnary");
    let answer = grpc.unary(tonic::Request::new(bytes), path, Bytes).await?;
    Ok(Request::decode(answer.get_ref().as_slice()).expect("a request"))
}

/// An index request whose document has this many chunks, each inside the one before.
fn tree(depth: usize) -> Vec<u8> {
    let tags = std::iter::repeat_n(0x22, depth).chain([0x0a, 0x1a]);
    tags.fold(Vec::new(), |inner, tag| {
        let mut outer = vec![tag];
        prost::encode_length_delimiter(inner.len(), &mut outer).expect("room");
        outer.extend(inner);
        outer
    })
}

#[tokio::test]
async fn trees_come_back_whole_or_are_refused_and_the_server_lives_but_for_the_fault() {
    let (_server, channel) = start(Config::default()).await;
    let answer = ask_with_bytes(&channel, tree(64)).await.expect("an answer");
    let sent = Request::decode(tree(64).as_slice()).expect("64 are few");
    assert_eq!(answer.body, sent.body);
    let refused = ask_with_bytes(&channel, tree(10_000)).await;
    assert_eq!(refused.expect_err("10,000 are many").code(), Code::Internal);
    ask(&channel, control(STATUS)).await.expect("it lives");
    let (server, channel) = start(faulty(Fault::DiesOfDeepTrees)).await;
    assert!(ask_with_bytes(&channel, tree(10_000)).await.is_err());
    gone(&server).await;
}
