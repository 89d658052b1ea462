//! The documents in memory, and the ones most like a query among them.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use prost::Message as _;
use wirecheck_proto::jina::document::Content;
use wirecheck_proto::jina::{Document, Relevance};

use super::Limits;
use super::embedding::{self, Embedding};
use crate::{Code, Fault, Faults, Refusal};

/// About what score and embedding add to a match, in bytes.
const MATCH_OVERHEAD: usize = 200;

/// What was indexed, by id: the last of an id counts.
#[derive(Debug)]
pub(super) struct Index {
    limits: Limits,
    faults: Faults,
    documents: BTreeMap<u32, Stored>,
    bytes: usize,
    searches: u64,
}

#[derive(Debug)]
struct Stored {
    document: Document,
    size: usize,
    embedding: Embedding,
}

impl Stored {
    /// A match is not shown with its chunks and matches, so they are not kept. It is shown as the
    /// server's own, so what a client got wrong is not kept either.
    fn new(document: &Document) -> Stored {
        let mut kept = Document {
            chunks: Vec::new(),
            matches: Vec::new(),
            length: 0,
            embedding: None,
            score: None,
            ..shallow(document)
        };
        match &kept.content {
            Some(Content::Buffer(_)) if kept.mime_type.is_empty() => {
                kept.mime_type = "application/octet-stream".to_owned();
            }
            Some(Content::Blob(blob)) if !embedding::is_whole(blob) => kept.content = None,
            Some(_) | None => {}
        }
        Stored { size: kept.encoded_len(), embedding: Embedding::of(document), document: kept }
    }
}

/// A copy without chunks, matches, score and embedding, which may be large and deep.
fn shallow(document: &Document) -> Document {
    Document {
        id: document.id,
        level_depth: document.level_depth,
        level_name: document.level_name.clone(),
        parent_id: document.parent_id,
        weight: document.weight,
        meta_info: document.meta_info.clone(),
        mime_type: document.mime_type.clone(),
        uri: document.uri.clone(),
        tags: document.tags.clone(),
        location: document.location.clone(),
        offset: document.offset,
        content: document.content.clone(),
        ..Document::default()
    }
}

/// A document found: how alike it is to the query, and which it is.
#[derive(Clone, Copy)]
struct Found<'a> {
    score: f32,
    stored: &'a Stored,
}

impl Found<'_> {
    /// The more alike first; at equal scores the query itself, then by id.
    fn before(&self, other: &Found<'_>, query: u32) -> Ordering {
        let place = |found: &Found<'_>| {
            let id = found.stored.document.id;
            (id != query, id)
        };
        let by_score = other.score.total_cmp(&self.score);
        by_score.then_with(|| place(self).cmp(&place(other)))
    }
}

impl Index {
    pub(super) fn new(limits: Limits, faults: Faults) -> Index {
        Index { limits, faults, documents: BTreeMap::new(), bytes: 0, searches: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.documents.len()
    }

    /// Takes all the documents, or none of them.
    pub(super) fn add(&mut self, documents: &[Document]) -> Result<(), Refusal> {
        let added: Vec<_> = documents.iter().map(Stored::new).collect();
        let size: usize = added.iter().map(|stored| stored.size).sum();
        // Reckoned as if no id stood in the index yet: near the limit that is soon enough.
        if self.documents.len() + added.len() > self.limits.documents
            || self.bytes + size > self.limits.bytes
        {
            return Err(Refusal::new(Code::ResourceExhausted, "the index is full"));
        }
        for stored in added {
            self.bytes += stored.size;
            if let Some(old) = self.documents.insert(stored.document.id, stored) {
                self.bytes -= old.size;
            }
        }
        Ok(())
    }

    /// The queries with their matches and their embedding.
    pub(super) fn search(
        &mut self,
        mut queries: Vec<Document>,
        top_k: u32,
    ) -> Result<Vec<Document>, Refusal> {
        if queries.len().saturating_mul(self.documents.len()) > self.limits.comparisons {
            let message = "too many documents to compare in one request";
            return Err(Refusal::new(Code::ResourceExhausted, message));
        }
        let mut left = self.limits.answer;
        for query in &mut queries {
            self.searches += 1;
            let embedding = Embedding::of(query);
            let mut best = self.best(query, &embedding, top_k);
            for Found { stored, .. } in &best {
                left = left
                    .checked_sub(stored.size + MATCH_OVERHEAD)
                    .ok_or_else(|| Refusal::new(Code::ResourceExhausted, "too many matches"))?;
            }
            best.sort_by(|one, two| one.before(two, query.id));
            self.disordered(&mut best);
            let matches = best.iter().enumerate();
            query.matches = matches.map(|(turn, found)| self.told(query.id, found, turn)).collect();
            query.embedding = Some(embedding.plain(&self.faults));
        }
        Ok(queries)
    }

    /// The `top_k` of the query's level that are most like it, in no order.
    fn best(&self, query: &Document, embedding: &Embedding, top_k: u32) -> Vec<Found<'_>> {
        let has = |fault| self.faults.has(fault);
        let candidates = self.documents.values().filter(|stored| {
            let other_level = stored.document.level_depth != query.level_depth;
            let itself = stored.document.id == query.id;
            !(other_level && !has(Fault::MatchesAcrossLevels)
                || itself && has(Fault::OverlooksTheQueryItself))
        });
        let mut found: Vec<Found<'_>> = candidates
            .map(|stored| Found { score: embedding.likeness(&stored.embedding), stored })
            .collect();
        let kept = match top_k as usize {
            0 if has(Fault::ZeroTopKBringsTen) => 10,
            0 => 0,
            top_k if has(Fault::BringsOneTooMany) => top_k.saturating_add(1),
            top_k => top_k,
        };
        if (1..found.len()).contains(&kept) {
            found.select_nth_unstable_by(kept - 1, |one, two| one.before(two, query.id));
        }
        found.truncate(kept);
        found
    }

    fn disordered(&self, found: &mut [Found<'_>]) {
        let has = |fault| self.faults.has(fault);
        if found.len() < 2 {
            return;
        }
        if has(Fault::MatchesTwice) {
            found[1] = found[0];
        }
        if has(Fault::SortsMatchesWrong) {
            found.swap(0, 1);
        }
        if has(Fault::SortsBothWays) && self.searches.is_multiple_of(2) {
            found.reverse();
        }
    }

    fn told(&self, query: u32, found: &Found<'_>, turn: usize) -> Document {
        let Found { score, stored } = found;
        let has = |fault| self.faults.has(fault);
        Document {
            level_depth: (stored.document.level_depth)
                .wrapping_add(u32::from(has(Fault::MatchesOneLevelDown))),
            embedding: Some(stored.embedding.by_turns(turn, &self.faults)),
            score: Some(Relevance {
                value: Some(*score),
                op_name: "cosine".to_owned(),
                ref_id: if has(Fault::ScoresWithoutReference) { 0 } else { query },
                ..Relevance::default()
            }),
            ..stored.document.clone()
        }
    }
}
