//! Compressed messages: which encodings are known, and decompression that stays within a message's limit.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use http::{HeaderMap, HeaderValue};

use super::messages::{PREFIX, framed};
use super::offence::Offence;
use crate::serve::MAX_MESSAGE;

/// What every response says in grpc-accept-encoding.
pub(super) const ACCEPTED: HeaderValue = HeaderValue::from_static("identity,gzip");

/// What grpc-encoding says of messages that are flagged as compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Nothing, or identity: no message may be flagged.
    Identity,
    Gzip,
    Unknown,
}

impl Encoding {
    pub(super) fn of(headers: &HeaderMap) -> Encoding {
        let mut values = headers.get_all("grpc-encoding").iter();
        match (values.next().map(HeaderValue::as_bytes), values.next()) {
            (None | Some(b"identity"), None) => Encoding::Identity,
            (Some(b"gzip"), None) => Encoding::Gzip,
            _ => Encoding::Unknown,
        }
    }
}

/// One gzip message on its way in. Holds no more than the longest message, however little came.
#[derive(Debug)]
pub(super) struct Inflater(MultiGzDecoder<Bounded>);

impl Inflater {
    pub(super) fn new() -> Inflater {
        // Room for the prefix, which is known at the end.
        let message = vec![0; PREFIX];
        Inflater(MultiGzDecoder::new(Bounded { message, full: false }))
    }

    /// Takes more compressed bytes.
    pub(super) fn inflate(&mut self, bytes: &[u8]) -> Result<(), Offence> {
        let inflated = self.0.write_all(bytes);
        inflated.map_err(|_| self.why())
    }

    /// The message, prefix included, as if it had never been compressed.
    pub(super) fn finish(&mut self) -> Result<Bytes, Offence> {
        self.0.try_finish().map_err(|_| self.why())?;
        Ok(framed(std::mem::take(&mut self.0.get_mut().message)))
    }

    /// Why no more is inflated.
    fn why(&self) -> Offence {
        match self.0.get_ref().full {
            true => Offence::Bomb,
            false => Offence::Corrupt,
        }
    }
}

/// Takes bytes up to the longest message.
#[derive(Debug)]
struct Bounded {
    message: Vec<u8>,
    full: bool,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.message.len() + bytes.len() > PREFIX + MAX_MESSAGE {
            self.full = true;
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.message.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
