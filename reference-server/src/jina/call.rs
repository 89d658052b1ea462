//! One stream of Call: a request in, its answer out, and the end after the client's half-close.

use std::collections::BTreeMap;

use prost::Message as _;
use prost_types::Timestamp;
use wirecheck_proto::jina::Request;
use wirecheck_proto::jina::status::StatusCode;

use super::status::is_error;
use super::{After, Answer, Jina};
use crate::{Code, Fault, Refusal};

/// How many requests a stream takes under `StopsAtFiveHundred`.
const FEW: u64 = 500;
/// How much of the answers a fault may keep, in bytes.
const KEPT: usize = 4 << 20;

/// Answers that `AnswersFromOtherStreams` shares, by request id: which stream asked, and its answer.
#[derive(Debug, Default)]
pub(super) struct Shared {
    answers: BTreeMap<u32, (u64, Request)>,
    bytes: usize,
}

/// A stream of Call.
#[derive(Debug)]
pub struct Call {
    number: u64,
    received: u64,
    /// What `WaitsForHalfClose` keeps back.
    held: Vec<Request>,
    held_bytes: usize,
}

impl Jina {
    /// Opens a stream of Call.
    pub fn open(&mut self) -> Call {
        self.calls += 1;
        Call { number: self.calls, received: 0, held: Vec::new(), held_bytes: 0 }
    }
}

impl Call {
    /// The client sent a request; it is answered at this time.
    ///
    /// # Errors
    /// As [`Jina::call`]; the stream ends with it.
    pub fn receive(
        &mut self,
        bytes: &[u8],
        jina: &mut Jina,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        self.received += 1;
        if self.received > FEW && jina.faults.has(Fault::StopsAtFiveHundred) {
            let message = "a stream takes 500 requests";
            return Err(Refusal::new(Code::ResourceExhausted, message));
        }
        let mut answer = jina.call(bytes, now)?;
        let erred = |answer: &Request| answer.status.as_ref().is_some_and(is_error);
        if jina.faults.has(Fault::EndsStreamOnBadOne) && answer.messages.iter().any(erred) {
            return Err(Refusal::new(Code::InvalidArgument, "a request was bad"));
        }
        if answer.after == After::GoOn {
            self.spoil(&mut answer.messages, jina);
        }
        Ok(answer)
    }

    /// The client will send nothing more: what is still to be said before the stream ends with OK.
    ///
    /// # Errors
    /// None without a fault.
    pub fn half_close(&mut self, jina: &mut Jina) -> Result<Vec<Request>, Refusal> {
        if self.received == 0 && jina.faults.has(Fault::RefusesEmptyStream) {
            return Err(Refusal::new(Code::InvalidArgument, "no request came"));
        }
        if self.received > 0 && jina.faults.has(Fault::EndsStreamsAborted) {
            return Err(Refusal::new(Code::Aborted, "the stream is over"));
        }
        Ok(std::mem::take(&mut self.held))
    }

    fn spoil(&mut self, messages: &mut Vec<Request>, jina: &mut Jina) {
        let has = |fault| jina.faults.has(fault);
        if has(Fault::LosesEverySecondAnswer) && self.received.is_multiple_of(2) {
            messages.clear();
        }
        if has(Fault::AnswersTwice) {
            messages.extend(messages.clone());
        }
        if has(Fault::GoesOnAfterError)
            && let Some(mut late) = messages.first().cloned()
            && let Some(status) = late.status.as_mut().filter(|status| is_error(status))
        {
            status.code = StatusCode::Success as i32;
            messages.push(late);
        }
        if has(Fault::AnswersFromOtherStreams) {
            for message in &mut *messages {
                jina.shared.swap(self.number, message);
            }
        }
        let size: usize = messages.iter().map(Request::encoded_len).sum();
        if has(Fault::WaitsForHalfClose) && self.held_bytes + size <= KEPT {
            self.held_bytes += size;
            self.held.append(messages);
        }
    }
}

impl Shared {
    fn swap(&mut self, asked_by: u64, answer: &mut Request) {
        match self.answers.get(&answer.request_id) {
            Some((other, theirs)) if *other != asked_by => *answer = theirs.clone(),
            Some(_) => {}
            None => {
                let size = answer.encoded_len();
                if self.bytes + size <= KEPT {
                    self.bytes += size;
                    let kept = (asked_by, answer.clone());
                    self.answers.insert(answer.request_id, kept);
                }
            }
        }
    }
}
