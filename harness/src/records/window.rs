//! The bytes of a source that are in hand: read in large chunks, looked at in place.

use std::io::{ErrorKind, Read, Result};

/// Bytes that are read at once, where the source has them.
const CHUNK: usize = 256 << 10;

/// A window that moves over a source.
pub(super) struct Window<R> {
    source: R,
    bytes: Vec<u8>,
    /// What of `bytes` is in hand: from here, up to there.
    from: usize,
    to: usize,
    /// Where the window begins, in bytes from the beginning of the source.
    offset: u64,
}

impl<R: Read> Window<R> {
    pub(super) fn new(source: R) -> Window<R> {
        Window { source, bytes: Vec::new(), from: 0, to: 0, offset: 0 }
    }

    /// Where the window begins, in bytes from the beginning of the source.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// What is in hand.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.from..self.to]
    }

    /// Reads until so many bytes are in hand, or the source has no more. Returns whether they are.
    pub(super) fn reach(&mut self, wanted: usize) -> Result<bool> {
        while self.to - self.from < wanted {
            self.make_room(wanted);
            match self.source.read(&mut self.bytes[self.to..]) {
                Ok(0) => return Ok(false),
                Ok(read) => self.to += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// At least one byte of room behind those in hand. What is wanted is only announced: room is
    /// made for it no faster than it comes.
    fn make_room(&mut self, wanted: usize) {
        if self.from + wanted > self.bytes.len() && self.from > 0 {
            self.bytes.copy_within(self.from..self.to, 0);
            (self.from, self.to) = (0, self.to - self.from);
        }
        if self.to == self.bytes.len() {
            self.bytes.resize((2 * self.bytes.len()).max(CHUNK), 0);
        }
    }

    /// Moves on behind the first `count` bytes, of those in hand, and returns them.
    pub(super) fn pass(&mut self, count: usize) -> &[u8] {
        let passed = self.from..self.to.min(self.from + count);
        self.offset += passed.len() as u64;
        self.from = passed.end;
        &self.bytes[passed]
    }
}
