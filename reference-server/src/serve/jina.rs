//! The service `jina.JinaRPC` over its rules: the clock, the streams, and the end after TERMINATE.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::{Stream, stream};
use prost::Message;
use prost_types::Timestamp;
use tokio::sync::mpsc::UnboundedSender;
use tonic::body::Body;
use tonic::codegen::BoxFuture;
use tonic::server::NamedService;
use tonic::{Request, Response, Status, Streaming};
use tower::{Service, service_fn};

use super::listener::{Phase, Stopping};
use super::raw;
use crate::jina::{After, Answer, Call, Jina};

/// Answers `Call`, `CallUnary` and `Spawn`.
#[derive(Clone, Debug)]
pub(super) struct JinaService {
    rules: Arc<Mutex<Jina>>,
    /// Told when the server is to end: the answer to TERMINATE being on its way, or at once.
    ending: UnboundedSender<Phase>,
    stopping: Stopping,
}

/// The one place where jina's rules learn what time it is.
fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}

impl JinaService {
    pub(super) fn new(
        rules: Jina,
        ending: UnboundedSender<Phase>,
        stopping: Stopping,
    ) -> JinaService {
        JinaService { rules: Arc::new(Mutex::new(rules)), ending, stopping }
    }

    /// The rules keep themselves whole whatever a call meets, so a poisoned lock is still good.
    fn rules(&self) -> MutexGuard<'_, Jina> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, after: After) {
        let phase = match after {
            After::GoOn => return,
            // What is on its way is still sent: the server lets open calls end.
            After::Stop => Phase::Stopping,
            After::Crash => Phase::Stopped,
        };
        // Nobody listens to it any more once the server ends anyway.
        let _ = self.ending.send(phase);
    }

    async fn call_unary(self, request: Bytes) -> Result<Response<Bytes>, Status> {
        let Answer { messages, after } = self.rules().call(&request, now())?;
        self.end(after);
        match messages.into_iter().next() {
            Some(message) => Ok(Response::new(message.encode_to_vec().into())),
            None => Err(super::never(self.stopping).await),
        }
    }

    fn call(self, requests: Streaming<Bytes>) -> impl Stream<Item = Result<Bytes, Status>> {
        let call = self.rules().open();
        let conversation =
            Conversation { requests, call, service: self, answers: VecDeque::new(), end: None };
        stream::unfold(conversation, Conversation::next)
    }

    fn spawn(
        &self,
        request: &[u8],
    ) -> Result<impl Stream<Item = Result<Bytes, Status>> + use<>, Status> {
        let messages = self.rules().spawn(request, now())?.into_iter();
        let bytes = messages.map(|message| Ok(Bytes::from(message.encode_to_vec())));
        Ok(stream::iter(bytes))
    }
}

/// One stream of Call.
struct Conversation {
    requests: Streaming<Bytes>,
    call: Call,
    service: JinaService,
    answers: VecDeque<Bytes>,
    /// How the stream ends once all answers are out.
    end: Option<End>,
}

enum End {
    Closed,
    Terminated,
}

impl Conversation {
    /// The next answer, or the status that ends the stream without OK.
    async fn next(mut self) -> Option<(Result<Bytes, Status>, Conversation)> {
        loop {
            if let Some(answer) = self.answers.pop_front() {
                return Some((Ok(answer), self));
            }
            match self.end {
                None => {}
                Some(End::Closed) => return None,
                Some(End::Terminated) => {
                    self.service.end(After::Stop);
                    return None;
                }
            }
            if let Err(status) = self.step().await {
                self.end = Some(End::Closed);
                return Some((Err(status), self));
            }
        }
    }

    /// Waits for the client to say or end something, and lets the rules answer.
    async fn step(&mut self) -> Result<(), Status> {
        let request = tokio::select! {
            request = self.requests.message() => request?,
            () = self.service.stopping.begun() => return Err(super::stopped()),
        };
        let mut rules = self.service.rules();
        let messages = match request {
            Some(request) => {
                let Answer { messages, after } = self.call.receive(&request, &mut rules, now())?;
                match after {
                    After::GoOn => {}
                    After::Stop => self.end = Some(End::Terminated),
                    After::Crash => self.service.end(after),
                }
                messages
            }
            None => {
                self.end = Some(End::Closed);
                self.call.half_close(&mut rules)?
            }
        };
        let messages = messages.into_iter();
        let bytes = messages.map(|message| Bytes::from(message.encode_to_vec()));
        self.answers.extend(bytes);
        Ok(())
    }
}

impl NamedService for JinaService {
    const NAME: &'static str = "jina.JinaRPC";
}

impl Service<http::Request<Body>> for JinaService {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let service = self.clone();
        match request.uri().path() {
            "/jina.JinaRPC/Call" => Box::pin(async move {
                let answer = service_fn(move |request: Request<Streaming<Bytes>>| {
                    let answers = service.clone().call(request.into_inner());
                    std::future::ready(Ok::<_, Status>(Response::new(answers)))
                });
                Ok(raw::grpc().streaming(answer, request).await)
            }),
            "/jina.JinaRPC/CallUnary" => Box::pin(async move {
                let answer = service_fn(move |request: Request<Bytes>| {
                    service.clone().call_unary(request.into_inner())
                });
                Ok(raw::grpc().unary(answer, request).await)
            }),
            "/jina.JinaRPC/Spawn" => Box::pin(async move {
                let answer = service_fn(move |request: Request<Bytes>| {
                    let messages = service.spawn(request.get_ref());
                    std::future::ready(messages.map(Response::new))
                });
                Ok(raw::grpc().server_streaming(answer, request).await)
            }),
            _ => Box::pin(async { Ok(raw::unimplemented()) }),
        }
    }
}
