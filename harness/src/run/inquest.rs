//! A target died: who did it? The suspects run again, one at a time, each against a live target.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, interval};

use super::Run;
use super::attend::{Attended, fatal, unproven};
use super::budget::Spent;
use super::closed::Closed;
use super::health::Death;
use crate::model::{Kind, Verdict, room_of};

/// How long a target that the harness cannot start may take to come back by itself.
const COMEBACK: Duration = Duration::from_secs(3);

impl Run<'_> {
    /// Judges everything that ran since the last sign of life.
    pub(super) async fn inquest(&mut self, suspects: Vec<Attended>) {
        let budget = self.budget;
        match budget.within(self.revive()).await {
            Ok(Ok(())) => self.one_at_a_time(suspects).await,
            Ok(Err(_)) => self.gone_for_good(suspects),
            Err(spent) => {
                self.closed = Some(Closed::Budget(spent));
                suspects.iter().for_each(|suspect| self.judge(suspect.check, undecided(spent)));
            }
        }
    }

    /// Nobody started the target anew, so these cannot be asked again.
    fn gone_for_good(&mut self, suspects: Vec<Attended>) {
        let death = suspects.iter().find_map(|suspect| suspect.pulse.clone()?.err());
        let death =
            death.unwrap_or(Death { kind: Kind::Crash, how: "it no longer answers".to_owned() });
        let ids: Vec<_> = suspects.iter().map(|suspect| suspect.check.id).collect();
        let advice = "--launch lets wirecheck start it anew and find out";
        let culprit = match &ids[..] {
            [one] => format!("after {one}"),
            several => format!("after one of {}", several.join(", ")),
        };
        self.closed = Some(Closed::Dead(format!(
            "the target is dead since {culprit}; with --launch the run goes on"
        )));
        let alone = ids.len() == 1;
        for mut suspect in suspects {
            suspect.result.verdict = if alone {
                Verdict::Fail(Box::new(fatal(
                    &death,
                    Arc::clone(&suspect.trace),
                    self.live.output(),
                )))
            } else {
                Verdict::Broken(format!(
                    "the target died while this ran beside {} others: {}; {advice}, or --jobs 1",
                    ids.len() - 1,
                    death.how
                ))
            };
            self.accept(suspect);
        }
    }

    async fn one_at_a_time(&mut self, suspects: Vec<Attended>) {
        let ids: Vec<_> = suspects.iter().map(|suspect| suspect.check.id).collect();
        let mut found = false;
        for suspect in suspects {
            self.close_when_due(&[]);
            if let Some(closed) = &self.closed {
                let verdict = match closed {
                    Closed::Budget(spent) => undecided(*spent),
                    other => other.verdict(),
                };
                self.judge(suspect.check, verdict);
                continue;
            }
            let mut again = self.attended(suspect.check).await;
            if let Some(death) = self.dead_after(&mut again).await {
                found = true;
                let trace = Arc::clone(&again.trace);
                again.result.verdict =
                    Verdict::Fail(Box::new(fatal(&death, trace, self.live.output())));
                let id = again.check.id;
                self.accept(again);
                let budget = self.budget;
                if let Ok(Err(_)) = budget.within(self.revive()).await {
                    self.closed = Some(Closed::Dead(format!(
                        "the target is dead since after {id}; with --launch the run goes on"
                    )));
                }
            } else {
                self.accept(again);
            }
        }
        if !found && self.closed.is_none() {
            let ids = ids.join(", ");
            self.notes.push(format!("The target stopped answering once while these ran, but survived each of them alone: {ids}."));
        }
    }

    /// Whether the target lies dead after this check, asked where the check itself has not.
    async fn dead_after(&self, attended: &mut Attended) -> Option<Death> {
        match &attended.pulse {
            Some(Ok(_)) => None,
            Some(Err(death)) => Some(death.clone()),
            None => {
                let room = room_of(attended.check.id);
                let origin = self.live.origin_for(attended.check);
                let asked = self.health.fresh(room, &origin, &self.settings, attended.check.id);
                match self.budget.within(asked).await {
                    Ok(asked) => asked.err(),
                    Err(spent) => {
                        unproven(&mut attended.result.verdict, spent);
                        None
                    }
                }
            }
        }
    }

    /// Starts the target anew, or waits a while for somebody else to.
    pub(super) async fn revive(&mut self) -> Result<(), Death> {
        // A target that lived on may know the ids of an earlier probe.
        let occasion = format!("revival {:x}", rand::random::<u64>());
        if self.live.can_be_started_anew() {
            let started = self.live.start_anew().await;
            started.map_err(|error| Death { kind: Kind::Crash, how: error.to_string() })?;
            return self.health.fresh("", &self.live.origin(), &self.settings, &occasion).await;
        }
        let until = Instant::now() + COMEBACK;
        let mut tries = interval(Duration::from_millis(100));
        loop {
            tries.tick().await;
            match self.health.fresh("", &self.live.origin(), &self.settings, &occasion).await {
                Ok(()) => return Ok(()),
                Err(death) if Instant::now() >= until => return Err(death),
                Err(_) => {}
            }
        }
    }
}

/// Of a check that ran before the target died, and could not be tried again.
fn undecided(spent: Spent) -> Verdict {
    Verdict::Broken(format!(
        "the target died while this ran, and {spent} before it was clear whether this brings that"
    ))
}
