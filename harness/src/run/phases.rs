//! Which checks run when: in order of harmlessness, and what runs beside what.

use std::collections::VecDeque;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Run;
use super::attend::Attended;
use super::closed::Closed;
use crate::check::{Check, Manner, Need};
use crate::model::{Verdict, room_of};
use crate::specs::imss;

impl Run<'_> {
    pub(super) async fn phase(&mut self, manner: Manner, checks: Vec<&'static Check>) {
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
    pub(super) async fn endings(&mut self, checks: Vec<&'static Check>) {
        let mut used = false;
        for check in checks {
            if let Some(reason) = self.reason_to_skip(check) {
                self.judge(check, Verdict::Skip(reason));
                continue;
            }
            self.close_when_due(&[]);
            if used && self.closed.is_none() {
                let dead = || Closed::Dead("the target has ended, as it was told to".to_owned());
                let budget = self.budget;
                self.closed = match budget.within(self.revive()).await {
                    Ok(revived) => revived.err().map(|_| dead()),
                    Err(spent) => Some(Closed::Budget(spent)),
                };
            }
            if let Some(closed) = &self.closed {
                let verdict = closed.verdict();
                self.judge(check, verdict);
                continue;
            }
            used = true;
            let attended = self.attended(check).await;
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
            self.close_when_due(&done);
            while !dead && self.closed.is_none() && tasks.len() < jobs {
                let Some(check) = queue.pop_front() else { break };
                tasks.spawn(self.attended(check));
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
        }
        let suspects;
        (suspects, done) =
            done.into_iter().partition(|attended| dead && Some(attended.ended) >= last_good);
        done.into_iter().for_each(|attended| self.accept(attended));
        dead.then_some(suspects)
    }

    pub(super) fn close_when_due(&mut self, waiting: &[Attended]) {
        if self.closed.is_some() {
            return;
        }
        if let Err(spent) = self.budget.left() {
            self.closed = Some(Closed::Budget(spent));
        } else if self.options.fail_fast {
            let mut failed = waiting.iter().map(|attended| &attended.result).chain(&self.results);
            let failed = failed.find(|result| self.failed(result)).map(|result| result.id.clone());
            self.closed = failed.map(Closed::FailFast);
        }
    }

    fn reason_to_skip(&self, check: &Check) -> Option<String> {
        let room = room_of(check.id);
        if room == imss::ROOM.name && self.settings.records.is_none() {
            return Some(
                "imss has no service; give a trace: --target exec:CMD, or a file".to_owned(),
            );
        }
        let unserved = self.health.unserved(room).map(ToOwned::to_owned);
        unserved.or_else(|| check.needs.iter().find_map(|need| self.unmet(*need)))
    }

    fn unmet(&self, need: Need) -> Option<String> {
        match need {
            Need::Destructive if self.options.allow_destructive => None,
            Need::Destructive => {
                Some("it may stop the target; --allow-destructive runs it".to_owned())
            }
            Need::Spawning(_) if self.live.is_in_both_states_of_spawning() => None,
            Need::Spawning(state) if self.settings.config.jina.spawning == Some(state) => None,
            Need::Spawning(state) => {
                let state = state.name();
                Some(format!(
                    "it takes a target on which spawning is {state}; a file for --config says so with `spawning = \"{state}\"` in `[jina]`"
                ))
            }
        }
    }
}
