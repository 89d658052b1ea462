//! A call's answer: the service's, until an offence or the deadline ends the call before it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use http_body::{Body as _, Frame};
use tokio::sync::oneshot;
use tonic::Status;
use tonic::body::Body;

use super::compression::ACCEPTED;
use super::deadline::Deadline;
use super::messages::PREFIX;
use super::offence::Offence;
use crate::faults::Fault;
use crate::serve::astray::{Astray, Ending};

const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");

/// A refusal by HTTP alone, for what is no call of gRPC.
pub(super) fn by_http(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let post = HeaderValue::from_static("POST");
        response.headers_mut().insert(header::ALLOW, post);
    }
    response
}

/// The answer of a call that ends before its service said anything.
pub(super) fn ended(ending: Ending) -> Response<Body> {
    let mut response = match ending {
        Ending::Refused(refusal) => Status::from(refusal).into_http(),
        Ending::Served => Response::new(Body::new(Answer::Message)),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, GRPC);
    headers.insert("grpc-accept-encoding", ACCEPTED);
    response
}

/// What may end a call before its service does.
#[derive(Debug)]
pub(super) struct Watch {
    /// None once the request has been read, or forgotten, without one.
    offence: Option<oneshot::Receiver<Ending>>,
    deadline: Deadline,
    astray: Arc<Astray>,
}

impl Watch {
    pub(super) fn new(
        offence: oneshot::Receiver<Ending>,
        deadline: Deadline,
        astray: Arc<Astray>,
    ) -> Watch {
        Watch { offence: Some(offence), deadline, astray }
    }

    /// Ready when the call is over.
    pub(super) fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<Ending> {
        if let Some(ending) = self.offended(cx) {
            return Poll::Ready(ending);
        }
        ready!(self.deadline.poll_passed(cx));
        Poll::Ready(self.astray.ending(Offence::Expired, false))
    }

    /// What was wrong with the request, as far as it has been read.
    pub(super) fn offended(&mut self, cx: &mut Context<'_>) -> Option<Ending> {
        let waiting = self.offence.as_mut()?;
        match Pin::new(waiting).poll(cx) {
            Poll::Ready(offence) => {
                self.offence = None;
                offence.ok()
            }
            Poll::Pending => None,
        }
    }
}

/// The service's answer, under watch for as long as it goes on.
pub(super) fn watched(response: Response<Body>, mut watch: Watch) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    head.headers.insert("grpc-accept-encoding", ACCEPTED);
    // How long the body will be is not for the service to say.
    head.headers.remove(header::CONTENT_LENGTH);
    if head.headers.contains_key("grpc-status") {
        watch.astray.spoil_service(&mut head.headers);
        return Response::from_parts(head, Body::empty());
    }
    if watch.astray.has(Fault::ForgetsTimeoutBehindHeaders) {
        watch.deadline = Deadline::after(None);
    }
    let answer = Answer::Service { body, watch: Box::new(watch) };
    Response::from_parts(head, Body::new(answer))
}

/// The body of an answer whose headers are out.
enum Answer {
    Service {
        body: Body,
        watch: Box<Watch>,
    },
    /// An empty message where the layer itself serves; only a fault does that.
    Message,
    Trailers(HeaderMap),
    Over,
}

impl Answer {
    /// Ends the service, and the call in its place.
    fn end(ending: Ending) -> Answer {
        match ending {
            Ending::Refused(refusal) => Answer::status(&refusal.into()),
            Ending::Served => Answer::Message,
        }
    }

    fn status(status: &Status) -> Answer {
        let mut trailers = HeaderMap::new();
        if status.add_header(&mut trailers).is_err() {
            // Only what it says can be at fault; what it is goes out.
            trailers.insert("grpc-status", HeaderValue::from(status.code() as i32));
        }
        Answer::Trailers(trailers)
    }

    /// What the service says next, or how the answer goes on without it.
    fn poll_service(
        body: &mut Body,
        watch: &mut Watch,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Bytes, Answer>> {
        if let Poll::Ready(ending) = watch.poll_over(cx) {
            return Poll::Ready(Err(Answer::end(ending)));
        }
        let frame = match ready!(Pin::new(body).poll_frame(cx)) {
            Some(Ok(frame)) => frame,
            Some(Err(status)) => return Poll::Ready(Err(Answer::status(&status))),
            None => {
                let none = Status::internal("the service gave no status");
                return Poll::Ready(Err(Answer::status(&none)));
            }
        };
        let trailers = match frame.into_data() {
            Ok(data) => return Poll::Ready(Ok(data)),
            Err(frame) => frame.into_trailers(),
        };
        // The service may have ended because of an offence that it does not name.
        let ended = watch.offended(cx).map(Answer::end);
        Poll::Ready(Err(ended.unwrap_or_else(|| {
            let mut trailers = trailers.unwrap_or_default();
            watch.astray.spoil_service(&mut trailers);
            Answer::Trailers(trailers)
        })))
    }
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if let Answer::Service { body, watch } = &mut *self {
            match ready!(Answer::poll_service(body, watch, cx)) {
                Ok(data) => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Err(rest) => *self = rest,
            }
        }
        Poll::Ready(match std::mem::replace(&mut *self, Answer::Over) {
            Answer::Message => {
                *self = Answer::status(&Status::ok(""));
                Some(Ok(Frame::data(Bytes::from_static(&[0; PREFIX]))))
            }
            Answer::Trailers(trailers) => Some(Ok(Frame::trailers(trailers))),
            Answer::Service { .. } | Answer::Over => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Answer::Over)
    }
}
