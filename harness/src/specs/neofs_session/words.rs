//! The handshake's messages in words, as findings name them.

use wirecheck_proto::session::Token;
use wirecheck_proto::session::create_request::Message as Request;
use wirecheck_proto::session::create_response::Message as Response;

use super::token::session_key;

/// How many bytes of a value a finding shows.
const SHOWN: usize = 8;

/// Which member of CreateRequest it is.
pub(super) fn request(request: Option<&Request>) -> &'static str {
    match request {
        Some(Request::Init(_)) => "Init",
        Some(Request::Signed(_)) => "Signed",
        None => "an empty message",
    }
}

/// Which member of CreateResponse it is.
pub(super) fn name(response: Option<&Response>) -> &'static str {
    match response {
        Some(Response::Unsigned(_)) => "Unsigned",
        Some(Response::Result(_)) => "Result",
        None => "a CreateResponse with neither Unsigned nor Result",
    }
}

/// The member of CreateResponse, and what its token says.
pub(super) fn response(response: Option<&Response>) -> String {
    match response {
        Some(Response::Unsigned(token) | Response::Result(token)) => {
            format!("{} ({})", name(response), self::token(token))
        }
        None => name(None).to_owned(),
    }
}

/// What a token says.
pub(super) fn token(token: &Token) -> String {
    format!(
        "ID {}, OwnerID {}, epochs {} to {}, {}, PublicKey {}",
        bytes(&token.id),
        bytes(&token.owner_id),
        token.first_epoch,
        token.last_epoch,
        objects(&token.object_id),
        bytes(session_key(token)),
    )
}

fn objects(objects: &[Vec<u8>]) -> String {
    match objects {
        [] => "no ObjectID".to_owned(),
        [object] => format!("ObjectID {}", bytes(object)),
        [first, second] => format!("ObjectIDs {} and {}", bytes(first), bytes(second)),
        several => format!("{} ObjectIDs", several.len()),
    }
}

/// The first bytes in hexadecimal, and how many there are.
pub(super) fn bytes(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "empty".to_owned();
    }
    let shown: String = bytes.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect();
    match bytes.len() {
        length if length > SHOWN => format!("{shown}… ({length} bytes)"),
        _ => shown,
    }
}

/// Where two tokens differ in what Unsigned, Signed and Result have to say alike: the field, what
/// `right` has there and what `other` has.
pub(super) fn difference(right: &Token, other: &Token) -> Option<(&'static str, String, String)> {
    let of_bytes = |name, right: &[u8], other: &[u8]| {
        (right != other).then(|| (name, bytes(right), bytes(other)))
    };
    let of_number = |name, right: u64, other: u64| {
        (right != other).then(|| (name, right.to_string(), other.to_string()))
    };
    of_bytes("ID", &right.id, &other.id)
        .or_else(|| of_bytes("OwnerID", &right.owner_id, &other.owner_id))
        .or_else(|| of_number("FirstEpoch", right.first_epoch, other.first_epoch))
        .or_else(|| of_number("LastEpoch", right.last_epoch, other.last_epoch))
        .or_else(|| {
            let (right, other) = objects_apart(&right.object_id, &other.object_id)?;
            Some(("ObjectID", right, other))
        })
        .or_else(|| of_bytes("Header.PublicKey", session_key(right), session_key(other)))
}

/// Where two lists of ObjectIDs differ: in their length, or at the first place where they do.
fn objects_apart(right: &[Vec<u8>], other: &[Vec<u8>]) -> Option<(String, String)> {
    if right.len() != other.len() {
        return Some((objects(right), objects(other)));
    }
    let place = right.iter().zip(other).position(|(right, other)| right != other)?;
    let at = |objects: &[Vec<u8>]| format!("{} in place {}", bytes(&objects[place]), place + 1);
    Some((at(right), at(other)))
}
