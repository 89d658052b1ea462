//! Traces made by hand: a client, and a server that does as it is told.

use prost::Message as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha12Rng;
use wirecheck_proto::session::create_request::Message as Request;
use wirecheck_proto::session::create_response::Message as Response;
use wirecheck_proto::session::{CreateRequest, CreateResponse, Token};
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Event, HalfClose, Header, Headers, Message, Side, Trace};

use super::super::change::{Change, init, signed};
use super::super::owner::Owner;
use super::super::profile::Profile;
use super::super::token::{CREATE, Lifetime};
use super::{judge, judge_arrivals};
use crate::model::Clause;
use crate::status::Code;

/// A trace in the making, with the client and a server that does as it is told.
pub(super) struct Tape {
    pub(super) trace: Trace,
    pub(super) owner: Owner,
    pub(super) rng: ChaCha12Rng,
}

impl Tape {
    pub(super) fn new() -> Tape {
        Tape::under(Profile::Ed25519)
    }

    pub(super) fn under(profile: Profile) -> Tape {
        let mut rng = ChaCha12Rng::seed_from_u64(1);
        let mut tape = Tape { owner: Owner::new(profile, &mut rng), rng, trace: Trace::default() };
        (1..=3).for_each(|stream| tape.open(stream));
        tape
    }

    pub(super) fn add(&mut self, stream: u32, side: Side, what: What) {
        let event =
            Event { stream, connection: 1, side: side.into(), what: Some(what), at_micros: 0 };
        self.trace.events.push(event);
    }

    pub(super) fn open(&mut self, stream: u32) {
        let fields = vec![Header { name: ":path".to_owned(), value: CREATE.into() }];
        self.add(stream, Side::Client, What::Headers(Headers { fields, end_stream: false }));
    }

    pub(super) fn says(&mut self, stream: u32, request: &CreateRequest) -> &mut Tape {
        let message = Message { payload: request.encode_to_vec(), ..Message::default() };
        self.add(stream, Side::Client, What::Message(message));
        self
    }

    pub(super) fn gets(&mut self, stream: u32, response: Response) -> &mut Tape {
        let response = CreateResponse { message: Some(response) };
        let message = Message { payload: response.encode_to_vec(), ..Message::default() };
        self.add(stream, Side::Server, What::Message(message));
        self
    }

    pub(super) fn half_closes(&mut self, stream: u32) -> &mut Tape {
        self.add(stream, Side::Client, What::HalfClose(HalfClose {}));
        self
    }

    pub(super) fn ends(&mut self, stream: u32, code: Code) -> &mut Tape {
        let value = (code as u32).to_string().into();
        let fields = vec![Header { name: "grpc-status".to_owned(), value }];
        self.add(stream, Side::Server, What::Trailers(Headers { fields, end_stream: true }));
        self
    }

    pub(super) fn is_silent(&mut self, stream: u32) -> &mut Tape {
        self.add(stream, Side::Server, What::Silence("an answer".to_owned()));
        self
    }

    pub(super) fn asked(&mut self, changes: &[Change]) -> CreateRequest {
        let token = self.owner.init(Lifetime::default(), &mut self.rng);
        init(token, &self.owner, changes, &mut self.rng)
    }

    pub(super) fn given(&mut self, unsigned: &Token, changes: &[Change]) -> CreateRequest {
        signed(unsigned.clone(), &self.owner, changes, &mut self.rng)
    }

    /// The Unsigned for this Init, as a right server makes it.
    pub(super) fn unsigned(&mut self, asked: &CreateRequest) -> Token {
        let drawn = self.owner.made_up(Lifetime::default(), &mut self.rng);
        Token { id: drawn.id, header: drawn.header, ..token(asked) }
    }

    /// Init and the right Unsigned for it.
    pub(super) fn begins(&mut self, stream: u32, changes: &[Change]) -> Token {
        let asked = self.asked(changes);
        let unsigned = self.unsigned(&asked);
        self.says(stream, &asked).gets(stream, Response::Unsigned(unsigned.clone()));
        unsigned
    }

    /// Init, Unsigned and a Signed with these changes, which gets the right Result for it.
    pub(super) fn grants(&mut self, stream: u32, changes: &[Change]) -> Token {
        let unsigned = self.begins(stream, &[]);
        let given = self.given(&unsigned, changes);
        self.says(stream, &given).gets(stream, Response::Result(token(&given)));
        self.half_closes(stream).ends(stream, Code::Ok);
        unsigned
    }

    #[track_caller]
    pub(super) fn passes(&self) {
        if let Err(breach) = judge(&self.trace) {
            panic!("{}: {:?}", breach.clause.id, breach.finding);
        }
        assert!(judge_arrivals(&self.trace).is_ok());
    }

    #[track_caller]
    pub(super) fn breaks(&self, clause: &'static Clause) {
        let breach = judge(&self.trace).expect_err("a contradiction");
        assert_eq!(breach.clause.id, clause.id, "{:?}", breach.finding);
        assert!(!breach.finding.marks.is_empty());
    }
}

pub(super) fn token(request: &CreateRequest) -> Token {
    match request.message.clone() {
        Some(Request::Init(token) | Request::Signed(token)) => token,
        None => Token::default(),
    }
}

pub(super) fn empty() -> CreateRequest {
    CreateRequest::default()
}
