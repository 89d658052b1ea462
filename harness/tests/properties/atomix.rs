//! Random looks at the reference's sessions, in-process and tick by tick, held to the room's own oracle.
#![cfg(feature = "embedded")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use wirecheck::specs::atomix_session::oracle;
use wirecheck::specs::atomix_session::talk::Talk;
use wirecheck::status::Code;
use wirecheck_proto::atomix::runtime::v1::{
    GetSessionRequest, GetSessionResponse, ListSessionsRequest, ListSessionsResponse, PrimitiveId,
    SessionId,
};
use wirecheck_proto::wirecheck::v1::Trace;
use wirecheck_reference::atomix_session::{self, KINDS, Sessions, Watch};
use wirecheck_reference::{Fault, Faults, Refusal};

/// What happens next.
#[derive(Clone, Debug)]
enum Act {
    Tick,
    /// A call begins. So many acts later it reaches the rules, and so many more later its answer comes.
    Look {
        asked: Asked,
        on_its_way: usize,
        on_its_way_back: usize,
    },
}

#[derive(Clone, Debug)]
enum Asked {
    /// A session of the last full list, by its place in it, under its own primitive or another spelling.
    Get(usize, Spelled),
    Unknown(String),
    Missing,
    List {
        kind: Option<usize>,
        watch: bool,
    },
}

#[derive(Clone, Copy, Debug)]
enum Spelled {
    AsListed,
    EmptyForNone,
    AnothersPrimitive,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    use Spelled::{AnothersPrimitive, AsListed, EmptyForNone};
    let spelled =
        prop_oneof![6 => Just(AsListed), 1 => Just(EmptyForNone), 1 => Just(AnothersPrimitive)];
    let kind = || proptest::option::weighted(0.3, 0..KINDS.len());
    let asked = prop_oneof![
        8 => (0..64_usize, spelled).prop_map(|(place, spelled)| Asked::Get(place, spelled)),
        1 => "[a-z]{0,3}".prop_map(Asked::Unknown),
        1 => Just(Asked::Missing),
        6 => kind().prop_map(|kind| Asked::List { kind, watch: false }),
        1 => kind().prop_map(|kind| Asked::List { kind, watch: true }),
    ];
    let look = (asked, 0..3_usize, 0..3_usize).prop_map(|(asked, on_its_way, on_its_way_back)| {
        Act::Look { asked, on_its_way, on_its_way_back }
    });
    // Long enough that a session is seen to live, to linger and to be gone.
    proptest::collection::vec(prop_oneof![1 => Just(Act::Tick), 3 => look], 150..300)
}

/// A call under way.
struct Call {
    stream: u32,
    get: Option<GetSessionRequest>,
    list: ListSessionsRequest,
    stage: Stage,
    on_its_way_back: usize,
}

enum Stage {
    OnItsWay(usize),
    Watching(Watch),
    Answered(usize, Answer),
    Done,
}

enum Answer {
    Session(GetSessionResponse),
    Sessions(ListSessionsResponse),
    Refused(Code),
}

impl Answer {
    fn of<T>(answer: Result<T, Refusal>, told: fn(T) -> Answer) -> Answer {
        let code =
            |refusal: Refusal| Code::from_number(refusal.code as u32).expect("a code of gRPC");
        answer.map_or_else(|refusal| Answer::Refused(code(refusal)), told)
    }
}

/// Plays the acts on the rules, and writes down what a client would see.
fn played(acts: &[Act], faults: &[Fault]) -> Trace {
    let config = atomix_session::Config { seed: 5, live: 6 };
    let mut sessions = Sessions::new(&config, faults.iter().copied().collect::<Faults>());
    let mut talk = Talk::default();
    let mut calls: Vec<Call> = Vec::new();
    for act in acts {
        match act {
            Act::Tick => sessions.tick(),
            Act::Look { asked, on_its_way, on_its_way_back } => {
                let mut call = opened(asked, &sessions, &mut talk);
                call.stage = Stage::OnItsWay(*on_its_way);
                call.on_its_way_back = *on_its_way_back;
                calls.push(call);
            }
        }
        calls.iter_mut().for_each(|call| call.go_on(&mut sessions, &mut talk, false));
        calls.retain(|call| !matches!(call.stage, Stage::Done));
    }
    while !calls.is_empty() {
        calls.iter_mut().for_each(|call| call.go_on(&mut sessions, &mut talk, true));
        calls.retain(|call| !matches!(call.stage, Stage::Done));
    }
    talk.trace
}

fn opened(asked: &Asked, sessions: &Sessions, talk: &mut Talk) -> Call {
    let get = |talk: &mut Talk, session_id: Option<SessionId>| {
        let stream = talk.open_get(session_id.clone());
        (stream, Some(GetSessionRequest { session_id }), ListSessionsRequest::default())
    };
    let (stream, get, list) = match asked {
        Asked::Missing => get(talk, None),
        Asked::Unknown(name) => get(talk, Some(SessionId { name: name.clone(), primitive: None })),
        Asked::Get(place, spelled) => {
            get(talk, listed(sessions, *place).map(|id| respelled(id, *spelled)))
        }
        Asked::List { kind, watch } => {
            let kind = kind.map_or("", |kind| KINDS[kind]);
            let request = ListSessionsRequest { r#type: kind.to_owned(), watch: *watch };
            (talk.open_list(kind, *watch), None, request)
        }
    };
    Call { stream, get, list, stage: Stage::Done, on_its_way_back: 0 }
}

fn listed(sessions: &Sessions, place: usize) -> Option<SessionId> {
    let all = sessions.list(&ListSessionsRequest::default()).ok()?.sessions;
    all.get(place % all.len().max(1))?.meta.clone()?.id
}

fn respelled(id: SessionId, spelled: Spelled) -> SessionId {
    let under = |primitive: &str| Some(PrimitiveId { id: primitive.to_owned() });
    let primitive = match (spelled, id.primitive) {
        (Spelled::EmptyForNone, None) => under(""),
        (Spelled::AnothersPrimitive, _) => under("another's"),
        (Spelled::AsListed | Spelled::EmptyForNone, own) => own,
    };
    SessionId { primitive, ..id }
}

impl Call {
    fn go_on(&mut self, sessions: &mut Sessions, talk: &mut Talk, due: bool) {
        self.stage = match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::OnItsWay(0) => self.arrive(sessions),
            Stage::OnItsWay(left) => Stage::OnItsWay(left - 1),
            Stage::Watching(watch) => match sessions.answer(&watch, due) {
                Some(answer) => {
                    sessions.leave(watch, true);
                    Stage::Answered(self.on_its_way_back, Answer::Sessions(answer))
                }
                // What is never answered has no end in the trace.
                None if due => Stage::Done,
                None => Stage::Watching(watch),
            },
            Stage::Answered(0, answer) => {
                match answer {
                    Answer::Session(response) => talk.answer(self.stream, &response),
                    Answer::Sessions(response) => talk.answer(self.stream, &response),
                    Answer::Refused(code) => talk.end(self.stream, code),
                }
                Stage::Done
            }
            Stage::Answered(left, answer) => Stage::Answered(left - 1, answer),
            Stage::Done => Stage::Done,
        };
    }

    fn arrive(&self, sessions: &mut Sessions) -> Stage {
        let answer = match &self.get {
            Some(request) => Answer::of(sessions.get(request), Answer::Session),
            None if self.list.watch => match sessions.watch(&self.list) {
                Ok(watch) => return Stage::Watching(watch),
                Err(refusal) => Answer::of(Err(refusal), Answer::Sessions),
            },
            None => Answer::of(sessions.list(&self.list), Answer::Sessions),
        };
        Stage::Answered(self.on_its_way_back, answer)
    }
}

/// The ids of the clauses that a play breaks.
fn broken(acts: &[Act], faults: &[Fault]) -> Vec<&'static str> {
    let broken = oracle::broken(&played(acts, faults));
    broken.into_iter().map(|(clause, _)| clause.id).collect()
}

proptest! {
    #![proptest_config(Config { rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..Config::with_cases(32) })]

    #[test]
    fn the_rules_keep_every_clause(acts in acts()) {
        for (clause, finding) in oracle::broken(&played(&acts, &[])) {
            prop_assert!(false, "{}: {}: {}", clause.id, finding.expected, finding.actual);
        }
    }
}

/// So many plays, the same in every run.
fn sample(count: usize) -> impl Iterator<Item = Vec<Act>> {
    let config = Config { rng_seed: RngSeed::Fixed(11), ..Config::default() };
    let mut runner = TestRunner::new(config);
    let draw = move |_| acts().new_tree(&mut runner).expect("acts reject nothing").current();
    (0..count).map(draw)
}

#[test]
fn the_plays_exercise_every_clause_of_the_oracle() {
    let mut exercised = BTreeSet::new();
    for acts in sample(10) {
        let judged = oracle::judge(&played(&acts, &[])).into_iter();
        exercised.extend(judged.filter(|one| one.exercised > 0).map(|one| one.clause.id));
    }
    for judgement in oracle::judge(&Trace::default()) {
        assert!(
            exercised.contains(judgement.clause.id),
            "{} is never exercised",
            judgement.clause.id
        );
    }
}

#[test]
fn the_oracle_sees_every_fault_that_breaks_one_of_its_clauses() {
    let judged: BTreeSet<_> =
        oracle::judge(&Trace::default()).into_iter().map(|one| one.clause.id).collect();
    let mut seen = BTreeSet::new();
    for fault in Fault::ALL.iter().filter(|fault| judged.contains(fault.breaks())) {
        let found = sample(40).any(|acts| broken(&acts, &[*fault]).contains(&fault.breaks()));
        assert!(found, "{fault} goes unseen");
        seen.insert(fault.breaks());
    }
    assert_eq!(seen, judged, "a clause of the oracle that no fault breaks");
}
