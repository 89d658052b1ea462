//! Plays a script against a target: what the client does, step by step, recorded on both sides.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;
use wirecheck_proto::wirecheck::v1::step::Action;
use wirecheck_proto::wirecheck::v1::{Await, Header, Open, Script, Step};

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
    play_together(cx, std::slice::from_ref(script)).await
}

/// Plays several scripts side by side: each up to where it waits, then all of them wait. Their
/// streams are opened in the order of the scripts.
///
/// # Errors
/// As [`play`].
pub async fn play_together(cx: &mut Cx, scripts: &[Script]) -> Result<Vec<Call>, Stop> {
    let session = cx.config().neofs_session.clone();
    let player = |script: &Script| Player {
        pen: Pen::new(script.seed, session.profile, session.lifetime()),
        streams: BTreeMap::new(),
        steps: script.steps.clone().into_iter(),
    };
    let mut players: Vec<Player> = scripts.iter().map(player).collect();
    loop {
        let mut waits = Vec::with_capacity(players.len());
        for (place, player) in players.iter_mut().enumerate() {
            waits.extend(player.go_on(cx).await?.map(|wait| (place, wait)));
        }
        if waits.is_empty() {
            break;
        }
        let quiet = expect::quiet_until(cx.deadline());
        for (place, (stream, wait)) in waits {
            players[place].wait(quiet, stream, wait).await;
        }
    }
    let streams = players.into_iter().flat_map(|player| player.streams.into_values());
    Ok(streams.map(|stream| stream.call).collect())
}

/// A script under way.
struct Player {
    pen: Pen,
    streams: BTreeMap<u32, Stream>,
    steps: std::vec::IntoIter<Step>,
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
    /// Does what is next up to where the script waits, and says on which stream and for what.
    async fn go_on(&mut self, cx: &mut Cx) -> Result<Option<(u32, Await)>, Stop> {
        while let Some(Step { stream: number, action }) = self.steps.next() {
            match action {
                None => return Err(nonsense(number, "a step without an action")),
                Some(Action::Await(wait)) => return Ok(Some((number, wait))),
                Some(Action::Open(open)) => {
                    let stream = begin(cx, number, open).await?;
                    self.streams.insert(number, stream);
                }
                Some(action) => self.act(cx, number, action).await?,
            }
        }
        Ok(None)
    }

    async fn act(&mut self, cx: &mut Cx, number: u32, action: Action) -> Result<(), Stop> {
        let stream = self.streams.get_mut(&number);
        let stream = stream.ok_or_else(|| nonsense(number, "a step before it is opened"))?;
        match action {
            Action::Open(_) | Action::Await(_) => {}
            Action::Message(payload) => stream.send(payload),
            Action::Token(token) => stream.send(self.pen.write(number, &token)),
            Action::Raw(bytes) => stream.call.send_raw(bytes, false),
            Action::HalfClose(_) => {
                stream.call.half_close();
                stream.half_closed = true;
            }
            Action::Reset(code) => stream.call.reset(code),
            Action::LookAgain(_) => {
                cx.unary_payload(&stream.path, &stream.request).await?;
            }
        }
        Ok(())
    }

    /// Waits for so many messages, or for the end: up to the deadline where something has to come,
    /// else only as long as quiet is watched for.
    async fn wait(&mut self, quiet: Instant, number: u32, wait: Await) {
        let Some(stream) = self.streams.get_mut(&number) else { return };
        let mut left = if wait.messages == 0 { u32::MAX } else { wait.messages };
        while left > 0 {
            let due = stream.half_closed || self.pen.is_owed(number) || stream.speaks_another();
            let incoming = if due {
                Some(stream.call.next().await)
            } else {
                expect::next_or_quiet(&mut stream.call, quiet).await
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

async fn begin(cx: &mut Cx, number: u32, open: Open) -> Result<Stream, Stop> {
    let headers = headers(&open.headers)
        .ok_or_else(|| nonsense(number, "a header that cannot be sent over HTTP/2"))?;
    let deadline = cx.deadline();
    let call = cx.connection().await?.call(&open.path, &headers, deadline).await;
    Ok(Stream { call, path: open.path, request: Vec::new(), half_closed: false })
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
