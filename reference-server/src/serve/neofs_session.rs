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

use super::listener::Stopping;
use super::raw;
use crate::neofs_session::{Handshake, Sessions, parse};
use crate::refusal::Refusal;

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
        SessionService {
            sessions: Arc::new(sessions),
            step_timeout,
            stopping,
        }
    }

    fn create(
        &self,
        requests: Streaming<Bytes>,
    ) -> impl Stream<Item = Result<Bytes, Status>> + use<> {
        let conversation = Conversation {
            requests,
            handshake: Handshake::new(),
            service: self.clone(),
            answers: VecDeque::new(),
            ended: false,
        };
        stream::unfold(conversation, Conversation::next)
    }
}

/// One stream. Dropped when the client cancels, and the handshake with it.
struct Conversation {
    requests: Streaming<Bytes>,
    handshake: Handshake,
    service: SessionService,
    answers: VecDeque<Bytes>,
    ended: bool,
}

impl Conversation {
    /// The next answer, or the status that ends the stream without OK.
    async fn next(mut self) -> Option<(Result<Bytes, Status>, Conversation)> {
        loop {
            if let Some(answer) = self.answers.pop_front() {
                return Some((Ok(answer), self));
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

    /// Waits for the client to say or end something.
    async fn step(&mut self) -> Result<(), Status> {
        let request = tokio::select! {
            request = self.requests.message() => request?,
            () = tokio::time::sleep(self.service.step_timeout) => {
                return Err(Status::deadline_exceeded("the client took too long for its next step"));
            }
            () = self.service.stopping.begun() => {
                return Err(Status::unavailable("the server is stopping"));
            }
        };
        let answers = self.answer(request)?;
        self.answers.extend(answers);
        Ok(())
    }

    /// What the rules say to the next message, or to the half-close.
    fn answer(
        &mut self,
        request: Option<Bytes>,
    ) -> Result<impl Iterator<Item = Bytes> + use<>, Refusal> {
        let sessions = &self.service.sessions;
        let answers = match request {
            Some(bytes) => self.handshake.receive(parse(&bytes)?, sessions)?,
            None => {
                self.ended = true;
                self.handshake.half_close(sessions)?
            }
        };
        Ok(answers
            .into_iter()
            .map(|answer| answer.encode_to_vec().into()))
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
                let answers = service.create(request.into_inner());
                std::future::ready(Ok::<_, Status>(Response::new(answers)))
            });
            Ok(raw::grpc().streaming(create, request).await)
        })
    }
}
