//! A call's answer: the service's, until an offence or the deadline ends the call before it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use http_body::Frame;
use tokio::sync::oneshot;
use tonic::body::Body;
use tonic::{Code, Status};

use super::compression::ACCEPTED;
use super::deadline::Deadline;
use super::offence::Offence;
use crate::refusal::Refusal;

/// A refusal by HTTP alone, for what is no call of gRPC.
pub(super) fn by_http(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let post = http::HeaderValue::from_static("POST");
        response.headers_mut().insert(header::ALLOW, post);
    }
    response
}

/// An answer that is a status and nothing else.
pub(super) fn refused(offence: Offence) -> Response<Body> {
    let mut response = Status::from(Refusal::from(offence)).into_http();
    response
        .headers_mut()
        .insert("grpc-accept-encoding", ACCEPTED);
    response
}

/// What may end a call before its service does.
#[derive(Debug)]
pub(super) struct Watch {
    /// None once the request has been read, or forgotten, without one.
    offence: Option<oneshot::Receiver<Offence>>,
    deadline: Deadline,
}

impl Watch {
    pub(super) fn new(offence: oneshot::Receiver<Offence>, deadline: Deadline) -> Watch {
        Watch {
            offence: Some(offence),
            deadline,
        }
    }

    /// Ready when the call is over.
    pub(super) fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<Offence> {
        if let Some(offence) = self.offended(cx) {
            return Poll::Ready(offence);
        }
        ready!(self.deadline.poll_passed(cx));
        Poll::Ready(Offence::Expired)
    }

    /// What was wrong with the request, as far as it has been read.
    pub(super) fn offended(&mut self, cx: &mut Context<'_>) -> Option<Offence> {
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
pub(super) fn watched(response: Response<Body>, watch: Watch) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    head.headers.insert("grpc-accept-encoding", ACCEPTED);
    // How long the body will be is not for the service to say.
    head.headers.remove(header::CONTENT_LENGTH);
    let body = match head.headers.contains_key("grpc-status") {
        true => Body::empty(),
        false => Body::new(Answer {
            service: Some(body),
            watch,
        }),
    };
    Response::from_parts(head, body)
}

/// The body of an answer whose headers are out.
struct Answer {
    /// None once the trailers are out.
    service: Option<Body>,
    watch: Watch,
}

impl Answer {
    fn end(&mut self, status: &Status) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.service = None;
        let mut trailers = HeaderMap::new();
        Poll::Ready(Some(match status.add_header(&mut trailers) {
            Ok(()) => Ok(Frame::trailers(trailers)),
            Err(status) => Err(status),
        }))
    }
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let answer = &mut *self;
        let Some(service) = &mut answer.service else {
            return Poll::Ready(None);
        };
        if let Poll::Ready(offence) = answer.watch.poll_over(cx) {
            return answer.end(&Refusal::from(offence).into());
        }
        match ready!(Pin::new(service).poll_frame(cx)) {
            Some(Ok(frame)) if frame.is_data() => Poll::Ready(Some(Ok(frame))),
            Some(Ok(frame)) => {
                // The service may have ended because of an offence that it does not name.
                if let Some(offence) = answer.watch.offended(cx) {
                    return answer.end(&Refusal::from(offence).into());
                }
                answer.service = None;
                Poll::Ready(Some(Ok(frame)))
            }
            Some(Err(status)) => answer.end(&status),
            None => answer.end(&Status::new(Code::Internal, "the service gave no status")),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.service.is_none()
    }
}
