//! All rooms and their checks; select by room, by the beginning of an id, or by glob.

use globset::GlobBuilder;

use crate::check::Check;
use crate::model::Clause;
use crate::specs::{Room, agent, atomix_session, grpc, imss, jina, neofs_session};

/// Every room, in the order of their names.
pub static ROOMS: &[&Room] = &[
    &agent::ROOM,
    &atomix_session::ROOM,
    &grpc::ROOM,
    &imss::ROOM,
    &jina::ROOM,
    &neofs_session::ROOM,
];

/// Every check of every room.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    ROOMS.iter().flat_map(|room| room.topics.iter().copied().flatten())
}

/// Every clause of every room.
pub fn clauses() -> impl Iterator<Item = &'static Clause> {
    ROOMS.iter().flat_map(|room| room.clauses.iter().copied())
}

/// The room of this name.
pub fn room(name: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.name == name).copied()
}

/// Why a selection is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// No check is called so.
    #[error("no check matches {pattern:?}{}; `wirecheck list` prints them all", hint(.near))]
    Nothing {
        /// As the user wrote it.
        pattern: String,
        /// Names that are close to it.
        near: Vec<String>,
    },
    /// It is no glob.
    #[error("{pattern:?} is no glob: {why}")]
    Glob {
        /// As the user wrote it.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
}

fn hint(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("; close to it: {}", near.join(", ")) }
}

/// The checks that any of the patterns names, sorted by id; without patterns, all of them. A pattern
/// is a room, the beginning of an id up to a slash, an id, or a glob over ids.
///
/// # Errors
/// When a pattern names nothing, or is no glob.
///
/// ```
/// let checks = wirecheck::catalogue::select(&["neofs-session/order"]).expect("a topic");
/// assert!(checks.iter().all(|check| check.id.starts_with("neofs-session/order/")));
/// assert!(wirecheck::catalogue::select(&["no-such-room"]).is_err());
/// ```
pub fn select<S: AsRef<str>>(patterns: &[S]) -> Result<Vec<&'static Check>, SelectError> {
    let mut selected: Vec<&Check> = Vec::new();
    for pattern in patterns {
        selected.extend(matching(pattern.as_ref())?);
    }
    if patterns.is_empty() {
        selected.extend(checks());
    }
    selected.sort_by_key(|check| check.id);
    selected.dedup_by_key(|check| check.id);
    Ok(selected)
}

fn matching(pattern: &str) -> Result<Vec<&'static Check>, SelectError> {
    let below = format!("{}/", pattern.trim_end_matches('/'));
    let glob = GlobBuilder::new(pattern).build();
    let glob = glob.map_err(|error| SelectError::Glob {
        pattern: pattern.to_owned(),
        why: error.kind().to_string(),
    })?;
    let glob = glob.compile_matcher();
    let named = |check: &&Check| {
        check.id == pattern || check.id.starts_with(&below) || glob.is_match(check.id)
    };
    let found: Vec<_> = checks().filter(named).collect();
    if found.is_empty() {
        return Err(SelectError::Nothing { pattern: pattern.to_owned(), near: near(pattern) });
    }
    Ok(found)
}

/// Up to three rooms or ids that have a word of the pattern in them.
fn near(pattern: &str) -> Vec<String> {
    let words: Vec<&str> =
        pattern.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2).collect();
    let names = ROOMS.iter().map(|room| room.name).chain(checks().map(|check| check.id));
    let score = |name: &str| words.iter().filter(|word| name.contains(*word)).count();
    let mut scored: Vec<_> =
        names.map(|name| (score(name), name)).filter(|(score, _)| *score > 0).collect();
    scored.sort_by_key(|(score, name)| (std::cmp::Reverse(*score), name.len()));
    scored.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}
