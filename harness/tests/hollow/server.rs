//! Hollow servers: each does one and the same to every call, on every path.

use bytes::{Buf as _, Bytes, BytesMut};
use h2::server::SendResponse;
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderMap, HeaderValue, Request, Response};
use tokio::net::{TcpListener, TcpStream};

/// A call that the servers which end no call refuse all the same: else a run takes them for dead at
/// once, and tries no check.
const PULSE: &str = "/atomix.runtime.v1.SessionService/ListSessions";

/// What a server does to a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answers {
    /// OK behind this.
    Ok(Says),
    /// A refusal with this code, and no message.
    Refusal(u8),
    /// RST_STREAM INTERNAL_ERROR.
    Reset,
    /// The end of the connection.
    Close,
    /// Headers, and then nothing.
    Mute,
}

/// What a server says before OK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// No message.
    Nothing,
    /// An empty message.
    Empty,
    /// A message that does not parse.
    Garbage,
    /// Two empty messages.
    Two,
    /// An empty message that is flagged as compressed, without an encoding.
    Flagged,
    /// jina's Request, under the id 0, with a status of ERROR and a description.
    Error,
    /// A RunJobResponse with WAIT.
    Wait,
    /// What the client said.
    Echo,
}

impl Says {
    pub(crate) const ALL: [Says; 8] = [
        Says::Nothing,
        Says::Empty,
        Says::Garbage,
        Says::Two,
        Says::Flagged,
        Says::Error,
        Says::Wait,
        Says::Echo,
    ];

    /// The messages with their prefixes; `sent` are the client's.
    fn messages(self, sent: Bytes) -> Bytes {
        let messages: &'static [u8] = match self {
            Says::Nothing => &[],
            Says::Empty => b"\0\0\0\0\0",
            Says::Garbage => b"\0\0\0\0\x03\xff\xff\xff",
            Says::Two => b"\0\0\0\0\0\0\0\0\0\0",
            Says::Flagged => b"\x01\0\0\0\0",
            // Field 6, status: code 3, description "bad".
            Says::Error => b"\0\0\0\0\x09\x32\x07\x08\x03\x12\x03bad",
            // Field 1, code: 0.
            Says::Wait => b"\0\0\0\0\x02\x08\0",
            Says::Echo => return sent,
        };
        Bytes::from_static(messages)
    }
}

/// When a server does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// As soon as the headers of the call are there.
    AtOnce,
    /// The messages behind each message of the client, the end at its half-close.
    EachMessage,
    /// When the client half-closes.
    HalfClose,
}

/// A hollow server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hollow {
    pub(crate) answers: Answers,
    pub(crate) when: When,
}

impl Hollow {
    /// Starts it, and says where it listens.
    pub(crate) async fn start(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        tokio::spawn(async move {
            while let Ok((io, _)) = listener.accept().await {
                tokio::spawn(self.serve(io));
            }
        });
        address
    }

    /// One connection. What goes wrong on it is the client's doing, and its own to judge.
    async fn serve(self, io: TcpStream) -> Option<()> {
        let mut connection = h2::server::handshake(io).await.ok()?;
        while let Some(Ok((request, respond))) = connection.accept().await {
            let pulse = request.uri().path() == PULSE;
            match self.answers {
                Answers::Close if !pulse => return None,
                Answers::Close | Answers::Mute if pulse => {
                    let refuses = Hollow { answers: Answers::Refusal(13), when: When::AtOnce };
                    tokio::spawn(refuses.answer(request, respond));
                }
                _ => drop(tokio::spawn(self.answer(request, respond))),
            }
        }
        None
    }

    async fn answer(
        self,
        request: Request<RecvStream>,
        mut respond: SendResponse<Bytes>,
    ) -> Option<()> {
        let mut body = request.into_body();
        let mut echoed = Bytes::new();
        if self.when == When::HalfClose {
            let mut unread = BytesMut::new();
            while let Some(Ok(bytes)) = body.data().await {
                body.flow_control().release_capacity(bytes.len()).ok()?;
                unread.extend_from_slice(&bytes);
            }
            echoed = unread.freeze();
        }
        match self.answers {
            Answers::Ok(says) => {
                let mut send = respond.send_response(opening(), false).ok()?;
                match self.when {
                    When::EachMessage => each(says, &mut body, &mut send).await?,
                    When::AtOnce | When::HalfClose => {
                        send.send_data(says.messages(echoed), false).ok()?;
                    }
                }
                send.send_trailers(status(0)).ok()
            }
            Answers::Refusal(code) => {
                let mut response = opening();
                response.headers_mut().extend(status(code));
                respond.send_response(response, true).ok().map(drop)
            }
            Answers::Reset => {
                respond.send_reset(Reason::INTERNAL_ERROR);
                Some(())
            }
            Answers::Close | Answers::Mute => {
                let send = respond.send_response(opening(), false).ok()?;
                while let Some(Ok(bytes)) = body.data().await {
                    body.flow_control().release_capacity(bytes.len()).ok()?;
                }
                // Held until the client gives the call up.
                std::future::pending::<()>().await;
                drop(send);
                None
            }
        }
    }
}

/// Answers each message of the client's.
async fn each(says: Says, body: &mut RecvStream, send: &mut SendStream<Bytes>) -> Option<()> {
    let mut unread = BytesMut::new();
    while let Some(Ok(bytes)) = body.data().await {
        body.flow_control().release_capacity(bytes.len()).ok()?;
        unread.extend_from_slice(&bytes);
        while let Some(whole) = whole(&mut unread) {
            send.send_data(says.messages(whole), false).ok()?;
        }
    }
    Some(())
}

/// The next whole message, with its prefix.
pub(crate) fn whole(unread: &mut BytesMut) -> Option<Bytes> {
    let length = unread.get(1..5).map(|mut length| length.get_u32() as usize)?;
    (unread.len() >= 5 + length).then(|| unread.split_to(5 + length).freeze())
}

pub(crate) fn opening() -> Response<()> {
    let response = Response::builder().header("content-type", "application/grpc");
    response.body(()).expect("headers without fault")
}

pub(crate) fn status(code: u8) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from(u16::from(code)));
    trailers
}
