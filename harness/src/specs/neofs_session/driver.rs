//! Drives handshakes: typed calls, and what came on them.

use http::HeaderMap;
use tokio::time::Instant;
use wirecheck_proto::session::create_response::Message as Response;
use wirecheck_proto::session::{CreateRequest, CreateResponse, Token};

use super::change::{Change, init, signed};
use super::owner::Owner;
use super::token::{CREATE, empty};
use super::{oracle, words};
use crate::check::Stop;
use crate::client::{Answer, Call, Connection, Incoming, Received};
use crate::cx::Cx;
use crate::expect;
use crate::model::{Clause, Finding};
use crate::status::End;

/// A client that is about to shake hands: an owner, and the Init it asks with.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) owner: Owner,
    pub(super) asked: Token,
}

impl Client {
    /// With an owner of its own, and an Init for two objects and the configured epochs.
    pub(super) fn new(cx: &mut Cx) -> Client {
        let profile = cx.config().neofs_session.profile;
        let owner = Owner::new(profile, cx.rng());
        Client::of(owner, cx)
    }

    pub(super) fn of(owner: Owner, cx: &mut Cx) -> Client {
        let lifetime = cx.config().neofs_session.lifetime();
        Client { asked: owner.init(lifetime, cx.rng()), owner }
    }

    pub(super) fn init(&self, changes: &[Change], cx: &mut Cx) -> CreateRequest {
        init(self.asked.clone(), &self.owner, changes, cx.rng())
    }

    pub(super) fn signed(
        &self,
        unsigned: &Token,
        changes: &[Change],
        cx: &mut Cx,
    ) -> CreateRequest {
        signed(unsigned.clone(), &self.owner, changes, cx.rng())
    }

    /// A request whose oneof is unset.
    pub(super) fn empty(&self) -> CreateRequest {
        empty(&self.owner)
    }

    /// A Signed that no Unsigned was there for.
    pub(super) fn made_up(&self, cx: &mut Cx) -> CreateRequest {
        let lifetime = cx.config().neofs_session.lifetime();
        let token = self.owner.made_up(lifetime, cx.rng());
        self.signed(&token, &[], cx)
    }
}

/// One stream.
#[derive(Debug)]
pub(super) struct Handshake(pub(super) Call);

impl Handshake {
    /// Opens a stream on the check's own connection.
    pub(super) async fn open(cx: &mut Cx) -> Result<Handshake, Stop> {
        Ok(Handshake(cx.call(CREATE).await?))
    }

    /// Opens a stream on another connection.
    pub(super) async fn open_on(connection: &Connection, cx: &Cx) -> Handshake {
        Handshake(connection.call(CREATE, &HeaderMap::new(), cx.deadline()).await)
    }

    /// Opens a stream and gets its Unsigned.
    pub(super) async fn begin(cx: &mut Cx, client: &Client) -> Result<(Handshake, Token), Stop> {
        let mut handshake = Handshake::open(cx).await?;
        handshake.send(&client.init(&[], cx));
        let unsigned = handshake.unsigned("Init").await?;
        Ok((handshake, unsigned))
    }

    pub(super) fn send(&mut self, request: &CreateRequest) {
        self.0.send(request);
    }

    /// The next message, which has to be Unsigned; `after` names what was sent.
    pub(super) async fn unsigned(&mut self, after: &str) -> Result<Token, Stop> {
        let expected = format!("Unsigned after {after}");
        match self.next(&expected).await? {
            (_, Response::Unsigned(token)) => Ok(token),
            (event, other) => Err(unlike(&expected, event, &other)),
        }
    }

    /// The next message, which has to be Result; `after` names what was sent.
    pub(super) async fn result(&mut self, after: &str) -> Result<Token, Stop> {
        let expected = format!("Result after {after}");
        match self.next(&expected).await? {
            (_, Response::Result(token)) => Ok(token),
            (event, other) => Err(unlike(&expected, event, &other)),
        }
    }

    /// Half-closes and gives the server time to end the stream. How it does is not judged here.
    pub(super) async fn close(&mut self, cx: &Cx) {
        self.0.half_close();
        expect::next_or_quiet(&mut self.0, expect::quiet_until(cx.deadline())).await;
    }

    /// The Signed that answers `unsigned`, its Result, and the half-close.
    pub(super) async fn complete(
        &mut self,
        client: &Client,
        unsigned: &Token,
        cx: &mut Cx,
    ) -> Result<Token, Stop> {
        self.send(&client.signed(unsigned, &[], cx));
        let result = self.result("a valid Signed").await?;
        self.close(cx).await;
        Ok(result)
    }

    /// Nothing comes for now: no message, and no end.
    pub(super) async fn is_quiet(&mut self, cx: &mut Cx, expected: &str) -> Result<(), Stop> {
        let deadline = cx.deadline();
        cx.connection().await?.ping(deadline).await.map_err(Stop::Broken)?;
        match expect::next_or_quiet(&mut self.0, expect::quiet_until(deadline)).await {
            None => Ok(()),
            Some(Incoming::End(end)) => expect::that(false, expected, end.to_string()),
            Some(Incoming::Message(message)) => {
                let response: CreateResponse = expect::parsed(&message, "CreateResponse")?;
                let actual = words::response(response.message.as_ref());
                Err(Finding::new(expected, actual).marking([message.event]).into())
            }
        }
    }

    async fn next(&mut self, expected: &str) -> Result<(usize, Response), Stop> {
        let message = expect::message(self.0.next().await, expected)?;
        let response: CreateResponse = expect::parsed(&message, "CreateResponse")?;
        match response.message {
            Some(response) => Ok((message.event, response)),
            None => {
                Err(Finding::new(expected, words::response(None)).marking([message.event]).into())
            }
        }
    }
}

fn unlike(expected: &str, event: usize, response: &Response) -> Stop {
    Finding::new(expected, words::response(Some(response))).marking([event]).into()
}

/// A whole handshake with an Init and a Signed changed in ways that have to be accepted.
pub(super) async fn complete(cx: &mut Cx, changes: &[Change]) -> Result<Token, Stop> {
    fit(cx, changes)?;
    let client = Client::new(cx);
    let mut handshake = Handshake::open(cx).await?;
    let with = changes.iter().map(|change| format!(" with {change}")).collect::<String>();
    handshake.send(&client.init(changes, cx));
    let unsigned = handshake.unsigned(&format!("Init{with}")).await?;
    // What Init asked for stands in Unsigned already; the envelope is of each request.
    let envelope: Vec<Change> =
        changes.iter().copied().filter(|change| change.is_of_the_envelope()).collect();
    handshake.send(&client.signed(&unsigned, &envelope, cx));
    let result = handshake.result(&format!("a valid Signed{with}")).await?;
    handshake.close(cx).await;
    Ok(result)
}

/// Skips where one of these changes has no place under the profile of the run.
pub(super) fn fit(cx: &Cx, changes: &[Change]) -> Result<(), Stop> {
    let profile = cx.config().neofs_session.profile;
    changes.iter().find_map(|change| change.unfit(profile)).map_or(Ok(()), expect::skip)
}

/// A whole right handshake, without which no refusal proves anything.
pub(super) async fn twin(cx: &mut Cx, changes: &[Change]) -> Result<(), Stop> {
    complete(cx, changes).await.map(drop).map_err(unmet)
}

/// What has to come about before the stimulus, and did not: nobody can say what a defect would bring.
pub(super) fn unmet(stop: Stop) -> Stop {
    match stop {
        Stop::Fail(finding) => Stop::Skip(format!(
            "a right handshake does not get there: expected {}, got {}",
            finding.expected, finding.actual
        )),
        other => other,
    }
}

/// The first half of a check's time. A check of many conversations begins none behind it, so that
/// each has the other half to be answered: a slow target is not a silent one.
#[derive(Clone, Copy, Debug)]
pub(super) struct FirstHalf(Instant);

impl FirstHalf {
    /// Of what is left to this check.
    pub(super) fn of(cx: &Cx) -> FirstHalf {
        let now = Instant::now();
        FirstHalf(now + cx.deadline().saturating_duration_since(now) / 2)
    }

    /// Whether it is over with so many of all conversations done: then a reason to leave it there.
    pub(super) fn is_over(self, done: usize, all: usize) -> Option<String> {
        let late = done < all && Instant::now() > self.0;
        late.then(|| {
            let fit =
                format!("only {done} of {all} conversations fit into half of the check's time");
            format!("{fit}; with a longer --timeout all of them do")
        })
    }
}

/// Everything that came on a stream after some point.
#[derive(Debug)]
pub(super) struct Heard {
    /// Each message with its event; nothing where it is no CreateResponse.
    pub(super) messages: Vec<(usize, Option<CreateResponse>)>,
    pub(super) end: End,
}

impl Heard {
    pub(super) fn of(answer: &Answer) -> Heard {
        let read = |message: &Received| (message.event, message.read().ok());
        Heard { messages: answer.messages.iter().map(read).collect(), end: answer.end.clone() }
    }

    /// A call that brought this first, and then whatever comes.
    pub(super) async fn from(first: Incoming, call: &mut Call) -> Heard {
        match first {
            Incoming::Message(message) => {
                let Answer { mut messages, end } = call.rest().await;
                messages.insert(0, message);
                Heard::of(&Answer { messages, end })
            }
            Incoming::End(end) => Heard { messages: Vec::new(), end },
        }
    }

    /// Fails where any message came.
    pub(super) fn no_message(&self, after: &str) -> Result<(), Stop> {
        self.none(|_| true, &format!("no message after {after}"))
    }

    /// Fails where any Unsigned or Result came.
    pub(super) fn nothing(&self, after: &str) -> Result<(), Stop> {
        self.none(|member| member.is_some(), &format!("neither Unsigned nor Result after {after}"))
    }

    /// Fails where a Result came.
    pub(super) fn no_result(&self, after: &str) -> Result<(), Stop> {
        let is_result = |member: Option<&Response>| matches!(member, Some(Response::Result(_)));
        self.none(is_result, &format!("no Result after {after}"))
    }

    fn none(&self, forbidden: fn(Option<&Response>) -> bool, expected: &str) -> Result<(), Stop> {
        for (event, response) in &self.messages {
            let response = response.as_ref().and_then(|response| response.message.as_ref());
            if forbidden(response) {
                let actual = format!("{}, then {}", words::response(response), self.end);
                return Err(Finding::new(expected, actual).marking([*event]).into());
            }
        }
        Ok(())
    }
}

/// Fails where the trace so far contradicts this clause.
pub(super) fn holds(cx: &Cx, clause: &'static Clause) -> Result<(), Stop> {
    let breaches = oracle::breaches(&cx.recorder().trace());
    match breaches.into_iter().find(|breach| breach.clause.id == clause.id) {
        Some(breach) => Err(breach.finding.into()),
        None => Ok(()),
    }
}
