//! A client that sees every frame of a response: `h2` and nothing above it.

use std::time::Duration;

use bytes::{BufMut, Bytes};
use h2::client::{ResponseFuture, SendRequest};
use h2::{Ping, PingPong, Reason, SendStream};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use prost::Message;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use wirecheck_proto::agent::{FileId, JobId, StageInFilesRequest};
use wirecheck_reference::{Config, Faults, Server};

/// A method that takes and gives one message.
pub(crate) const UNARY: &str = "/Agent/StageInFiles";
/// A method that takes and gives any number, and has its headers out before the first.
pub(crate) const STREAM: &str = "/session.Session/Create";
/// How long an answer may take; a right one comes at once.
const PATIENCE: Duration = Duration::from_secs(3);

/// A server of its own for each probe.
pub(crate) struct Target(pub(crate) Server);

impl Target {
    pub(crate) async fn start(faults: Faults) -> Target {
        let config = Config { faults, ..Config::default() };
        Target(Server::start(config).await.expect("a free port"))
    }

    pub(crate) async fn socket(&self) -> TcpStream {
        let socket = TcpStream::connect(self.0.addr()).await;
        socket.expect("the system accepts")
    }

    pub(crate) async fn connect(&self) -> Option<Client> {
        Client::over(self.socket().await, h2::client::Builder::new()).await
    }

    /// Makes one call on a connection of its own.
    pub(crate) async fn call(&self, call: Call) -> Reply {
        match self.connect().await {
            Some(mut client) => client.call(call).await,
            None => Reply::silent(End::Lost),
        }
    }

    /// Whether a right call on a fresh connection is served.
    pub(crate) async fn serves(&self) -> bool {
        self.call(Call::good()).await.is_ok()
    }
}

/// A connection.
pub(crate) struct Client {
    send: SendRequest<Bytes>,
    ping: PingPong,
}

impl Client {
    pub(crate) async fn over(socket: TcpStream, h2: h2::client::Builder) -> Option<Client> {
        let handshake = timeout(PATIENCE, h2.handshake(socket)).await.ok()?;
        let (send, mut connection) = handshake.ok()?;
        let ping = connection.ping_pong().expect("it is the first to ask");
        tokio::spawn(connection);
        Some(Client { send, ping })
    }

    pub(crate) async fn call(&mut self, call: Call) -> Reply {
        let (open, data) = self.open(call).await;
        open.send_all(data).await
    }

    /// Sends the headers. Gives what is to be sent behind them, too.
    pub(crate) async fn open(&mut self, call: Call) -> (Open, Vec<Bytes>) {
        let (request, data) = call.into_request();
        let began = Instant::now();
        let ready = timeout(PATIENCE, self.send.clone().ready()).await;
        let sent = match ready {
            Ok(Ok(mut send)) => send.send_request(request, false).ok(),
            Ok(Err(_)) | Err(_) => None,
        };
        (Open { sent, began }, data)
    }

    /// Whether a PING comes back by and by.
    pub(crate) async fn ping(&mut self) -> bool {
        let pong = self.ping.ping(Ping::opaque());
        timeout(PATIENCE, pong).await.is_ok_and(|pong| pong.is_ok())
    }
}

/// A call that is under way.
pub(crate) struct Open {
    sent: Option<(ResponseFuture, SendStream<Bytes>)>,
    began: Instant,
}

impl Open {
    /// Sends DATA as it is. What is refused meanwhile is the reply's to tell.
    pub(crate) fn send(&mut self, data: impl Into<Bytes>, end: bool) {
        if let Some((_, send)) = &mut self.sent {
            let _ = send.send_data(data.into(), end);
        }
    }

    /// Waits for the headers of the response.
    pub(crate) async fn has_headers(&mut self) -> bool {
        let Some((response, _)) = &mut self.sent else {
            return false;
        };
        timeout(PATIENCE, response).await.is_ok_and(|head| head.is_ok())
    }

    async fn send_all(mut self, data: Vec<Bytes>) -> Reply {
        for data in data {
            self.send(data, false);
            // Gives h2 the chance to make this a frame of its own.
            tokio::task::yield_now().await;
        }
        self.finish().await
    }

    /// Half-closes, then takes the reply.
    pub(crate) async fn finish(mut self) -> Reply {
        self.send(Bytes::new(), true);
        self.reply().await
    }

    /// Whatever comes, by the end of our patience.
    pub(crate) async fn reply(self) -> Reply {
        self.reply_within(PATIENCE).await
    }

    pub(crate) async fn reply_within(self, patience: Duration) -> Reply {
        let mut reply = Reply::silent(End::Lost);
        if let Some((response, _send)) = self.sent {
            reply.end = End::Silent;
            let reading = timeout(patience, reply.read(response)).await;
            if let Ok(end) = reading {
                reply.end = end;
            }
        }
        reply.took = self.began.elapsed();
        reply
    }
}

/// How a response ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With END_STREAM.
    Stream,
    Reset(Reason),
    Lost,
    /// Not by now.
    Silent,
}

/// A response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) http: StatusCode,
    pub(crate) head: HeaderMap,
    pub(crate) data: Vec<u8>,
    pub(crate) trailers: Option<HeaderMap>,
    pub(crate) end: End,
    pub(crate) took: Duration,
}

impl Reply {
    fn silent(end: End) -> Reply {
        Reply {
            http: StatusCode::OK,
            head: HeaderMap::new(),
            data: Vec::new(),
            trailers: None,
            end,
            took: Duration::ZERO,
        }
    }

    async fn read(&mut self, response: ResponseFuture) -> End {
        match self.frames(response).await {
            Ok(()) => End::Stream,
            Err(error) => match error.reason() {
                Some(reason) if error.is_reset() => End::Reset(reason),
                _ => End::Lost,
            },
        }
    }

    async fn frames(&mut self, response: ResponseFuture) -> Result<(), h2::Error> {
        let (head, mut body) = response.await?.into_parts();
        self.http = head.status;
        self.head = head.headers;
        while let Some(data) = body.data().await {
            let data = data?;
            self.data.extend_from_slice(&data);
            body.flow_control().release_capacity(data.len())?;
        }
        self.trailers = body.trailers().await?;
        Ok(())
    }

    /// Every value of this name, in headers and trailers.
    pub(crate) fn all(&self, name: &str) -> Vec<&HeaderValue> {
        let trailers = self.trailers.iter();
        let blocks = std::iter::once(&self.head).chain(trailers);
        blocks.flat_map(|block| block.get_all(name)).collect()
    }

    /// The only grpc-status, where the stream ended with it.
    pub(crate) fn code(&self) -> Option<u8> {
        match &self.all("grpc-status")[..] {
            [code] if self.end == End::Stream => code.to_str().ok()?.parse().ok(),
            _ => None,
        }
    }

    /// Served, with one message.
    pub(crate) fn is_ok(&self) -> bool {
        self.code() == Some(0) && messages(&self.data) == Some(1)
    }

    /// Ended with a status other than OK, or with an HTTP status that says no.
    pub(crate) fn is_refused(&self) -> bool {
        self.code().is_some_and(|code| code != 0) || self.http.is_client_error()
    }

    pub(crate) fn is(&self, code: u8) -> bool {
        self.http == StatusCode::OK && self.code() == Some(code)
    }
}

/// How many whole messages these bytes are.
pub(crate) fn messages(mut data: &[u8]) -> Option<usize> {
    let mut count = 0;
    while !data.is_empty() {
        let length: [u8; 4] = data.get(1..5)?.try_into().ok()?;
        let length = usize::try_from(u32::from_be_bytes(length)).ok()?;
        data = data.get(5 + length..)?;
        count += 1;
    }
    Some(count)
}

/// What a client sends.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) data: Vec<Bytes>,
}

impl Call {
    /// Headers alone.
    pub(crate) fn to(path: &str) -> Call {
        let mut headers = HeaderMap::new();
        headers.insert("te", HeaderValue::from_static("trailers"));
        headers.insert("content-type", HeaderValue::from_static("application/grpc"));
        Call { method: "POST", path: path.to_owned(), headers, data: vec![] }
    }

    /// A call that any right server answers.
    pub(crate) fn good() -> Call {
        Call::to(UNARY).data(good())
    }

    pub(crate) fn method(mut self, method: &'static str) -> Call {
        self.method = method;
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Call {
        let value = HeaderValue::from_str(value).expect("a header's value");
        self.headers.append(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Call {
        self.headers.remove(name);
        self
    }

    /// Adds DATA, in a frame of its own if it is not too much.
    pub(crate) fn data(mut self, data: impl Into<Bytes>) -> Call {
        self.data.push(data.into());
        self
    }

    fn into_request(self) -> (Request<()>, Vec<Bytes>) {
        let mut request = Request::builder()
            .method(self.method)
            .uri(format!("http://localhost{}", self.path))
            .body(())
            .expect("a request");
        *request.headers_mut() = self.headers;
        (request, self.data)
    }
}

/// A message with its prefix.
pub(crate) fn message(flag: u8, payload: &[u8]) -> Bytes {
    prefixed(flag, payload.len(), payload)
}

/// A message whose prefix says what it likes.
pub(crate) fn prefixed(flag: u8, length: usize, payload: &[u8]) -> Bytes {
    let mut message = vec![flag];
    message.put_u32(u32::try_from(length).expect("four bytes"));
    message.extend_from_slice(payload);
    message.into()
}

/// A request of [`UNARY`], with its prefix.
pub(crate) fn good() -> Bytes {
    message(0, &payload())
}

/// A request of [`UNARY`].
pub(crate) fn payload() -> Vec<u8> {
    payload_of(1)
}

/// A request of [`UNARY`] that is answered like no other.
pub(crate) fn payload_of(number: u32) -> Vec<u8> {
    payload_of_files(number, 1)
}

/// A request of [`UNARY`] for so many files, each of which takes 40 bytes of the answer.
pub(crate) fn payload_of_files(number: u32, files: u32) -> Vec<u8> {
    let uuid = |number: u32| format!("00000000-0000-4000-8000-{number:012x}");
    let files = (number..number + files).map(|number| FileId { uuid: uuid(number) }).collect();
    StageInFilesRequest { job: JobId { uuid: uuid(number) }, files }.encode_to_vec()
}
