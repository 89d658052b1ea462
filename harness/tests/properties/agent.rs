//! Random conversations with the reference's agent, in-process, held to the room's own oracle.
#![cfg(feature = "embedded")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use wirecheck::specs::agent::generate::strategy::plans;
use wirecheck::specs::agent::generate::{Handed, Plan, play};
use wirecheck::specs::agent::messages::{Code as Shown, Method, State};
use wirecheck::specs::agent::oracle;
use wirecheck::status::Code;
use wirecheck_proto::wirecheck::v1::Trace;
use wirecheck_reference::agent::{Agent, Limits, Run, Staging, encode_run, encode_staged};
use wirecheck_reference::{ConnectionId, Fault, Faults, Refusal};

/// Plays a plan on the reference's rules; calls go over two connections in turns.
fn played(plan: &Plan, handed: Handed, faults: &Faults) -> Trace {
    let mut agent = Agent::new(Limits::default(), faults.clone());
    let mut answer = |stream: u32, path: &str, request: &[u8]| match Method::of(path) {
        Some(Method::StageInFiles) => {
            let staging = Staging::parse(request, faults)?;
            Ok(encode_staged(&agent.stage(staging)?, faults))
        }
        Some(Method::RunJob) => {
            let run = Run::parse(request, faults)?;
            let connection = ConnectionId(u64::from(stream % 2));
            Ok(encode_run(&agent.run(run, connection)?, faults))
        }
        None => Err(Refusal::new(wirecheck_reference::Code::Unimplemented, path)),
    };
    play(&plan.script(1), handed, &mut |stream, path, request| {
        answer(stream, path, request).map_err(|refusal: Refusal| {
            Code::from_number(refusal.code as u32).expect("a code of gRPC")
        })
    })
}

proptest! {
    #![proptest_config(Config { rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..Config::with_cases(512) })]

    #[test]
    fn the_rules_keep_every_invariant(plan in plans(), late in any::<bool>()) {
        let handed = if late { Handed::Late } else { Handed::AtOnce };
        let trace = played(&plan, handed, &Faults::default());
        if let Err(breach) = oracle::judge(&trace) {
            prop_assert!(false, "{}: {}", breach.clause.id, breach.finding.actual);
        }
    }
}

/// So many plans, the same in every run.
fn sample(count: usize) -> impl Iterator<Item = Plan> {
    let config = Config { rng_seed: RngSeed::Fixed(11), ..Config::default() };
    let mut runner = TestRunner::new(config);
    let draw = move |_| plans().new_tree(&mut runner).expect("plans reject nothing").current();
    (0..count).map(draw)
}

#[test]
fn the_plans_reach_every_state_and_overlap() {
    let mut states = BTreeSet::new();
    let mut overlaps = 0;
    for plan in sample(100) {
        let trace = played(&plan, Handed::AtOnce, &Faults::default());
        for stream in wirecheck::trace::streams(&trace) {
            let shown = stream.got().filter(|_| stream.path == Method::RunJob.path());
            states.extend(shown.filter_map(|(_, payload)| Shown::of(payload).ok()?.state));
        }
        overlaps += usize::from(plan.acts.iter().any(|act| act.overlap > 0));
    }
    assert_eq!(states, BTreeSet::from([State::Wait, State::Run, State::Done]));
    assert!(overlaps > 10, "{overlaps} plans of 100 overlap");
}

#[test]
fn the_oracle_sees_every_fault_that_breaks_an_invariant() {
    // Two clauses of their own are judged by the order of codes.
    let by_order = ["agent/run/jobs-independent", "agent/run/concurrent-callers-agree"];
    let judged = |fault: &&Fault| {
        by_order.contains(&fault.breaks())
            || oracle::INVARIANTS.iter().any(|(clause, _)| clause.id == fault.breaks())
    };
    let mut seen = 0;
    for fault in Fault::ALL.iter().filter(judged) {
        let faults: Faults = [*fault].into_iter().collect();
        let broken = |plan: Plan| oracle::judge(&played(&plan, Handed::AtOnce, &faults)).is_err();
        assert!(sample(500).any(broken), "{fault} goes unseen");
        seen += 1;
    }
    assert!(seen > oracle::INVARIANTS.len());
}
