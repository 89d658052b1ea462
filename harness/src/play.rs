//! Plays a script against a target: what the client does, step by step, recorded on both sides.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;
use wirecheck_proto::wirecheck::v1::step::Action;
use wirecheck_proto::wirecheck::v1::{Header, Open, Script, Step};

use crate::check::Stop;
use crate::client::{Call, Incoming};
use crate::cx::Cx;
use crate::expect;
use crate::specs::neofs_session::pen::Pen;

/// Plays a script on the check's own connection. The trace is the context's, and goes on from what
/// was recorded before. The calls are handed over as they stand, some of them open: what comes late
/// on them can still be looked for.
///
/// # Errors
/// [`Stop::Broken`] when the target cannot be reached, or the script makes no sense: it acts on a
/// stream that it has not opened, or has a header that cannot be sent.
pub async fn play(cx: &mut Cx, script: &Script) -> Result<Vec<Call>, Stop> {
    let pen = Pen::new(script.seed, cx.config().neofs_session.lifetime());
    let mut player = Player { pen, streams: BTreeMap::new() };
    for step in &script.steps {
        player.step(cx, step).await?;
    }
    Ok(player.streams.into_values().map(|stream| stream.call).collect())
}

/// A script under way.
struct Player {
    pen: Pen,
    streams: BTreeMap<u32, Stream>,
}

/// A stream of the script.
struct Stream {
    call: Call,
    path: String,
    /// The last whole message sent on it.
    request: Vec<u8>,
    half_closed: bool,
}

impl Player {
    async fn step(&mut self, cx: &mut Cx, step: &Step) -> Result<(), Stop> {
        let action = step.action.as_ref();
        let action = action.ok_or_else(|| nonsense(step.stream, "a step without an action"))?;
        if let Action::Open(open) = action {
            let stream = begin(cx, step.stream, open).await?;
            self.streams.insert(step.stream, stream);
            return Ok(());
        }
        let stream = self.streams.get_mut(&step.stream);
        let stream = stream.ok_or_else(|| nonsense(step.stream, "a step before it is opened"))?;
        match action {
            Action::Open(_) => {}
            Action::Message(payload) => stream.send(payload.clone()),
            Action::Token(token) => stream.send(self.pen.write(step.stream, token)),
            Action::Raw(bytes) => stream.call.send_raw(bytes.clone(), false),
            Action::HalfClose(_) => {
                stream.call.half_close();
                stream.half_closed = true;
            }
            Action::Reset(code) => stream.call.reset(*code),
            Action::Await(wait) => self.wait(cx.deadline(), step.stream, wait.messages).await,
            Action::LookAgain(_) => {
                cx.unary_payload(&stream.path, &stream.request).await?;
            }
        }
        Ok(())
    }

    /// Waits for so many messages, or for the end: up to the deadline where something has to come,
    /// else only until the target is quiet.
    async fn wait(&mut self, deadline: Instant, number: u32, messages: u32) {
        let Some(stream) = self.streams.get_mut(&number) else { return };
        let mut left = if messages == 0 { u32::MAX } else { messages };
        while left > 0 {
            let due = stream.half_closed || self.pen.is_owed(number) || stream.speaks_another();
            let incoming = if due {
                Some(stream.call.next().await)
            } else {
                expect::next_or_quiet(&mut stream.call, deadline).await
            };
            match incoming {
                Some(Incoming::Message(message)) => self.pen.hear(number, &message.payload),
                Some(Incoming::End(_)) | None => break,
            }
            left -= 1;
        }
    }
}

impl Stream {
    fn send(&mut self, payload: Vec<u8>) {
        self.call.send_payload(&payload);
        self.request = payload;
    }

    /// Whether it is no handshake: then only the script knows what is due.
    fn speaks_another(&self) -> bool {
        self.path != crate::specs::neofs_session::token::CREATE
    }
}

async fn begin(cx: &mut Cx, number: u32, open: &Open) -> Result<Stream, Stop> {
    let headers = headers(&open.headers)
        .ok_or_else(|| nonsense(number, "a header that cannot be sent over HTTP/2"))?;
    let deadline = cx.deadline();
    let call = cx.connection().await?.call(&open.path, &headers, deadline).await;
    Ok(Stream { call, path: open.path.clone(), request: Vec::new(), half_closed: false })
}

fn headers(fields: &[Header]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for field in fields {
        let name = HeaderName::from_bytes(field.name.as_bytes()).ok()?;
        headers.append(name, HeaderValue::from_bytes(&field.value).ok()?);
    }
    Some(headers)
}

fn nonsense(stream: u32, what: &str) -> Stop {
    Stop::Broken(format!("the script cannot be played: stream {stream} has {what}"))
}
