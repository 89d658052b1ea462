//! The handshake under orders that nobody wrote down: all the short ones, and random ones.

use proptest::prelude::*;
use wirecheck_proto::session::create_request::Message as Ask;
use wirecheck_proto::session::create_response::Message as Answer;
use wirecheck_proto::session::{CreateRequest, Token};
use wirecheck_reference::neofs_session::{
    Handshake, Keys, Limits, Sessions, Verifier, payload, stand_in_signature,
};
use wirecheck_reference::{Code, Faults};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    Init,
    Signed,
    Empty,
    HalfClose,
}

const MOVES: [Move; 4] = [Move::Init, Move::Signed, Move::Empty, Move::HalfClose];
const OWNER: [u8; 32] = [7; 32];

fn sessions() -> Sessions {
    Sessions::new(Keys::seeded(1), Verifier::StandIn, Limits::default(), Faults::default())
}

fn init() -> Token {
    Token { owner_id: OWNER.to_vec(), last_epoch: 1, ..Token::default() }
}

fn sign(mut token: Token) -> Token {
    token.signature = stand_in_signature(&OWNER, &payload(&token)).to_vec();
    let header = token.header.get_or_insert_default();
    header.key_signature = stand_in_signature(&OWNER, &header.public_key).to_vec();
    token
}

/// One stream, and what came on it.
#[derive(Default)]
struct Stream {
    handshake: Handshake,
    answers: Vec<Answer>,
    end: Option<Result<(), Code>>,
}

impl Stream {
    fn play(&mut self, step: Move, sessions: &Sessions) {
        if self.end.is_some() {
            return;
        }
        let message = match step {
            Move::Init => Some(Ask::Init(init())),
            Move::Signed => Some(Ask::Signed(sign(self.unsigned().unwrap_or_else(init)))),
            Move::Empty | Move::HalfClose => None,
        };
        let request = CreateRequest { message, ..CreateRequest::default() };
        let outcome = match step {
            Move::HalfClose => self.handshake.half_close(sessions),
            Move::Init | Move::Signed | Move::Empty => self.handshake.receive(request, sessions),
        };
        match outcome {
            Ok(said) => {
                self.answers.extend(said.into_iter().filter_map(|answer| answer.message));
                self.end = (step == Move::HalfClose).then_some(Ok(()));
            }
            Err(refusal) => self.end = Some(Err(refusal.code)),
        }
    }

    fn unsigned(&self) -> Option<Token> {
        self.answers.iter().rev().find_map(|answer| match answer {
            Answer::Unsigned(token) => Some(token.clone()),
            Answer::Result(_) => None,
        })
    }

    fn results(&self) -> usize {
        let results = self.answers.iter().filter(|answer| matches!(answer, Answer::Result(_)));
        results.count()
    }
}

/// Every order up to this length, half-close only last.
fn orders(length: usize) -> Vec<Vec<Move>> {
    let mut orders = vec![vec![]];
    let mut from = 0;
    for _ in 0..length {
        let longer: Vec<_> = orders[from..]
            .iter()
            .filter(|order| order.last() != Some(&Move::HalfClose))
            .flat_map(|order| MOVES.map(|step| [&order[..], &[step]].concat()))
            .collect();
        from = orders.len();
        orders.extend(longer);
    }
    orders
}

#[test]
fn of_all_short_orders_only_init_signed_gets_a_result() {
    let orders = orders(4);
    assert_eq!(orders.len(), 1 + 4 + 12 + 36 + 108);
    for order in orders {
        let (sessions, mut stream) = (sessions(), Stream::default());
        for step in &order {
            stream.play(*step, &sessions);
        }
        let due = usize::from(order.starts_with(&[Move::Init, Move::Signed]));
        assert_eq!(stream.results(), due, "{order:?}");
        let unsigneds = stream.answers.len() - stream.results();
        assert_eq!(unsigneds, usize::from(order.first() == Some(&Move::Init)), "{order:?}");
        let silent = order == [Move::HalfClose];
        let whole = order == [Move::Init, Move::Signed, Move::HalfClose];
        assert_eq!(stream.end == Some(Ok(())), silent || whole, "{order:?}");
        let refused = matches!(stream.end, Some(Err(code)) if code != Code::FailedPrecondition);
        assert!(!refused, "{order:?}: {:?}", stream.end);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn interleaved_streams_get_a_result_for_init_and_signed_alone(
        moves in proptest::collection::vec((0..5usize, 0..4usize), 0..40)
    ) {
        let sessions = sessions();
        let mut streams: [(Stream, Vec<Move>); 5] = Default::default();
        for (stream, step) in moves {
            let (stream, order) = &mut streams[stream];
            stream.play(MOVES[step], &sessions);
            order.push(MOVES[step]);
        }
        let mut completed = 0;
        for (stream, order) in &streams {
            let due = usize::from(order.starts_with(&[Move::Init, Move::Signed]));
            prop_assert_eq!(stream.results(), due, "{:?}", order);
            completed += due;
        }
        prop_assert_eq!(sessions.finished(), completed);
        drop(streams);
        prop_assert_eq!(sessions.open(), 0);
    }
}
