//! How streams end: with OK after Result and a half-close, without it where something was missing.

use wirecheck_proto::session::create_request::Message as Request;

use super::super::clauses::{
    EMPTY_MESSAGE_REFUSED, ENDS_OK_AFTER_RESULT, INCOMPLETE_NOT_OK, SECOND_INIT_REFUSED,
    SIGNED_FIRST_REFUSED,
};
use super::Breach;
use super::dialogue::{Dialogue, Ending};
use crate::model::Clause;
use crate::status::Code;

/// The end, where it contradicts what was said before it.
pub(super) fn judge(dialogue: &Dialogue) -> Option<Breach> {
    let (event, end) = dialogue.end?;
    if dialogue.foreign || end == Ending::Lost {
        return None;
    }
    let ok = end == Ending::Status(Code::Ok);
    let (clause, expected) = if dialogue.result().is_some() {
        // What ends a stream on which the client says more after Result is open.
        let finished = dialogue.half_closed.is_some() && dialogue.asked.len() == 2;
        if ok || !finished || end.is_of_a_limit() {
            return None;
        }
        (&ENDS_OK_AFTER_RESULT, "the stream to end with OK (0) after Result and the half-close")
    } else if ok || end == Ending::Silence && dialogue.half_closed.is_some() {
        unfinished(dialogue)?
    } else {
        return None;
    };
    Some(Breach::new(clause, dialogue, expected, end.words(), [event]))
}

/// What a handshake lacks that ended with OK, or not at all, before Result.
fn unfinished(dialogue: &Dialogue) -> Option<(&'static Clause, &'static str)> {
    let first = dialogue.asked.first()?.member();
    let second = dialogue.asked.get(1).map(|second| second.member());
    Some(match (first, second) {
        (Some(Request::Signed(_)), _) => {
            (&SIGNED_FIRST_REFUSED, "Signed as the first message to be refused")
        }
        (None, _) => (&EMPTY_MESSAGE_REFUSED, "an empty first message to be refused"),
        (Some(Request::Init(_)), Some(Some(Request::Init(_)))) => {
            (&SECOND_INIT_REFUSED, "a second Init to be refused")
        }
        (Some(Request::Init(_)), Some(None)) => {
            (&EMPTY_MESSAGE_REFUSED, "an empty second message to be refused")
        }
        (Some(Request::Init(_)), None | Some(Some(Request::Signed(_)))) => {
            (&INCOMPLETE_NOT_OK, "a handshake without Result to end with a status other than OK")
        }
    })
}
