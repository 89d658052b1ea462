//! The service `session.Session` over its rules: one handshake per stream, a deadline for each step.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream;
use http_body::Body;
use prost::Message;
use tonic::codegen::{BoxFuture, StdError};
use tonic::server::NamedService;
use tonic::{Request, Response, Status, Streaming};
use tower::{Service, service_fn};
use wirecheck_proto::session::CreateResponse;

use super::listener::Stopping;
use super::raw;
use crate::connection::ConnectionId;
use crate::faults::Fault;
use crate::neofs_session::{Handshake, Sessions, parse};
use crate::refusal::Refusal;

/// How soon a half-close counts as right behind a message, for the one fault that cares.
const RIGHT_BEHIND: Duration = Duration::from_millis(50);

/// Answers `/session.Session/Create`.
#[derive(Clone, Debug)]
pub(super) struct SessionService {
    sessions: Arc<Sessions>,
    step_timeout: Duration,
    stopping: Stopping,
}

impl SessionService {
    pub(super) fn new(
        sessions: Sessions,
        step_timeout: Duration,
        stopping: Stopping,
    ) -> SessionService {
        SessionService { sessions: Arc::new(sessions), step_timeout, stopping }
    }

    fn create(
        &self,
        requests: Streaming<Bytes>,
        connection: ConnectionId,
    ) -> impl Stream<Item = Result<Bytes, Status>> + use<> {
        let handshake = Handshake::new(connection);
        let conversation = Conversation {
            requests,
            ahead: None,
            answers: handshake.greet(&self.sessions).into(),
            handshake,
            service: self.clone(),
            ended: false,
        };
        stream::unfold(conversation, Conversation::next)
    }
}

/// One stream. Dropped when the client cancels, and the handshake with it.
struct Conversation {
    requests: Streaming<Bytes>,
    /// A request that was read before its turn; only a fault does that.
    ahead: Option<Bytes>,
    handshake: Handshake,
    service: SessionService,
    answers: VecDeque<CreateResponse>,
    ended: bool,
}

impl Conversation {
    /// The next answer, or the status that ends the stream without OK.
    async fn next(mut self) -> Option<(Result<Bytes, Status>, Conversation)> {
        loop {
            if let Some(answer) = self.answers.pop_front() {
                return Some((Ok(answer.encode_to_vec().into()), self));
            }
            if self.ended {
                return None;
            }
            if let Err(status) = self.step().await {
                self.ended = true;
                return Some((Err(status), self));
            }
        }
    }

    /// Waits for the client to say or end something, and lets the rules answer.
    async fn step(&mut self) -> Result<(), Status> {
        let request = self.request().await?;
        let answers = self.answer(request)?;
        self.answers.extend(answers);
        let loses = self.service.sessions.faults().has(Fault::LosesResultAtHalfClose);
        if loses && self.handshake.is_done() && !self.ended {
            self.lose_result().await;
        }
        Ok(())
    }

    /// The next request, or none at the half-close.
    async fn request(&mut self) -> Result<Option<Bytes>, Status> {
        if let Some(request) = self.ahead.take() {
            return Ok(Some(request));
        }
        tokio::select! {
            request = self.requests.message() => request,
            () = tokio::time::sleep(self.service.step_timeout) => {
                Err(Status::deadline_exceeded("the client took too long for its next step"))
            }
            () = self.service.stopping.begun() => Err(Status::unavailable("the server is stopping")),
        }
    }

    fn answer(&mut self, request: Option<Bytes>) -> Result<Vec<CreateResponse>, Refusal> {
        let sessions = &self.service.sessions;
        match request {
            Some(bytes) => {
                let request = parse(&bytes, sessions.faults())?;
                self.handshake.receive(request, sessions)
            }
            None => {
                self.ended = true;
                self.handshake.half_close(sessions)
            }
        }
    }

    /// Drops what was to be sent if the half-close comes right behind, as the fault says.
    async fn lose_result(&mut self) {
        match tokio::time::timeout(RIGHT_BEHIND, self.requests.message()).await {
            Ok(Ok(None)) => {
                self.answers.clear();
                self.ended = true;
            }
            Ok(Ok(request)) => self.ahead = request,
            Ok(Err(_)) | Err(_) => {}
        }
    }
}

impl NamedService for SessionService {
    const NAME: &'static str = "session.Session";
}

impl<B> Service<http::Request<B>> for SessionService
where
    B: Body + Send + 'static,
    B::Error: Into<StdError> + Send + 'static,
{
    type Response = http::Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        if request.uri().path() != "/session.Session/Create" {
            return Box::pin(async { Ok(raw::unimplemented()) });
        }
        let service = self.clone();
        Box::pin(async move {
            let create = service_fn(move |request: Request<Streaming<Bytes>>| {
                let connection = request.extensions().get().copied().unwrap_or_default();
                let answers = service.create(request.into_inner(), connection);
                std::future::ready(Ok::<_, Status>(Response::new(answers)))
            });
            Ok(raw::grpc().streaming(create, request).await)
        })
    }
}
