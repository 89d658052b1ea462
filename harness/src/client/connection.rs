//! One HTTP/2 connection to the target, with prior knowledge, driven by a task of its own.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use h2::client::SendRequest;
use h2::{Ping, PingPong};
use http::{HeaderMap, Method, Request, Uri};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Header, Headers, Side};

use super::{Call, Origin, Recorder};

/// Bytes of a stream, and of a connection, that may be under way unread: 1 and 2 MiB.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 2 << 20;
/// Bytes of one header block that are read, 256 KiB.
const HEADER_LIST: u32 = 256 << 10;

/// Why no connection came about.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DialError {
    /// TCP did not come about.
    #[error("cannot connect to {address}: {why}")]
    Connect {
        /// Host and port.
        address: String,
        /// The operating system's reason.
        why: String,
    },
    /// It did not in time.
    #[error("no connection to {address} by the deadline")]
    Late {
        /// Host and port.
        address: String,
    },
    /// TCP came about, TLS did not.
    #[error("{address} accepts connections, but TLS fails: {why}")]
    Tls {
        /// Host and port.
        address: String,
        /// The handshake's reason.
        why: String,
    },
    /// TLS came about, and the target did not choose HTTP/2 in it.
    #[error("{address} speaks TLS but does not offer h2 in ALPN, which gRPC needs")]
    Alpn {
        /// Host and port.
        address: String,
    },
    /// TCP came about, HTTP/2 did not.
    #[error("{address} accepts connections but does not speak HTTP/2 with prior knowledge: {why}")]
    Http2 {
        /// Host and port.
        address: String,
        /// What came in its place.
        why: String,
    },
}

/// One connection. Dropped, it closes.
#[derive(Debug)]
pub struct Connection {
    number: u32,
    origin: Origin,
    requests: SendRequest<Bytes>,
    pings: Option<PingPong>,
    recorder: Recorder,
    lost: Lost,
    driver: JoinHandle<()>,
}

/// Why the connection ended, once it has.
#[derive(Clone, Debug, Default)]
pub(super) struct Lost(Arc<Mutex<Option<String>>>);

impl Lost {
    pub(super) fn why(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, why: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }
}

impl Connection {
    /// Connects and shakes hands.
    ///
    /// # Errors
    /// When the target refuses, does not answer by the deadline, or closes at once.
    pub async fn dial(
        origin: &Origin,
        recorder: &Recorder,
        deadline: Instant,
    ) -> Result<Connection, DialError> {
        let address = origin.address.clone();
        let late = |_| DialError::Late { address: address.clone() };
        let io = timeout_at(deadline, reach(origin)).await.map_err(late)??;
        let handshake = h2::client::Builder::new()
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(HEADER_LIST)
            .enable_push(false)
            .handshake::<_, Bytes>(io);
        let (requests, mut driver) =
            timeout_at(deadline, handshake).await.map_err(late)?.map_err(|error| {
                DialError::Http2 { address: address.clone(), why: error.to_string() }
            })?;

        let number = recorder.next_connection();
        let pings = driver.ping_pong();
        let lost = Lost::default();
        let task = tokio::spawn({
            let (lost, recorder) = (lost.clone(), recorder.clone());
            async move {
                let why = match driver.await {
                    Ok(()) => "closed by the target".to_owned(),
                    Err(error) => {
                        if let (true, true, Some(reason)) =
                            (error.is_go_away(), error.is_remote(), error.reason())
                        {
                            recorder.add(number, 0, Side::Server, What::Goaway(reason.into()));
                        }
                        error.to_string()
                    }
                };
                recorder.add(number, 0, Side::Server, What::ConnectionLost(why.clone()));
                lost.set(why);
            }
        });
        Ok(Connection {
            number,
            origin: origin.clone(),
            requests,
            pings,
            recorder: recorder.clone(),
            lost,
            driver: task,
        })
    }

    /// Opens a call on `path` with the headers that every gRPC client sends, and `more`.
    pub async fn call(&self, path: &str, more: &HeaderMap, deadline: Instant) -> Call {
        let mut headers = HeaderMap::new();
        headers.insert("te", http::HeaderValue::from_static("trailers"));
        headers.insert("content-type", http::HeaderValue::from_static("application/grpc"));
        for (name, value) in more {
            headers.append(name, value.clone());
        }
        self.open(Method::POST, path, headers, false, deadline).await
    }

    /// Opens a stream with exactly these headers, and those that the user gave for every call.
    pub async fn open(
        &self,
        method: Method,
        path: &str,
        mut headers: HeaderMap,
        end_stream: bool,
        deadline: Instant,
    ) -> Call {
        headers
            .extend(self.origin.headers.iter().map(|(name, value)| (name.clone(), value.clone())));
        let stream = self.recorder.next_stream();
        let sent = recorded_headers(&method, path, &headers, end_stream);
        self.recorder.add(self.number, stream, Side::Client, What::Headers(sent));
        let seat = Seat {
            connection: self.number,
            stream,
            recorder: self.recorder.clone(),
            lost: self.lost.clone(),
        };
        let uri = Uri::builder()
            .scheme(self.origin.scheme())
            .authority(self.origin.authority.as_str())
            .path_and_query(path)
            .build();
        let mut request =
            match uri.and_then(|uri| Request::builder().method(method).uri(uri).body(())) {
                Ok(request) => request,
                Err(error) => {
                    return Call::stillborn(
                        seat,
                        deadline,
                        &format!("{path:?} cannot be sent: {error}"),
                    );
                }
            };
        *request.headers_mut() = headers;
        match timeout_at(deadline, self.requests.clone().ready()).await {
            Ok(Ok(mut requests)) => match requests.send_request(request, end_stream) {
                Ok((response, body)) => Call::new(seat, deadline, response, body),
                Err(error) => Call::stillborn(seat, deadline, &error.to_string()),
            },
            Ok(Err(error)) => Call::stillborn(seat, deadline, &error.to_string()),
            Err(_) => Call::stillborn(seat, deadline, "no stream could be opened by the deadline"),
        }
    }

    /// Sends a PING and waits for its answer: everything that the target had sent before is here then.
    ///
    /// # Errors
    /// Says what came instead of the answer.
    pub async fn ping(&mut self, deadline: Instant) -> Result<(), String> {
        let Some(pings) = &mut self.pings else {
            return Err("this connection's pings are taken".to_owned());
        };
        self.recorder.add(self.number, 0, Side::Client, What::Ping(Vec::new()));
        match timeout_at(deadline, pings.ping(Ping::opaque())).await {
            Ok(Ok(_)) => {
                self.recorder.add(self.number, 0, Side::Server, What::Ping(Vec::new()));
                Ok(())
            }
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("no answer to PING by the deadline".to_owned()),
        }
    }

    /// How many streams the target allows at once, as far as its SETTINGS have told.
    pub fn stream_cap(&self) -> usize {
        self.requests.current_max_send_streams()
    }

    /// Waits for the target to close the connection; false when it has not by `deadline`.
    pub async fn closes(&mut self, deadline: Instant) -> bool {
        // A task that was awaited to its end must not be awaited again.
        self.driver.is_finished() || timeout_at(deadline, &mut self.driver).await.is_ok()
    }

    /// Why the connection ended, once it has.
    pub fn lost(&self) -> Option<String> {
        self.lost.why()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// What bytes go over: TCP, or TLS on it.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

pub(super) async fn reach(origin: &Origin) -> Result<Box<dyn Wire>, DialError> {
    let address = origin.address.clone();
    let connect = |error: std::io::Error| DialError::Connect {
        address: address.clone(),
        why: error.to_string(),
    };
    let tcp = TcpStream::connect(&origin.address).await.map_err(connect)?;
    tcp.set_nodelay(true).map_err(connect)?;
    let Some(tls) = &origin.tls else { return Ok(Box::new(tcp)) };
    let connector = TlsConnector::from(tls.config.clone());
    let stream = connector.connect(tls.name.clone(), tcp).await;
    let stream = stream
        .map_err(|error| DialError::Tls { address: address.clone(), why: error.to_string() })?;
    match stream.get_ref().1.alpn_protocol() {
        Some(b"h2") => Ok(Box::new(stream)),
        _ => Err(DialError::Alpn { address }),
    }
}

/// Where a call's events belong.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) connection: u32,
    pub(super) stream: u32,
    pub(super) recorder: Recorder,
    pub(super) lost: Lost,
}

impl Seat {
    pub(super) fn add(&self, side: Side, what: What) -> usize {
        self.recorder.add(self.connection, self.stream, side, what)
    }
}

fn recorded_headers(method: &Method, path: &str, headers: &HeaderMap, end_stream: bool) -> Headers {
    let pseudo = [(":method", method.as_str()), (":path", path)];
    let pseudo = pseudo.map(|(name, value)| Header { name: name.to_owned(), value: value.into() });
    let fields = pseudo.into_iter().chain(fields(headers)).collect();
    Headers { fields, end_stream }
}

/// A header map as a trace holds it: without the values that the user gave for every call.
pub(super) fn fields(headers: &HeaderMap) -> impl Iterator<Item = Header> + '_ {
    headers.iter().map(|(name, value)| {
        let value = if value.is_sensitive() { b"(secret)" } else { value.as_bytes() };
        Header { name: name.as_str().to_owned(), value: value.to_vec() }
    })
}
