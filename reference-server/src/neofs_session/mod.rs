//! The rules of the 4-step session handshake, one [`Handshake`] per stream.

mod keys;
mod sessions;
mod token;
mod verifier;

#[cfg(test)]
mod tests;

pub use keys::Keys;
pub use sessions::{Limits, Sessions};
pub use token::payload;
pub use verifier::{KEY_LENGTH, SIGNATURE_LENGTH, Verifier, stand_in_signature};

use prost::Message as _;
use wirecheck_proto::service::RequestMetaHeader;
use wirecheck_proto::session::{CreateRequest, CreateResponse, Token};
use wirecheck_proto::session::{create_request, create_response};

use crate::refusal::{Code, Refusal};
use keys::Secret;
use sessions::Slot;

/// Reads one request. Bytes that are none get INTERNAL, the code of a failed parse.
pub fn parse(bytes: &[u8]) -> Result<CreateRequest, Refusal> {
    CreateRequest::decode(bytes)
        .map_err(|error| Refusal::new(Code::Internal, format!("no CreateRequest: {error}")))
}

/// How far one stream is.
#[derive(Debug, Default)]
pub struct Handshake {
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
    _slot: Slot,
}

impl Handshake {
    /// A stream that just opened.
    pub fn new() -> Handshake {
        Handshake::default()
    }

    /// Takes the client's next message; gives what the server answers, in order.
    ///
    /// # Errors
    /// A violation ends the stream with the refusal; whatever comes after it is refused too.
    pub fn receive(
        &mut self,
        request: CreateRequest,
        sessions: &Sessions,
    ) -> Result<Vec<CreateResponse>, Refusal> {
        let step = std::mem::replace(&mut self.step, Step::Refused);
        let (next, answer) = match (step, request.message) {
            (Step::AwaitingInit, Some(create_request::Message::Init(init))) => {
                check_meta(request.meta)?;
                open(init, sessions)?
            }
            (Step::AwaitingSigned(opened), Some(create_request::Message::Signed(signed))) => {
                check_meta(request.meta)?;
                finish(*opened, signed, sessions)?
            }
            (step, message) => return Err(step.refuse(message.as_ref())),
        };
        self.step = next;
        Ok(vec![CreateResponse {
            message: Some(answer),
        }])
    }

    /// The client half-closed: the stream may end with OK, or has to end with the refusal.
    pub fn half_close(&mut self, _sessions: &Sessions) -> Result<Vec<CreateResponse>, Refusal> {
        match std::mem::replace(&mut self.step, Step::Refused) {
            Step::AwaitingInit | Step::Done => Ok(Vec::new()),
            Step::AwaitingSigned(_) | Step::Refused => {
                Err(out_of_order("the stream was half-closed before Result"))
            }
        }
    }
}

impl Step {
    /// Says what was due instead of this message.
    fn refuse(&self, message: Option<&create_request::Message>) -> Refusal {
        let came = match message {
            None => "a message that is neither Init nor Signed",
            Some(create_request::Message::Init(_)) => "Init",
            Some(create_request::Message::Signed(_)) => "Signed",
        };
        out_of_order(match self {
            Step::AwaitingInit => format!("{came} came where Init was due"),
            Step::AwaitingSigned(_) => format!("{came} came where Signed was due"),
            Step::Done => format!("{came} came after Result"),
            Step::Refused => format!("{came} came after the stream was refused"),
        })
    }
}

/// Init to Unsigned.
fn open(init: Token, sessions: &Sessions) -> Result<(Step, create_response::Message), Refusal> {
    token::check_init(&init, sessions.verifier)?;
    let slot = sessions.admit(&init)?;
    let drawn = sessions.draw(&init)?;
    let unsigned = token::unsigned(init, &drawn, sessions.verifier);
    let answer = create_response::Message::Unsigned(unsigned.clone());
    let opened = Opened {
        unsigned,
        secret: drawn.secret,
        _slot: slot,
    };
    Ok((Step::AwaitingSigned(Box::new(opened)), answer))
}

/// Signed to Result.
fn finish(
    opened: Opened,
    signed: Token,
    sessions: &Sessions,
) -> Result<(Step, create_response::Message), Refusal> {
    token::check_same(&opened.unsigned, &signed)?;
    token::check_signatures(&signed, sessions.verifier)?;
    sessions.keep(signed.clone(), opened.secret);
    Ok((Step::Done, create_response::Message::Result(signed)))
}

/// A TTL of 0 says that the request must not be processed; without Meta nothing is said.
fn check_meta(meta: Option<RequestMetaHeader>) -> Result<(), Refusal> {
    match meta {
        Some(RequestMetaHeader { ttl: 0, .. }) => Err(Refusal::new(
            Code::InvalidArgument,
            "Meta.TTL is 0: the request may not be processed",
        )),
        _ => Ok(()),
    }
}

fn out_of_order(message: impl Into<String>) -> Refusal {
    Refusal::new(Code::FailedPrecondition, message)
}
