//! The messages in a request's DATA: each prefix judged before a byte behind it is kept.

use bytes::{Buf, Bytes};

use super::compression::{Encoding, Inflater};
use super::methods::Requests;
use super::offence::Offence;
use crate::serve::MAX_MESSAGE;

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
    /// Whether a message has begun.
    begun: bool,
}

#[derive(Debug)]
enum State {
    /// Between messages, or with the first bytes of a prefix.
    Prefix { bytes: [u8; PREFIX], have: usize },
    /// In a message that goes on as it comes; so many bytes are to come, one at least.
    Plain { left: usize },
    /// In a compressed message.
    Packed { left: usize, inflater: Inflater },
}

impl State {
    const BETWEEN: State = State::Prefix {
        bytes: [0; PREFIX],
        have: 0,
    };
}

impl Messages {
    pub(super) fn new(requests: Requests, encoding: Encoding) -> Messages {
        Messages {
            requests,
            encoding,
            state: State::BETWEEN,
            input: Bytes::new(),
            begun: false,
        }
    }

    /// Takes DATA. Comes after [`Messages::next`] had nothing more to give.
    pub(super) fn feed(&mut self, data: Bytes) {
        self.input = data;
    }

    /// The next bytes for the service, or none before more DATA.
    pub(super) fn next(&mut self) -> Result<Option<Bytes>, Offence> {
        loop {
            match &mut self.state {
                State::Prefix { bytes, have } => {
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
                    let taken = (*left).min(self.input.len());
                    *left -= taken;
                    if *left == 0 {
                        self.state = State::BETWEEN;
                    }
                    return Ok(Some(self.input.split_to(taken)));
                }
                State::Packed { left, inflater } => {
                    let taken = (*left).min(self.input.len());
                    inflater.inflate(&self.input.split_to(taken))?;
                    *left -= taken;
                    if *left > 0 {
                        return Ok(None);
                    }
                    if let State::Packed { inflater, .. } =
                        std::mem::replace(&mut self.state, State::BETWEEN)
                    {
                        return inflater.finish().map(Some);
                    }
                }
            }
        }
    }

    /// Judges a whole prefix. Gives it back where it goes on as it is.
    fn begin(&mut self, prefix: [u8; PREFIX]) -> Result<Option<Bytes>, Offence> {
        let [flag, length @ ..] = prefix;
        let length = u32::from_be_bytes(length) as usize;
        if self.begun && self.requests == Requests::One {
            return Err(Offence::SecondMessage);
        }
        self.begun = true;
        let packed = match (flag, self.encoding) {
            (0, _) => false,
            (1, Encoding::Gzip) => true,
            (1, Encoding::Identity) => return Err(Offence::FlagWithoutEncoding),
            (1, Encoding::Unknown) => return Err(Offence::UnknownEncoding),
            _ => return Err(Offence::ReservedFlag),
        };
        if length > MAX_MESSAGE {
            return Err(Offence::TooLarge);
        }
        if packed {
            let inflater = Inflater::new();
            self.state = State::Packed {
                left: length,
                inflater,
            };
            return Ok(None);
        }
        self.state = match length {
            0 => State::BETWEEN,
            left => State::Plain { left },
        };
        Ok(Some(Bytes::copy_from_slice(&prefix)))
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
