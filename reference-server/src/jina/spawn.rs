//! Spawn: peas that run by name. Nothing is started; that is what makes it safe to allow.

use std::collections::BTreeSet;

use wirecheck_proto::jina::spawn_request::{Body, MutablepodSpawnRequest, PeaSpawnRequest};
use wirecheck_proto::jina::status::StatusCode;
use wirecheck_proto::jina::{SpawnRequest, Status};

use super::status::Speaker;
use super::{Jina, Limits};
use crate::{Code, Fault, Refusal};

/// How much of a name a log line shows, in characters.
const SHOWN: usize = 60;

/// The names of the peas that run.
#[derive(Debug, Default)]
pub(super) struct Peas(BTreeSet<String>);

impl Peas {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Starts them all, or none.
    fn start(&mut self, names: Vec<String>, limits: Limits) -> Result<(), Refusal> {
        let too_long = names.iter().any(|name| name.len() > limits.pea_name);
        if too_long || self.0.len() + names.len() > limits.peas {
            let message = "there is no room for more peas";
            return Err(Refusal::new(Code::ResourceExhausted, message));
        }
        self.0.extend(names);
        Ok(())
    }
}

impl Jina {
    /// The messages of a Spawn stream. A denied client learns nothing but that.
    pub(super) fn spawned(
        &mut self,
        request: SpawnRequest,
        speaker: &Speaker<'_>,
    ) -> Result<Vec<SpawnRequest>, Refusal> {
        let names = names(request.body.as_ref());
        let body = request.body.map(|body| self.told_body(body));
        let mut messages = match self.outcome(names, body.is_some(), speaker)? {
            Outcome::Started(name) => {
                let log = |line: String| message(body.clone(), line, speaker.pending());
                vec![
                    log(format!("{name} is starting\n")),
                    log(format!("{name} is up")),
                    message(body, String::new(), speaker.ready()),
                ]
            }
            Outcome::Refused(status) => vec![message(body, String::new(), status)],
            Outcome::Silence => Vec::new(),
        };
        self.spoil_spawn(&mut messages);
        Ok(messages)
    }

    fn outcome(
        &mut self,
        names: Vec<Option<String>>,
        has_body: bool,
        speaker: &Speaker<'_>,
    ) -> Result<Outcome, Refusal> {
        let has = |fault| self.faults.has(fault);
        let named: Option<Vec<String>> = names.into_iter().collect();
        let named = named.filter(|names| !names.is_empty());
        if (named.is_none() && has_body && has(Fault::SpawnsWithoutArgs))
            || (!has_body && has(Fault::SpawnsWithoutBody))
        {
            return Ok(Outcome::Started("nobody".to_owned()));
        }
        if !self.allow_spawn {
            return Ok(match has(Fault::EndsDeniedSpawnSilently) {
                true => Outcome::Silence,
                false => Outcome::Refused(speaker.not_allowed()),
            });
        }
        let Some(names) = named else {
            let description = match has_body {
                true => "a pea or pod has no args",
                false => "the request has no body",
            };
            return Ok(Outcome::Refused(speaker.error("BadRequest", description)));
        };
        if let Some(runs) = names.iter().find(|name| self.peas.0.contains(*name))
            && !has(Fault::SpawnsTwice)
        {
            let description = format!("{} runs already", shown(runs));
            return Ok(Outcome::Refused(speaker.duplicate(&description)));
        }
        let first = names.first().map(|name| shown(name)).unwrap_or_default();
        self.peas.start(names, self.limits)?;
        Ok(Outcome::Started(first))
    }

    /// A pod comes back as the mutable pod that it is switched to.
    fn told_body(&self, body: Body) -> Body {
        let of_peas = |peas| {
            Body::MutablePod(MutablepodSpawnRequest { peas, ..MutablepodSpawnRequest::default() })
        };
        match body {
            Body::Pea(pea) if self.faults.has(Fault::AnswersPeaWithPod) => of_peas(vec![pea]),
            Body::Pea(pea) => Body::Pea(pea),
            Body::Pod(pod) => of_peas(vec![PeaSpawnRequest { args: pod.args }]),
            Body::MutablePod(pod) => Body::MutablePod(pod),
        }
    }

    fn spoil_spawn(&self, messages: &mut [SpawnRequest]) {
        let has = |fault| self.faults.has(fault);
        if let Some(first) = messages.first_mut()
            && has(Fault::BreaksLogLines)
        {
            first.log_record = "two lines\nof a log".to_owned();
        }
        if has(Fault::NeverTellsOutcomes) {
            messages.iter_mut().for_each(|message| message.status = None);
        }
        if let Some(last) = messages.last_mut() {
            if has(Fault::EndsSpawnWithoutOutcome) {
                last.status = None;
            }
            if let Some(status) = &mut last.status
                && has(Fault::EndsSpawnWithPending)
            {
                status.code = StatusCode::Pending as i32;
            }
        }
    }
}

enum Outcome {
    /// It runs, under this name as a log shows it.
    Started(String),
    Refused(Status),
    /// The stream ends without a word: a fault.
    Silence,
}

fn message(body: Option<Body>, log_record: String, status: Status) -> SpawnRequest {
    SpawnRequest { log_record, status: Some(status), body }
}

/// The name of each part, `None` for one without args.
fn names(body: Option<&Body>) -> Vec<Option<String>> {
    let name = |args: &Vec<String>| (!args.is_empty()).then(|| name(args));
    match body {
        None => Vec::new(),
        Some(Body::Pea(pea)) => vec![name(&pea.args)],
        Some(Body::Pod(pod)) => vec![name(&pod.args)],
        Some(Body::MutablePod(pod)) => {
            let parts = pod.head.iter().chain(&pod.tail).chain(&pod.peas);
            parts.map(|pea| name(&pea.args)).collect()
        }
    }
}

/// What `--name` says, and where nothing is named, the args themselves.
fn name(args: &[String]) -> String {
    let after_flag = args.iter().skip_while(|arg| *arg != "--name").nth(1);
    let in_flag = args.iter().find_map(|arg| arg.strip_prefix("--name="));
    let named = after_flag.map(String::as_str).or(in_flag);
    named.map_or_else(|| args.join(" "), str::to_owned)
}

/// A client's name on one line of a log.
fn shown(name: &str) -> String {
    name.chars().take(SHOWN).flat_map(char::escape_debug).collect()
}
