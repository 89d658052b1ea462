//! Searches: their matches, scores and arrays.

use super::*;

/// The document that the scene's search brought.
fn query(scene: &mut Scene) -> &mut Document {
    match &mut scene.calls[1].got[0].body {
        Some(Body::Search(search)) => &mut search.docs[0],
        _ => panic!("no search"),
    }
}

fn top_k(scene: &mut Scene, top_k: u32) {
    let Talk { sent, got, .. } = &mut scene.calls[1];
    for request in sent.iter_mut().chain(got) {
        let Some(Body::Search(search)) = &mut request.body else { panic!("no search") };
        search.top_k = top_k;
    }
}

fn score(document: &mut Document) -> &mut Relevance {
    document.score.as_mut().expect("a score")
}

#[test]
fn matches_are_few_enough() {
    breaks("search/at-most-top-k", |scene| top_k(scene, 2));
    breaks("search/zero-top-k-brings-none", |scene| top_k(scene, 0));
    breaks("search/at-most-top-k", |scene| {
        let matches = query(scene).matches.clone();
        query(scene).chunks[0].matches = [matches.clone(), matches].concat();
    });
    bears(|scene| top_k(scene, u32::MAX));
    bears(|scene| {
        top_k(scene, 0);
        query(scene).matches.clear();
    });
}

#[test]
fn matches_are_distinct() {
    breaks("search/matches-distinct", |scene| {
        let first = query(scene).matches[0].clone();
        query(scene).matches[1] = first;
    });
    // Others may have indexed one id twice.
    bears(|scene| {
        let stranger = Document { id: 5_000, ..query(scene).matches[1].clone() };
        query(scene).matches[1..].fill(stranger);
    });
}

#[test]
fn matches_are_sorted_one_way() {
    breaks("search/sorted", |scene| query(scene).matches.swap(1, 2));
    breaks("search/sorted", |scene| score(&mut query(scene).matches[1]).value = Some(f32::NAN));
    bears(|scene| {
        // Distances rise.
        for (place, found) in query(scene).matches.iter_mut().enumerate() {
            score(found).value = Some(place as f32);
        }
    });
    let again = |scene: &mut Scene| {
        let mut again = scene.calls[1].clone();
        let Some(Body::Search(search)) = &mut again.got[0].body else { panic!("no search") };
        let values = search.docs[0].matches.iter_mut().zip([0.1, 0.2, 0.3]);
        values.for_each(|(found, value)| score(found).value = Some(value));
        scene.calls.push(again);
    };
    breaks("search/sorted", again);
}

#[test]
fn matches_fit_what_they_match() {
    breaks("search/same-level", |scene| query(scene).matches[2].level_depth = 1);
    breaks("search/score-refers", |scene| score(&mut query(scene).matches[1]).ref_id = 3);
    breaks("search/score-refers", |scene| score(&mut query(scene).matches[0]).ref_id = 0);
    bears(|scene| query(scene).matches[0].score = None);
}

#[test]
fn what_was_indexed_is_found_first() {
    let clause = "search/finds-what-was-indexed";
    breaks(clause, |scene| drop(query(scene).matches.remove(0)));
    // One with the same content is as good; a target that stores nothing finds nothing; what was
    // indexed only later need not be found.
    bears(|scene| query(scene).matches[0].id = 77);
    bears(|scene| query(scene).matches.clear());
    bears(|scene| {
        query(scene).matches.remove(0);
        scene.calls.swap(0, 1);
        // The search is now the first call.
    });
}

#[test]
fn arrays_of_the_servers_own_fit() {
    let fits = "ndarray/buffer-fits-shape";
    breaks(fits, |scene| query(scene).embedding.as_mut().expect("one").buffer.truncate(23));
    breaks(fits, |scene| embedding(scene, 1).buffer.push(0));
    breaks(fits, |scene| embedding(scene, 2).shape = vec![u32::MAX, u32::MAX, u32::MAX]);
    breaks("ndarray/quantization-in-enum", |scene| embedding(scene, 1).quantization = 7);
    breaks("ndarray/quantization-in-enum", |scene| embedding(scene, 1).quantization = -1);
    let names = "ndarray/quantized-names-original";
    breaks(names, |scene| embedding(scene, 1).original_dtype.clear());
    breaks(names, |scene| embedding(scene, 2).scale = None);
    breaks(names, |scene| embedding(scene, 2).max_val = Some(-2.0));
    breaks(names, |scene| embedding(scene, 2).min_val = Some(f32::NAN));
    bears(|scene| {
        embedding(scene, 1).dtype = "no dtype of numpy".to_owned();
        embedding(scene, 1).buffer.clear();
        embedding(scene, 0).shape.clear();
        let array = embedding(scene, 2);
        (array.max_val, array.min_val, array.scale) = (None, None, None);
    });
    // Another client's.
    bears(|scene| {
        query(scene).matches[1].id = 6_000;
        embedding(scene, 1).buffer.clear();
    });
}

fn embedding(scene: &mut Scene, place: usize) -> &mut NdArray {
    query(scene).matches[place].embedding.as_mut().expect("an embedding")
}
