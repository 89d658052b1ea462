//! Where one record of a source ends and the next begins: by a length before it, or by a line feed.

use std::fmt;
use std::io::Read;

use super::window::Window;
use crate::specs::imss::tally::{At, Place};
use crate::wire::Defect;
use crate::wire::parts::varint;

/// Bytes that one record may take, 16 MiB.
const RECORD: usize = 16 << 20;

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

/// One record, as it stands in the source.
#[derive(Clone, Copy)]
pub(super) enum Form<'a> {
    /// The bytes behind its length.
    Binary(&'a [u8]),
    /// Its line, which is not blank.
    Json(&'a [u8]),
}

/// The records of a source, one after the other.
pub(super) struct Records<R> {
    window: Window<R>,
    json: Option<bool>,
    /// Of the record that was read last, or could not be.
    place: Place,
}

impl<R: Read> Records<R> {
    pub(super) fn new(source: R) -> Records<R> {
        let place = Place { record: 1, at: At::Offset(0) };
        Records { window: Window::new(source), json: None, place }
    }

    /// The next record, if there is one.
    pub(super) fn read(&mut self) -> Result<Option<(Place, Form<'_>)>, Broken> {
        let json = match self.json {
            Some(json) => {
                self.place.record += 1;
                json
            }
            None => {
                let json = self.begins_as_json().map_err(|why| self.broken(why))?;
                *self.json.insert(json)
            }
        };
        let extent = if json { self.line() } else { self.delimited() };
        let Some((head, whole)) = extent.map_err(|why| self.broken(why))? else { return Ok(None) };
        let content = &self.window.pass(whole)[head..];
        let form = if json { Form::Json(content) } else { Form::Binary(content) };
        Ok(Some((self.place, form)))
    }

    fn broken(&self, why: String) -> Broken {
        Broken { place: self.place, why }
    }

    /// JSON begins with a brace and then what may follow it on its line. A line feed may not, since
    /// an object is one line here; in binary it says that the first record is of 123 bytes.
    fn begins_as_json(&mut self) -> Result<bool, String> {
        self.reach(2)?;
        Ok(matches!(self.window.bytes(), [b'{', b'"' | b' ' | b'\t' | b'\r' | b'}', ..] | [b'{']))
    }

    /// The bytes of the next line that is not blank, none of them before the record.
    fn line(&mut self) -> Result<Option<(usize, usize)>, String> {
        loop {
            self.place.at = At::Line(self.place.record);
            let Some(length) = self.line_length()? else { return Ok(None) };
            if !self.window.bytes()[..length].trim_ascii().is_empty() {
                return Ok(Some((0, length)));
            }
            self.window.pass(length);
            self.place.record += 1;
        }
    }

    /// How long the next line is, with the line feed at its end; none at the end of the source.
    fn line_length(&mut self) -> Result<Option<usize>, String> {
        let mut looked = 0;
        loop {
            let unseen = &self.window.bytes()[looked..];
            let end = unseen.iter().position(|byte| *byte == b'\n');
            let length = looked + end.map_or(unseen.len(), |at| at + 1);
            if length > RECORD {
                return Err(format!("a line of more than {RECORD} bytes"));
            }
            if end.is_some() || !self.reach(length + 1)? {
                return Ok(Some(length).filter(|length| *length > 0));
            }
            looked = length;
        }
    }

    /// The bytes of the next record with its length, and how many the length takes.
    fn delimited(&mut self) -> Result<Option<(usize, usize)>, String> {
        self.place.at = At::Offset(self.window.offset());
        let Some((length, head)) = self.length()? else { return Ok(None) };
        let fits = usize::try_from(length).ok().filter(|length| *length <= RECORD);
        let Some(content) = fits else {
            return Err(format!("a record that announces {length} bytes; {RECORD} are read"));
        };
        if !self.reach(head + content)? {
            let came = self.window.bytes().len() - head;
            return Err(format!("it ends after {came} of {length} bytes"));
        }
        Ok(Some((head, head + content)))
    }

    /// The varint before a record, and how many bytes it takes; none at the end of the source.
    fn length(&mut self) -> Result<Option<(u64, usize)>, String> {
        loop {
            let had = self.window.bytes().len();
            match varint(self.window.bytes()) {
                Ok(found) => return Ok(Some(found)),
                Err(Defect::Truncated(_)) if self.reach(had + 1)? => {}
                Err(Defect::Truncated(_)) if had == 0 => return Ok(None),
                Err(Defect::Truncated(_)) => return Err("its length does not end".to_owned()),
                Err(_) => return Err("its length is a varint of more than ten bytes".to_owned()),
            }
        }
    }

    fn reach(&mut self, wanted: usize) -> Result<bool, String> {
        self.window.reach(wanted).map_err(|error| error.to_string())
    }
}
