//! The service `Agent` over its rules.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::Body;
use tonic::codegen::{BoxFuture, StdError};
use tonic::server::NamedService;
use tonic::{Request, Response, Status};
use tower::{Service, service_fn};

use super::raw;
use crate::agent::{Agent, Limits, Run, Staging, encode_run, encode_staged};
use crate::connection::ConnectionId;
use crate::faults::Faults;
use crate::refusal::Refusal;

/// Answers `/Agent/StageInFiles` and `/Agent/RunJob`.
#[derive(Clone, Debug)]
pub(super) struct AgentService {
    rules: Arc<Mutex<Agent>>,
    faults: Arc<Faults>,
}

impl AgentService {
    pub(super) fn new(limits: Limits, faults: &Faults) -> AgentService {
        AgentService {
            rules: Arc::new(Mutex::new(Agent::new(limits, faults.clone()))),
            faults: Arc::new(faults.clone()),
        }
    }

    fn stage_in_files(&self, request: &[u8], _: ConnectionId) -> Result<Vec<u8>, Refusal> {
        let staging = Staging::parse(request, &self.faults)?;
        let response = self.rules().stage(staging)?;
        Ok(encode_staged(&response, &self.faults))
    }

    fn run_job(&self, request: &[u8], connection: ConnectionId) -> Result<Vec<u8>, Refusal> {
        let run = Run::parse(request, &self.faults)?;
        let response = self.rules().run(run, connection)?;
        Ok(encode_run(&response, &self.faults))
    }

    /// The rules keep themselves whole whatever a call meets, so a poisoned lock is still good.
    fn rules(&self) -> MutexGuard<'_, Agent> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
                let connection = request.extensions().get().copied().unwrap_or_default();
                let answer = method(&service, request.get_ref(), connection);
                std::future::ready(match answer {
                    Ok(bytes) => Ok(Response::new(Bytes::from(bytes))),
                    Err(refusal) => Err(Status::from(refusal)),
                })
            });
            Ok(raw::grpc().unary(answer, request).await)
        })
    }
}
