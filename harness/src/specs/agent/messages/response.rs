//! What the responses say: the state of a job, and the files that are staged.

use std::fmt;

use super::{Id, Method, records};
use crate::wire::{Payload, Record, WireError};

const CODE: u32 = 1;
const SUCCESS_FILES: u32 = 1;
const FILE: u32 = 1;

/// How far a job is, in the order in which it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// 0
    Wait,
    /// 1
    Run,
    /// 2
    Done,
}

impl State {
    fn of(code: i32) -> Option<State> {
        [State::Wait, State::Run, State::Done].into_iter().find(|state| *state as i32 == code)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Wait => "WAIT",
            State::Run => "RUN",
            State::Done => "DONE",
        })
    }
}

/// What a RunJobResponse carries as its code. Neither: it has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// The last code that the enum knows. It is closed, so others do not count as a code.
    pub state: Option<State>,
    /// The last code that the enum does not know.
    pub stray: Option<i32>,
}

impl Code {
    /// Of this response.
    ///
    /// # Errors
    /// When the bytes are malformed.
    pub fn of(response: &[u8]) -> Result<Code, WireError> {
        let mut code = Code::default();
        for record in records(response) {
            let Record { number: CODE, payload: Payload::Varint(value), .. } = record? else {
                continue;
            };
            // What a decoder keeps of the varint of an enum: 32 bits.
            let number = value as i32;
            match State::of(number) {
                Some(state) => code.state = Some(state),
                None => code.stray = Some(number),
            }
        }
        Ok(code)
    }
}

/// One of success_files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Staged {
    /// The uuid of its file.
    Named(String),
    /// It has no `file`.
    WithoutFile,
    /// Its `file` has no `uuid`.
    WithoutUuid,
}

/// The success_files of a response, one by one, since it may hold millions.
pub fn staged(response: &[u8]) -> impl Iterator<Item = Result<Staged, WireError>> {
    records(response).filter_map(|record| match record {
        Ok(Record { number: SUCCESS_FILES, payload: Payload::Len(staged), .. }) => {
            Some(one_staged(staged))
        }
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    })
}

/// Reads a response of this method to its end.
///
/// # Errors
/// Says why it does not parse: malformed bytes, or a required field that is not there.
pub fn read(method: Method, response: &[u8]) -> Result<(), String> {
    match method {
        Method::StageInFiles => staged(response).try_for_each(|staged| match staged {
            Ok(Staged::Named(_)) => Ok(()),
            Ok(Staged::WithoutFile) => Err("a StagedFile without file".to_owned()),
            Ok(Staged::WithoutUuid) => Err("a FileId without uuid".to_owned()),
            Err(error) => Err(error.to_string()),
        }),
        Method::RunJob => match Code::of(response) {
            Ok(Code { state: Some(_), .. }) => Ok(()),
            // A closed enum: a number that it does not have counts as an unknown field.
            Ok(Code { state: None, .. }) => Err("it has no code".to_owned()),
            Err(error) => Err(error.to_string()),
        },
    }
}

fn one_staged(staged: &[u8]) -> Result<Staged, WireError> {
    let mut file: Option<Id> = None;
    for record in records(staged) {
        if let Record { number: FILE, payload: Payload::Len(piece), .. } = record? {
            file.get_or_insert_default().merge(piece)?;
        }
    }
    Ok(match file {
        None => Staged::WithoutFile,
        Some(Id(None)) => Staged::WithoutUuid,
        Some(Id(Some(uuid))) => Staged::Named(uuid),
    })
}
