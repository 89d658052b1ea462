//! Typed calls of the agent: stage, run, look again, and the same request with and without a defect.

use std::collections::BTreeSet;
use std::time::Duration;

use rand::Rng as _;
use rand_chacha::ChaCha12Rng;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::messages::{Code, Method, Request, Staged, State, key, read, staged};
use super::oracle::{self, Calls, Invariant};
use crate::check::Stop;
use crate::client::{Answer, Received};
use crate::cx::Cx;
use crate::expect;
use crate::status::End;

/// A StageInFiles that any server answers.
pub(super) fn any_staging(rng: &mut ChaCha12Rng) -> Vec<u8> {
    Request::new(Method::StageInFiles, drawn(rng), &[drawn(rng)]).encode()
}

/// A StageInFiles of 300 files, each of which the answer names again.
pub(super) fn many_staged(rng: &mut ChaCha12Rng) -> Vec<u8> {
    let files: Vec<Uuid> = (0..300).map(|_| drawn(rng)).collect();
    Request::new(Method::StageInFiles, drawn(rng), &files).encode()
}

/// A RunJob that any server answers; since nobody stages its file, nothing is run.
pub(super) fn any_run(rng: &mut ChaCha12Rng) -> Vec<u8> {
    Request::new(Method::RunJob, drawn(rng), &[drawn(rng)]).encode()
}

fn drawn(rng: &mut ChaCha12Rng) -> Uuid {
    let mut bytes = [0; 16];
    rng.fill_bytes(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// A request for a new job and so many new files.
pub(super) fn fresh(cx: &mut Cx, method: Method, files: usize) -> Request {
    let files: Vec<Uuid> = (0..files).map(|_| cx.uuid()).collect();
    Request::new(method, cx.uuid(), &files)
}

/// A RunJob for a new job and new files, which were handed to StageInFiles in the job's name,
/// whatever came of that.
pub(super) async fn prepared(cx: &mut Cx, files: usize) -> Result<Request, Stop> {
    let run = fresh(cx, Method::RunJob, files);
    ask(cx, &staging(&run)).await?;
    Ok(run)
}

/// The same, with the files that success_files named; there is at least one.
///
/// # Errors
/// [`Stop::Skip`] when there is none.
pub(super) async fn staged_run(cx: &mut Cx, files: usize) -> Result<Request, Stop> {
    let mut run = fresh(cx, Method::RunJob, files);
    let answer = ask(cx, &staging(&run)).await?;
    let named = named(&run, &answer);
    run.files.retain(|id| id.0.as_deref().is_some_and(|uuid| named.contains(&key(uuid))));
    if run.files.is_empty() {
        return unexercised(
            "it takes files that are staged, and StageInFiles named none",
            &answer.end,
        );
    }
    Ok(run)
}

/// Files are staged: success_files names one, or a job that has one leaves WAIT.
///
/// # Errors
/// [`Stop::Skip`] when neither tells so.
pub(super) async fn stages(cx: &mut Cx) -> Result<(), Stop> {
    match staged_run(cx, 1).await {
        Err(Stop::Skip(_)) => leaves_wait(cx).await,
        staged => staged.map(drop),
    }
}

/// The StageInFiles for the job and the files of a RunJob.
pub(super) fn staging(run: &Request) -> Request {
    Request { method: Method::StageInFiles, requirements: Vec::new(), ..run.clone() }
}

/// The files of the request that success_files named, by the keys of their uuids. None, unless the
/// call ended with OK.
pub(super) fn named(request: &Request, answer: &Answer) -> BTreeSet<String> {
    if !answer.end.is_ok() {
        return BTreeSet::new();
    }
    let own: BTreeSet<_> = request.files.iter().filter_map(|id| id.0.as_deref()).map(key).collect();
    let files = answer.messages.iter().flat_map(|message| staged(&message.payload));
    // A target may send millions; no check asks for more than this.
    let files = files.take(20_000).map_while(Result::ok);
    files
        .filter_map(|staged| match staged {
            Staged::Named(uuid) => Some(key(&uuid)),
            Staged::WithoutFile | Staged::WithoutUuid => None,
        })
        .filter(|file| own.contains(file))
        .collect()
}

/// Makes a call on the check's own connection.
pub(super) async fn ask(cx: &mut Cx, request: &Request) -> Result<Answer, Stop> {
    cx.unary_payload(request.method.path(), &request.encode()).await
}

/// The clause cannot be exercised, since a call that leads up to it ended so.
///
/// # Errors
/// [`Stop::Skip`]; [`Stop::Broken`] where the target did not end the call at all.
pub(super) fn unexercised<T>(why: &str, end: &End) -> Result<T, Stop> {
    let why = format!("{why}: {end}");
    if end.is_ok() || end.is_refusal() { expect::skip(why) } else { Err(Stop::Broken(why)) }
}

/// Whether the call was accepted: OK and one response, which parses with its required fields.
///
/// # Errors
/// Says what came in its place.
fn accepted(answer: &Answer, method: Method) -> Result<(), String> {
    let name = method.response();
    if !answer.end.is_ok() {
        return Err(answer.end.to_string());
    }
    match &answer.messages[..] {
        [response] => response
            .plain()
            .and_then(|response| read(method, response))
            .map_err(|why| format!("a {name} that does not parse: {why}")),
        other => Err(format!("{} messages, then {}", other.len(), answer.end)),
    }
}

/// The clause cannot be exercised unless this call, which leads up to it, was accepted.
///
/// # Errors
/// As [`unexercised`].
pub(super) fn needs(answer: &Answer, method: Method, why: &str) -> Result<(), Stop> {
    match accepted(answer, method) {
        Ok(()) => Ok(()),
        Err(came) if answer.end.is_ok() => expect::skip(format!("{why}: {came}")),
        Err(_) => unexercised(why, &answer.end),
    }
}

/// The call has to be accepted; `what` names it.
///
/// # Errors
/// [`Stop::Fail`] when it was not.
pub(super) fn is_accepted(answer: &Answer, method: Method, what: &str) -> Result<(), Stop> {
    let came = accepted(answer, method);
    let expected = format!("{what} to end with OK (0) and one {} that parses", method.response());
    expect::brought(answer, came.is_ok(), expected, came.err().unwrap_or_default())
}

/// A job whose file was handed to StageInFiles leaves WAIT, whether or not success_files named it:
/// else that another one waits does not tell for what.
///
/// # Errors
/// [`Stop::Skip`] when it does not.
pub(super) async fn leaves_wait(cx: &mut Cx) -> Result<(), Stop> {
    let run = prepared(cx, 1).await?;
    let seen = watch(cx, &run, State::Run).await?;
    if seen.iter().any(|look| look.state > Some(State::Wait)) {
        return Ok(());
    }
    let last = &seen[seen.len() - 1];
    last.unexercised("a job whose file was staged in its own name does not leave WAIT either")
}

/// Holds what happened so far to one invariant of the room.
pub(super) fn judged(cx: &Cx, invariant: Invariant) -> Result<(), Stop> {
    invariant(&Calls::of(&cx.recorder().trace())).map_err(Stop::Fail)
}

/// Every success_files so far names files of its own request, if any: else it is another call's.
///
/// # Errors
/// [`Stop::Skip`] when one does not, which is another clause's matter.
pub(super) fn names_its_own(cx: &Cx) -> Result<(), Stop> {
    match judged(cx, oracle::success_within_request) {
        Err(Stop::Fail(finding)) => expect::skip(finding.actual),
        judged => judged,
    }
}

/// What one RunJob call showed of its job.
#[derive(Clone, Debug)]
pub(super) struct Look {
    /// The job's state; none when the call did not end with OK, or its code is missing or none of the enum's.
    pub(super) state: Option<State>,
    /// How the call ended.
    pub(super) end: End,
    /// The event that brought the response.
    pub(super) event: Option<usize>,
}

impl Look {
    pub(super) fn of(answer: &Answer) -> Look {
        let message = answer.messages.first().filter(|_| answer.end.is_ok());
        let code = |message: &Received| Code::of(&message.payload).ok()?.state;
        Look {
            state: message.and_then(code),
            end: answer.end.clone(),
            event: message.map(|message| message.event),
        }
    }

    /// For the end of a sentence.
    pub(super) fn words(&self) -> String {
        match self.state {
            Some(state) => state.to_string(),
            None if self.end.is_ok() => "no code that the enum knows".to_owned(),
            None => self.end.to_string(),
        }
    }

    /// The clause cannot be exercised, since this is what a call showed that leads up to it.
    ///
    /// # Errors
    /// As [`unexercised`].
    pub(super) fn unexercised<T>(&self, why: &str) -> Result<T, Stop> {
        match self.end.is_ok() {
            true => expect::skip(format!("{why}: {}", self.words())),
            false => unexercised(why, &self.end),
        }
    }
}

/// Looks at a job once.
pub(super) async fn look(cx: &mut Cx, run: &Request) -> Result<Look, Stop> {
    Ok(Look::of(&ask(cx, run).await?))
}

/// Looks so many times, one right after the other.
pub(super) async fn looks(cx: &mut Cx, run: &Request, times: usize) -> Result<Vec<Look>, Stop> {
    let mut looks = Vec::new();
    for _ in 0..times {
        looks.push(look(cx, run).await?);
    }
    Ok(looks)
}

/// Looks until the job shows `until` or more, or the observation window closes, or a call is
/// refused. There is at least one look.
pub(super) async fn watch(cx: &mut Cx, run: &Request, until: State) -> Result<Vec<Look>, Stop> {
    let mut pace = Pace::of(cx);
    let mut looks = Vec::new();
    loop {
        let look = look(cx, run).await?;
        let ended = look.state >= Some(until) || !look.end.is_ok();
        looks.push(look);
        if ended || !pace.again().await {
            return Ok(looks);
        }
    }
}

/// When to look again at a target that moves by itself: the first looks follow each other at once,
/// the later ones at growing distances, so that a slow target is not flooded while it works. No
/// verdict hangs on the distances; only the window's end counts.
#[derive(Debug)]
pub(super) struct Pace {
    looks: u32,
    closes: Instant,
}

impl Pace {
    /// Looks that follow each other at once.
    const AT_ONCE: u32 = 8;
    /// The longest distance, and what is kept of the check's time for the last look.
    const LONGEST: Duration = Duration::from_millis(250);

    pub(super) fn of(cx: &mut Cx) -> Pace {
        let closes = cx.open_window(cx.config().agent.observe);
        let latest = cx.deadline().checked_sub(Pace::LONGEST).unwrap_or(closes);
        Pace { looks: 0, closes: closes.min(latest) }
    }

    /// True when it is time for the next look, false when the window has closed.
    pub(super) async fn again(&mut self) -> bool {
        self.looks += 1;
        if self.looks >= Pace::AT_ONCE {
            let doubled = (self.looks - Pace::AT_ONCE).min(6);
            let distance = Duration::from_millis(5 << doubled).min(Pace::LONGEST);
            sleep_until((Instant::now() + distance).min(self.closes)).await;
        }
        Instant::now() < self.closes
    }
}

/// The window that was watched, for a sentence.
pub(super) fn window(cx: &Cx) -> String {
    let seconds = cx.window(cx.config().agent.observe).as_secs_f64();
    format!("the observation window of {seconds:.1} s (--observe)")
}
