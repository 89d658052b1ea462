//! The service `Agent` over its rules.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::Body;
use prost::Message;
use tonic::codegen::{BoxFuture, StdError};
use tonic::server::NamedService;
use tonic::{Request, Response, Status};
use tower::{Service, service_fn};

use super::raw;
use crate::agent::{Agent, Run, Staging};

/// Answers `/Agent/StageInFiles` and `/Agent/RunJob`.
#[derive(Clone, Debug)]
pub(super) struct AgentService {
    rules: Arc<Mutex<Agent>>,
}

impl AgentService {
    pub(super) fn new(rules: Agent) -> AgentService {
        AgentService {
            rules: Arc::new(Mutex::new(rules)),
        }
    }

    fn stage_in_files(&self, request: &[u8]) -> Result<Bytes, Status> {
        let staging = Staging::parse(request)?;
        Ok(encode(&self.with(|agent| agent.stage(staging))?))
    }

    fn run_job(&self, request: &[u8]) -> Result<Bytes, Status> {
        let run = Run::parse(request)?;
        Ok(encode(&self.with(|agent| agent.run(run))?))
    }

    /// The rules keep themselves whole whatever a call meets, so a poisoned lock is still good.
    fn with<T>(&self, call: impl FnOnce(&mut Agent) -> T) -> T {
        call(&mut self.rules.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn encode(message: &impl Message) -> Bytes {
    message.encode_to_vec().into()
}

impl NamedService for AgentService {
    const NAME: &'static str = "Agent";
}

impl<B> Service<http::Request<B>> for AgentService
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
        let service = self.clone();
        let method = match request.uri().path() {
            "/Agent/StageInFiles" => AgentService::stage_in_files,
            "/Agent/RunJob" => AgentService::run_job,
            _ => return Box::pin(async { Ok(raw::unimplemented()) }),
        };
        Box::pin(async move {
            let answer = service_fn(move |request: Request<Bytes>| {
                let answer = method(&service, request.get_ref()).map(Response::new);
                std::future::ready(answer)
            });
            Ok(raw::grpc().unary(answer, request).await)
        })
    }
}
