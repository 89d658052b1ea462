//! A server on a free port, and a client's stream to it.

use ed25519_dalek::{Signer, SigningKey};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Status, Streaming};
use wirecheck_proto::session::create_request::Message as Ask;
use wirecheck_proto::session::create_response::Message as Answer;
use wirecheck_proto::session::session_client::SessionClient;
use wirecheck_proto::session::{CreateRequest, CreateResponse, Token};
use wirecheck_reference::neofs_session::payload;
use wirecheck_reference::{Config, Server};

pub(crate) async fn start(config: Config) -> (Server, Channel) {
    let server = Server::start(config).await.expect("a free port");
    let channel = connect(&server).await.expect("it listens");
    (server, channel)
}

pub(crate) async fn connect(server: &Server) -> Result<Channel, tonic::transport::Error> {
    let url = format!("http://{}", server.addr());
    Channel::from_shared(url).expect("a URL").connect().await
}

pub(crate) struct Stream {
    pub(crate) requests: mpsc::Sender<CreateRequest>,
    pub(crate) answers: Streaming<CreateResponse>,
}

impl Stream {
    pub(crate) async fn open(channel: &Channel) -> Stream {
        let (requests, receiver) = mpsc::channel(4);
        let answers = SessionClient::new(channel.clone())
            .create(ReceiverStream::new(receiver))
            .await
            .expect("headers come before the first message")
            .into_inner();
        Stream { requests, answers }
    }

    pub(crate) async fn send(&mut self, message: Ask) {
        let request = CreateRequest { message: Some(message), ..CreateRequest::default() };
        self.requests.send(request).await.expect("the stream is open");
    }

    pub(crate) async fn say(&mut self, message: Ask) -> Result<Option<Answer>, Status> {
        let request = CreateRequest { message: Some(message), ..CreateRequest::default() };
        self.requests.send(request).await.expect("the stream is open");
        let answer = self.answers.message().await?;
        Ok(answer.and_then(|answer| answer.message))
    }
}

pub(crate) fn owner() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

pub(crate) fn init() -> Token {
    Token { owner_id: owner().verifying_key().to_bytes().into(), last_epoch: 1, ..Token::default() }
}

pub(crate) fn sign(mut token: Token) -> Token {
    token.signature = owner().sign(&payload(&token)).to_bytes().into();
    let header = token.header.as_mut().expect("a session key");
    header.key_signature = owner().sign(&header.public_key).to_bytes().into();
    token
}

pub(crate) async fn unsigned(stream: &mut Stream) -> Token {
    match stream.say(Ask::Init(init())).await.expect("Init is good") {
        Some(Answer::Unsigned(token)) => token,
        other => panic!("Unsigned was due, not {other:?}"),
    }
}

/// Completes a handshake, or tells how it was refused.
pub(crate) async fn complete(channel: &Channel) -> Result<(), Status> {
    let mut stream = Stream::open(channel).await;
    match stream.say(Ask::Init(init())).await? {
        Some(Answer::Unsigned(token)) => stream.say(Ask::Signed(sign(token))).await.map(|_| ()),
        other => panic!("Unsigned was due, not {other:?}"),
    }
}
