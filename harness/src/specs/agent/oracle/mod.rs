//! The agent's invariants over any trace of its calls, judged on the bytes that came.

mod order;
mod presence;
mod staging;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use wirecheck_proto::wirecheck::v1::Trace;

use super::clauses::{
    CODE_IN_ENUM, DONE_IS_FINAL, NEVER_BACKWARDS, NO_DUPLICATES_INVENTED, RESPONSE_CODE_PRESENT,
    STAGED_FILE_PRESENT, SUCCESS_WITHIN_REQUEST,
};
use super::messages::{Method, Request, key};
use crate::model::{Clause, Finding};
use crate::status::Code;
use crate::trace::{Turn, streams};

/// A broken clause, and what shows it.
#[derive(Clone, Debug)]
pub struct Breach {
    /// The clause.
    pub clause: &'static Clause,
    /// Without the trace, which the caller has.
    pub finding: Box<Finding>,
}

/// One invariant over the calls of a trace.
pub type Invariant = fn(&Calls<'_>) -> Result<(), Box<Finding>>;

/// Every invariant with its clause. The narrower ones come first, so that a breach names what is
/// closest to its cause.
pub static INVARIANTS: &[(&Clause, Invariant)] = &[
    (&RESPONSE_CODE_PRESENT, presence::response_code_present),
    (&STAGED_FILE_PRESENT, presence::staged_file_present),
    (&CODE_IN_ENUM, presence::code_in_enum),
    (&SUCCESS_WITHIN_REQUEST, staging::success_within_request),
    (&NO_DUPLICATES_INVENTED, staging::no_duplicates_invented),
    (&DONE_IS_FINAL, order::done_is_final),
    (&NEVER_BACKWARDS, order::never_backwards),
];

pub use order::{done_is_final, never_backwards};
pub use presence::{code_in_enum, response_code_present, staged_file_present};
pub use staging::{no_duplicates_invented, success_within_request};

/// Holds a trace to every invariant. Calls of other services are passed over.
///
/// # Errors
/// The first invariant that is broken, in the order of [`INVARIANTS`].
pub fn judge(trace: &Trace) -> Result<(), Breach> {
    let calls = Calls::of(trace);
    INVARIANTS
        .iter()
        .try_for_each(|(clause, holds)| holds(&calls).map_err(|finding| Breach { clause, finding }))
}

/// The agent's calls of a trace, in the order in which they began.
#[derive(Clone, Debug)]
pub struct Calls<'a>(Vec<Call<'a>>);

/// One call, as far as the trace goes.
#[derive(Clone, Debug)]
struct Call<'a> {
    method: Method,
    /// The index of the event that opened it. Nothing of it was under way before.
    began: usize,
    end: End,
    /// What the client asked, unless it sent no message that can be read.
    request: Option<Request>,
    /// The payloads that came, each with its event's index.
    responses: Vec<(usize, &'a [u8])>,
}

/// How a call ended, in events of the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// With OK, at this event.
    Ok(usize),
    /// Otherwise: then its response is none.
    Otherwise,
    /// The trace does not tell.
    Untold,
}

impl<'a> Calls<'a> {
    /// Picks them from a trace.
    pub fn of(trace: &'a Trace) -> Calls<'a> {
        let mut calls: Vec<_> = streams(trace)
            .into_iter()
            .filter_map(|stream| {
                let method = Method::of(stream.path)?;
                let mut call = Call {
                    method,
                    began: stream.opened,
                    end: End::Untold,
                    request: None,
                    responses: Vec::new(),
                };
                for (index, turn) in &stream.turns {
                    call.take(*index, turn);
                }
                Some(call)
            })
            .collect();
        calls.sort_by_key(|call| call.began);
        Calls(calls)
    }

    /// The calls of one method that did not end without OK.
    fn answered(&self, method: Method) -> impl Iterator<Item = &Call<'a>> {
        let answered = move |call: &&Call<'_>| call.method == method && call.end != End::Otherwise;
        self.0.iter().filter(answered)
    }
}

impl<'a> Call<'a> {
    fn take(&mut self, index: usize, turn: &Turn<'a>) {
        match turn {
            Turn::Sent(payload) => self.request = Request::decode(self.method, payload).ok(),
            Turn::Got(payload) => self.responses.push((index, payload)),
            Turn::Ended(Some(Code::Ok)) => self.end = End::Ok(index),
            Turn::Ended(_) | Turn::Reset(_) | Turn::Lost | Turn::GaveUp => {
                // A connection that goes away behind the end of a call takes nothing back.
                if self.end == End::Untold {
                    self.end = End::Otherwise;
                }
            }
            Turn::SentRaw(_) | Turn::HalfClosed => {}
        }
    }

    /// How often the request names each file, by the key of its uuid.
    fn named(&self) -> Option<BTreeMap<String, usize>> {
        let request = self.request.as_ref()?;
        let mut named = BTreeMap::new();
        for uuid in request.files.iter().filter_map(|id| id.0.as_deref()) {
            *named.entry(key(uuid)).or_default() += 1;
        }
        Some(named)
    }
}

/// A text from the target, fit for a sentence.
fn quoted(text: &str) -> String {
    const SHOWN: usize = 60;
    let shown: String = text.chars().take(SHOWN).collect();
    let cut = if text.chars().nth(SHOWN).is_some() { "…" } else { "" };
    format!("{shown:?}{cut}")
}
