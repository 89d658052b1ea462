//! A server that answers with what the call before on the same method brought: right messages, each in
//! its place, for the wrong call.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use h2::RecvStream;
use h2::server::SendResponse;
use http::{HeaderMap, Request};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use wirecheck::client::{Call, Connection, Incoming, Origin, Recorder, framed};
use wirecheck_reference::serve::{Config, Server};

use super::server::{opening, status, whole};

/// How long the server behind it may take: it answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(1);

/// The last message of each method in each place of a call.
type Said = Mutex<BTreeMap<(String, usize), Bytes>>;

/// The server, and the right one behind it.
#[derive(Debug)]
pub(crate) struct Stale {
    right: Server,
    said: Said,
}

impl Stale {
    /// Starts it, and says where it listens.
    pub(crate) async fn start() -> String {
        let right = Server::start(Config::default()).await.expect("the reference starts");
        let stale = Arc::new(Stale { right, said: Said::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        tokio::spawn(async move {
            while let Ok((io, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&stale).serve(io));
            }
        });
        address
    }

    async fn serve(self: Arc<Self>, io: TcpStream) -> Option<()> {
        let mut connection = h2::server::handshake(io).await.ok()?;
        while let Some(Ok((request, respond))) = connection.accept().await {
            tokio::spawn(Arc::clone(&self).answer(request, respond));
        }
        None
    }

    async fn answer(
        self: Arc<Self>,
        request: Request<RecvStream>,
        mut respond: SendResponse<Bytes>,
    ) -> Option<()> {
        let (head, mut body) = request.into_parts();
        let path = head.uri.path();
        let origin = Origin::plain(self.right.addr().to_string());
        let deadline = Instant::now() + PATIENCE;
        let right = Connection::dial(&origin, &Recorder::new("", 0), deadline).await.ok()?;
        let mut call = right.call(path, &HeaderMap::new(), deadline).await;
        let mut send = respond.send_response(opening(), false).ok()?;
        let mut place = 0;
        let mut stale = |fresh: Bytes| {
            place += 1;
            let mut said = self.said.lock().expect("nobody panics with it");
            let stale = said.insert((path.to_owned(), place), fresh.clone()).unwrap_or(fresh);
            framed(0, &stale)
        };
        let streaming = path.ends_with("/Call") || path.ends_with("/Create");
        let mut end = None;
        let mut unread = BytesMut::new();
        while let Some(Ok(bytes)) = body.data().await {
            body.flow_control().release_capacity(bytes.len()).ok()?;
            unread.extend_from_slice(&bytes);
            while let (None, Some(message)) = (&end, whole(&mut unread)) {
                call.send_payload(&message[5..]);
                match streaming.then_some(&mut call) {
                    None => {}
                    Some(call) => match call.next().await {
                        Incoming::Message(fresh) => {
                            send.send_data(stale(fresh.payload), false).ok()?;
                        }
                        Incoming::End(came) => end = Some(came),
                    },
                }
            }
        }
        if end.is_none() {
            let rest = Call::finish(&mut call).await;
            for fresh in rest.messages {
                send.send_data(stale(fresh.payload), false).ok()?;
            }
            end = Some(rest.end);
        }
        let code = end.and_then(|end| end.code()).map_or(13, |code| code as u8);
        send.send_trailers(status(code)).ok()
    }
}
