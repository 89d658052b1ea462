//! Records out of bytes: length-delimited `Any`, or a JSON object on each line. Streaming, and bounded.

use std::fmt;
use std::io::{BufRead, ErrorKind, Read as _};

use serde_json::Value;

use crate::specs::imss::tally::{At, Place};
use crate::wire::{Payload, Reader};

/// Bytes that one record may take, 16 MiB.
const RECORD: u64 = 16 << 20;

/// Where reading stopped, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The record that could not be read.
    pub place: Place,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.why)
    }
}

/// One record.
pub(super) struct Item<'a> {
    pub(super) place: Place,
    /// The full name of its message.
    pub(super) name: &'a str,
    pub(super) body: Body<'a>,
}

/// A record's message.
pub(super) enum Body<'a> {
    Binary(&'a [u8]),
    /// As an object, and as it stands in its line.
    Json(&'a Value, &'a str),
}

/// The records of a source, one after the other.
pub(super) struct Records<R> {
    source: R,
    json: Option<bool>,
    record: u64,
    offset: u64,
    buffer: Vec<u8>,
    value: Value,
}

impl<R: BufRead> Records<R> {
    pub(super) fn new(source: R) -> Records<R> {
        Records { source, json: None, record: 0, offset: 0, buffer: Vec::new(), value: Value::Null }
    }

    /// The next record, if there is one.
    pub(super) fn read(&mut self) -> Result<Option<Item<'_>>, Broken> {
        let json = match self.json {
            Some(json) => json,
            None => {
                let json = self.begins_as_json()?;
                *self.json.insert(json)
            }
        };
        if json { self.read_line() } else { self.read_delimited() }
    }

    /// JSON begins with a brace and then what may follow it on its line. A line feed may not, since
    /// an object is one line here; in binary it says that the first record is of 123 bytes.
    fn begins_as_json(&mut self) -> Result<bool, Broken> {
        let first = match self.source.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) => return Err(self.broken(error.to_string())),
        };
        Ok(matches!(first, [b'{', b'"' | b' ' | b'\t' | b'\r' | b'}', ..] | [b'{']))
    }

    fn read_line(&mut self) -> Result<Option<Item<'_>>, Broken> {
        loop {
            self.record += 1;
            self.buffer.clear();
            let read = self.source.by_ref().take(RECORD).read_until(b'\n', &mut self.buffer);
            match read {
                Ok(0) => return Ok(None),
                Ok(read) if read as u64 == RECORD => {
                    return Err(self.broken(format!("a line of more than {RECORD} bytes")));
                }
                Ok(_) if self.buffer.trim_ascii().is_empty() => {}
                Ok(_) => break,
                Err(error) => return Err(self.broken(error.to_string())),
            }
        }
        match serde_json::from_slice(&self.buffer) {
            Ok(value) => self.value = value,
            Err(error) => return Err(self.broken(format!("no JSON object: {error}"))),
        }
        let place = self.place();
        match (self.value.get("@type").and_then(Value::as_str), std::str::from_utf8(&self.buffer)) {
            (Some(url), Ok(line)) => Ok(Some(Item {
                place,
                name: name(url),
                body: Body::Json(&self.value, line.trim_end()),
            })),
            _ => Err(Broken { place, why: "a JSON object without \"@type\"".to_owned() }),
        }
    }

    fn read_delimited(&mut self) -> Result<Option<Item<'_>>, Broken> {
        self.record += 1;
        let begins = self.offset;
        let Some(length) = self.length()? else { return Ok(None) };
        if length > RECORD {
            self.offset = begins;
            return Err(
                self.broken(format!("a record that announces {length} bytes; {RECORD} are read"))
            );
        }
        self.buffer.clear();
        let read = self.source.by_ref().take(length).read_to_end(&mut self.buffer);
        let place = Place { record: self.record, at: At::Offset(begins) };
        let broken = |why: String| Err(Broken { place, why });
        match read {
            Ok(read) if read as u64 == length => self.offset += length,
            Ok(read) => return broken(format!("it ends after {read} of {length} bytes")),
            Err(error) => return broken(error.to_string()),
        }
        match any(&self.buffer) {
            Ok((url, value)) => {
                Ok(Some(Item { place, name: name(url), body: Body::Binary(value) }))
            }
            Err(why) => broken(format!("no google.protobuf.Any: {why}")),
        }
    }

    /// The varint before a record; none at the end of the source.
    fn length(&mut self) -> Result<Option<u64>, Broken> {
        let begins = self.offset;
        let mut length = 0u64;
        for shift in (0..70).step_by(7) {
            let mut byte = [0];
            match self.source.read_exact(&mut byte) {
                Ok(()) => self.offset += 1,
                Err(error) if error.kind() == ErrorKind::UnexpectedEof && shift == 0 => {
                    return Ok(None);
                }
                Err(error) => {
                    self.offset = begins;
                    return Err(self.broken(format!("its length does not end: {error}")));
                }
            }
            length |= u64::from(byte[0] & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte[0] < 0x80 {
                return Ok(Some(length));
            }
        }
        self.offset = begins;
        Err(self.broken("its length is a varint of more than ten bytes".to_owned()))
    }

    fn place(&self) -> Place {
        let at =
            if self.json == Some(true) { At::Line(self.record) } else { At::Offset(self.offset) };
        Place { record: self.record.max(1), at }
    }

    fn broken(&self, why: String) -> Broken {
        Broken { place: self.place(), why }
    }
}

/// `type_url` and `value` of an encoded `google.protobuf.Any`.
fn any(bytes: &[u8]) -> Result<(&str, &[u8]), String> {
    let (mut url, mut value) = ("", &[][..]);
    for record in Reader::new(bytes) {
        let record = record.map_err(|error| error.to_string())?;
        match (record.number, record.payload) {
            (1, Payload::Len(text)) => {
                url = std::str::from_utf8(text).map_err(|_| "type_url is not UTF-8")?
            }
            (2, Payload::Len(bytes)) => value = bytes,
            _ => {}
        }
    }
    if url.is_empty() { Err("it has no type_url".to_owned()) } else { Ok((url, value)) }
}

/// The full name of the message that a type URL names: what is behind its last slash.
pub(super) fn name(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}
