//! Documents and their chunks in answers: depth, parent, length, and the mime type of a buffer.

use wirecheck_proto::jina::Document;
use wirecheck_proto::jina::document::Content;

use super::contradiction;
use super::exchange::{Conversations, docs};
use crate::model::Finding;

/// Whether a document of the client's holds together: chunks one level down that name their parent,
/// a length that counts them, a mime type where there is a buffer, and no matches.
pub(super) fn is_right(document: &Document) -> bool {
    every(document).iter().all(|document| {
        let chunks_right = document.chunks.iter().all(|chunk| {
            document.level_depth.checked_add(1) == Some(chunk.level_depth)
                && chunk.parent_id == document.id
        });
        chunks_right && counted(document) && typed(document) && document.matches.is_empty()
    })
}

fn counted(document: &Document) -> bool {
    document.length == 0 || document.length as usize == document.chunks.len()
}

fn typed(document: &Document) -> bool {
    !matches!(document.content, Some(Content::Buffer(_))) || !document.mime_type.is_empty()
}

/// A document and its chunks, all the way down; not its matches.
pub(super) fn every(document: &Document) -> Vec<&Document> {
    let mut found = vec![document];
    let mut next = 0;
    while let Some(document) = found.get(next).copied() {
        found.extend(&document.chunks);
        next += 1;
    }
    found
}

/// Every chunk's level_depth is its parent's plus one.
///
/// # Errors
/// The first that is not.
pub fn chunk_depth(conversations: &Conversations) -> Result<(), Box<Finding>> {
    each_document(conversations, |document, event| {
        let below = document.level_depth.checked_add(1);
        let Some(stray) = document.chunks.iter().find(|chunk| Some(chunk.level_depth) != below)
        else {
            return Ok(());
        };
        let expected = format!(
            "the chunks of document {} at level_depth {}, one below its own",
            document.id,
            u64::from(document.level_depth) + 1
        );
        let actual = format!("chunk {} at level_depth {}", stray.id, stray.level_depth);
        contradiction(expected, actual, [event])
    })
}

/// Every chunk's parent_id is its parent's id.
///
/// # Errors
/// The first that is not.
pub fn chunk_parent(conversations: &Conversations) -> Result<(), Box<Finding>> {
    each_document(conversations, |document, event| {
        let stray = document.chunks.iter().find(|chunk| chunk.parent_id != document.id);
        let Some(stray) = stray else { return Ok(()) };
        let expected = format!("the chunks of document {0} with parent_id {0}", document.id);
        let actual = format!("chunk {} with parent_id {}", stray.id, stray.parent_id);
        contradiction(expected, actual, [event])
    })
}

/// A length is 0 or the number of chunks.
///
/// # Errors
/// The first that is neither.
pub fn length_counts_chunks(conversations: &Conversations) -> Result<(), Box<Finding>> {
    each_document(conversations, |document, event| {
        if counted(document) {
            return Ok(());
        }
        let chunks = document.chunks.len();
        let expected =
            format!("document {} with length {chunks}, for its chunks, or 0", document.id);
        contradiction(expected, format!("length {} and {chunks} chunks", document.length), [event])
    })
}

/// A document whose content is a buffer has a mime type.
///
/// # Errors
/// The first that has none.
pub fn buffer_has_mime_type(conversations: &Conversations) -> Result<(), Box<Finding>> {
    each_document(conversations, |document, event| {
        if typed(document) {
            return Ok(());
        }
        let expected =
            format!("document {}, whose content is a buffer, with a mime_type", document.id);
        contradiction(expected, "a buffer and an empty mime_type", [event])
    })
}

/// Goes through the documents of all answers, chunks and matches too: those that the client of this
/// trace sent, and sent right. What others may have put into an index is not the server's fault.
fn each_document(
    conversations: &Conversations,
    mut holds: impl FnMut(&Document, usize) -> Result<(), Box<Finding>>,
) -> Result<(), Box<Finding>> {
    let own = conversations.own();
    for (event, answer) in conversations.calls.iter().flat_map(|call| call.read()) {
        let mut roots: Vec<&Document> = docs(answer).iter().collect();
        while let Some(root) = roots.pop() {
            let judged = own.get(&root.id).is_some_and(|own| own.right());
            for document in every(root) {
                roots.extend(&document.matches);
                if judged {
                    holds(document, event)?;
                }
            }
        }
    }
    Ok(())
}
