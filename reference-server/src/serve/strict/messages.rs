//! The messages in a request's DATA: each prefix judged before a byte behind it is kept.

use std::sync::Arc;

use bytes::{Buf, Bytes};

use super::compression::{Encoding, Inflater};
use super::methods::Requests;
use super::offence::Offence;
use crate::faults::Fault;
use crate::serve::MAX_MESSAGE;
use crate::serve::astray::{Astray, Ending};

/// The bytes in front of each message: its flag and its length.
pub(super) const PREFIX: usize = 5;

/// Splits DATA into messages and hands them on, decompressed, as the service is to see them.
///
/// Of messages that are not compressed only the prefix is ever held.
#[derive(Debug)]
pub(super) struct Messages {
    requests: Requests,
    encoding: Encoding,
    state: State,
    /// What of the last DATA is still to be looked at.
    input: Bytes,
    /// Whether a message has begun, in this call.
    begun: bool,
    /// Whether one has ended.
    whole: bool,
    /// Whether one has ended in the last DATA.
    whole_here: bool,
    astray: Arc<Astray>,
}

#[derive(Debug)]
enum State {
    /// Between messages, or with the first bytes of a prefix.
    Prefix { bytes: [u8; PREFIX], have: usize },
    /// In a message that goes on as it comes; so many bytes are to come, one at least.
    Plain { left: usize },
    /// In a compressed message.
    Packed { left: usize, inflater: Box<Inflater> },
    /// In a message that is too large, and read all the same; only a fault does that.
    Excess { left: usize },
    /// Before a message that is never read nor refused; only a fault does that.
    Stuck,
}

const BETWEEN: State = State::Prefix { bytes: [0; PREFIX], have: 0 };

impl Messages {
    pub(super) fn new(requests: Requests, encoding: Encoding, astray: Arc<Astray>) -> Messages {
        Messages {
            requests,
            encoding,
            state: BETWEEN,
            input: Bytes::new(),
            begun: false,
            whole: false,
            whole_here: false,
            astray,
        }
    }

    /// Takes DATA. Comes after [`Messages::next`] had nothing more to give.
    pub(super) fn feed(&mut self, data: Bytes) -> Result<(), Offence> {
        let split = match self.state {
            _ if data.is_empty() => Some(Fault::RefusesLoneEndStream),
            State::Prefix { have: 0, .. } => None,
            State::Prefix { .. } => Some(Fault::RefusesSplitPrefix),
            _ => Some(Fault::RefusesSplitMessage),
        };
        self.input = data;
        self.whole_here = false;
        match split {
            Some(fault) if self.astray.has(fault) => Err(Offence::Whim),
            _ => Ok(()),
        }
    }

    /// The next bytes for the service, or none before more DATA.
    pub(super) fn next(&mut self) -> Result<Option<Bytes>, Offence> {
        loop {
            match &mut self.state {
                State::Prefix { bytes, have } => {
                    if self.whole_here && self.astray.has(Fault::CountsCoalescedAsOne) {
                        self.input.clear();
                    }
                    let missing = &mut bytes[*have..];
                    let taken = missing.len().min(self.input.len());
                    self.input.copy_to_slice(&mut missing[..taken]);
                    *have += taken;
                    if *have < PREFIX {
                        return Ok(None);
                    }
                    let prefix = *bytes;
                    if let Some(bytes) = self.begin(prefix)? {
                        return Ok(Some(bytes));
                    }
                }
                State::Plain { left } => {
                    if self.input.is_empty() {
                        return Ok(None);
                    }
                    let bytes = take(&mut self.input, left);
                    if *left == 0 {
                        self.complete();
                    }
                    return Ok(Some(bytes));
                }
                State::Packed { left, inflater } => {
                    inflater.inflate(&take(&mut self.input, left))?;
                    if *left > 0 {
                        return Ok(None);
                    }
                    let message = inflater.finish()?;
                    self.complete();
                    return Ok(Some(message));
                }
                State::Excess { left } => {
                    take(&mut self.input, left);
                    return match left {
                        0 => Err(Offence::TooLarge),
                        _ => Ok(None),
                    };
                }
                State::Stuck => return Ok(None),
            }
        }
    }

    /// Judges a whole prefix. Gives it back where it goes on as it is.
    fn begin(&mut self, prefix: [u8; PREFIX]) -> Result<Option<Bytes>, Offence> {
        let [flag, length @ ..] = prefix;
        let left = u32::from_be_bytes(length) as usize;
        let flag = match flag {
            2.. if self.astray.has(Fault::ServesReservedFlags) => 0,
            flag => flag,
        };
        if flag == 0 && left == 0 && self.astray.has(Fault::SkipsEmptyMessages) {
            self.state = BETWEEN;
            return Ok(None);
        }
        if self.begun && self.requests == Requests::One {
            return Err(Offence::SecondMessage);
        }
        self.begun = true;
        let packed = self.is_packed(flag)?;
        if left > MAX_MESSAGE {
            self.state = self.too_large(left)?;
            return Ok(None);
        }
        if packed {
            let inflater = Box::new(Inflater::new());
            self.state = State::Packed { left, inflater };
            return Ok(None);
        }
        match left {
            0 => self.complete(),
            left => self.state = State::Plain { left },
        }
        let mut passed_on = prefix;
        passed_on[0] = flag;
        Ok(Some(Bytes::copy_from_slice(&passed_on)))
    }

    /// Whether a message with this flag is to be decompressed.
    fn is_packed(&self, flag: u8) -> Result<bool, Offence> {
        let whim = match (flag, self.encoding) {
            (0, Encoding::Gzip) => Some((Fault::RefusesUncompressedAmongGzip, Offence::Whim)),
            (0, Encoding::Unknown) => Some((Fault::RefusesUnusedEncoding, Offence::Whim)),
            (1, Encoding::Gzip) => Some((Fault::RefusesGzip, Offence::UnknownEncoding)),
            _ => None,
        };
        if let Some((fault, offence)) = whim
            && self.astray.has(fault)
        {
            return Err(offence);
        }
        match (flag, self.encoding) {
            (0, _) => Ok(false),
            (1, Encoding::Gzip) => Ok(true),
            (1, Encoding::Identity) => Err(Offence::FlagWithoutEncoding),
            (1, Encoding::Unknown) => Err(Offence::UnknownEncoding),
            _ => Err(Offence::ReservedFlag),
        }
    }

    /// At once, unless a fault has patience.
    fn too_large(&self, left: usize) -> Result<State, Offence> {
        let huge = i32::try_from(left).is_err();
        if huge && self.astray.has(Fault::NeverRefusesHugePrefix) {
            return Ok(State::Stuck);
        }
        if self.astray.has(Fault::JudgesSizeLate) {
            return Ok(State::Excess { left });
        }
        Err(Offence::TooLarge)
    }

    fn complete(&mut self) {
        self.state = BETWEEN;
        self.whole = true;
        self.whole_here = true;
    }

    /// The half-close, with all DATA looked at.
    pub(super) fn end(&self) -> Result<(), Offence> {
        match self.state {
            State::Prefix { have: 0, .. } => {}
            _ => return Err(Offence::Truncated),
        }
        match self.requests {
            Requests::One if !self.begun => Err(Offence::NoMessage),
            Requests::One | Requests::Any => Ok(()),
        }
    }

    /// What becomes of the call after this offence.
    pub(super) fn ending(&self, offence: Offence) -> Ending {
        self.astray.ending(offence, self.whole)
    }

    /// Whether nothing more is read, nor the call refused.
    pub(super) fn is_stuck(&self) -> bool {
        matches!(self.state, State::Stuck)
    }
}

/// What is there of the bytes that are to come.
fn take(input: &mut Bytes, left: &mut usize) -> Bytes {
    let taken = (*left).min(input.len());
    *left -= taken;
    input.split_to(taken)
}

/// A message that was put together behind room for its prefix, now that its length is known.
pub(super) fn framed(mut message: Vec<u8>) -> Bytes {
    let length = message.len() - PREFIX;
    // The longest message is far below what four bytes tell.
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    message[1..PREFIX].copy_from_slice(&length.to_be_bytes());
    message.into()
}

#[cfg(test)]
mod tests;
