//! Checks × target → report: in order of harmlessness, in parallel, each on a fresh connection.

mod attend;
mod health;
mod inquest;
mod passing;
mod shelf;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::task::JoinSet;
use tokio::time::Instant;
use wirecheck_proto::wirecheck::v1::Trace;

use crate::check::{Check, Manner, Need};
use crate::cx::Settings;
use crate::known::Known;
use crate::model::{CheckResult, Command, Report, Verdict, room_of};
use crate::records::source::SourceError;
use crate::records::{self, Judgements};
use crate::specs::imss;
use crate::target::{Live, Target, TargetError};
use attend::{Attended, attend};
use health::Health;
use passing::Passing;
use shelf::Shelf;

/// How a run goes about it.
#[derive(Clone, Debug)]
pub struct Options {
    /// What checks are given.
    pub settings: Settings,
    /// How many checks run at once.
    pub jobs: usize,
    /// How long the whole run may take.
    pub budget: Duration,
    /// Whether a broken Should is a failure.
    pub strict: bool,
    /// Whether checks run that may stop or harm the target.
    pub allow_destructive: bool,
    /// Whether nothing more starts after the first failure.
    pub fail_fast: bool,
    /// Which checks may fail.
    pub known: Known,
}

/// Records of the embedded reference that are judged.
#[cfg(feature = "embedded")]
const REFERENCE_RECORDS: usize = 2000;

/// Why no run came about.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The target could not be brought up.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// Its trace cannot be had.
    #[error(transparent)]
    Trace(#[from] SourceError),
    /// It is up, and answers no call of any room.
    #[error("{0}")]
    Unanswered(String),
}

/// Told what goes on in a run.
pub trait Progress: Send + Sync {
    /// So many checks will be looked at.
    fn begins(&self, checks: usize);
    /// One of them has a verdict.
    fn judged(&self, result: &CheckResult);
    /// This happened on both sides while the check of that id ran.
    fn traced(&self, _id: &str, _trace: &Trace) {}
}

/// Tells nobody.
#[derive(Debug)]
pub struct Silent;

impl Progress for Silent {
    fn begins(&self, _: usize) {}
    fn judged(&self, _: &CheckResult) {}
}

/// Runs the checks against the target.
///
/// # Errors
/// When the target cannot be brought up, or answers nothing at all.
pub async fn run(
    target: &Target,
    checks: &[&'static Check],
    options: &Options,
    progress: &dyn Progress,
) -> Result<Report, RunError> {
    let began = Instant::now();
    let started = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
    let records = recorded(target, checks, options).await?;
    let settings = Settings { records: records.map(Arc::new), ..options.settings.clone() };
    let settings = Arc::new(settings);
    let live = Live::start(target, settings.seed).await?;
    let asked = match target {
        Target::Trace(_) => Ok(Health::of_a_trace()),
        _ => Health::at_first(&live.origin(), &settings, checks).await,
    };
    let health = match asked {
        Ok(health) => health,
        Err(why) => {
            let output = live.output();
            live.stop().await;
            let said =
                output.map_or_else(String::new, |output| format!("; its last words:\n{output}"));
            return Err(RunError::Unanswered(format!("{why}{said}")));
        }
    };
    progress.begins(checks.len());
    let mut run = Run {
        live,
        settings,
        options,
        health: Arc::new(health),
        ends: began + options.budget,
        results: Vec::new(),
        notes: Vec::new(),
        closed: None,
        passing: Passing::default(),
        shelf: Arc::default(),
        progress,
    };
    for manner in [Manner::Allowed, Manner::Refusal, Manner::Hostile] {
        let phase = checks.iter().copied().filter(|check| check.manner == manner);
        run.phase(manner, phase.collect()).await;
    }
    let endings = checks.iter().copied().filter(|check| check.manner == Manner::Ending);
    run.endings(endings.collect()).await;
    Ok(run.report(target, started, began).await)
}

/// What the target's trace says, where it has one and a check wants to know.
async fn recorded(
    target: &Target,
    checks: &[&'static Check],
    options: &Options,
) -> Result<Option<Judgements>, RunError> {
    let wanted = checks.iter().any(|check| room_of(check.id) == imss::ROOM.name);
    Ok(match target {
        Target::Trace(source) => Some(source.judge(options.budget).await?),
        #[cfg(feature = "embedded")]
        Target::Embedded(faults) if wanted => {
            let run = wirecheck_reference::imss::Run::new(options.settings.seed, faults.clone());
            Some(records::judge_all(run.take(REFERENCE_RECORDS).map(|record| record.to_any())))
        }
        _ => {
            let _ = wanted;
            None
        }
    })
}

/// A run under way.
struct Run<'a> {
    live: Live,
    settings: Arc<Settings>,
    options: &'a Options,
    health: Arc<Health>,
    ends: Instant,
    results: Vec<CheckResult>,
    notes: Vec<String>,
    closed: Option<Closed>,
    passing: Passing,
    shelf: Arc<Shelf>,
    progress: &'a dyn Progress,
}

/// Why nothing more is started.
#[derive(Clone, Debug)]
enum Closed {
    Dead(String),
    FailFast(String),
    Budget(Duration),
}

impl Closed {
    fn verdict(&self) -> Verdict {
        match self {
            Closed::Dead(why) => Verdict::Broken(why.clone()),
            Closed::FailFast(id) => Verdict::Skip(format!("--fail-fast: {id} failed before")),
            Closed::Budget(budget) => Verdict::Broken(format!(
                "the run's budget of {} s was used up before",
                budget.as_secs_f64()
            )),
        }
    }
}

impl Run<'_> {
    async fn phase(&mut self, manner: Manner, checks: Vec<&'static Check>) {
        let mut queue = VecDeque::new();
        for check in checks {
            match self.reason_to_skip(check) {
                Some(reason) => self.judge(check, Verdict::Skip(reason)),
                None => queue.push_back(check),
            }
        }
        while !queue.is_empty() && self.closed.is_none() {
            // What may kill a target that nobody starts anew goes alone, so that the culprit is known.
            let alone = manner == Manner::Hostile && !self.live.can_be_started_anew();
            let jobs = if alone { 1 } else { self.options.jobs.max(1) };
            if let Some(suspects) = self.together(jobs, &mut queue).await {
                self.inquest(suspects).await;
            }
        }
        if let Some(closed) = self.closed.clone() {
            queue.into_iter().for_each(|check| self.judge(check, closed.verdict()));
        }
    }

    /// Each of these may end the target, as it should: one at a time, each against a live one.
    async fn endings(&mut self, checks: Vec<&'static Check>) {
        let mut used = false;
        for check in checks {
            if let Some(reason) = self.reason_to_skip(check) {
                self.judge(check, Verdict::Skip(reason));
                continue;
            }
            if used && self.closed.is_none() && self.revive().await.is_err() {
                self.closed =
                    Some(Closed::Dead("the target has ended, as it was told to".to_owned()));
            }
            if let Some(closed) = &self.closed {
                let verdict = closed.verdict();
                self.judge(check, verdict);
                continue;
            }
            used = true;
            let (origin, settings) = (self.live.origin_for(check), Arc::clone(&self.settings));
            let (health, shelf) = (Arc::clone(&self.health), Arc::clone(&self.shelf));
            let attended = attend(check, origin, settings, health, shelf).await;
            self.accept(attended);
        }
    }

    /// Runs from the queue until it is empty, or until a probe finds the target dead: then it hands
    /// back what ran since the last good probe, without its verdicts.
    async fn together(
        &mut self,
        jobs: usize,
        queue: &mut VecDeque<&'static Check>,
    ) -> Option<Vec<Attended>> {
        let mut tasks = JoinSet::new();
        let mut done: Vec<Attended> = Vec::new();
        let mut last_good: Option<Instant> = None;
        let mut dead = false;
        loop {
            while !dead && self.closed.is_none() && tasks.len() < jobs {
                let Some(check) = queue.pop_front() else { break };
                tasks.spawn(attend(
                    check,
                    self.live.origin_for(check),
                    Arc::clone(&self.settings),
                    Arc::clone(&self.health),
                    Arc::clone(&self.shelf),
                ));
            }
            let Some(joined) = tasks.join_next().await else { break };
            // A check's panic is caught inside.
            let Ok(attended) = joined else { continue };
            match &attended.pulse {
                Some(Ok(asked)) => last_good = last_good.max(Some(*asked)),
                Some(Err(_)) => dead = true,
                None => {}
            }
            done.push(attended);
            if !dead {
                let cleared = last_good;
                for attended in done.extract_if(.., |attended| Some(attended.ended) < cleared) {
                    self.accept(attended);
                }
            }
            self.close_when_due(&done);
        }
        let suspects;
        (suspects, done) =
            done.into_iter().partition(|attended| dead && Some(attended.ended) >= last_good);
        done.into_iter().for_each(|attended| self.accept(attended));
        dead.then_some(suspects)
    }

    fn close_when_due(&mut self, waiting: &[Attended]) {
        if self.closed.is_some() {
            return;
        }
        if Instant::now() >= self.ends {
            self.closed = Some(Closed::Budget(self.options.budget));
        } else if self.options.fail_fast {
            let mut failed = waiting.iter().map(|attended| &attended.result).chain(&self.results);
            let failed = failed.find(|result| self.failed(result)).map(|result| result.id.clone());
            self.closed = failed.map(Closed::FailFast);
        }
    }

    fn failed(&self, result: &CheckResult) -> bool {
        matches!(result.verdict, Verdict::Fail(_))
            && self.options.known.reason(&result.id).is_none()
    }

    fn reason_to_skip(&self, check: &Check) -> Option<String> {
        for need in check.needs {
            match need {
                Need::Destructive if self.options.allow_destructive => {}
                Need::Destructive => {
                    return Some("it may stop the target; --allow-destructive runs it".to_owned());
                }
                Need::Spawning(_) if self.live.is_in_both_states_of_spawning() => {}
                Need::Spawning(state) if self.settings.config.jina.spawning == Some(*state) => {}
                Need::Spawning(state) => {
                    let state = state.name();
                    return Some(format!(
                        "it takes a target on which spawning is {state}; wirecheck.toml says so with `spawning = \"{state}\"` in `[jina]`"
                    ));
                }
            }
        }
        let room = room_of(check.id);
        if room == imss::ROOM.name && self.settings.records.is_none() {
            return Some(
                "imss has no service; give a trace: --target exec:CMD, or a file".to_owned(),
            );
        }
        self.health.unserved(room).map(ToOwned::to_owned)
    }

    fn judge(&mut self, check: &'static Check, verdict: Verdict) {
        self.push(CheckResult {
            id: check.id.to_owned(),
            clause: check.clause,
            verdict,
            known: None,
            duration: Duration::ZERO,
            calls: 0,
        });
    }

    fn accept(&mut self, attended: Attended) {
        self.passing.see(attended.passive, &attended.trace);
        self.progress.traced(&attended.result.id, &attended.trace);
        self.push(attended.result);
    }

    fn push(&mut self, mut result: CheckResult) {
        result.verdict = self.weighed(result.clause, result.verdict);
        if matches!(result.verdict, Verdict::Fail(_)) {
            result.known = self.options.known.reason(&result.id).map(ToOwned::to_owned);
        }
        self.progress.judged(&result);
        self.results.push(result);
    }

    /// A broken Should is a warning unless the run is strict; a crash is a failure at any level.
    fn weighed(&self, clause: &crate::model::Clause, verdict: Verdict) -> Verdict {
        use crate::model::{Kind, Level};
        match verdict {
            Verdict::Fail(finding)
                if clause.level == Level::Should
                    && finding.kind == Kind::Contradiction
                    && !self.options.strict =>
            {
                Verdict::Warn(finding)
            }
            other => other,
        }
    }

    async fn report(mut self, target: &Target, started: String, began: Instant) -> Report {
        self.judge_in_passing();
        self.live.stop().await;
        self.results.sort_by(|a, b| a.id.cmp(&b.id));
        let exercised = |result: &&CheckResult| {
            !matches!(result.verdict, Verdict::Skip(_) | Verdict::Broken(_))
        };
        let outcomes = self.results.iter().filter(exercised);
        let outcomes =
            outcomes.map(|result| (result.id.as_str(), matches!(result.verdict, Verdict::Fail(_))));
        let mut notes = self.notes;
        let mut broken_off = None;
        if let (Target::Trace(source), Some(records)) = (target, &self.settings.records) {
            notes.extend(records.notes());
            broken_off =
                records.broken.as_ref().map(|broken| format!("{}: {broken}", source.name()));
        }
        Report {
            stale: self.options.known.stale(outcomes),
            target: target.name(),
            command: Command::Check,
            flags: target.flags(),
            seed: self.options.settings.seed,
            started,
            duration: began.elapsed(),
            results: self.results,
            notes,
            broken_off,
        }
    }
}
