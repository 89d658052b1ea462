//! The matches of a search: how many, which, in what order, and what their scores say.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use wirecheck_proto::jina::Document;
use wirecheck_proto::jina::request::Body;

use super::exchange::{Conversations, Own};
use super::status::is_error;
use super::{contradiction, tree};
use crate::model::Finding;

/// A document of a search that came back, or a chunk of it.
#[derive(Clone, Copy)]
struct Query<'a> {
    /// The event that asked.
    asked: usize,
    /// The event that answered.
    event: usize,
    top_k: u32,
    /// As it was sent, where it stood at the top.
    sent: Option<&'a Document>,
    /// As it came back.
    came: &'a Document,
}

/// Every document of every answered search, chunks too, that was sent without matches of its own.
fn queries(conversations: &Conversations) -> Vec<Query<'_>> {
    let mut queries = Vec::new();
    for pair in conversations.calls.iter().flat_map(|call| call.pairs()) {
        let Some(Body::Search(search)) = &pair.request.body else { continue };
        let sent: BTreeMap<u32, &Document> = search.docs.iter().map(|doc| (doc.id, doc)).collect();
        for (event, answer) in pair.finals() {
            let Some(Body::Search(answered)) = &answer.body else { continue };
            if is_error(answer.status.as_ref()) {
                continue;
            }
            for root in &answered.docs {
                let Some(asked) = sent.get(&root.id) else { continue };
                if tree::every(asked).iter().any(|doc| !doc.matches.is_empty()) {
                    continue;
                }
                queries.extend(tree::every(root).into_iter().map(|came| Query {
                    asked: pair.sent,
                    event,
                    top_k: search.top_k,
                    sent: std::ptr::eq(came, root).then_some(*asked),
                    came,
                }));
            }
        }
    }
    queries
}

/// Not more than `top_k` matches, where that is at least 1.
///
/// # Errors
/// The first document with more.
pub fn at_most_top_k(conversations: &Conversations) -> Result<(), Box<Finding>> {
    for query in queries(conversations).iter().filter(|query| query.top_k > 0) {
        let (count, top_k) = (query.came.matches.len(), query.top_k);
        if count as u64 > u64::from(top_k) {
            let expected =
                format!("no more matches of document {} than top_k, {top_k}", query.came.id);
            return contradiction(expected, format!("{count} matches"), [query.event]);
        }
    }
    Ok(())
}

/// No matches for a `top_k` of 0.
///
/// # Errors
/// The first document with one.
pub fn zero_top_k_brings_none(conversations: &Conversations) -> Result<(), Box<Finding>> {
    for query in queries(conversations).iter().filter(|query| query.top_k == 0) {
        let count = query.came.matches.len();
        if count > 0 {
            let expected = format!("no matches of document {}, for a top_k of 0", query.came.id);
            return contradiction(expected, format!("{count} matches"), [query.event]);
        }
    }
    Ok(())
}

/// No document that this trace indexed once stands twice among the matches of one.
///
/// # Errors
/// The first that does.
pub fn matches_distinct(conversations: &Conversations) -> Result<(), Box<Finding>> {
    let own = conversations.own();
    let once = |id: u32| own.get(&id).is_some_and(|own| own.indexed == 1);
    for query in queries(conversations) {
        let mut seen = BTreeSet::new();
        let twice =
            query.came.matches.iter().find(|found| !seen.insert(found.id) && once(found.id));
        if let Some(twice) = twice {
            let expected = format!("each match of document {} once", query.came.id);
            let actual = format!("document {}, which was indexed once, stands twice", twice.id);
            return contradiction(expected, actual, [query.event]);
        }
    }
    Ok(())
}

/// Matches in order of their scores, the same way throughout.
///
/// # Errors
/// The first document whose matches are in no order, or in another than those before.
pub fn sorted(conversations: &Conversations) -> Result<(), Box<Finding>> {
    let mut first: Option<(Ordering, &Document, usize)> = None;
    for Query { came, event, .. } in queries(conversations) {
        let scored = came.matches.iter().map(|found| found.score.as_ref()?.value.or(Some(0.0)));
        let Some(scores) = scored.collect::<Option<Vec<f32>>>() else { continue };
        let steps = scores.windows(2).map(|pair| pair[0].partial_cmp(&pair[1]));
        let steps: BTreeSet<_> = steps.filter(|step| *step != Some(Ordering::Equal)).collect();
        let way = match steps.iter().collect::<Vec<_>>()[..] {
            [] => continue,
            [Some(way)] => *way,
            _ => {
                let expected = "the matches of every document in the order of their score.value, all rising or all falling";
                let actual =
                    format!("the matches of document {} with scores {}", came.id, list(&scores));
                return contradiction(expected, actual, [event]);
            }
        };
        match first {
            None => first = Some((way, came, event)),
            Some((before, _, _)) if before == way => {}
            Some((before, document, earlier)) => {
                let expected = format!(
                    "the matches of every document {} by score.value, as those of document {} do",
                    direction(before),
                    document.id
                );
                let actual =
                    format!("the matches of document {} with scores {}", came.id, list(&scores));
                return contradiction(expected, actual, BTreeSet::from([earlier, event]));
            }
        }
    }
    Ok(())
}

fn direction(way: Ordering) -> &'static str {
    match way {
        Ordering::Less => "to rise",
        Ordering::Equal | Ordering::Greater => "to fall",
    }
}

fn list(scores: &[f32]) -> String {
    let shown: Vec<_> = scores.iter().take(8).map(|score| format!("{score:?}")).collect();
    format!("{}{}", shown.join(", "), if scores.len() > 8 { ", …" } else { "" })
}

/// Matches on the level of what they match.
///
/// # Errors
/// The first that is on another.
pub fn same_level(conversations: &Conversations) -> Result<(), Box<Finding>> {
    for query in queries(conversations) {
        let (id, level) = (query.came.id, query.came.level_depth);
        let stray = query.came.matches.iter().find(|found| found.level_depth != level);
        if let Some(stray) = stray {
            let expected = format!("every match of document {id} at its level_depth, {level}");
            let actual = format!("match {} at level_depth {}", stray.id, stray.level_depth);
            return contradiction(expected, actual, [query.event]);
        }
    }
    Ok(())
}

/// A score names the document that it was reckoned against.
///
/// # Errors
/// The first that names another.
pub fn score_refers(conversations: &Conversations) -> Result<(), Box<Finding>> {
    for query in queries(conversations) {
        for found in &query.came.matches {
            let Some(score) = &found.score else { continue };
            if score.ref_id != query.came.id {
                let id = query.came.id;
                let expected = format!("the score of each match of document {id} with ref_id {id}");
                let actual =
                    format!("the score of match {} with ref_id {}", found.id, score.ref_id);
                return contradiction(expected, actual, [query.event]);
            }
        }
    }
    Ok(())
}

/// A document that had been indexed is the first match of itself. A match that shows the same
/// content is as good; a target that finds nothing at all may store nothing.
///
/// # Errors
/// The first that is not.
pub fn finds_what_was_indexed(conversations: &Conversations) -> Result<(), Box<Finding>> {
    let own = conversations.own();
    let answered = indexed(conversations);
    for query in queries(conversations).iter().filter(|query| query.top_k > 0) {
        let Some(sent) = query.sent else { continue };
        let before = answered.get(&sent.id).is_some_and(|answered| *answered < query.asked);
        if !before || !own.get(&sent.id).is_some_and(|own| unchanged(own)) {
            continue;
        }
        let Some(first) = query.came.matches.first() else { continue };
        if first.id != sent.id && first.content != sent.content {
            let expected = format!(
                "document {} first among its own matches, since it was indexed before",
                sent.id
            );
            let actual = format!(
                "document {}, with another content, first of {}",
                first.id,
                query.came.matches.len()
            );
            return contradiction(expected, actual, [query.event]);
        }
    }
    Ok(())
}

/// Whether the document was indexed once and always sent with the same content at the same level.
fn unchanged(own: &Own<'_>) -> bool {
    let same = |pair: &[(usize, &Document)]| {
        let (one, other) = (pair[0].1, pair[1].1);
        one.content == other.content && one.level_depth == other.level_depth
    };
    own.indexed == 1 && own.sent.windows(2).all(same)
}

/// When each document's index request was answered without an error.
fn indexed(conversations: &Conversations) -> BTreeMap<u32, usize> {
    let mut answered = BTreeMap::new();
    for pair in conversations.calls.iter().flat_map(|call| call.pairs()) {
        let Some(Body::Index(index)) = &pair.request.body else { continue };
        let good = pair.finals().find(|(_, answer)| !is_error(answer.status.as_ref()));
        if let Some((event, _)) = good {
            answered.extend(index.docs.iter().map(|document| (document.id, event)));
        }
    }
    answered
}
