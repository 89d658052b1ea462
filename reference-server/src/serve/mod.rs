//! The server: every service over its rules, reflection and health, on one listener.

mod agent;
mod astray;
mod atomix_session;
mod jina;
mod listener;
mod neofs_session;
mod raw;
mod services;
mod strict;

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tonic::Status;
use tower::layer::util::{Identity, Stack};

use crate::faults::Faults;
use astray::Astray;
use listener::{Bounds, Phase, Stopping};
use strict::StrictLayer;

pub use services::{Service, UnknownService};

/// The longest message that a service takes, in bytes.
pub const MAX_MESSAGE: usize = 4 << 20;
/// How long [`Server::stop`] waits for connections to drain before it tears them, and then for the end.
const DRAIN: Duration = Duration::from_secs(1);

/// How a server is to be.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen. Port 0 takes a free one; [`Server::addr`] tells which.
    pub listen: SocketAddr,
    /// Makes the ids and keys of sessions the same in every run. Tests and replays only.
    pub seed: Option<u64>,
    /// What it serves beside health and reflection; the methods of the others are UNIMPLEMENTED.
    pub services: BTreeSet<Service>,
    /// What the server does wrong, on purpose.
    pub faults: Faults,
    /// What the parties of a handshake sign, and with which kind of key.
    pub profile: crate::neofs_session::Profile,
    /// How long the client of a handshake may take for its next step.
    pub step_timeout: Duration,
    /// How long a client may take to begin with HTTP/2 on a connection.
    pub preface_timeout: Duration,
    /// How many connections may be open; one more is closed at once.
    pub max_connections: usize,
    /// How many streams each connection may have open.
    pub max_streams: u32,
    /// How much the sessions of handshakes may hold.
    pub sessions: crate::neofs_session::Limits,
    /// How much the agent may remember.
    pub agent: crate::agent::Limits,
    /// How many sessions of the runtime are not closed at a time, 1 to 1,000.
    pub live_sessions: usize,
    /// How often those sessions move one step on, a millisecond at least.
    pub tick: Duration,
    /// How much the index may hold and do.
    pub index: crate::jina::Limits,
    /// Whether a client may have peas spawned. They are names in a list; no process starts.
    pub allow_spawn: bool,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: None,
            services: Service::ALL.into(),
            faults: Faults::default(),
            profile: crate::neofs_session::Profile::default(),
            step_timeout: Duration::from_secs(30),
            preface_timeout: Duration::from_secs(10),
            max_connections: 1024,
            max_streams: 256,
            sessions: crate::neofs_session::Limits::default(),
            agent: crate::agent::Limits::default(),
            live_sessions: crate::atomix_session::Config::default().live,
            tick: Duration::from_millis(50),
            index: crate::jina::Limits::default(),
            allow_spawn: false,
        }
    }
}

/// The server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken, forbidden or not ours.
    #[error("cannot listen on {addr}: {source}")]
    Listen {
        /// The address that was asked for.
        addr: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The contract's own descriptors do not hold together.
    #[error("cannot serve reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// A running server. Many live side by side in one process. Dropping it ends it at once.
///
/// ```
/// use wirecheck_reference::{Config, Fault, Server};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), wirecheck_reference::StartError> {
/// let server = Server::start(Config {
///     seed: Some(1),
///     faults: [Fault::AcceptsSignedFirst].into_iter().collect(),
///     ..Config::default()
/// })
/// .await?;
/// assert!(server.addr().ip().is_loopback());
/// server.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    phase: watch::Sender<Phase>,
    serving: JoinHandle<Result<(), tonic::transport::Error>>,
    terminating: JoinHandle<()>,
}

impl Server {
    /// Listens and serves in the background, on the runtime that this is called in.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(config: Config) -> Result<Server, StartError> {
        let listen = config.listen;
        let unusable = |source| StartError::Listen { addr: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(unusable)?;
        let addr = listener.local_addr().map_err(unusable)?;
        let (phase, stopping) = Stopping::new();
        let (ending, told) = mpsc::unbounded_channel();
        let routes = services::routes(&config, &stopping, &ending).await?;
        let bounds =
            Bounds { connections: config.max_connections, preface: config.preface_timeout };
        let astray = Astray::new(config.faults.clone());
        let connections =
            listener::connections(listener, bounds, stopping.clone(), Arc::clone(&astray));
        let mut stop = stopping;
        let serving = transport(&config, astray).serve_with_incoming_shutdown(
            routes.prepare(),
            connections,
            async move { stop.begun().await },
        );
        Ok(Server {
            addr,
            terminating: tokio::spawn(end_when_told(told, phase.clone())),
            phase,
            serving: tokio::spawn(serving),
        })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Waits until a client's TERMINATE has ended the server. Without one that is for ever.
    pub async fn terminated(&mut self) {
        let mut phase = self.phase.subscribe();
        // The sender is here, so it cannot be gone.
        let _ = phase.wait_for(|now| *now > Phase::Serving).await;
    }

    /// Stops listening, ends open streams with UNAVAILABLE, and waits for connections to close:
    /// two seconds at most, then they are torn.
    pub async fn stop(mut self) {
        self.terminating.abort();
        for phase in [Phase::Stopping, Phase::Stopped] {
            self.phase.send_replace(phase);
            if self.serving.is_finished() {
                return;
            }
            if tokio::time::timeout(DRAIN, &mut self.serving).await.is_ok() {
                return;
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
        self.terminating.abort();
    }
}

/// Does for a client's TERMINATE what [`Server::stop`] does for its owner; told to be stopped, it is
/// so at once.
async fn end_when_told(mut told: mpsc::UnboundedReceiver<Phase>, phase: watch::Sender<Phase>) {
    let Some(now) = told.recv().await else { return };
    phase.send_replace(now);
    if now < Phase::Stopped {
        tokio::time::sleep(DRAIN).await;
    }
    phase.send_replace(Phase::Stopped);
}

/// The end of a call that the server's own end cuts short.
fn stopped() -> Status {
    Status::unavailable("the server is stopping")
}

/// The answer that a fault withholds: a call ends only when the server does.
async fn never(mut stopping: Stopping) -> Status {
    stopping.begun().await;
    stopped()
}

/// The HTTP/2 side: limits first.
fn transport(
    config: &Config,
    astray: Arc<Astray>,
) -> tonic::transport::Server<Stack<StrictLayer, Identity>> {
    tonic::transport::Server::builder()
        .max_concurrent_streams(config.max_streams)
        // tonic answers larger ones with GOAWAY; clients may send 64 KiB of metadata.
        .http2_max_header_list_size(1 << 20)
        // The default of 20 ends a connection whose client cancels a few dozen calls at once.
        .http2_max_pending_accept_reset_streams(Some(1024))
        .http2_keepalive_interval(Some(Duration::from_secs(20)))
        .http2_keepalive_timeout(Some(Duration::from_secs(20)))
        // What tonic leaves open is mended by a layer here.
        .layer(StrictLayer::new(astray))
}
