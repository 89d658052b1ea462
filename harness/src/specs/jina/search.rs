//! Checks of the matches that a search brings.

use super::clauses::{
    AT_MOST_TOP_K, FINDS_WHAT_WAS_INDEXED, MATCHES_DISTINCT, SAME_LEVEL, SCORE_REFERS, SORTED,
    ZERO_TOP_K_BRINGS_NONE,
};
use super::documents;
use super::driver::{answered, found, indexed, judged, search, seen};
use super::oracle;
use crate::check::{Check, Manner};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "jina/search/at-most-top-k",
        clause: &AT_MOST_TOP_K,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                // More are indexed than asked for, so that there would be one too many.
                let docs = documents::texts(cx.rng(), 5);
                indexed(cx, &docs).await?;
                for top_k in [1, 2, 4] {
                    found(cx, &docs[..2], top_k).await?;
                }
                judged(cx, oracle::at_most_top_k)
            })
        },
    },
    Check {
        id: "jina/search/zero-top-k-brings-none",
        clause: &ZERO_TOP_K_BRINGS_NONE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let docs = documents::texts(cx.rng(), 3);
                indexed(cx, &docs).await?;
                // With another top_k there are matches; else 0 proves nothing.
                found(cx, &docs, 2).await?;
                answered(cx, search(docs, 0)).await?;
                judged(cx, oracle::zero_top_k_brings_none)
            })
        },
    },
    Check {
        id: "jina/search/matches-distinct",
        clause: &MATCHES_DISTINCT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let docs = documents::texts(cx.rng(), 4);
                indexed(cx, &docs).await?;
                let found = found(cx, &docs, 4).await?;
                judged(cx, oracle::matches_distinct)?;
                let several = found.iter().any(|document| document.matches.len() > 1);
                seen(several, "no document had more than one match")
            })
        },
    },
    Check {
        id: "jina/search/sorted",
        clause: &SORTED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                // Several documents in one search and several searches: they go the same way.
                let docs = documents::texts(cx.rng(), 6);
                indexed(cx, &docs).await?;
                let mut found_ones = found(cx, &docs[..4], 4).await?;
                found_ones.extend(found(cx, &docs[4..], 4).await?);
                judged(cx, oracle::sorted)?;
                let scored = found_ones.iter().any(|document| {
                    let scores =
                        document.matches.iter().filter_map(|found| found.score.as_ref()?.value);
                    let scores: Vec<f32> = scores.collect();
                    scores.iter().any(|score| *score != scores[0])
                });
                seen(scored, "no document had matches with different scores")
            })
        },
    },
    Check {
        id: "jina/search/same-level",
        clause: &SAME_LEVEL,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                // The same words on two levels: the best fit on the wrong level is very tempting.
                let mut docs = documents::texts(cx.rng(), 2);
                let twins = docs.clone().into_iter().map(|twin| wirecheck_proto::jina::Document {
                    id: documents::id(cx.rng()),
                    level_depth: 1,
                    ..twin
                });
                docs.extend(twins.collect::<Vec<_>>());
                indexed(cx, &docs).await?;
                found(cx, &docs, 3).await?;
                judged(cx, oracle::same_level)
            })
        },
    },
    Check {
        id: "jina/search/score-refers",
        clause: &SCORE_REFERS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let docs = documents::texts(cx.rng(), 3);
                indexed(cx, &docs).await?;
                let found = found(cx, &docs, 3).await?;
                judged(cx, oracle::score_refers)?;
                let mut matches = found.iter().flat_map(|document| &document.matches);
                seen(matches.any(|found| found.score.is_some()), "no match had a score")
            })
        },
    },
    Check {
        id: "jina/search/finds-what-was-indexed",
        clause: &FINDS_WHAT_WAS_INDEXED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let docs = documents::texts(cx.rng(), 4);
                indexed(cx, &docs).await?;
                found(cx, &docs, 3).await?;
                judged(cx, oracle::finds_what_was_indexed)
            })
        },
    },
];
