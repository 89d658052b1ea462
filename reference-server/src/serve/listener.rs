//! Takes connections, few enough to bear, and lets go of all of them when the server stops.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Sleep;
use tonic::transport::server::Connected;

use super::astray::{Astray, HalfOpen, Tampering};
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

    fn stopped(mut self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move { self.reached(Phase::Stopped).await })
    }

    async fn reached(&mut self, phase: Phase) {
        // An error means that the sender is gone, and the server with it.
        let _ = self.0.wait_for(|now| *now >= phase).await;
    }
}

/// What a listener bears of its clients.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// How many connections may be open. At the cap a new one is closed at once.
    pub(super) connections: usize,
    /// How long a client may take to say that it speaks HTTP/2.
    pub(super) preface: Duration,
}

/// The connections of a listener.
pub(super) fn connections(
    listener: TcpListener,
    bounds: Bounds,
    stopping: Stopping,
    astray: Arc<Astray>,
) -> impl Stream<Item = io::Result<Connection>> {
    let free = Arc::new(Semaphore::new(bounds.connections));
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
            Some(Connection {
                stream,
                id,
                preface: Some(Preface::within(bounds.preface, HalfOpen::begin(&astray)?)),
                tampering: Tampering::begin(&astray, id),
                stopped: stopping.clone().stopped(),
                torn: false,
                _permit: permit,
            })
        });
        std::future::ready(connection.transpose())
    })
}

/// The first bytes of a connection (RFC 9113, section 3.4), waited for a while only: whoever holds
/// connections without saying anything would keep others out.
struct Preface {
    missing: usize,
    late: Pin<Box<Sleep>>,
    _half_open: HalfOpen,
}

impl Preface {
    const BYTES: usize = 24;

    fn within(time: Duration, half_open: HalfOpen) -> Preface {
        Preface {
            missing: Preface::BYTES,
            late: Box::pin(tokio::time::sleep(time)),
            _half_open: half_open,
        }
    }
}

/// A connection that breaks when the server has stopped, however the other side behaves.
pub(super) struct Connection {
    stream: TcpStream,
    id: ConnectionId,
    /// None once it is in.
    preface: Option<Preface>,
    /// None unless a fault asks for it.
    tampering: Option<Box<Tampering>>,
    stopped: Pin<Box<dyn Future<Output = ()> + Send>>,
    torn: bool,
    _permit: OwnedSemaphorePermit,
}

impl Connection {
    /// Fails once the server has stopped or the preface is late; until then wakes the task when they are.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if !self.torn && self.stopped.as_mut().poll(cx).is_ready() {
            self.torn = true;
        }
        if let Some(preface) = &mut self.preface
            && preface.late.as_mut().poll(cx).is_ready()
        {
            self.torn = true;
        }
        if self.torn || self.tampering.as_ref().is_some_and(|tampering| tampering.is_over()) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }

    fn heard(&mut self, bytes: usize) {
        if let Some(preface) = &mut self.preface {
            preface.missing = preface.missing.saturating_sub(bytes);
            if preface.missing == 0 {
                self.preface = None;
            }
        }
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
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let connection = &mut *self;
        connection.heard(buf.filled().len() - before);
        if let Some(tampering) = &mut connection.tampering {
            tampering.hear(&buf.filled()[before..]);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        let connection = &mut *self;
        match &mut connection.tampering {
            Some(tampering) => tampering.poll_say(&mut connection.stream, bytes, cx),
            None => Pin::new(&mut connection.stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.tampering.is_some() {
            let first = slices.iter().find(|slice| !slice.is_empty());
            return self.poll_write(cx, first.map_or(&[][..], |slice| slice));
        }
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.tampering.is_none() && self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let connection = &mut *self;
        if let Some(tampering) = &mut connection.tampering {
            ready!(tampering.poll_out(&mut connection.stream, cx))?;
        }
        Pin::new(&mut connection.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
