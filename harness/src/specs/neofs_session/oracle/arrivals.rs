//! Which messages arrive, and when: all that are due, and no others.

use wirecheck_proto::session::create_request::Message as Request;
use wirecheck_proto::session::create_response::Message as Response;

use super::super::clauses::{
    EMPTY_MESSAGE_REFUSED, HALF_CLOSE_AFTER_INIT, HALF_CLOSE_BEFORE_INIT,
    INIT_ANSWERED_BY_UNSIGNED, NOTHING_AFTER_RESULT, SECOND_INIT_REFUSED, SERVER_WAITS_FOR_INIT,
    SIGNED_ANSWERED_BY_RESULT, SIGNED_FIRST_REFUSED,
};
use super::super::words;
use super::Breach;
use super::content::refused_for;
use super::dialogue::{Asked, Came, Dialogue, Ending};
use crate::model::Clause;

/// The most ObjectIDs of an Init that any server takes, as far as this oracle knows.
const ORDINARY_OBJECTS: usize = 16;

/// The first message that should not have come, or else the first that should have and did not.
pub(super) fn judge(dialogue: &Dialogue) -> Option<Breach> {
    let out_of_place = dialogue.came.iter().enumerate().find_map(|(place, came)| {
        let (clause, expected) = forbidden(dialogue, place, came)?;
        Some(Breach::new(clause, dialogue, expected, came.words(), [came.event]))
    });
    out_of_place.or_else(|| missing(dialogue))
}

/// The clause that the server's message in this place breaks, and what it lets one expect.
fn forbidden(
    dialogue: &Dialogue,
    place: usize,
    came: &Came,
) -> Option<(&'static Clause, &'static str)> {
    let asked = &dialogue.asked[..came.after];
    let closed_before = dialogue.half_closed.is_some_and(|heard| heard <= place);
    match asked.first().map(|first| first.member()) {
        None if closed_before => {
            return Some((&HALF_CLOSE_BEFORE_INIT, "no message on a stream without one"));
        }
        None => {
            return Some((&SERVER_WAITS_FOR_INIT, "no message before the client's first"));
        }
        Some(Some(Request::Signed(_))) => {
            let expected = "neither Unsigned nor Result on a stream that opens with Signed";
            return Some((&SIGNED_FIRST_REFUSED, expected));
        }
        Some(None) => {
            let expected =
                "neither Unsigned nor Result on a stream that opens with an empty message";
            return Some((&EMPTY_MESSAGE_REFUSED, expected));
        }
        Some(Some(Request::Init(_))) => {}
    }
    match (place, came.member()) {
        (0, Some(Response::Unsigned(_))) => None,
        (0, _) => Some((&INIT_ANSWERED_BY_UNSIGNED, "Unsigned after Init")),
        (1, response) => match asked.get(1).map(|second| second.member()) {
            None if closed_before && matches!(response, Some(Response::Result(_))) => {
                Some((&HALF_CLOSE_AFTER_INIT, "no Result on a stream half-closed after Unsigned"))
            }
            None => Some((&INIT_ANSWERED_BY_UNSIGNED, "one message after Init, and no more")),
            Some(None) => {
                let expected = "neither Result nor a second Unsigned after an empty message";
                Some((&EMPTY_MESSAGE_REFUSED, expected))
            }
            Some(Some(Request::Init(_))) => {
                let expected = "neither Result nor a second Unsigned after a second Init";
                Some((&SECOND_INIT_REFUSED, expected))
            }
            Some(Some(Request::Signed(_))) => match response {
                Some(Response::Result(_)) => None,
                _ => Some((&SIGNED_ANSWERED_BY_RESULT, "Result, or none, after Signed")),
            },
        },
        // Nobody says that a message which is neither may not follow.
        (_, None) if asked.len() > 2 => None,
        _ if asked.len() > 2 => {
            Some((&NOTHING_AFTER_RESULT, "no further Unsigned or Result after the first Result"))
        }
        _ => Some((&SIGNED_ANSWERED_BY_RESULT, "one message after Signed, and no more")),
    }
}

/// The answer that was due when the stream ended without it.
fn missing(dialogue: &Dialogue) -> Option<Breach> {
    let (event, end) = dialogue.end?;
    if dialogue.foreign || end.is_of_a_limit() || end == Ending::Lost {
        return None;
    }
    let place = dialogue.came.len();
    let waited = dialogue.asked.len() > place && dialogue.waited_for(place);
    let (clause, expected) = match place {
        0 if waited && dialogue.half_closed.is_none() && is_ordinary(dialogue) => {
            (&INIT_ANSWERED_BY_UNSIGNED, "Unsigned after Init")
        }
        1 if waited && dialogue.asked.len() == 2 => {
            let (_, unsigned) = dialogue.unsigned()?;
            let right = refused_for(dialogue, unsigned, dialogue.signed()?).is_none();
            let right = right && dialogue.asked[1].has_plain_envelope();
            right.then_some((&SIGNED_ANSWERED_BY_RESULT, "Result after a valid Signed"))?
        }
        _ => return None,
    };
    let request = dialogue.asked.last().and_then(|asked| asked.member());
    let actual = format!("{} after {}", end.words(), words::request(request));
    Some(Breach::new(clause, dialogue, expected, actual, [event]))
}

/// Whether the first request is an Init that has nothing which some server might refuse.
fn is_ordinary(dialogue: &Dialogue) -> bool {
    let Some(init) = dialogue.init() else { return false };
    let objects = &init.object_id;
    dialogue.asked[0].owner(&init.owner_id).is_some()
        && init.first_epoch <= init.last_epoch
        && (1..=ORDINARY_OBJECTS).contains(&objects.len())
        && objects.iter().all(|object| object.len() == 32)
        && (init.id.is_empty() && init.signature.is_empty() && init.header.is_none())
        && dialogue.asked.iter().all(Asked::has_plain_envelope)
}
