//! Takes connections, few enough to bear, and lets go of all of them when the server stops.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tonic::transport::server::Connected;

use crate::connection::ConnectionId;

/// How long to wait before the next try when no connection could be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// How far the end of a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Calls are taken.
    Serving,
    /// Open streams end; connections drain.
    Stopping,
    /// What is still open is torn.
    Stopped,
}

/// Tells what a server is made of that it ends. Dropping the sender means [`Phase::Stopped`].
#[derive(Clone, Debug)]
pub(super) struct Stopping(watch::Receiver<Phase>);

impl Stopping {
    pub(super) fn new() -> (watch::Sender<Phase>, Stopping) {
        let (sender, receiver) = watch::channel(Phase::Serving);
        (sender, Stopping(receiver))
    }

    /// Ends when the server begins to stop.
    pub(super) async fn begun(&mut self) {
        self.reached(Phase::Stopping).await;
    }

    async fn reached(&mut self, phase: Phase) {
        // An error means that the sender is gone, and the server with it.
        let _ = self.0.wait_for(|now| *now >= phase).await;
    }
}

/// The connections of a listener. At the cap a new one is closed at once.
pub(super) fn connections(
    listener: TcpListener,
    cap: usize,
    stopping: Stopping,
) -> impl Stream<Item = io::Result<Connection>> {
    let free = Arc::new(Semaphore::new(cap));
    let ids = AtomicU64::new(0);
    let accepted = stream::unfold(listener, |listener| async {
        let accepted = listener.accept().await.map(|(stream, _)| stream);
        if accepted.is_err() {
            // Out of file handles, most likely: it fails again at once until one is given back.
            tokio::time::sleep(ACCEPT_PAUSE).await;
        }
        Some((accepted, listener))
    });
    accepted.filter_map(move |accepted| {
        let connection = accepted.map(|stream| {
            // Answers are small and waited for; that a socket refuses the option costs time only.
            let _ = stream.set_nodelay(true);
            let permit = Arc::clone(&free).try_acquire_owned().ok()?;
            let id = ConnectionId(ids.fetch_add(1, Ordering::Relaxed));
            Some(Connection::new(stream, id, permit, stopping.clone()))
        });
        std::future::ready(connection.transpose())
    })
}

/// A connection that breaks when the server has stopped, however the other side behaves.
pub(super) struct Connection {
    stream: TcpStream,
    id: ConnectionId,
    stopped: Pin<Box<dyn Future<Output = ()> + Send>>,
    torn: bool,
    _permit: OwnedSemaphorePermit,
}

impl Connection {
    fn new(
        stream: TcpStream,
        id: ConnectionId,
        permit: OwnedSemaphorePermit,
        mut stopping: Stopping,
    ) -> Connection {
        Connection {
            stream,
            id,
            stopped: Box::pin(async move { stopping.reached(Phase::Stopped).await }),
            torn: false,
            _permit: permit,
        }
    }

    /// Fails once the server has stopped; until then wakes the task when it does.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if !self.torn && self.stopped.as_mut().poll(cx).is_ready() {
            self.torn = true;
        }
        if self.torn {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }
}

impl Connected for Connection {
    /// Every request carries it in its extensions.
    type ConnectInfo = ConnectionId;

    fn connect_info(&self) -> ConnectionId {
        self.id
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
