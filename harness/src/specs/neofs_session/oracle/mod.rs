//! Judges any trace of handshakes, whoever made it: what a right server never does, and what it owes.

#[cfg(test)]
mod addressed;
mod arrivals;
mod content;
mod dialogue;
mod ends;
#[cfg(test)]
mod tape;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use wirecheck_proto::session::Token;
use wirecheck_proto::wirecheck::v1::Trace;

use super::clauses::{IDS_UNIQUE, SESSION_KEYS_UNIQUE};
use super::token::session_key;
use super::words;
use crate::model::{Clause, Finding, Level};
use dialogue::Dialogue;

/// A clause that a trace contradicts.
#[derive(Clone, Debug)]
pub struct Breach {
    /// The clause.
    pub clause: &'static Clause,
    /// What was expected and what came, with the offending events marked.
    pub finding: Finding,
    /// The stream's number in the trace.
    pub stream: u32,
}

impl Breach {
    fn new(
        clause: &'static Clause,
        dialogue: &Dialogue,
        expected: impl Into<String>,
        actual: impl Into<String>,
        events: impl IntoIterator<Item = usize>,
    ) -> Breach {
        let finding = Finding::new(expected, actual).marking(events);
        Breach { clause, finding, stream: dialogue.number }
    }
}

/// Judges everything that the room's clauses say of single conversations, and that sessions share
/// neither an ID nor a key.
///
/// # Errors
/// The first contradiction; one of a Should only where there is no other.
pub fn judge(trace: &Trace) -> Result<(), Box<Breach>> {
    gravest(breaches(trace))
}

/// Everything that [`judge`] finds, stream by stream.
pub fn breaches(trace: &Trace) -> Vec<Breach> {
    let dialogues = dialogue::dialogues(trace);
    let mut breaches = Vec::new();
    for dialogue in &dialogues {
        breaches.extend(arrivals::judge(dialogue));
        content::judge(dialogue, &dialogues, &mut breaches);
        breaches.extend(ends::judge(dialogue));
    }
    breaches.extend(shared(&dialogues));
    breaches
}

/// Judges alone which messages arrive, and when: all of them that are due and no others.
///
/// # Errors
/// The first contradiction.
pub fn judge_arrivals(trace: &Trace) -> Result<(), Box<Breach>> {
    gravest(dialogue::dialogues(trace).iter().flat_map(arrivals::judge).collect())
}

fn gravest(breaches: Vec<Breach>) -> Result<(), Box<Breach>> {
    let gravity = |breach: &Breach| match breach.clause.level {
        Level::Must | Level::House => 0,
        Level::Should => 1,
    };
    breaches.into_iter().min_by_key(gravity).map_or(Ok(()), |breach| Err(Box::new(breach)))
}

/// IDs and session keys that stand in the Unsigned of two streams.
fn shared(dialogues: &[Dialogue]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    type Part = (fn(&Token) -> &[u8], fn(&[u8]) -> String);
    let id: Part = (|token| &token.id, words::id);
    let key: Part = (session_key, words::key);
    for (clause, what, (value, words)) in
        [(&IDS_UNIQUE, "token ID", id), (&SESSION_KEYS_UNIQUE, "session key", key)]
    {
        let mut seen: BTreeMap<&[u8], usize> = BTreeMap::new();
        for dialogue in dialogues {
            let Some((event, unsigned)) = dialogue.unsigned() else { continue };
            let value = value(unsigned);
            // An empty one is another clause's matter.
            let before = seen.insert(value, event).filter(|_| !value.is_empty());
            breaches.extend(before.map(|before| {
                let expected = format!("a {what} that no other session has");
                let actual = format!("two sessions with the {what} {}", words(value));
                Breach::new(clause, dialogue, expected, actual, [before, event])
            }));
        }
    }
    breaches
}
