//! Methods that checks of the transport may be tried on: any method that the target serves.

use std::sync::Arc;

use bytes::Bytes;
use rand_chacha::ChaCha12Rng;

use crate::client::{Answer, Received};
use crate::config::Config;
use crate::schema::{Schema, Shape};
use crate::specs::MakeRequest;
use crate::status::{Code, End};
use crate::wire;

/// A method of the target, a request that it takes, and how it usually answers.
#[derive(Clone, Debug)]
pub struct Subject {
    /// "/package.Service/Method"
    pub path: String,
    /// How many messages go each way, where that is known.
    pub shape: Option<Shape>,
    /// Where its requests come from.
    pub payload: Payload,
    /// Where requests come from whose answers are long, if there are such.
    pub echoed: Option<Payload>,
    /// How such a request was answered at first.
    pub usual: Usual,
    /// Whether the messages of that answer were the method's.
    pub proper: bool,
}

/// Where a subject's requests come from.
#[derive(Clone, Debug)]
pub enum Payload {
    /// Made anew for each call, with ids of its own, for a target that is configured so.
    Made(MakeRequest, Arc<Config>),
    /// The user's, the same for each call.
    Given(Bytes),
}

impl Payload {
    /// One request's bytes.
    pub fn make(&self, rng: &mut ChaCha12Rng) -> Vec<u8> {
        match self {
            Payload::Made(make, config) => make(config, rng),
            Payload::Given(bytes) => bytes.to_vec(),
        }
    }
}

/// How a call with one valid message and a half-close behind it was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usual {
    /// How many messages came.
    pub messages: usize,
    /// The status at its end.
    pub code: Code,
}

/// Whether an answer that ended with OK is one of this method's: as many messages as it brings, plain,
/// and each one that parses. Of a method that the contract does not have, any is.
pub fn is_proper(path: &str, answer: &Answer) -> bool {
    let contract = Schema::contract();
    let Some(method) = contract.method(path) else { return true };
    let counts = match Shape::of(method) {
        Shape::Unary => answer.messages.len() == 1,
        // The rooms' own requests are each answered.
        Shape::ClientStreaming | Shape::ServerStreaming => !answer.messages.is_empty(),
    };
    let output = &contract[method.output];
    let parses = |message: &Received| {
        message.plain().is_ok_and(|message| wire::decode(contract, output, message).is_ok())
    };
    counts && answer.messages.iter().all(parses)
}

impl Subject {
    /// An encoded request.
    pub fn request(&self, rng: &mut ChaCha12Rng) -> Vec<u8> {
        self.payload.make(rng)
    }

    /// Whether the call was answered as a valid one is: so many messages, each of them one of the
    /// method's where it ended with OK, and the same code.
    pub fn served(&self, answer: &Answer) -> bool {
        let usual = Usual {
            messages: answer.messages.len(),
            code: answer.end.code().unwrap_or(Code::Unknown),
        };
        let proper = !answer.end.is_ok() || is_proper(&self.path, answer);
        matches!(answer.end, End::Status { .. }) && usual == self.usual && proper
    }

    /// Whether a valid call is served, and ends with OK, so that a refusal can be told from it.
    pub fn ends_ok(&self) -> bool {
        self.usual.code == Code::Ok && self.proper
    }
}

/// What checks of the transport may be tried on.
#[derive(Clone, Debug, Default)]
pub struct Subjects(Vec<Subject>);

impl Subjects {
    /// Those that the target was found to serve.
    pub fn new(found: Vec<Subject>) -> Subjects {
        Subjects(found)
    }

    /// One whose valid calls end with OK, a unary one before others.
    pub fn any(&self) -> Option<&Subject> {
        self.unary()
            .or_else(|| self.0.iter().find(|subject| subject.ends_ok()))
            .or_else(|| self.0.first())
    }

    /// One whose valid calls end with OK and bring long answers, and a request for such an answer; else
    /// any, in the hope that its usual ones are long.
    pub fn echoing(&self) -> Option<(&Subject, &Payload)> {
        let echoing = self.0.iter().filter(|subject| subject.ends_ok());
        let mut echoing = echoing.filter_map(|subject| Some((subject, subject.echoed.as_ref()?)));
        echoing.next().or_else(|| self.any().map(|subject| (subject, &subject.payload)))
    }

    /// One whose valid calls end with OK, whatever comes before that; a unary one before others.
    pub fn ended_ok(&self) -> Option<&Subject> {
        let ended_ok = |subject: &&Subject| subject.usual.code == Code::Ok;
        let unary = |subject: &&Subject| subject.shape == Some(Shape::Unary) && ended_ok(subject);
        self.0.iter().find(unary).or_else(|| self.0.iter().find(ended_ok)).or_else(|| self.any())
    }

    /// One known as unary whose valid calls end with OK.
    pub fn unary(&self) -> Option<&Subject> {
        self.0.iter().find(|subject| subject.shape == Some(Shape::Unary) && subject.ends_ok())
    }

    /// One known to take a stream of messages whose valid calls end with OK.
    pub fn streaming(&self) -> Option<&Subject> {
        self.0
            .iter()
            .find(|subject| subject.shape == Some(Shape::ClientStreaming) && subject.ends_ok())
    }
}
