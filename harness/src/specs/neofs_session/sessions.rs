//! Many sessions at once, and what their IDs have in common.

use wirecheck_proto::session::Token;

use super::driver::{Client, FirstHalf, Handshake, unmet};
use crate::check::Stop;
use crate::client::Connection;
use crate::cx::Cx;
use crate::expect;

/// How many sessions a check draws.
const MANY: usize = 256;
/// How many of them stand open at once, on two connections.
const TOGETHER: usize = 16;

/// The Unsigned of many sessions, in the order they were asked for: on two connections in turn, every
/// other one for the same Init, so that nothing that is counted or derived stays apart by accident.
pub(super) async fn draw_many(cx: &mut Cx) -> Result<Vec<Token>, Stop> {
    let (one, other) = (cx.connect().await?, cx.connect().await?);
    let again = Client::new(cx);
    let time = FirstHalf::of(cx);
    let mut drawn = Vec::with_capacity(MANY);
    while drawn.len() < MANY {
        if let Some(reason) = time.is_over(drawn.len(), MANY) {
            return expect::skip(reason);
        }
        let mut open = Vec::with_capacity(TOGETHER);
        for place in 0..TOGETHER {
            let client = if place % 2 == 0 { again.clone() } else { Client::new(cx) };
            let connection = if place % 4 < 2 { &one } else { &other };
            open.push(ask(cx, connection, &client).await);
        }
        for mut handshake in open {
            drawn.push(handshake.unsigned("Init").await.map_err(unmet)?);
        }
    }
    Ok(drawn)
}

async fn ask(cx: &mut Cx, connection: &Connection, client: &Client) -> Handshake {
    let mut handshake = Handshake::open_on(connection, cx).await;
    handshake.send(&client.init(&[], cx));
    handshake
}

/// Skips unless each of these tokens has it: what is not there is not like another's.
pub(super) fn all_have(drawn: &[Token], what: &str, part: fn(&Token) -> &[u8]) -> Result<(), Stop> {
    match drawn.iter().filter(|token| part(token).is_empty()).count() {
        0 => Ok(()),
        without => {
            expect::skip(format!("{without} of {} Unsigned came without {what}", drawn.len()))
        }
    }
}

/// The random bits that are the same in all IDs: the first byte's highest bit is 0. The four bits of
/// the version and the two of the variant are none (RFC 9562, 5.4).
pub(super) fn stuck_bits(ids: &[Vec<u8>]) -> Vec<usize> {
    let bit = |id: &[u8], place: usize| {
        id.get(place / 8).is_some_and(|byte| byte & (0x80 >> (place % 8)) != 0)
    };
    let is_stuck = |place: &usize| {
        let set = ids.iter().filter(|id| bit(id, *place)).count();
        set == 0 || set == ids.len()
    };
    (0..128).filter(|place| !matches!(place, 48..52 | 64..66)).filter(is_stuck).collect()
}

/// "0 to 47, 52": bits that stand together, together.
pub(super) fn ranges(bits: &[usize]) -> String {
    let together = bits.chunk_by(|one, next| one + 1 == *next);
    let words = together.filter_map(|range| match range {
        [] => None,
        [bit] => Some(bit.to_string()),
        [first, .., last] => Some(format!("{first} to {last}")),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// Whether each ID is greater than the one before, read from either end.
pub(super) fn count_up(ids: &[Vec<u8>]) -> bool {
    let backwards = |id: &Vec<u8>| id.iter().rev().copied().collect::<Vec<u8>>();
    let backwards: Vec<_> = ids.iter().map(backwards).collect();
    ids.is_sorted() || backwards.is_sorted()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha12Rng;

    use super::*;
    use crate::specs::neofs_session::token::uuid4;

    fn random() -> Vec<Vec<u8>> {
        let mut rng = ChaCha12Rng::seed_from_u64(1);
        (0..MANY).map(|_| uuid4(&mut rng)).collect()
    }

    #[test]
    fn random_ids_have_no_stuck_bit_and_do_not_count_up() {
        assert_eq!(stuck_bits(&random()), Vec::<usize>::new());
        assert!(!count_up(&random()));
    }

    #[test]
    fn a_bit_that_never_changes_shows_and_so_does_a_counter() {
        let mut ids = random();
        ids.iter_mut().for_each(|id| id[15] |= 1);
        assert_eq!(stuck_bits(&ids), [127]);
        assert_eq!(ranges(&[0, 1, 2, 48, 126, 127]), "0 to 2, 48, 126 to 127");
        ids.sort();
        assert!(count_up(&ids));
        ids.iter_mut().for_each(|id| id.reverse());
        assert!(count_up(&ids));
        assert_eq!(stuck_bits(&[vec![0x40; 3]]).len(), 122);
    }
}
