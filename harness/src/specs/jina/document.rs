//! Checks of documents and their chunks.

use wirecheck_proto::jina::Document;
use wirecheck_proto::jina::document::Content;

use super::clauses::{
    BUFFER_HAS_MIME_TYPE, CHUNK_DEPTH, CHUNK_PARENT, DEEP_TREES, DEEP_TREES_SURVIVED,
    LENGTH_COUNTS_CHUNKS, WIDE_TREES,
};
use super::deep::{self, Recursion};
use super::documents;
use super::driver::{answered, ask, docs, each_kind, index, judged, seen};
use super::oracle::{self, CALL_UNARY, Invariant};
use crate::check::{Check, Manner, Stop};
use crate::cx::Cx;
use crate::expect;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "jina/document/chunk-depth",
        clause: &CHUNK_DEPTH,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(trees(cx, oracle::chunk_depth)),
    },
    Check {
        id: "jina/document/chunk-parent",
        clause: &CHUNK_PARENT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(trees(cx, oracle::chunk_parent)),
    },
    Check {
        id: "jina/document/length-counts-chunks",
        clause: &LENGTH_COUNTS_CHUNKS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(trees(cx, oracle::length_counts_chunks)),
    },
    Check {
        id: "jina/document/buffer-has-mime-type",
        clause: &BUFFER_HAS_MIME_TYPE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let document = documents::buffer(cx.rng());
                let mut buffers = 0;
                for body in each_kind(&[document]) {
                    let Ok(answer) = ask(cx, body).await?.good() else { continue };
                    let is_buffer =
                        |doc: &&Document| matches!(doc.content, Some(Content::Buffer(_)));
                    buffers += docs(&answer).iter().filter(is_buffer).count();
                }
                judged(cx, oracle::buffer_has_mime_type)?;
                seen(buffers > 0, "no document came back with a buffer")
            })
        },
    },
    Check {
        id: "jina/document/deep-trees",
        clause: &DEEP_TREES,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                // Where a shallow tree does not come back, it is not the depth.
                let shallow = documents::chain(cx.rng(), 2);
                answered(cx, index(vec![shallow])).await?;
                if judged(cx, oracle::docs_kept).is_err() {
                    return expect::skip("a tree 2 chunks deep does not come back whole either");
                }
                let deep = documents::chain(cx.rng(), 64);
                let asked = ask(cx, index(vec![deep])).await?;
                let expected = "a tree 64 chunks deep to be answered, and to come back whole";
                asked.brought(asked.good().is_ok(), expected)?;
                judged(cx, oracle::docs_kept)
            })
        },
    },
    Check {
        id: "jina/document/deep-trees-survived",
        clause: &DEEP_TREES_SURVIVED,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| Box::pin(ten_thousand_deep(cx, Recursion::Chunks)),
    },
    Check {
        id: "jina/document/deep-trees-survived-matches",
        clause: &DEEP_TREES_SURVIVED,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| Box::pin(ten_thousand_deep(cx, Recursion::Matches)),
    },
    Check {
        id: "jina/document/deep-trees-survived-operands",
        clause: &DEEP_TREES_SURVIVED,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| Box::pin(ten_thousand_deep(cx, Recursion::Operands)),
    },
    Check {
        id: "jina/document/deep-trees-survived-tags",
        clause: &DEEP_TREES_SURVIVED,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| Box::pin(ten_thousand_deep(cx, Recursion::Tags)),
    },
    Check {
        id: "jina/document/wide-trees",
        clause: &WIDE_TREES,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                const WIDE: u32 = 10_000;
                let narrow = documents::tree(cx.rng());
                answered(cx, index(vec![narrow])).await?;
                let mut wide = documents::text(cx.rng());
                let chunk = |place: u32| Document {
                    id: wide.id.wrapping_add(1 + place),
                    parent_id: wide.id,
                    level_depth: 1,
                    ..Document::default()
                };
                wide.chunks = (0..WIDE).map(chunk).collect();
                wide.length = WIDE;
                let asked = ask(cx, index(vec![wide])).await?;
                let expected =
                    format!("a document with {WIDE} chunks to be answered without an error");
                asked.brought(asked.good().is_ok(), expected)
            })
        },
    },
];

/// Sends a tree in each kind of request, and holds the chunks that come back to `invariant`.
async fn trees(cx: &mut Cx, invariant: Invariant) -> Result<(), Stop> {
    let tree = documents::tree(cx.rng());
    let mut chunks = 0;
    for body in each_kind(&[tree]) {
        if let Ok(answer) = ask(cx, body).await?.good() {
            chunks += docs(&answer).iter().map(|document| document.chunks.len()).sum::<usize>();
        }
    }
    judged(cx, invariant)?;
    seen(chunks > 0, "no document came back with chunks")
}

/// Answered or refused, either is right; that the target lives on is felt after the check.
async fn ten_thousand_deep(cx: &mut Cx, recursion: Recursion) -> Result<(), Stop> {
    let document = documents::text(cx.rng());
    // Who answers nothing well, or refuses everything, does not do so for the depth.
    answered(cx, index(vec![document.clone()])).await?;
    let payload = deep::index(documents::id(cx.rng()), &document, recursion, 10_000);
    let answer = cx.unary_payload(CALL_UNARY, &payload).await?;
    if answer.end.is_ok() {
        return expect::only_message(&answer, "answer to a request nested 10,000 deep").map(drop);
    }
    let expected = "a request nested 10,000 deep to be answered, or refused with a status";
    expect::that(answer.end.is_refusal(), expected, answer.end.to_string())
}
