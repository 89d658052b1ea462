//! Writes the token messages of a script while it is played: a Signed repeats what the target drew.

use std::collections::BTreeMap;

use prost::Message as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha12Rng;
use wirecheck_proto::session::create_response::Message as Response;
use wirecheck_proto::session::{CreateResponse, Token};
use wirecheck_proto::wirecheck::v1::TokenStep;
use wirecheck_proto::wirecheck::v1::token_step::Kind;

use super::change::{Change, init, signed};
use super::owner::Owner;
use super::profile::Profile;
use super::token::{Lifetime, empty, joined};

/// Where the draws of the steps begin among the streams of the cipher; below are the owners'.
const STEPS: u64 = 1 << 32;

/// The client of one script: what it has said and heard on each stream.
#[derive(Debug)]
pub struct Pen {
    seed: u64,
    profile: Profile,
    lifetime: Lifetime,
    written: u64,
    streams: BTreeMap<u32, Known>,
}

/// What the client knows of one stream.
#[derive(Debug, Default)]
struct Known {
    said: usize,
    /// Who sent a right Init, as long as nothing wrong was said.
    owner: Option<u32>,
    unsigned: Option<Token>,
    owed: bool,
}

impl Pen {
    /// The client that draws from this seed, and asks under this profile for this lifetime.
    pub fn new(seed: u64, profile: Profile, lifetime: Lifetime) -> Pen {
        Pen { seed, profile, lifetime, written: 0, streams: BTreeMap::new() }
    }

    /// The next message on this stream, encoded.
    pub fn write(&mut self, stream: u32, step: &TokenStep) -> Vec<u8> {
        self.written += 1;
        // A source for each step, so that no draw depends on what came back before it.
        let mut rng = self.rng(STEPS + self.written);
        let owner = Owner::new(self.profile, &mut self.rng(step.owner.into()));
        let changes: Vec<Change> = step.edits().filter_map(Change::of).collect();
        self.note(stream, step, changes.is_empty());

        let answered = self.streams.get(&step.answers).and_then(|known| known.unsigned.clone());
        let unsigned = answered.unwrap_or_else(|| owner.made_up(self.lifetime, &mut rng));
        let asked = owner.init(self.lifetime, &mut rng);
        let init = init(asked, &owner, &changes, &mut rng);
        let signed = signed(unsigned, &owner, &changes, &mut rng);
        match step.kind() {
            Kind::Empty => empty(&owner).encode_to_vec(),
            Kind::Init => init.encode_to_vec(),
            Kind::Signed => signed.encode_to_vec(),
            Kind::InitThenSigned => joined(init, &signed),
            Kind::SignedThenInit => joined(signed, &init),
        }
    }

    /// Takes notice of a message that came on this stream.
    pub fn hear(&mut self, stream: u32, payload: &[u8]) {
        let known = self.streams.entry(stream).or_default();
        known.owed = false;
        let response = CreateResponse::decode(payload).ok().and_then(|response| response.message);
        if let Some(Response::Unsigned(token)) = response {
            known.unsigned = Some(token);
        }
    }

    /// Whether the protocol owes this stream a message: after Init where it is due, and after the
    /// right Signed. Whatever else was said may be met with silence.
    pub fn is_owed(&self, stream: u32) -> bool {
        self.streams.get(&stream).is_some_and(|known| known.owed)
    }

    fn note(&mut self, stream: u32, step: &TokenStep, unchanged: bool) {
        let known = self.streams.entry(stream).or_default();
        known.owed = match step.kind() {
            Kind::Init | Kind::SignedThenInit => known.said == 0 && unchanged,
            Kind::Signed | Kind::InitThenSigned => {
                let answers = step.answers == stream && known.unsigned.is_some();
                known.said == 1 && unchanged && answers && known.owner == Some(step.owner)
            }
            Kind::Empty => false,
        };
        known.owner = known.owed.then_some(step.owner);
        known.said += 1;
    }

    fn rng(&self, stream: u64) -> ChaCha12Rng {
        let mut rng = ChaCha12Rng::seed_from_u64(self.seed);
        rng.set_stream(stream);
        rng
    }
}

#[cfg(test)]
mod tests {
    use wirecheck_proto::session::CreateRequest;
    use wirecheck_proto::session::create_request::Message as Request;

    use super::*;
    use crate::specs::neofs_session::token::{key_signature, payload, session_key};

    fn pen(seed: u64) -> Pen {
        Pen::new(seed, Profile::default(), Lifetime::default())
    }

    fn verifies(owner: &[u8], message: &[u8], signature: &[u8]) -> bool {
        let key = Profile::default().owner(owner, &[]);
        key.is_some_and(|key| key.verifies(message, signature))
    }

    fn step(kind: Kind) -> TokenStep {
        TokenStep { kind: kind.into(), ..TokenStep::default() }
    }

    fn read(bytes: &[u8]) -> Option<Request> {
        CreateRequest::decode(bytes).expect("a CreateRequest").message
    }

    #[test]
    fn signed_answers_the_last_unsigned_of_its_stream() {
        let mut pen = pen(1);
        let Some(Request::Init(asked)) = read(&pen.write(0, &step(Kind::Init))) else {
            panic!("Init was asked for");
        };
        assert!(pen.is_owed(0) && !pen.is_owed(1));
        let drawn = Owner::new(Profile::default(), &mut pen.rng(99))
            .made_up(Lifetime::default(), &mut pen.rng(98));
        let unsigned = Token { id: drawn.id, header: drawn.header, ..asked };
        let response = CreateResponse { message: Some(Response::Unsigned(unsigned.clone())) };
        pen.hear(0, &response.encode_to_vec());
        assert!(!pen.is_owed(0));

        let Some(Request::Signed(given)) = read(&pen.write(0, &step(Kind::Signed))) else {
            panic!("Signed was asked for");
        };
        assert!(pen.is_owed(0));
        assert_eq!(given.id, unsigned.id);
        assert!(verifies(&given.owner_id, &payload(&given), &given.signature));
        assert!(verifies(&given.owner_id, session_key(&unsigned), key_signature(&given)));

        let Some(Request::Signed(made_up)) =
            read(&pen.write(1, &TokenStep { answers: 1, ..step(Kind::Signed) }))
        else {
            panic!("Signed was asked for");
        };
        assert_ne!(made_up.id, unsigned.id);
        assert!(verifies(&made_up.owner_id, &payload(&made_up), &made_up.signature));
        assert!(!pen.is_owed(1));
    }

    #[test]
    fn the_same_seed_writes_the_same_whatever_came_back() {
        let write = |heard: bool| {
            let mut pen = pen(7);
            if heard {
                let unsigned = Some(Response::Unsigned(Token::default()));
                pen.hear(1, &CreateResponse { message: unsigned }.encode_to_vec());
            }
            pen.write(0, &TokenStep { answers: 1, ..step(Kind::Signed) });
            pen.write(0, &step(Kind::Init))
        };
        assert_eq!(write(false), write(true));
    }

    #[test]
    fn both_members_of_the_oneof_go_on_the_wire_in_the_order_asked_for() {
        let mut pen = pen(1);
        assert!(matches!(
            read(&pen.write(0, &step(Kind::InitThenSigned))),
            Some(Request::Signed(_))
        ));
        assert!(matches!(read(&pen.write(0, &step(Kind::SignedThenInit))), Some(Request::Init(_))));
        assert_eq!(read(&pen.write(0, &step(Kind::Empty))), None);
    }
}
