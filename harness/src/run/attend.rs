//! One check: driven to its verdict, and the target's pulse felt after it where that may matter.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Side, Trace};

use super::budget::{Budget, Spent};
use super::health::{Death, Health};
use super::shelf::Shelf;
use crate::check::{Check, Manner, Stop};
use crate::client::{Origin, Recorder};
use crate::cx::{Cx, Settings};
use crate::model::{CheckResult, Finding, Kind, Verdict, room_of};
use crate::specs::grpc::passive::{self, Judged};

/// What a check may take beyond its deadline, which all its waits keep.
const GRACE: Duration = Duration::from_secs(2);

/// A check that has run.
#[derive(Debug)]
pub(super) struct Attended {
    pub(super) check: &'static Check,
    pub(super) result: CheckResult,
    pub(super) ended: Instant,
    /// When the target was asked for a sign of life after it, or how it gave none; unless nobody asked.
    pub(super) pulse: Option<Result<Instant, Death>>,
    pub(super) trace: Arc<Trace>,
    /// What its responses say of the clauses that bind every response.
    pub(super) passive: Judged,
}

/// Drives one check in a task of its own, so that a panic is its alone.
pub(super) async fn attend(
    check: &'static Check,
    origin: Origin,
    settings: Arc<Settings>,
    health: Arc<Health>,
    shelf: Arc<Shelf>,
    budget: Budget,
) -> Attended {
    let began = Instant::now();
    let mut cx = Cx::new(&origin, &settings, &health.subjects, check.id);
    let recorder = cx.recorder().clone();
    let driven = tokio::spawn(async move {
        let limit = cx.latest() + GRACE;
        let stopped = budget.within(timeout_at(limit, (check.drive)(&mut cx))).await;
        (stopped, cx)
    });
    let (outcome, cx) = match driven.await {
        Ok((Ok(Ok(outcome)), cx)) => (outcome, Some(cx)),
        Ok((Ok(Err(_)), cx)) => {
            (Err(Stop::Broken("the check overran its deadline".to_owned())), Some(cx))
        }
        // Its own waits are not shortened: what it says of a silence, it says after all its time.
        Ok((Err(spent), cx)) => (Err(Stop::Broken(format!("{spent} while this ran"))), Some(cx)),
        Err(error) => (Err(Stop::Broken(format!("the check itself failed: {error}"))), None),
    };
    let ended = Instant::now();
    let trace = recorder.take();
    let mut verdict = verdict(outcome, cx.as_ref(), &trace);
    if let (Verdict::Pass, Some(why)) = (&verdict, cut_short(check, &recorder, &trace)) {
        verdict = Verdict::Broken(why);
    }
    let mut passive = passive::judge(&trace);
    // A target that ended as it was told to has no pulse, and that is right.
    let asked_for_one = check.manner != Manner::Allowed || torn(&trace);
    let mut marks: Vec<_> =
        passive.offences.iter_mut().map(|(_, found)| &mut found.marks).collect();
    marks.extend(own(&mut verdict).map(|finding| &mut finding.marks));
    let trace = Arc::new(shelf.put_up(trace, &mut marks));
    if let Some(finding) = own(&mut verdict) {
        finding.trace = Arc::clone(&trace);
    }

    let mut pulse = None;
    if asked_for_one && check.manner != Manner::Ending {
        let asked = Instant::now();
        let felt = budget.within(async {
            let fresh = health.fresh(room_of(check.id), &origin, &settings, check.id).await;
            let same = match (&fresh, cx) {
                (Ok(()), Some(mut cx)) => same_connection(&health, check, &mut cx, &settings).await,
                _ => None,
            };
            (fresh, same)
        });
        match felt.await {
            Ok((fresh, same)) => {
                pulse = Some(fresh.map(|()| asked));
                if let Some(death) = same {
                    verdict = Verdict::Fail(Box::new(fatal(&death, Arc::clone(&trace), None)));
                }
            }
            Err(spent) => unproven(&mut verdict, spent),
        }
    }
    let result = CheckResult {
        id: check.id.to_owned(),
        clause: check.clause,
        verdict,
        known: None,
        duration: ended - began,
        calls: recorder.streams(),
    };
    Attended { check, result, ended, pulse, trace, passive }
}

/// Takes back what says nothing where nobody could be asked whether the target outlived the check.
pub(super) fn unproven(verdict: &mut Verdict, spent: Spent) {
    if matches!(verdict, Verdict::Pass | Verdict::Warn(_)) {
        let why = format!("{spent} before the target gave a sign of life after this");
        *verdict = Verdict::Broken(why);
    }
}

/// A connection that is still open but on which nothing is answered any more.
async fn same_connection(
    health: &Health,
    check: &Check,
    cx: &mut Cx,
    settings: &Settings,
) -> Option<Death> {
    let connection = cx.opened().filter(|connection| connection.lost().is_none())?;
    let death = health
        .on(room_of(check.id), connection, settings, &format!("{} same", check.id))
        .await
        .err()?;
    // A target may close a connection on which it was treated badly.
    (connection.lost().is_none() && death.kind == Kind::Wedge).then(|| Death {
        kind: Kind::Wedge,
        how: format!("on the same connection, {}; a fresh one serves", death.how),
    })
}

fn verdict(outcome: Result<(), Stop>, cx: Option<&Cx>, trace: &Trace) -> Verdict {
    let marked = |mut finding: Box<Finding>| {
        if finding.marks.is_empty() && finding.trace.events.is_empty() {
            // What came last is what the check stopped at.
            let last = trace.events.iter().rposition(|event| event.side() == Side::Server);
            finding.marks.extend(last);
        }
        finding
    };
    match outcome {
        Err(Stop::Fail(finding)) => Verdict::Fail(marked(finding)),
        Err(Stop::Skip(reason)) => Verdict::Skip(reason),
        Err(Stop::Broken(cause)) => Verdict::Broken(cause),
        Ok(()) => {
            if let Some(warning) = cx.and_then(|cx| cx.warnings().first()) {
                return Verdict::Warn(marked(Box::new(warning.clone())));
            }
            match answers(trace) {
                0 if !cx.is_some_and(Cx::looked) => {
                    Verdict::Skip("nothing that came from the target was looked at".to_owned())
                }
                _ => Verdict::Pass,
            }
        }
    }
}

/// The finding that the check's own conversation shows; one out of a recorded trace has its own.
fn own(verdict: &mut Verdict) -> Option<&mut Finding> {
    verdict.finding_mut().filter(|finding| finding.trace.events.is_empty())
}

/// Why nothing that the conversation showed counts: an answer that was not read to its end, or, where
/// the check did only what the documents allow, a connection that went away under a call.
fn cut_short(check: &Check, recorder: &Recorder, trace: &Trace) -> Option<String> {
    if let Some(cap) = recorder.flooded() {
        return Some(format!("the target sent more than the harness reads: {cap}"));
    }
    let mut open = BTreeSet::new();
    for event in trace.events.iter().filter(|_| check.manner == Manner::Allowed) {
        match (event.side(), event.what.as_ref()?) {
            (Side::Client, What::Headers(_)) => {
                open.insert((event.connection, event.stream));
            }
            (Side::Server, What::ConnectionLost(why))
                if open.iter().any(|(connection, _)| *connection == event.connection) =>
            {
                return Some(format!("the connection went away under a call: {why}"));
            }
            (Side::Server, What::Headers(headers)) if !headers.end_stream => {}
            (Side::Server, What::Headers(_) | What::Trailers(_) | What::HalfClose(_))
            | (_, What::Reset(_)) => {
                open.remove(&(event.connection, event.stream));
            }
            _ => {}
        }
    }
    None
}

/// How many events of the trace are the target's doing.
fn answers(trace: &Trace) -> usize {
    trace.events.iter().filter(|event| event.side() == Side::Server).count()
}

/// Whether a connection went away.
fn torn(trace: &Trace) -> bool {
    trace.events.iter().any(|event| matches!(event.what, Some(What::ConnectionLost(_))))
}

/// The finding for a conversation after which the target was dead.
pub(super) fn fatal(death: &Death, trace: Arc<Trace>, output: Option<String>) -> Finding {
    let mut finding =
        Finding::new("the target to go on serving after this conversation", death.how.clone());
    finding.kind = death.kind;
    finding.trace = trace;
    finding.output = output;
    finding
}
