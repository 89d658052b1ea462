//! The rules of the 4-step session handshake, one [`Handshake`] per stream.

mod astray;
mod keys;
mod offence;
mod p256;
mod request;
mod sessions;
mod token;
mod verifier;

#[cfg(test)]
mod tests;

pub use keys::Keys;
pub use request::parse;
pub use sessions::{Limits, Sessions};
pub use token::payload;
pub use verifier::{
    KEY_LENGTH, Profile, SIGNATURE_LENGTH, UnknownProfile, Verifier, stand_in_signature,
};

use wirecheck_proto::session::create_request::Message as Ask;
use wirecheck_proto::session::create_response::Message as Answer;
use wirecheck_proto::session::{CreateRequest, CreateResponse, Token};

use crate::connection::ConnectionId;
use crate::faults::Fault;
use crate::refusal::{Code, Refusal};
use astray::Surroundings;
use keys::Secret;
use offence::Offence;
use sessions::Slot;

/// What a step brings: the answers, in order, or the refusal that ends the stream.
pub type Outcome = Result<Vec<CreateResponse>, Refusal>;

/// How far one stream is.
#[derive(Debug, Default)]
pub struct Handshake {
    connection: ConnectionId,
    step: Step,
}

#[derive(Debug, Default)]
enum Step {
    #[default]
    AwaitingInit,
    AwaitingSigned(Box<Opened>),
    Done,
    Refused,
}

/// A handshake that sent Unsigned.
#[derive(Debug)]
struct Opened {
    unsigned: Token,
    secret: Secret,
    slot: Slot,
    amid: Surroundings,
}

impl Handshake {
    /// A stream that just opened on this connection.
    pub fn new(connection: ConnectionId) -> Handshake {
        Handshake { connection, step: Step::AwaitingInit }
    }

    /// Whether Result is out.
    pub fn is_done(&self) -> bool {
        matches!(self.step, Step::Done)
    }

    /// What the server says before the client does: nothing.
    pub fn greet(&self, sessions: &Sessions) -> Vec<CreateResponse> {
        if sessions.faults.has(Fault::SpeaksFirst) {
            return say(Answer::Unsigned(Token::default()));
        }
        Vec::new()
    }

    /// Takes the client's next message; gives what the server answers.
    ///
    /// # Errors
    /// A violation ends the stream with the refusal; whatever comes after it is refused too.
    pub fn receive(&mut self, request: CreateRequest, sessions: &Sessions) -> Outcome {
        let outcome = self.advance(request, sessions);
        if outcome.is_err() {
            self.violated(sessions);
        }
        outcome
    }

    /// The client half-closed: the stream may end with OK after the answers, or has to be refused.
    ///
    /// # Errors
    /// When a handshake began and had no Result.
    pub fn half_close(&mut self, sessions: &Sessions) -> Outcome {
        let faults = &sessions.faults;
        match std::mem::replace(&mut self.step, Step::Refused) {
            Step::AwaitingInit if faults.has(Fault::SpeaksToSilentStream) => {
                Ok(say(Answer::Unsigned(Token::default())))
            }
            Step::AwaitingInit => Ok(Vec::new()),
            Step::Done if faults.has(Fault::EndsFinishedStreamWithError) => {
                Err(Refusal::new(Code::Aborted, "the handshake is over"))
            }
            Step::Done => Ok(Vec::new()),
            Step::AwaitingSigned(mut opened) => {
                opened.slot.settle();
                self.half_close_early(*opened, sessions)
            }
            Step::Refused => Err(Offence::Order.refuse(faults, "the stream was refused already")),
        }
    }

    fn half_close_early(&mut self, opened: Opened, sessions: &Sessions) -> Outcome {
        let faults = &sessions.faults;
        if faults.has(Fault::ResultAtHalfClose) {
            return Ok(say(Answer::Result(opened.unsigned)));
        }
        if faults.has(Fault::EndsIncompleteWithOk) {
            return Ok(Vec::new());
        }
        self.violated(sessions);
        Err(Offence::Order.refuse(faults, "the stream was half-closed where Signed was due"))
    }

    fn violated(&mut self, sessions: &Sessions) {
        self.step = Step::Refused;
        if let Some(mut astray) = sessions.astray() {
            astray.violated(self.connection);
        }
    }

    /// One step of the machine. A step that fails leaves the stream refused.
    fn advance(&mut self, request: CreateRequest, sessions: &Sessions) -> Outcome {
        let faults = &sessions.faults;
        let step = std::mem::replace(&mut self.step, Step::Refused);
        let CreateRequest { message, meta, verify } = request;
        let verify = verify.as_ref();
        match (step, message) {
            (Step::AwaitingInit, Some(Ask::Init(init))) => {
                request::check_init_meta(meta, verify, faults)?;
                self.open(init, request::peer(verify), sessions)
            }
            (Step::AwaitingSigned(mut opened), Some(Ask::Signed(signed))) => {
                opened.slot.settle();
                request::check_signed_meta(meta, verify, faults)?;
                self.finish(*opened, signed, request::peer(verify), sessions)
            }
            (step, message) => self.out_of_order(step, message, request::peer(verify), sessions),
        }
    }

    /// Init to Unsigned.
    fn open(&mut self, init: Token, peer: &[u8], sessions: &Sessions) -> Outcome {
        let faults = &sessions.faults;
        token::check_init(&init, peer, sessions.verifier, faults)?;
        let slot = sessions.admit(&init)?;
        let drawn = sessions.draw(&init)?;
        let unsigned = token::unsigned(init, &drawn, sessions.verifier, faults);
        let amid = sessions.astray().map(|mut astray| astray.opened(self.connection, &unsigned));
        self.step = Step::AwaitingSigned(Box::new(Opened {
            unsigned: unsigned.clone(),
            secret: drawn.secret,
            slot,
            amid: amid.unwrap_or_default(),
        }));
        let mut answers = say(if faults.has(Fault::AnswersInitWithResult) {
            Answer::Result(unsigned)
        } else {
            Answer::Unsigned(unsigned)
        });
        if faults.has(Fault::RepeatsUnsigned) {
            answers.extend_from_within(..);
        }
        Ok(answers)
    }

    /// Signed to Result.
    fn finish(
        &mut self,
        opened: Opened,
        signed: Token,
        peer: &[u8],
        sessions: &Sessions,
    ) -> Outcome {
        let faults = &sessions.faults;
        token::check_lifetime(&opened.unsigned, faults)?;
        if !self.excused(&opened, &signed, sessions)? {
            token::check_same(&opened.unsigned, &signed, faults)?;
        }
        token::check_signatures(&signed, peer, sessions.verifier, faults)?;
        sessions.keep(signed.clone(), opened.secret);
        if let Some(mut astray) = sessions.astray() {
            astray.finished(&signed);
        }
        self.step = Step::Done;
        let result = token::result(signed, faults);
        let mut answers = say(if faults.has(Fault::AnswersSignedWithUnsigned) {
            Answer::Unsigned(result)
        } else {
            Answer::Result(result)
        });
        if faults.has(Fault::RepeatsResult) {
            answers.extend_from_within(..);
        }
        Ok(answers)
    }

    /// What faults make of the other streams: a handshake that they spoiled is refused,
    /// a token of theirs is excused from being this stream's.
    fn excused(
        &self,
        opened: &Opened,
        signed: &Token,
        sessions: &Sessions,
    ) -> Result<bool, Refusal> {
        let Some(astray) = sessions.astray() else {
            return Ok(false);
        };
        let now = astray.surroundings(self.connection, &opened.unsigned.owner_id);
        if opened.amid.spoiled_by(now, &sessions.faults) {
            return Err(Refusal::new(Code::Aborted, "another stream ended this handshake"));
        }
        Ok(astray.takes(signed, &sessions.faults))
    }

    /// A message that was not due.
    fn out_of_order(
        &mut self,
        step: Step,
        message: Option<Ask>,
        peer: &[u8],
        sessions: &Sessions,
    ) -> Outcome {
        let faults = &sessions.faults;
        let refusal = Offence::Order.refuse(faults, step.due_instead_of(message.as_ref()));
        match (step, message) {
            (Step::AwaitingInit, Some(Ask::Signed(signed)))
                if faults.has(Fault::AcceptsSignedFirst) =>
            {
                self.step = Step::Done;
                Ok(say(Answer::Result(signed)))
            }
            (Step::AwaitingSigned(mut opened), Some(Ask::Init(init)))
                if faults.has(Fault::AnswersSecondInit) =>
            {
                opened.slot.settle();
                self.open(init, peer, sessions)
            }
            (Step::Done, Some(Ask::Init(init))) if faults.has(Fault::StartsOverAfterResult) => {
                self.open(init, peer, sessions)
            }
            (Step::Done, message) if faults.has(Fault::AnswersAfterResult) => {
                self.step = Step::Done;
                Ok(say(Answer::Result(match message {
                    Some(Ask::Init(token) | Ask::Signed(token)) => token,
                    None => Token::default(),
                })))
            }
            (step @ (Step::AwaitingInit | Step::AwaitingSigned(_)), None)
                if faults.has(Fault::IgnoresEmptyMessage) =>
            {
                self.step = step;
                Ok(Vec::new())
            }
            (Step::AwaitingSigned(mut opened), _) => {
                opened.slot.settle();
                Err(refusal)
            }
            _ => Err(refusal),
        }
    }
}

impl Step {
    /// Says what was due where this message came.
    fn due_instead_of(&self, message: Option<&Ask>) -> String {
        let came = match message {
            None => "a message that is neither Init nor Signed",
            Some(Ask::Init(_)) => "Init",
            Some(Ask::Signed(_)) => "Signed",
        };
        match self {
            Step::AwaitingInit => format!("{came} came where Init was due"),
            Step::AwaitingSigned(_) => format!("{came} came where Signed was due"),
            Step::Done => format!("{came} came after Result"),
            Step::Refused => format!("{came} came after the stream was refused"),
        }
    }
}

fn say(answer: Answer) -> Vec<CreateResponse> {
    vec![CreateResponse { message: Some(answer) }]
}
