//! The service `atomix.runtime.v1.SessionService` over its rules: the tick, and watches that wait for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout_at};
use tonic::codec::CompressionEncoding;
use tonic::{Request, Response, Status};
use wirecheck_proto::atomix::runtime::v1::session_service_server::{
    SessionService, SessionServiceServer,
};
use wirecheck_proto::atomix::runtime::v1::{
    GetSessionRequest, GetSessionResponse, ListSessionsRequest, ListSessionsResponse,
};

use super::listener::Stopping;
use crate::atomix_session::{Sessions, Watch};

/// When a watch is answered at the latest.
const WATCH: Duration = Duration::from_secs(1);

/// The service, and the task that lets its sessions move on until the server stops.
pub(super) fn service(
    sessions: Sessions,
    tick: Duration,
    stopping: &Stopping,
) -> SessionServiceServer<Hosting> {
    let hosted = Arc::new(Hosted { sessions: Mutex::new(sessions), ticks: watch::Sender::new(()) });
    let ticking = keep_ticking(Arc::downgrade(&hosted), tick, stopping.clone());
    tokio::spawn(ticking);
    let hosting = Hosting { hosted, stopping: stopping.clone() };
    SessionServiceServer::new(hosting)
        .max_decoding_message_size(super::MAX_MESSAGE)
        .accept_compressed(CompressionEncoding::Gzip)
}

/// Answers `GetSession` and `ListSessions`.
#[derive(Debug)]
pub(super) struct Hosting {
    hosted: Arc<Hosted>,
    stopping: Stopping,
}

#[derive(Debug)]
struct Hosted {
    sessions: Mutex<Sessions>,
    ticks: watch::Sender<()>,
}

impl Hosted {
    /// The rules keep themselves whole whatever a call meets, so a poisoned lock is still good.
    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn keep_ticking(hosted: Weak<Hosted>, tick: Duration, mut stopping: Stopping) {
    // An interval of no length would be an endless loop.
    let tick = tick.max(Duration::from_millis(1));
    let mut due = interval_at(Instant::now() + tick, tick);
    // After a pause nobody wants to see the steps that were missed all at once.
    due.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = due.tick() => {}
            () = stopping.begun() => return,
        }
        let Some(hosted) = hosted.upgrade() else {
            return;
        };
        hosted.sessions().tick();
        hosted.ticks.send_replace(());
    }
}

#[tonic::async_trait]
impl SessionService for Hosting {
    async fn get_session(
        &self,
        request: Request<GetSessionRequest>,
    ) -> Result<Response<GetSessionResponse>, Status> {
        let answer = self.hosted.sessions().get(request.get_ref())?;
        Ok(Response::new(answer))
    }

    async fn list_sessions(
        &self,
        request: Request<ListSessionsRequest>,
    ) -> Result<Response<ListSessionsResponse>, Status> {
        let request = request.get_ref();
        let answer = match request.watch {
            true => self.watch(request).await?,
            false => self.hosted.sessions().list(request)?,
        };
        Ok(Response::new(answer))
    }
}

impl Hosting {
    async fn watch(&self, request: &ListSessionsRequest) -> Result<ListSessionsResponse, Status> {
        let deadline = Instant::now() + WATCH;
        let mut ticks = self.hosted.ticks.subscribe();
        let mut seat =
            Seat { watch: Some(self.hosted.sessions().watch(request)?), hosted: &self.hosted };
        let mut stopping = self.stopping.clone();
        loop {
            let ticked = tokio::select! {
                ticked = timeout_at(deadline, ticks.changed()) => ticked,
                () = stopping.begun() => return Err(super::stopped()),
            };
            let due = ticked.is_err();
            if let Some(answer) = seat.answer(due) {
                return Ok(answer);
            }
            if due {
                return Err(super::never(stopping).await);
            }
        }
    }
}

/// A watch that gives its place back however it ends: dropped unanswered, it was given up.
struct Seat<'a> {
    watch: Option<Watch>,
    hosted: &'a Hosted,
}

impl Seat<'_> {
    fn answer(&mut self, due: bool) -> Option<ListSessionsResponse> {
        let mut sessions = self.hosted.sessions();
        let answer = sessions.answer(self.watch.as_ref()?, due)?;
        sessions.leave(self.watch.take()?, true);
        Some(answer)
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        if let Some(watch) = self.watch.take() {
            self.hosted.sessions().leave(watch, false);
        }
    }
}
