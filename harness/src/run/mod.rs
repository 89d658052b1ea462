//! Checks × target → report: in order of harmlessness, in parallel, each on a fresh connection.

mod attend;
mod budget;
mod closed;
mod health;
mod inquest;
mod options;
mod passing;
mod phases;
mod results;
mod shelf;

use std::sync::Arc;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::Instant;

use crate::check::{Check, Manner};
use crate::cx::Settings;
use crate::model::{CheckResult, Report, room_of};
use crate::records::{self, Judgements};
use crate::specs::imss;
use crate::target::{Live, Target};
use attend::{Attended, attend};
use budget::Budget;
use closed::Closed;
use health::Health;
pub use options::{Options, Progress, RunError, Silent};
use passing::Passing;
use shelf::Shelf;

/// Records of the embedded reference that are judged.
#[cfg(feature = "embedded")]
const REFERENCE_RECORDS: usize = 2000;

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
    let budget = match target {
        // A trace has had its time while it was read; to look into it takes none.
        Target::Trace(_) => Budget::from(Instant::now(), options.budget),
        _ => Budget::from(began, options.budget),
    };
    let profile = settings.config.neofs_session.profile;
    let live = budget.within(Live::start(target, settings.seed, profile)).await;
    let live = live.map_err(|_| RunError::Late(options.budget))??;
    let asked = match target {
        Target::Trace(_) => Ok(Health::of_a_trace()),
        _ => Health::at_first(&live.origin(), &settings, checks, budget).await,
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
        budget,
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
    budget: Budget,
    results: Vec<CheckResult>,
    notes: Vec<String>,
    closed: Option<Closed>,
    passing: Passing,
    shelf: Arc<Shelf>,
    progress: &'a dyn Progress,
}

impl Run<'_> {
    /// Drives the check against the target as it is now.
    fn attended(&self, check: &'static Check) -> impl Future<Output = Attended> + Send + use<> {
        attend(
            check,
            self.live.origin_for(check),
            Arc::clone(&self.settings),
            Arc::clone(&self.health),
            Arc::clone(&self.shelf),
            self.budget,
        )
    }
}
