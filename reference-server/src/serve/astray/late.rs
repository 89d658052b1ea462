//! An answer whose headers are out before it is there.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Response;
use http_body::Frame;
use tonic::Status;
use tonic::body::Body;

type Coming = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

/// Sends headers at once, and the rest when it comes.
pub(super) fn answer(
    coming: impl Future<Output = Response<Body>> + Send + 'static,
) -> Response<Body> {
    let late = Late::Coming(Box::pin(coming));
    let mut response = Response::new(Body::new(late));
    let grpc = http::HeaderValue::from_static("application/grpc");
    response.headers_mut().insert(http::header::CONTENT_TYPE, grpc);
    response
}

enum Late {
    Coming(Coming),
    Come(Body),
    Over,
}

impl http_body::Body for Late {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if let Late::Coming(coming) = &mut *self {
            let (head, body) = ready!(coming.as_mut().poll(cx)).into_parts();
            if head.headers.contains_key("grpc-status") {
                *self = Late::Over;
                return Poll::Ready(Some(Ok(Frame::trailers(head.headers))));
            }
            *self = Late::Come(body);
        }
        match &mut *self {
            Late::Come(body) => Pin::new(body).poll_frame(cx),
            Late::Coming(_) | Late::Over => Poll::Ready(None),
        }
    }
}
