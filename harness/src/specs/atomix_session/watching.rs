//! Driving watches: one to its end while lists are taken beside it, and many to be cancelled.

use std::collections::BTreeMap;
use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;
use wirecheck_proto::atomix::runtime::v1::ListSessionsRequest;

use super::driver::{list, open_list, shown};
use super::oracle::looks::{Id, LIST, Shown};
use crate::check::Stop;
use crate::client::{Answer, Call, Incoming};
use crate::cx::Cx;
use crate::status::End;

/// How long a watch may wait for a change.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// How far past a check's own time a watch may wait: less than what a run grants beyond it, and enough
/// for a check that is granted as much as a watch.
const OVERTIME: Duration = Duration::from_millis(500);
/// How often a list is taken while a watch waits.
const LISTS: Duration = Duration::from_millis(100);

/// How many watches are cancelled, how many on one connection, and how many are opened at most: one
/// that is answered at once cannot be cancelled.
pub(super) const CANCELLED: usize = 100;
const ON_ONE_CONNECTION: usize = 20;
const OPENED: usize = 4 * CANCELLED;

/// A watch that was waited for.
#[derive(Debug)]
pub(super) struct Watched {
    /// What it brought, unless it brought no end in time.
    pub(super) answer: Option<Answer>,
    /// A list taken as soon as it had been opened.
    pub(super) beside: BTreeMap<Id, Shown>,
    /// Whether a list taken while it waited differed from the one before.
    pub(super) changed: bool,
    pub(super) waited: Duration,
}

/// Watches by the type `kind`, with lists by the type `view` beside it; `before` is the last before it.
pub(super) async fn watch(
    cx: &mut Cx,
    kind: &str,
    view: &str,
    before: &BTreeMap<Id, Shown>,
) -> Result<Watched, Stop> {
    let began = Instant::now();
    let limit = (began + PATIENCE).min(cx.deadline() + OVERTIME);
    let mut call = open_list(cx, kind, true).await?;
    let beside = shown(&list(cx, view).await?);
    let mut changed = beside != *before;
    let mut messages = Vec::new();
    let answer = loop {
        match call.next_by((Instant::now() + LISTS).min(limit)).await {
            Incoming::Message(message) => messages.push(message),
            Incoming::End(End::Silence(_)) if Instant::now() >= limit => break None,
            Incoming::End(End::Silence(_)) => {
                if !changed && Instant::now() + LISTS < cx.deadline() {
                    changed = shown(&list(cx, view).await?) != *before;
                }
            }
            Incoming::End(end) => break Some(Answer { messages, end }),
        }
    };
    Ok(Watched { answer, beside, changed, waited: began.elapsed() })
}

/// Cancels a hundred watches that the target has and has not answered, or as many as it lets, and says
/// how many they were.
pub(super) async fn cancel(cx: &mut Cx, view: &str) -> Result<usize, Stop> {
    let (mut cancelled, mut opened) = (0, 0);
    while cancelled < CANCELLED && opened < OPENED {
        // A few on each connection: many resets on one are an attack, and another clause's matter.
        let mut connection = cx.connect().await?;
        // Nothing changes among the sessions of a type that nobody has; but a target may know that.
        let idle = opened.is_multiple_of(2 * ON_ONE_CONNECTION);
        let kind = if idle { cx.uuid().to_string() } else { view.to_owned() };
        let request = ListSessionsRequest { r#type: kind, watch: true };
        let mut calls: Vec<Call> = Vec::new();
        for _ in 0..ON_ONE_CONNECTION {
            let mut call = connection.call(LIST, &HeaderMap::new(), cx.deadline()).await;
            call.send(&request);
            call.half_close();
            calls.push(call);
        }
        opened += calls.len();
        // The target has taken them all in once it answers a PING, and their ends once it answers another.
        connection.ping(cx.deadline()).await.map_err(Stop::Broken)?;
        for mut call in calls {
            let next = call.next_by(Instant::now()).await;
            cancelled += usize::from(matches!(next, Incoming::End(End::Silence(_))));
            // Dropped, it is cancelled.
            drop(call);
        }
        connection.ping(cx.deadline()).await.map_err(Stop::Broken)?;
    }
    Ok(cancelled)
}
