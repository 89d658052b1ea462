//! How answers are spoiled on their way out.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use http_body::Frame;
use tokio::sync::OwnedSemaphorePermit;
use tonic::Status;
use tonic::body::Body;

use super::calls::Call;
use super::status;
use crate::faults::Fault;

/// Spoils an answer, as far as the faults say so.
pub(super) fn spoil(answer: Response<Body>, call: Call) -> Response<Body> {
    let (mut head, body) = answer.into_parts();
    if head.status != StatusCode::OK {
        return Response::from_parts(head, body);
    }
    spoil_head(&mut head.headers, &call);
    if head.headers.contains_key("grpc-status") {
        if status::refuses(&head.headers) {
            call.astray().refused(call.connection());
            if call.astray().has(Fault::ResetsRefusedCalls) {
                return Response::from_parts(head, Body::new(Broken));
            }
            if call.astray().has(Fault::AnswersWithHttp500) {
                head.status = StatusCode::INTERNAL_SERVER_ERROR;
            }
        }
        status::spoil(&mut head.headers, call.astray());
        return Response::from_parts(head, body);
    }
    if call.astray().has(Fault::SendsStatusInHeaders) {
        head.headers.insert("grpc-status", HeaderValue::from_static("0"));
    }
    let spoiled = Spoiled { answer: body, call, ready: VecDeque::new(), turn: Turn::None };
    Response::from_parts(head, Body::new(spoiled))
}

fn spoil_head(headers: &mut HeaderMap, call: &Call) {
    let astray = call.astray();
    if astray.has(Fault::AnswersAsJson) {
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
    }
    if astray.has(Fault::LeavesOutAcceptEncoding) {
        headers.remove("grpc-accept-encoding");
    }
    if astray.has(Fault::AdvertisesUnknownEncoding)
        && let Some(encoding) = call.headers.get("grpc-encoding")
    {
        headers.append("grpc-accept-encoding", encoding.clone());
    }
}

/// A body that breaks at once, which resets the stream.
struct Broken;

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Poll::Ready(Some(Err(Status::internal("reset on purpose"))))
    }
}

/// The body of an answer. tonic puts whole messages into each of its DATA frames.
struct Spoiled {
    answer: Body,
    call: Call,
    ready: VecDeque<Bytes>,
    turn: Turn,
}

/// Whose turn it is to send, for the one fault that cares.
enum Turn {
    None,
    Waiting(Pin<Box<dyn Future<Output = Option<OwnedSemaphorePermit>> + Send>>),
    /// Over when the body is asked for more: what it gave then has found a window.
    Ours {
        _permit: Option<OwnedSemaphorePermit>,
    },
}

impl Spoiled {
    fn spoil(&mut self, data: Bytes) {
        let astray = self.call.astray();
        let unary = self.call.one_answer;
        let mut data = BytesMut::from(data);
        if unary && self.call.under_way.is_one_of_many() && astray.has(Fault::MixesUpAnswers) {
            let other = self.call.under_way.exchange(&data.clone().freeze());
            data = other.map_or(data, BytesMut::from);
        }
        if astray.has(Fault::FlagsPlainAnswers)
            && let Some(flag) = data.first_mut()
        {
            *flag = 1;
        }
        if astray.has(Fault::TruncatesAnswers) {
            data.truncate(data.len().saturating_sub(1));
        }
        let data = data.freeze();
        if unary && astray.has(Fault::LeavesOutUnaryAnswer) {
            return;
        }
        if unary && astray.has(Fault::RepeatsUnaryAnswer) {
            self.ready.push_back(data.clone());
        }
        self.ready.push_back(data);
    }

    fn trailers(&mut self, mut trailers: HeaderMap) -> Result<Frame<Bytes>, Status> {
        let astray = self.call.astray();
        if status::refuses(&trailers) {
            astray.refused(self.call.connection());
            if astray.has(Fault::ResetsRefusedCalls) {
                return Err(Status::internal("reset on purpose"));
            }
        }
        status::spoil(&mut trailers, astray);
        if astray.has(Fault::SendsStatusInHeaders) {
            trailers.remove("grpc-status");
        }
        Ok(Frame::trailers(trailers))
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.call.astray().has(Fault::HoldsUpOthersForSlowReader) {
            return Poll::Ready(());
        }
        if let Turn::None = self.turn {
            let turn = Arc::clone(&self.call.astray().turn);
            self.turn = Turn::Waiting(Box::pin(async move { turn.acquire_owned().await.ok() }));
        }
        if let Turn::Waiting(waiting) = &mut self.turn {
            let permit = ready!(waiting.as_mut().poll(cx));
            self.turn = Turn::Ours { _permit: permit };
        }
        Poll::Ready(())
    }
}

impl http_body::Body for Spoiled {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if let Turn::Ours { .. } = self.turn {
            self.turn = Turn::None;
        }
        while self.ready.is_empty() {
            match ready!(Pin::new(&mut self.answer).poll_frame(cx)) {
                None => return Poll::Ready(None),
                Some(Err(status)) => return Poll::Ready(Some(Err(status))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.spoil(data),
                    Err(frame) => {
                        let trailers = frame.into_trailers().unwrap_or_default();
                        return Poll::Ready(Some(self.trailers(trailers)));
                    }
                },
            }
        }
        ready!(self.poll_turn(cx));
        Poll::Ready(self.ready.pop_front().map(|data| Ok(Frame::data(data))))
    }
}
