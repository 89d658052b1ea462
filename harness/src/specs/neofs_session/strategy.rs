//! Random scripts of up to three interleaved handshakes, mostly right, that shrink to what matters.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::{prop_oneof, sample};
use wirecheck_proto::wirecheck::v1::step::Action;
use wirecheck_proto::wirecheck::v1::token_step::Kind;
use wirecheck_proto::wirecheck::v1::{Await, Edit, HalfClose, Open, Script, Step, TokenStep};

use super::token::CREATE;

/// The most streams of a script.
const STREAMS: u32 = 3;
/// The most moves of a script.
const MOVES: usize = 8;
/// The most owners of a script.
const OWNERS: u32 = 2;
/// RST_STREAM with CANCEL (RFC 9113, section 7).
const CANCEL: u32 = 8;

/// Every edit but none.
const EDITS: [Edit; 19] = [
    Edit::OtherId,
    Edit::OtherOwner,
    Edit::OtherFirstEpoch,
    Edit::OtherLastEpoch,
    Edit::OtherObject,
    Edit::OtherSessionKey,
    Edit::ObjectsReordered,
    Edit::ObjectsRegrouped,
    Edit::EpochsSwapped,
    Edit::NoOwner,
    Edit::SignatureEmpty,
    Edit::SignatureFlipped,
    Edit::SignatureShort,
    Edit::SignatureOtherKey,
    Edit::KeySignatureEmpty,
    Edit::KeySignatureFlipped,
    Edit::KeySignatureShort,
    Edit::KeySignatureOtherKey,
    Edit::NoObjects,
];

/// What a client does next on a stream.
#[derive(Clone, Debug)]
enum Move {
    /// What is due: Init, Signed, and then the half-close.
    Due {
        owner: u32,
        answers: Option<u32>,
        edits: Vec<Edit>,
    },
    /// This message, whatever is due.
    Say {
        kind: Kind,
        owner: u32,
    },
    HalfClose,
    Cancel,
}

/// Scripts of one to three streams and up to eight moves. Most moves are the ones that are due, with
/// a change here and there: conversations that go far before they go wrong.
pub fn scripts() -> impl Strategy<Value = Script> {
    let waits = proptest::bool::weighted(0.9);
    let moves = vec((0..STREAMS, any_move(), waits), 1..=MOVES);
    (any::<u64>(), moves).prop_map(|(seed, moves)| Builder::script(seed, moves))
}

fn any_move() -> impl Strategy<Value = Move> {
    let edits = prop_oneof![
        8 => Just(Vec::new()),
        3 => vec(sample::select(&EDITS[..]), 1),
        1 => vec(sample::select(&EDITS[..]), 2),
    ];
    let answers = prop_oneof![6 => Just(None), 1 => (0..STREAMS).prop_map(Some)];
    let kinds =
        vec![Kind::Empty, Kind::Init, Kind::Signed, Kind::InitThenSigned, Kind::SignedThenInit];
    let due = (owner(), answers, edits);
    prop_oneof![
        12 => due.prop_map(|(owner, answers, edits)| Move::Due { owner, answers, edits }),
        3 => (sample::select(kinds), owner()).prop_map(|(kind, owner)| Move::Say { kind, owner }),
        1 => Just(Move::HalfClose),
        1 => Just(Move::Cancel),
    ]
}

fn owner() -> impl Strategy<Value = u32> {
    prop_oneof![6 => Just(0), 1 => 0..OWNERS]
}

/// A script in the making: streams are opened by the first move on them, and numbered in that order.
#[derive(Default)]
struct Builder {
    steps: Vec<Step>,
    streams: BTreeMap<u32, Stream>,
}

#[derive(Clone, Copy)]
struct Stream {
    number: u32,
    said: usize,
    closed: bool,
}

impl Builder {
    fn script(seed: u64, moves: Vec<(u32, Move, bool)>) -> Script {
        let mut builder = Builder::default();
        for (pick, next, waits) in moves {
            builder.play(pick, next, waits);
        }
        Script { check: String::new(), seed, steps: builder.steps }
    }

    fn play(&mut self, pick: u32, next: Move, waits: bool) {
        let stream = self.opened(pick);
        // Nothing can be sent behind a half-close or a reset.
        if stream.closed {
            return;
        }
        match next {
            Move::Due { owner, answers, edits } if stream.said < 2 => {
                let kind = if stream.said == 0 { Kind::Init } else { Kind::Signed };
                let of = answers.and_then(|pick| self.streams.get(&pick)).unwrap_or(&stream);
                let answers = of.number;
                let edits = edits.into_iter().map(i32::from).collect();
                self.say(pick, TokenStep { kind: kind.into(), owner, answers, edits }, waits);
            }
            Move::Say { kind, owner } => {
                let answers = stream.number;
                let kind = kind.into();
                self.say(pick, TokenStep { kind, owner, answers, edits: Vec::new() }, waits);
            }
            Move::Due { .. } | Move::HalfClose => {
                self.close(pick, Action::HalfClose(HalfClose {}));
                self.add(stream.number, Action::Await(Await { messages: 0 }));
            }
            Move::Cancel => self.close(pick, Action::Reset(CANCEL)),
        }
    }

    fn opened(&mut self, pick: u32) -> Stream {
        if let Some(stream) = self.streams.get(&pick) {
            return *stream;
        }
        let number = u32::try_from(self.streams.len()).unwrap_or(STREAMS);
        let stream = Stream { number, said: 0, closed: false };
        self.streams.insert(pick, stream);
        self.add(number, Action::Open(Open { path: CREATE.to_owned(), headers: Vec::new() }));
        stream
    }

    fn say(&mut self, pick: u32, token: TokenStep, waits: bool) {
        let Some(stream) = self.streams.get_mut(&pick) else { return };
        stream.said += 1;
        let number = stream.number;
        self.add(number, Action::Token(token));
        if waits {
            self.add(number, Action::Await(Await { messages: 1 }));
        }
    }

    fn close(&mut self, pick: u32, how: Action) {
        let Some(stream) = self.streams.get_mut(&pick) else { return };
        stream.closed = true;
        let number = stream.number;
        self.add(number, how);
    }

    fn add(&mut self, stream: u32, action: Action) {
        self.steps.push(Step { stream, action: Some(action) });
    }
}
