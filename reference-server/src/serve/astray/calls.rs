//! The layer around the strict one: what a fault does to a call before and after it.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderMap, Request, Response};
use tonic::Code;
use tonic::body::Body;
use tonic::codegen::BoxFuture;
use tower::Service;

use super::requests::{self, Turn};
use super::{Astray, UnderWay, answers, late};
use crate::connection::ConnectionId;
use crate::faults::Fault;
use crate::serve::strict::Methods;

/// Calls as they are, unless a fault is on.
#[derive(Clone, Debug)]
pub(in crate::serve) struct AstrayCalls<S> {
    pub(in crate::serve) strict: S,
    pub(in crate::serve) methods: Arc<Methods>,
    pub(in crate::serve) astray: Arc<Astray>,
}

impl<S> Service<Request<Body>> for AstrayCalls<S>
where
    S: Service<
            Request<Body>,
            Response = Response<Body>,
            Error = Infallible,
            Future = BoxFuture<Response<Body>, Infallible>,
        >,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Response<Body>, Infallible>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.strict.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if self.astray.faults.is_empty() {
            return self.strict.call(request);
        }
        let (head, body) = request.into_parts();
        let answer = match requests::judge(&head, &self.methods, &self.astray) {
            Turn::Serve => None,
            Turn::Answer(answer) => Some(answer),
            Turn::Never => Some(late::answer(pending())),
        };
        let connection = head.extensions.get().copied().unwrap_or_default();
        let call = Call {
            one_answer: self.methods.answer_once(head.uri.path()),
            headers: head.headers.clone(),
            under_way: UnderWay::begin(&self.astray, connection),
        };
        let many = call.under_way.is_one_of_many() && self.astray.has(Fault::RefusesManyCalls);
        let many = many.then(|| requests::refuse(Code::Unavailable));
        if let (Some(answer), _) | (None, Some(Turn::Answer(answer))) = (answer, many) {
            return Box::pin(async move { Ok(answers::spoil(answer, call)) });
        }
        let coming = self.strict.call(Request::from_parts(head, body));
        Box::pin(async move {
            let answer = match call.under_way.astray.outlives_its_timeout(&call.headers) {
                true => late::answer(async {
                    let Ok(answer) = coming.await;
                    answer
                }),
                false => coming.await?,
            };
            Ok(answers::spoil(answer, call))
        })
    }
}

/// A call that an answer belongs to.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) headers: HeaderMap,
    pub(super) under_way: UnderWay,
    /// Whether its method gives one message.
    pub(super) one_answer: bool,
}

impl Call {
    pub(super) fn astray(&self) -> &Astray {
        &self.under_way.astray
    }

    pub(super) fn connection(&self) -> ConnectionId {
        self.under_way.connection
    }
}
