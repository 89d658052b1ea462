//! Plans at random, for proptest: small enough to read when one fails, overlapping enough to matter.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Act, Ask, Plan};

/// Files that a plan knows.
const FILES: usize = 3;

/// Plans of up to 24 calls over one to three jobs and as many files.
pub fn plans() -> impl Strategy<Value = Plan> {
    let jobs = vec(vec(0..FILES, 0..=FILES), 1..=3);
    jobs.prop_flat_map(|jobs| {
        let acts = vec(act(jobs.len()), 1..=24);
        (Just(jobs), acts).prop_map(|(jobs, acts)| Plan { jobs, acts })
    })
}

fn act(jobs: usize) -> impl Strategy<Value = Act> {
    // Mostly looks: a job needs several of them to get anywhere.
    let ask = prop_oneof![
        3 => Just(Ask::Run),
        1 => vec(0..FILES, 0..=4).prop_map(Ask::Stage),
    ];
    let overlap = prop_oneof![2 => Just(0), 1 => 0..4_usize];
    (ask, 0..jobs, prop::bool::weighted(0.2), overlap).prop_map(|(ask, job, upper, overlap)| Act {
        ask,
        job,
        upper,
        overlap,
    })
}
