//! The clauses of search and of arrays: what a match has to be.

use wirecheck_proto::jina::NdArray;

use super::clauses::{Holds, said};
use super::*;

/// Documents on two levels, none like another, and then the matches of some of them.
fn matches(faults: &[Fault], top_k: u32) -> Vec<(u32, Vec<Document>)> {
    let mut jina = jina(false, faults);
    let words = ["one", "two", "three", "two more", "five and more", "six"];
    let docs: Vec<_> = (1..).zip(words).map(|(id, word)| text(id, word)).collect();
    let below = docs.iter().map(|doc| Document { id: doc.id + 10, level_depth: 1, ..doc.clone() });
    let all = docs.iter().cloned().chain(below).collect();
    said(&mut jina, 1, Some(index(all)));
    let queries = docs.into_iter().take(4);
    let searched = queries.map(|query| {
        let answer = said(&mut jina, 2, Some(search(vec![query], top_k)));
        let Some(Body::Search(search)) = answer.and_then(|answer| answer.body) else {
            panic!("no search came back")
        };
        let query = &search.docs[0];
        (query.id, query.matches.clone())
    });
    searched.collect()
}

fn score(found: &Document) -> f32 {
    let score = found.score.as_ref().and_then(|score| score.value);
    score.expect("a score")
}

fn every_match(faults: &[Fault], holds: fn(u32, &Document) -> bool) -> bool {
    matches(faults, 4).iter().all(|(query, found)| {
        assert!(!found.is_empty(), "there is something to judge");
        found.iter().all(|found| holds(*query, found))
    })
}

fn every_array(faults: &[Fault], holds: fn(&NdArray) -> bool) -> bool {
    let searches = matches(faults, 4);
    searches.iter().flat_map(|(_, found)| found).all(|found| {
        let array = found.embedding.as_ref();
        holds(array.expect("every match has one"))
    })
}

pub(super) const CLAUSES: &[(&str, Holds)] = &[
    ("jina/search/at-most-top-k", |f| {
        (1..5).all(|top_k| {
            let searches = matches(f, top_k);
            searches.iter().all(|(_, found)| found.len() <= top_k as usize)
        })
    }),
    ("jina/search/zero-top-k-brings-none", |f| {
        matches(f, 0).iter().all(|(_, found)| found.is_empty())
    }),
    ("jina/search/matches-distinct", |f| {
        matches(f, 4).iter().all(|(_, found)| {
            let mut ids = ids(found);
            ids.sort_unstable();
            ids.is_sorted_by(|one, two| one < two)
        })
    }),
    ("jina/search/sorted", |f| {
        let searches = matches(f, 4);
        let scores = |found: &[Document]| found.iter().map(score).collect::<Vec<_>>();
        let all = |in_order: fn(&f32, &f32) -> bool| {
            let mut searches = searches.iter();
            searches.all(|(_, found)| scores(found).is_sorted_by(in_order))
        };
        all(|one, two| one >= two) || all(|one, two| one <= two)
    }),
    ("jina/search/same-level", |f| every_match(f, |_, found| found.level_depth == 0)),
    ("jina/search/score-refers", |f| {
        every_match(f, |query, found| {
            found.score.as_ref().is_some_and(|score| score.ref_id == query)
        })
    }),
    ("jina/search/finds-what-was-indexed", |f| {
        let mut searches = matches(f, 4).into_iter();
        searches.all(|(query, found)| found.first().map(|found| found.id) == Some(query))
    }),
    ("jina/ndarray/buffer-fits-shape", |f| {
        every_array(f, |array| {
            let size = match array.dtype.as_str() {
                "float32" => 4,
                "float16" => 2,
                "uint8" => 1,
                other => panic!("an array of {other}"),
            };
            array.buffer.len() == array.shape.iter().product::<u32>() as usize * size
        })
    }),
    ("jina/ndarray/quantization-in-enum", |f| {
        every_array(f, |array| (0..=2).contains(&array.quantization))
    }),
    ("jina/ndarray/quantized-names-original", |f| {
        every_array(f, |array| {
            let scaled = array.max_val >= array.min_val && array.scale.is_some();
            array.original_dtype == "float32" && (array.quantization != 2 || scaled)
        })
    }),
];
