//! A client of the handshake's rules: says what it is told and notes what comes back.

pub(crate) mod addressed;
pub(crate) mod stimuli;

use ed25519_dalek::{Signer, SigningKey};
use wirecheck_proto::session::create_request::Message as Ask;
use wirecheck_proto::session::create_response::Message as Answer;
use wirecheck_proto::session::{CreateRequest, CreateResponse, Token};
use wirecheck_reference::neofs_session::{
    Handshake, Keys, Limits, Outcome, Sessions, Verifier, parse, payload,
};
use wirecheck_reference::{Code, ConnectionId, Faults};

pub(crate) fn sessions(faults: &Faults) -> Sessions {
    Sessions::new(Keys::os(), Verifier::Ed25519, Limits::default(), faults.clone())
}

pub(crate) fn owner() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

pub(crate) fn other_key() -> SigningKey {
    SigningKey::from_bytes(&[2; 32])
}

/// An Init that any server takes.
pub(crate) fn init() -> Token {
    Token {
        owner_id: owner().verifying_key().to_bytes().into(),
        first_epoch: 1,
        last_epoch: 100,
        object_id: vec![vec![1; 32], vec![2; 32]],
        ..Token::default()
    }
}

/// The token, signed for what it says now.
pub(crate) fn sign_with(key: &SigningKey, mut token: Token) -> Token {
    token.signature = key.sign(&payload(&token)).to_bytes().into();
    let header = token.header.get_or_insert_default();
    header.key_signature = key.sign(&header.public_key).to_bytes().into();
    token
}

pub(crate) fn sign(token: Token) -> Token {
    sign_with(&owner(), token)
}

/// One stream, and all that came on it.
pub(crate) struct Stream<'a> {
    sessions: &'a Sessions,
    handshake: Handshake,
    pub(crate) answers: Vec<Answer>,
    /// How the stream ended, once it has.
    pub(crate) end: Option<Result<(), Code>>,
}

impl<'a> Stream<'a> {
    pub(crate) fn open(sessions: &'a Sessions) -> Stream<'a> {
        Stream::open_on(sessions, 0)
    }

    pub(crate) fn open_on(sessions: &'a Sessions, connection: u64) -> Stream<'a> {
        let handshake = Handshake::new(ConnectionId(connection));
        let greeting = handshake.greet(sessions);
        let mut stream = Stream { sessions, handshake, answers: Vec::new(), end: None };
        stream.note(Ok(greeting));
        stream
    }

    /// A stream that said a good Init.
    pub(crate) fn begun(sessions: &'a Sessions) -> Stream<'a> {
        Stream::open(sessions).say(Ask::Init(init()))
    }

    /// A stream that said a good Init and a good Signed.
    pub(crate) fn completed(sessions: &'a Sessions) -> Stream<'a> {
        let stream = Stream::begun(sessions);
        let signed = sign(stream.unsigned());
        stream.say(Ask::Signed(signed))
    }

    pub(crate) fn say(self, message: Ask) -> Stream<'a> {
        self.request(CreateRequest { message: Some(message), ..CreateRequest::default() })
    }

    pub(crate) fn empty(self) -> Stream<'a> {
        self.request(CreateRequest::default())
    }

    pub(crate) fn request(mut self, request: CreateRequest) -> Stream<'a> {
        if self.end.is_none() {
            let outcome = self.handshake.receive(request, self.sessions);
            self.note(outcome);
        }
        self
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Stream<'a> {
        match parse(bytes, self.sessions.faults()) {
            Ok(request) => self.request(request),
            Err(refusal) => {
                self.end = Some(Err(refusal.code));
                self
            }
        }
    }

    pub(crate) fn half_close(mut self) -> Stream<'a> {
        if self.end.is_none() {
            let outcome = self.handshake.half_close(self.sessions);
            let ended = outcome.is_ok().then_some(Ok(()));
            self.note(outcome);
            self.end = self.end.or(ended);
        }
        self
    }

    fn note(&mut self, outcome: Outcome) {
        match outcome {
            Ok(answers) => {
                let members =
                    answers.into_iter().filter_map(|answer: CreateResponse| answer.message);
                self.answers.extend(members);
            }
            Err(refusal) => self.end = Some(Err(refusal.code)),
        }
    }

    /// The last Unsigned, or what could have been one where none came.
    pub(crate) fn unsigned(&self) -> Token {
        let unsigned = self.answers.iter().rev().find_map(|answer| match answer {
            Answer::Unsigned(token) => Some(token.clone()),
            Answer::Result(_) => None,
        });
        unsigned.unwrap_or_else(init)
    }

    pub(crate) fn results(&self) -> usize {
        let results = self.answers.iter().filter(|answer| matches!(answer, Answer::Result(_)));
        results.count()
    }

    pub(crate) fn unsigneds(&self) -> usize {
        self.answers.len() - self.results()
    }

    /// The code that the stream was refused with.
    pub(crate) fn refusal(&self) -> Option<Code> {
        self.end.and_then(Result::err)
    }
}
