//! Recorded traces: sequences of `google.protobuf.Any`, read as they stream by and judged at once.

mod any;
mod read;
mod rooms;
mod window;

#[cfg(feature = "net")]
pub mod program;
#[cfg(feature = "net")]
pub mod source;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use wirecheck_proto::wirecheck::v1::{Event, Side, Trace};

use crate::model::{CheckResult, Clause, Finding, Level, Report, Verdict};
use crate::specs::imss;
use crate::specs::imss::oracle::Judge;
use crate::specs::imss::record::Record;
use crate::specs::imss::tally::{At, Place, Tallies};
use any::{Any, Message};
use read::Records;

pub use read::Broken;

/// Types of records that are told apart when nobody judges them.
const UNKNOWN: usize = 20;

/// What a whole trace says.
#[derive(Clone, Debug, Default)]
pub struct Judgements {
    /// How many records were read.
    pub records: u64,
    /// How many of them are of imss.
    pub imss: u64,
    /// How many of them are conversations, `wirecheck.v1.Trace`.
    pub conversations: u64,
    tallies: Tallies,
    /// Clauses that conversations break, each once.
    breaches: BTreeMap<&'static str, (&'static Clause, Finding)>,
    /// Types that nobody judges, and how often they came.
    pub unknown: BTreeMap<String, u64>,
    /// Where reading stopped before the end, and why.
    pub broken: Option<Broken>,
}

/// Judges everything that can be read.
pub fn judge(source: impl Read) -> Judgements {
    let mut records = Records::new(source);
    let mut judging = Judging::default();
    let broken = loop {
        match records.read() {
            Ok(None) => break None,
            Err(broken) => break Some(broken),
            Ok(Some((place, form))) => {
                let seen = Any::read(form).and_then(|any| judging.see(place, any));
                if let Err(why) = seen {
                    break Some(Broken { place, why });
                }
            }
        }
    };
    Judgements { broken, ..judging.finish() }
}

/// Judges records that are at hand.
pub fn judge_all(records: impl IntoIterator<Item = prost_types::Any>) -> Judgements {
    let mut judging = Judging::default();
    for (record, any) in (1..).zip(records) {
        let place = Place { record, at: At::Line(record) };
        // What this process made itself parses.
        let _ = judging.see(place, Any::new(&any.type_url, &any.value));
    }
    judging.finish()
}

#[derive(Default)]
struct Judging {
    judge: Judge,
    sums: Judgements,
}

impl Judging {
    fn see(&mut self, place: Place, any: Any<'_>) -> Result<(), String> {
        self.sums.records += 1;
        match &any.record {
            Err(why) => return Err(format!("no {}: {why}", any.name())),
            Ok(Some(record)) => self.imss(place, &any, record),
            Ok(None) if any.name() == "wirecheck.v1.Trace" => self.conversation(place, &any)?,
            Ok(None) => self.unknown(any.name()),
        }
        Ok(())
    }

    fn unknown(&mut self, name: &str) {
        let unknown = &mut self.sums.unknown;
        if let Some(count) = unknown.get_mut(name) {
            *count += 1;
        } else if unknown.len() < UNKNOWN {
            unknown.insert(name.to_owned(), 1);
        }
    }

    fn imss(&mut self, place: Place, any: &Any<'_>, record: &Record<'_>) {
        self.sums.imss += 1;
        let before = self.judge.broken();
        self.judge.see(place, record);
        if self.judge.broken() > before {
            for finding in self.judge.fresh(place) {
                let event = Event {
                    side: Side::Server.into(),
                    what: Some(any.shown()),
                    ..Event::default()
                };
                finding.trace = Arc::new(Trace { events: vec![event], ..Trace::default() });
                finding.marks = vec![0];
            }
        }
    }

    fn conversation(&mut self, place: Place, any: &Any<'_>) -> Result<(), String> {
        let Message::Binary(bytes) = any.message else {
            return Err(
                "a wirecheck.v1.Trace in JSON; they are read in binary form alone".to_owned()
            );
        };
        let trace = <Trace as prost::Message>::decode(bytes)
            .map_err(|error| format!("no wirecheck.v1.Trace: {error}"))?;
        self.sums.conversations += 1;
        let trace = Arc::new(trace);
        for (clause, mut finding) in rooms::breaches(&trace) {
            finding.actual = format!("{} ({place})", finding.actual);
            finding.trace = Arc::clone(&trace);
            self.sums.breaches.entry(clause.id).or_insert((clause, finding));
        }
        Ok(())
    }

    fn finish(self) -> Judgements {
        Judgements { tallies: self.judge.finish(), ..self.sums }
    }
}

impl Judgements {
    /// What the trace says of one clause of imss.
    pub fn verdict(&self, clause: &'static Clause) -> Verdict {
        let tally = self.tallies.of(clause);
        match tally.offence {
            Some(offence) => Verdict::Fail(Box::new(offence.finding)),
            None if tally.exercised > 0 => Verdict::Pass,
            None => Verdict::Skip(format!(
                "none of the {} records has anything that the clause speaks of",
                self.records
            )),
        }
    }

    /// What a person has to know beside the verdicts, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = vec![format!(
            "{} records: {} of imss, {} conversations.",
            self.records, self.imss, self.conversations
        )];
        notes.extend(
            self.unknown
                .iter()
                .map(|(name, count)| format!("{count} records of type {name:?} were passed over.")),
        );
        notes
    }

    /// A report of everything that the trace says; `source` names the trace.
    pub fn report(self, source: &str, strict: bool) -> Report {
        let weighed = |clause: &Clause, verdict: Verdict| match verdict {
            Verdict::Fail(finding) if clause.level == Level::Should && !strict => {
                Verdict::Warn(finding)
            }
            other => other,
        };
        let mut results = Vec::new();
        let mut push = |clause: &'static Clause, verdict| {
            results.push(CheckResult {
                id: clause.id.to_owned(),
                clause,
                verdict: weighed(clause, verdict),
                known: None,
                duration: std::time::Duration::ZERO,
                calls: 0,
            });
        };
        if self.imss > 0 {
            imss::ROOM.clauses.iter().for_each(|clause| push(clause, self.verdict(clause)));
        }
        self.breaches
            .values()
            .for_each(|(clause, finding)| push(clause, Verdict::Fail(Box::new(finding.clone()))));
        results.sort_by(|a, b| a.id.cmp(&b.id));
        Report {
            target: source.to_owned(),
            results,
            notes: self.notes(),
            broken_off: self.broken.map(|broken| format!("{source}: {broken}")),
            ..Report::default()
        }
    }
}
