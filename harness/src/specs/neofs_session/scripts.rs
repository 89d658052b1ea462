//! Every short order of the client's messages, as scripts.

use wirecheck_proto::wirecheck::v1::step::Action;
use wirecheck_proto::wirecheck::v1::token_step::Kind;
use wirecheck_proto::wirecheck::v1::{Await, HalfClose, Open, Script, Step, TokenStep};

use super::token::CREATE;

/// The longest order that is enumerated.
pub const LONGEST: usize = 4;

/// One thing that a client does on a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// Sends Init.
    Init,
    /// Sends Signed: the last Unsigned, or a made-up token before any, validly signed.
    Signed,
    /// Sends a request whose oneof is unset.
    Empty,
    /// Half-closes.
    HalfClose,
}

impl Word {
    /// As a finding names it.
    pub fn name(self) -> &'static str {
        match self {
            Word::Init => "Init",
            Word::Signed => "Signed",
            Word::Empty => "an empty message",
            Word::HalfClose => "a half-close",
        }
    }

    fn actions(self) -> [Action; 2] {
        let kind = match self {
            Word::Init => Kind::Init,
            Word::Signed => Kind::Signed,
            Word::Empty => Kind::Empty,
            Word::HalfClose => {
                return [Action::HalfClose(HalfClose {}), Action::Await(Await { messages: 0 })];
            }
        };
        let token = TokenStep { kind: kind.into(), ..TokenStep::default() };
        [Action::Token(token), Action::Await(Await { messages: 1 })]
    }
}

/// Every order of words up to [`LONGEST`], each once; a half-close comes only last.
pub fn every_order() -> Vec<Vec<Word>> {
    let mut orders = Vec::new();
    let mut open: Vec<Vec<Word>> = vec![Vec::new()];
    for _ in 0..LONGEST {
        let longer = |words: &Vec<Word>, word| {
            let mut words = words.clone();
            words.push(word);
            words
        };
        orders.extend(open.iter().map(|words| longer(words, Word::HalfClose)));
        let messages = [Word::Init, Word::Signed, Word::Empty];
        open = open.iter().flat_map(|words| messages.map(|word| longer(words, word))).collect();
        orders.extend(open.iter().cloned());
    }
    orders
}

/// One stream with these words on it, each message after the answer to the one before.
pub fn script(words: &[Word], seed: u64) -> Script {
    let open = Action::Open(Open { path: CREATE.to_owned(), headers: Vec::new() });
    let actions = std::iter::once(open).chain(words.iter().flat_map(|word| word.actions()));
    let steps = actions.map(|action| Step { stream: 0, action: Some(action) }).collect();
    Script { check: String::new(), seed, steps }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_order_up_to_the_longest_is_there_once() {
        let orders = every_order();
        // Of each length n: 3^n without a half-close, 3^(n-1) with one.
        assert_eq!(orders.len(), (3 + 1) + (9 + 3) + (27 + 9) + (81 + 27));
        assert_eq!(orders.iter().collect::<BTreeSet<_>>().len(), orders.len());
        for order in &orders {
            assert!((1..=LONGEST).contains(&order.len()));
            assert!(!order[..order.len() - 1].contains(&Word::HalfClose), "{order:?}");
        }
    }

    #[test]
    fn a_script_waits_behind_every_word() {
        let script = script(&[Word::Init, Word::Signed, Word::HalfClose], 7);
        let waits =
            script.steps.iter().filter(|step| matches!(step.action, Some(Action::Await(_))));
        assert_eq!((script.steps.len(), waits.count()), (7, 3));
    }
}
