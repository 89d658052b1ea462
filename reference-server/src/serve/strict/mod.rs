//! The layer in front of every service: what gRPC on HTTP/2 asks for and tonic leaves open.

mod answer;
mod compression;
mod deadline;
mod inbound;
mod messages;
mod methods;
mod offence;
mod request;

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use tokio::sync::oneshot;
use tonic::body::Body;
use tonic::codegen::BoxFuture;
use tower::{Layer, Service};

use answer::Watch;
use compression::Encoding;
use deadline::Deadline;
use inbound::Inbound;
use messages::Messages;
use request::Refused;

use super::astray::{Astray, AstrayCalls};

pub(super) use deadline::timeout;
pub(super) use methods::Methods;
pub(super) use offence::Offence;

/// Puts [`Strict`] in front of the services, and what makes it go wrong in front of that.
#[derive(Clone, Debug)]
pub(super) struct StrictLayer {
    methods: Arc<Methods>,
    astray: Arc<Astray>,
}

impl StrictLayer {
    pub(super) fn new(astray: Arc<Astray>) -> StrictLayer {
        StrictLayer { methods: Arc::new(Methods::of_the_contract()), astray }
    }
}

impl<S> Layer<S> for StrictLayer
where
    Strict<S>: Service<Request<Body>>,
{
    type Service = AstrayCalls<Strict<S>>;

    fn layer(&self, services: S) -> Self::Service {
        AstrayCalls {
            strict: Strict {
                services,
                methods: Arc::clone(&self.methods),
                astray: Arc::clone(&self.astray),
            },
            methods: Arc::clone(&self.methods),
            astray: Arc::clone(&self.astray),
        }
    }
}

/// The services, strictly.
#[derive(Clone, Debug)]
pub(super) struct Strict<S> {
    services: S,
    methods: Arc<Methods>,
    astray: Arc<Astray>,
}

impl<S> Service<Request<Body>> for Strict<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
        + Send
        + Clone
        + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Response<Body>, Infallible>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.services.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The clone has not been asked whether it is ready; this one has.
        let unready = self.clone();
        let ready = std::mem::replace(self, unready);
        Box::pin(ready.answer(request))
    }
}

impl<S> Strict<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    async fn answer(mut self, request: Request<Body>) -> Result<Response<Body>, Infallible> {
        let (mut head, body) = request.into_parts();
        let early = |offence| Ok(answer::ended(self.astray.ending(offence, false)));
        match request::judge(&head, &self.astray.faults) {
            Ok(()) => {}
            Err(Refused::Http(status)) => return Ok(answer::by_http(status)),
            Err(Refused::Grpc(offence)) => return early(offence),
        }
        let deadline = match self.astray.timeout(&head.headers) {
            Ok(timeout) => Deadline::after(timeout),
            Err(offence) => return early(offence),
        };
        let requests = self.methods.requests(head.uri.path());
        let encoding = Encoding::of(&head.headers);
        let messages = Messages::new(requests, encoding, Arc::clone(&self.astray));
        // The service gets its messages decompressed.
        head.headers.remove("grpc-encoding");
        let (offended, offence) = oneshot::channel();
        let body = Body::new(Inbound::new(body, messages, offended));
        let mut watch = Watch::new(offence, deadline, Arc::clone(&self.astray));
        let mut coming = pin!(self.services.call(Request::from_parts(head, body)));
        let answered = poll_fn(|cx| {
            if let Poll::Ready(ending) = watch.poll_over(cx) {
                return Poll::Ready(Err(ending));
            }
            let answer = coming.as_mut().poll(cx);
            // What the service read meanwhile counts, whatever it made of it.
            match watch.offended(cx) {
                Some(ending) => Poll::Ready(Err(ending)),
                None => answer.map(Ok),
            }
        });
        match answered.await {
            Ok(answer) => Ok(answer::watched(answer?, watch)),
            Err(ending) => Ok(answer::ended(ending)),
        }
    }
}
