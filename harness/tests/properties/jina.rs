//! The rules of jina in this process, under random conversations, judged by the room's own oracle.

#![cfg(feature = "embedded")]

use std::collections::BTreeSet;
use std::time::{Duration, UNIX_EPOCH};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use prost::Message as _;
use prost_types::Timestamp;
use rand::SeedableRng as _;
use rand_chacha::ChaCha12Rng;
use wirecheck::specs::jina::documents;
use wirecheck::specs::jina::oracle::{Breach, CALL, CALL_UNARY, INVARIANTS, SPAWN, breaches};
use wirecheck::status::Code;
use wirecheck::trace::Tape;
use wirecheck_proto::jina::document::Content;
use wirecheck_proto::jina::request::{
    Body, ControlRequest, IndexRequest, SearchRequest, TrainRequest,
};
use wirecheck_proto::jina::spawn_request::{
    self, MutablepodSpawnRequest, PeaSpawnRequest, PodSpawnRequest,
};
use wirecheck_proto::jina::{Document, NdArray, Request, SpawnRequest, Status};
use wirecheck_reference::jina::{Call, Jina, Limits};
use wirecheck_reference::{Fault, Refusal};

const NOW: Timestamp = Timestamp { seconds: 1_700_000_000, nanos: 5 };
/// Streams of Call that are open throughout; some of them see no request.
const STREAMS: usize = 3;

/// What the client does next.
#[derive(Clone, Debug)]
enum Step {
    Unary(Request),
    OnStream(usize, Request),
    Spawn(SpawnRequest),
}

fn content() -> impl Strategy<Value = Option<Content>> {
    let blob = (vec(any::<u8>(), 0..9), vec(0..4u32, 0..3), "float32|u1|x|", -1..4).prop_map(
        |(buffer, shape, dtype, quantization)| NdArray {
            buffer,
            shape,
            dtype,
            quantization,
            ..NdArray::default()
        },
    );
    prop_oneof![
        1 => Just(None),
        6 => "[a-d]{0,6}".prop_map(|text| Some(Content::Text(text))),
        2 => vec(any::<u8>(), 0..9).prop_map(|buffer| Some(Content::Buffer(buffer))),
        1 => blob.prop_map(|blob| Some(Content::Blob(blob))),
    ]
}

/// A document without chunks.
fn leaf() -> impl Strategy<Value = Document> {
    let weight = prop_oneof![Just(None), Just(Some(-0.0)), any::<f32>().prop_map(Some)];
    (0..40u32, content(), weight, any::<bool>(), vec(any::<u32>(), 0..3)).prop_map(
        |(id, content, weight, tagged, location)| Document {
            id,
            mime_type: "text/plain".to_owned(),
            content,
            weight,
            tags: tagged.then(documents::tags),
            location,
            ..Document::default()
        },
    )
}

/// A document with the chunks of a tree, each in its place.
fn tree() -> impl Strategy<Value = Document> {
    let chunks = leaf().prop_recursive(3, 12, 3, |below| {
        (leaf(), vec(below, 0..3), any::<bool>()).prop_map(|(mut document, chunks, counted)| {
            document.length = if counted { chunks.len() as u32 } else { 0 };
            Document { chunks, ..document }
        })
    });
    let grown = (chunks, 0..2u32).prop_map(|(mut root, level)| {
        settle(&mut root, level);
        root
    });
    prop_oneof![2 => grown, 1 => (40..46u32).prop_map(known)]
}

/// The same document whenever it is drawn, so that searches meet what was indexed before.
fn known(id: u32) -> Document {
    let text = format!("known {}", "abcdef".repeat(id as usize - 39));
    Document { id, content: Some(Content::Text(text)), ..Document::default() }
}

fn settle(document: &mut Document, level: u32) {
    document.level_depth = level;
    for chunk in &mut document.chunks {
        chunk.parent_id = document.id;
        settle(chunk, level + 1);
    }
}

/// Mostly right; at times with something wrong that is the client's own fault.
fn document() -> impl Strategy<Value = Document> {
    (tree(), 0..40u8, leaf()).prop_map(|(mut document, slip, other)| {
        match slip {
            0 => document.mime_type.clear(),
            1 => document.length = 77,
            2 => document.chunks.push(other),
            3 => document.matches = vec![other; 3],
            4 => document.embedding = Some(NdArray { quantization: 9, ..NdArray::default() }),
            _ => {}
        }
        document
    })
}

/// Every kind of body, and none; every command but TERMINATE, whether it is one or not.
fn body() -> impl Strategy<Value = Option<Body>> {
    let docs = || vec(document(), 0..4);
    let top_k = prop_oneof![8 => 0..4u32, 1 => any::<u32>()];
    let command = prop_oneof![Just(1), Just(3), Just(2), Just(-1), 4..i32::MAX];
    let control = |command| ControlRequest { command, ..ControlRequest::default() };
    prop_oneof![
        1 => Just(None),
        4 => docs().prop_map(|docs| Some(Body::Index(IndexRequest { docs }))),
        4 => (docs(), top_k).prop_map(|(docs, top_k)| Some(Body::Search(SearchRequest { docs, top_k }))),
        2 => (docs(), any::<bool>()).prop_map(|(docs, flush)| Some(Body::Train(TrainRequest { docs, flush }))),
        1 => command.prop_map(move |command| Some(Body::Control(control(command)))),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    let id = prop_oneof![8 => any::<u32>(), 1 => Just(0), 1 => 0..6u32];
    // Rarely a status, which a client has no business to send.
    let status = prop_oneof![
        30 => Just(None),
        1 => any::<i32>().prop_map(|code| Some(Status { code, ..Status::default() })),
    ];
    (id, body(), status).prop_map(|(request_id, body, status)| Request { request_id, body, status })
}

fn spawn() -> impl Strategy<Value = SpawnRequest> {
    let args = || prop_oneof![1 => Just(Vec::new()), 4 => vec("[ab\n]{1,2}", 1..3)];
    let pea = || args().prop_map(|args| PeaSpawnRequest { args });
    let mutable = (proptest::option::of(pea()), vec(pea(), 0..3)).prop_map(|(head, peas)| {
        spawn_request::Body::MutablePod(MutablepodSpawnRequest { head, peas, tail: None })
    });
    let body = prop_oneof![
        1 => Just(None),
        3 => pea().prop_map(|pea| Some(spawn_request::Body::Pea(pea))),
        2 => args().prop_map(|args| Some(spawn_request::Body::Pod(PodSpawnRequest { args }))),
        2 => mutable.prop_map(Some),
    ];
    body.prop_map(|body| SpawnRequest { body, ..SpawnRequest::default() })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => request().prop_map(Step::Unary),
        4 => (0..STREAMS, request()).prop_map(|(stream, request)| Step::OnStream(stream, request)),
        2 => spawn().prop_map(Step::Spawn),
    ];
    vec(step, 0..16)
}

/// The rules and the tape of what they are told and say.
struct Session {
    jina: Jina,
    tape: Tape,
    opened: u32,
}

impl Session {
    /// Plays the steps, half-closes what is open, and judges.
    fn play(steps: &[Step], allow_spawn: bool, faults: &[Fault]) -> Vec<Breach> {
        let jina = Jina::new(Limits::default(), allow_spawn, faults.iter().copied().collect());
        let mut session = Session { jina, tape: Tape::default(), opened: 0 };
        let mut calls: Vec<_> =
            (0..STREAMS).map(|_| (session.open(CALL), Some(session.jina.open()))).collect();
        for step in steps {
            match step {
                Step::Unary(request) => session.unary(request),
                Step::Spawn(request) => session.spawn(request),
                Step::OnStream(number, request) => {
                    let (stream, call) = &mut calls[*number];
                    session.on_stream(*stream, call, request);
                }
            }
        }
        for (stream, call) in calls {
            session.tape.half_closes(stream);
            let Some(mut call) = call else { continue };
            let answers = call.half_close(&mut session.jina);
            session.answered(stream, answers, true);
        }
        breaches(session.tape.trace(), UNIX_EPOCH + Duration::from_secs(NOW.seconds as u64))
    }

    fn open(&mut self, path: &str) -> u32 {
        self.opened += 1;
        self.tape.opens(self.opened, path);
        self.opened
    }

    /// What the rules said goes on the tape; a refusal ends the stream, and so does `over`.
    fn answered<M: prost::Message>(
        &mut self,
        stream: u32,
        said: Result<Vec<M>, Refusal>,
        over: bool,
    ) -> bool {
        let code = match said {
            Ok(messages) => {
                messages.iter().for_each(|it| self.tape.gets(stream, it.encode_to_vec()));
                over.then_some(Code::Ok)
            }
            Err(refusal) => u32::try_from(refusal.code.number()).ok().and_then(Code::from_number),
        };
        code.into_iter().for_each(|code| self.tape.ends(stream, code));
        code.is_none()
    }

    fn unary(&mut self, request: &Request) {
        let stream = self.open(CALL_UNARY);
        let bytes = request.encode_to_vec();
        self.tape.sends(stream, bytes.clone());
        self.tape.half_closes(stream);
        let said = self.jina.call(&bytes, NOW).map(|answer| answer.messages);
        // What is never answered never ends.
        let over = said.as_ref().is_ok_and(|messages| !messages.is_empty());
        self.answered(stream, said, over);
    }

    fn spawn(&mut self, request: &SpawnRequest) {
        let stream = self.open(SPAWN);
        let bytes = request.encode_to_vec();
        self.tape.sends(stream, bytes.clone());
        self.tape.half_closes(stream);
        let said = self.jina.spawn(&bytes, NOW);
        self.answered(stream, said, true);
    }

    fn on_stream(&mut self, stream: u32, call: &mut Option<Call>, request: &Request) {
        let Some(open) = call else { return };
        let bytes = request.encode_to_vec();
        self.tape.sends(stream, bytes.clone());
        let said = open.receive(&bytes, &mut self.jina, NOW).map(|answer| answer.messages);
        if !self.answered(stream, said, false) {
            *call = None;
        }
    }
}

proptest! {
    #[test]
    fn the_right_rules_break_nothing(steps in steps(), allow_spawn: bool) {
        let broken = Session::play(&steps, allow_spawn, &[]);
        prop_assert!(broken.is_empty(), "{:?}", broken);
    }
}

/// The conversations above are rich enough: what breaks a clause that the oracle holds, they show.
#[test]
fn random_conversations_reach_every_fault_that_the_oracle_can_see() {
    // Those need a width or a length, or come after what no random step says.
    let too_large = ["CutsDeepTrees", "StopsAtFiveHundred"];
    let held: BTreeSet<&str> = INVARIANTS.iter().map(|(clause, _)| clause.id).collect();
    let ours = |fault: &&Fault| {
        held.contains(fault.breaks())
            && fault.breaks().starts_with("jina/")
            && !too_large.contains(&fault.name())
    };
    let conversations = conversations(400);
    for fault in Fault::ALL.iter().filter(ours) {
        let shows = |(steps, allow_spawn): &(Vec<Step>, bool)| {
            let broken = Session::play(steps, *allow_spawn, &[*fault]);
            broken.iter().any(|breach| breach.clause.id == fault.breaks())
        };
        assert!(conversations.iter().any(shows), "no conversation shows {fault}");
    }
}

/// The same conversations every time.
fn conversations(count: usize) -> Vec<(Vec<Step>, bool)> {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let drawn = (0..count).map(|_| {
        let tree = (steps(), any::<bool>()).new_tree(&mut runner).expect("a conversation");
        proptest::strategy::ValueTree::current(&tree)
    });
    drawn.collect()
}

/// The documents that checks send are right by the oracle's own measure, whatever chance brings.
#[test]
fn what_checks_send_is_right() {
    for seed in 0..50 {
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        let mut docs = documents::rich(&mut rng);
        docs.extend([documents::tree(&mut rng), documents::chain(&mut rng, 64)]);
        let body = Some(Body::Index(IndexRequest { docs }));
        let step = Step::Unary(Request { request_id: 1, body, status: None });
        for fault in [Fault::FlattensChunkDepth, Fault::TakesChunksAway, Fault::MiscountsChunks] {
            let broken = Session::play(std::slice::from_ref(&step), false, &[fault]);
            assert!(broken.iter().any(|breach| breach.clause.id == fault.breaks()), "{fault}");
        }
    }
}
