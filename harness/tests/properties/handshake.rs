//! Generated conversations on the reference's rules, in memory, judged by the rooms' oracles.
#![cfg(all(feature = "rules", feature = "generators"))]

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use wirecheck::specs::neofs_session::oracle::{judge, judge_arrivals};
use wirecheck::specs::neofs_session::rehearsal::rehearse;
use wirecheck::specs::neofs_session::scripts::{every_order, script};
use wirecheck::specs::neofs_session::strategy::scripts;
use wirecheck::trace::{Turn, streams};
use wirecheck_proto::wirecheck::v1::step::Action;
use wirecheck_proto::wirecheck::v1::{Script, Trace};
use wirecheck_reference::{Fault, Faults};

/// Scripts that a property is tried with. PROPTEST_CASES raises the number, PROPTEST_RNG_SEED changes
/// the seed.
const CASES: u32 = 512;
/// Scripts that a fault may take to be found.
const UNTIL_FOUND: u32 = 8192;

/// The seed is fixed unless the environment sets one.
fn runner(cases: u32) -> TestRunner {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    config.cases = config.cases.max(cases);
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(1);
    }
    TestRunner::new(config)
}

fn judged(script: &Script, faults: &Faults) -> Result<(), TestCaseError> {
    judge(&rehearse(script, faults)).map_err(|breach| {
        let finding = breach.finding;
        TestCaseError::fail(format!(
            "{}: expected {}, got {}",
            breach.clause.id, finding.expected, finding.actual
        ))
    })
}

/// The smallest script that shows the fault, and the clause that the oracle names for it.
fn shrunk(fault: Fault) -> Option<(Script, String)> {
    let faults = Faults::from_iter([fault]);
    match runner(UNTIL_FOUND).run(&scripts(), |script| judged(&script, &faults)) {
        Err(TestError::Fail(reason, script)) => Some((script, reason.message().to_owned())),
        _ => None,
    }
}

fn tokens(script: &Script) -> usize {
    script.steps.iter().filter(|step| matches!(step.action, Some(Action::Token(_)))).count()
}

#[test]
fn no_random_script_makes_the_right_rules_contradict_a_clause() {
    let right = Faults::default();
    let mut runner = runner(CASES);
    if let Err(error) = runner.run(&scripts(), |script| judged(&script, &right)) {
        panic!("{error}, {:?}", runner.config().rng_seed);
    }
}

#[test]
fn every_short_order_is_answered_as_its_clause_says() {
    for (seed, order) in (1..).zip(every_order()) {
        let trace = rehearse(&script(&order, seed), &Faults::default());
        assert!(judge(&trace).is_ok(), "{order:?}: {:?}", judge(&trace));
    }
}

#[test]
fn the_short_orders_alone_find_every_fault_of_the_order() {
    for fault in [
        Fault::AnswersInitWithResult,
        Fault::RepeatsUnsigned,
        Fault::AnswersSignedWithUnsigned,
        Fault::RepeatsResult,
        Fault::SpeaksFirst,
        Fault::AcceptsSignedFirst,
        Fault::AnswersSecondInit,
        Fault::IgnoresEmptyMessage,
        Fault::AnswersAfterResult,
        Fault::SpeaksToSilentStream,
        Fault::ResultAtHalfClose,
        Fault::StartsOverAfterResult,
    ] {
        let faults = Faults::from_iter([fault]);
        let mut traces =
            every_order().into_iter().map(|order| rehearse(&script(&order, 1), &faults));
        assert!(traces.any(|trace| judge_arrivals(&trace).is_err()), "{fault}");
    }
}

#[test]
fn random_scripts_find_faults_and_shrink_to_the_conversation_that_shows_them() {
    for (fault, clause, messages) in [
        (Fault::AcceptsSignedFirst, "order/signed-first-refused", 1),
        (Fault::AnswersSecondInit, "order/second-init-refused", 2),
        (Fault::IgnoresChangedOwner, "signature/signed-matches-unsigned", 2),
        (Fault::IgnoresChangedEpochs, "signature/signed-matches-unsigned", 2),
        (Fault::ComparesObjectsJoined, "signature/objects-regrouped", 2),
        (Fault::SkipsEmptySignature, "signature/required", 2),
        (Fault::ChecksSignatureFormOnly, "signature/other-key", 2),
        (Fault::AcceptsSignedOfFinishedSession, "signature/replay-after-result", 4),
        (Fault::StripsResultSignature, "token/result-verifies", 2),
        (Fault::SharesSessionKey, "token/session-keys-unique", 2),
    ] {
        let (script, reason) = shrunk(fault).unwrap_or_else(|| panic!("{fault} is not found"));
        assert!(reason.starts_with(&format!("neofs-session/{clause}:")), "{fault}: {reason}");
        // What remains beside the conversation is at most a message on a stream numbered before it.
        assert!((messages..=messages + 1).contains(&tokens(&script)), "{fault}: {script:?}");
    }
}

/// What a trace shows of how far its conversations went.
fn reached(trace: &Trace) -> [bool; 5] {
    let streams = streams(trace);
    let got = |count| streams.iter().any(|stream| stream.got().count() == count);
    let refused = streams.iter().flat_map(|stream| &stream.turns).any(
        |(_, turn)| matches!(turn, Turn::Ended(Some(code)) if *code != wirecheck::status::Code::Ok),
    );
    let granted = streams.iter().filter(|stream| stream.got().count() == 2).count();
    [got(1), got(2), refused, got(1) && refused, granted > 1]
}

#[test]
fn random_scripts_get_far_and_go_wrong_on_the_way() {
    const NAMES: [&str; 5] =
        ["Unsigned", "Result", "a refusal", "a refusal behind Unsigned", "two Results"];
    // In how many of a hundred scripts at least.
    const LEAST: [usize; 5] = [40, 20, 30, 20, 1];
    let mut runner = runner(CASES);
    let mut seen = [0; 5];
    for _ in 0..CASES {
        let script = scripts().new_tree(&mut runner).expect("a script").current();
        let reached = reached(&rehearse(&script, &Faults::default()));
        seen.iter_mut().zip(reached).for_each(|(seen, reached)| *seen += usize::from(reached));
    }
    for ((name, seen), least) in NAMES.iter().zip(seen).zip(LEAST) {
        let share = 100 * seen / CASES as usize;
        assert!(share >= least, "only {share} of a hundred scripts reach {name}");
    }
}
