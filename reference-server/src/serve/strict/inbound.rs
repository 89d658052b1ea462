//! A request's body with its messages checked, as the service reads it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::Frame;
use tokio::sync::oneshot;
use tonic::Status;
use tonic::body::Body;

use super::messages::Messages;
use super::offence::Offence;
use crate::refusal::Refusal;
use crate::serve::astray::Ending;

/// The body. An offence ends it, and is told to whoever answers the call: not every service passes on why
/// its requests ended.
#[derive(Debug)]
pub(super) struct Inbound {
    /// None when nothing more is to be read.
    client: Option<Body>,
    messages: Messages,
    offended: Option<oneshot::Sender<Ending>>,
}

impl Inbound {
    pub(super) fn new(
        client: Body,
        messages: Messages,
        offended: oneshot::Sender<Ending>,
    ) -> Inbound {
        Inbound { client: Some(client), messages, offended: Some(offended) }
    }

    fn refuse(&mut self, offence: Offence) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        // What else the client sends is thrown away as it comes.
        self.client = None;
        if let Some(offended) = self.offended.take() {
            // Nobody waits any more when the call has been answered.
            let _ = offended.send(self.messages.ending(offence));
        }
        let refusal = Refusal::new(offence.code(), offence.to_string());
        Poll::Ready(Some(Err(refusal.into())))
    }
}

impl http_body::Body for Inbound {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let inbound = &mut *self;
        loop {
            let Some(client) = &mut inbound.client else {
                return Poll::Ready(None);
            };
            match inbound.messages.next() {
                Ok(Some(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Ok(None) if inbound.messages.is_stuck() => return Poll::Pending,
                Ok(None) => {}
                Err(offence) => return inbound.refuse(offence),
            }
            let frame = match ready!(Pin::new(client).poll_frame(cx)) {
                Some(Ok(frame)) => frame,
                Some(Err(status)) => {
                    inbound.client = None;
                    return Poll::Ready(Some(Err(status)));
                }
                None => match inbound.messages.end() {
                    Ok(()) => {
                        inbound.client = None;
                        return Poll::Ready(None);
                    }
                    Err(offence) => return inbound.refuse(offence),
                },
            };
            // What is not DATA is trailers. gRPC knows none in requests, and the end comes behind them.
            if let Ok(data) = frame.into_data()
                && let Err(offence) = inbound.messages.feed(data)
            {
                return inbound.refuse(offence);
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.client.is_none()
    }
}
