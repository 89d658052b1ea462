//! A right server that falls silent once the run has found it alive.
#![cfg(feature = "embedded")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use wirecheck::model::CheckResult;
use wirecheck::run::Progress;
use wirecheck_reference::serve::{Config, Server};

/// The reference behind a gate, which closes when the run that it is told of starts its first check.
pub(crate) struct Muted {
    /// Where it listens: host and port.
    pub(crate) address: String,
    /// Connections that are served after that.
    still: usize,
    /// Connections that are served from now on.
    open: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

impl Muted {
    /// One that serves so many connections of the checks before it falls silent.
    pub(crate) async fn after(still: usize) -> Muted {
        let server = Server::start(Config::default()).await.expect("the reference starts");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let open = Arc::new(AtomicUsize::new(usize::MAX));
        let gate = Arc::clone(&open);
        let serving = tokio::spawn(async move { pass(listener, server.addr(), &gate).await });
        Muted { address, still, open, serving }
    }
}

impl Progress for Muted {
    fn begins(&self, _: usize) {
        self.open.store(self.still, Ordering::SeqCst);
    }

    fn judged(&self, _: &CheckResult) {}
}

impl Drop for Muted {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Passes connections on to the server; once mute, it takes what comes and says nothing.
async fn pass(listener: TcpListener, server: SocketAddr, open: &AtomicUsize) {
    while let Ok((mut client, _)) = listener.accept().await {
        let less = |open: usize| open.checked_sub(1);
        let mute = open.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_err();
        tokio::spawn(async move {
            if mute {
                let mut heard = vec![0; 64 << 10];
                while client.read(&mut heard).await.is_ok_and(|read| read > 0) {}
            } else if let Ok(mut server) = TcpStream::connect(server).await {
                // Either side may go first.
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            }
        });
    }
}
