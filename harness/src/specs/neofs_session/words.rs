//! The handshake's messages in words, as findings name them.

use wirecheck_proto::session::Token;
use wirecheck_proto::session::create_request::Message as Request;
use wirecheck_proto::session::create_response::Message as Response;

use super::token::session_key;

/// How many bytes of a value are shown where it only has to be recognised.
const SHOWN: usize = 6;
/// How many are shown where it is compared.
const COMPARED: usize = 32;
/// Bytes of a token ID.
const ID: usize = 16;
/// Bytes of a key under the profile `ed25519`, and of the ObjectIDs that checks name.
const KEY: usize = 32;
/// Bytes of a signature under that profile.
const SIGNATURE: usize = 64;

/// Which member of CreateRequest it is.
pub(super) fn request(request: Option<&Request>) -> &'static str {
    match request {
        Some(Request::Init(_)) => "Init",
        Some(Request::Signed(_)) => "Signed",
        None => "an empty message",
    }
}

/// The member of CreateResponse, and what its token says.
pub(super) fn response(response: Option<&Response>) -> String {
    match response {
        Some(Response::Unsigned(token)) => format!("Unsigned ({})", self::token(token)),
        Some(Response::Result(token)) => format!("Result ({})", self::token(token)),
        None => "a CreateResponse with neither Unsigned nor Result".to_owned(),
    }
}

/// What a token says.
pub(super) fn token(token: &Token) -> String {
    format!(
        "ID {}, OwnerID {}, {}, {}, PublicKey {}",
        cut(&token.id, ID, SHOWN),
        cut(&token.owner_id, KEY, SHOWN),
        epochs(token.first_epoch, token.last_epoch),
        objects(&token.object_id),
        cut(session_key(token), KEY, SHOWN),
    )
}

/// A lifetime.
pub(super) fn epochs(first: u64, last: u64) -> String {
    format!("epochs {first} to {last}")
}

/// A token ID in full.
pub(super) fn id(bytes: &[u8]) -> String {
    cut(bytes, ID, COMPARED)
}

/// A key in full.
pub(super) fn key(bytes: &[u8]) -> String {
    cut(bytes, KEY, COMPARED)
}

/// A signature's first bytes.
pub(super) fn signature(bytes: &[u8]) -> String {
    cut(bytes, SIGNATURE, SHOWN)
}

/// So many bytes.
pub(super) fn length(length: usize) -> String {
    if length == 1 { "1 byte".to_owned() } else { format!("{length} bytes") }
}

fn objects(objects: &[Vec<u8>]) -> String {
    match objects {
        [] => "no ObjectID".to_owned(),
        [object] => format!("ObjectID {}", cut(object, KEY, SHOWN)),
        [first, second] => {
            format!("ObjectIDs {} and {}", cut(first, KEY, SHOWN), cut(second, KEY, SHOWN))
        }
        several => format!("{} ObjectIDs", several.len()),
    }
}

/// The first bytes in hexadecimal, and how many there are where that is not the usual number.
fn cut(bytes: &[u8], usual: usize, shown: usize) -> String {
    if bytes.is_empty() {
        return "empty".to_owned();
    }
    let hex: String = bytes.iter().take(shown).map(|byte| format!("{byte:02x}")).collect();
    let more = if bytes.len() > shown { "…" } else { "" };
    match bytes.len() {
        count if count == usual => format!("{hex}{more}"),
        count => format!("{hex}{more} ({})", length(count)),
    }
}

/// Where two tokens differ in what Unsigned, Signed and Result have to say alike: the field, what
/// `right` has there and what `other` has.
pub(super) fn difference(right: &Token, other: &Token) -> Option<(&'static str, String, String)> {
    let bytes = |field, words: fn(&[u8]) -> String, right: &[u8], other: &[u8]| {
        (right != other).then(|| (field, words(right), words(other)))
    };
    let number = |field, right: u64, other: u64| {
        (right != other).then(|| (field, right.to_string(), other.to_string()))
    };
    bytes("ID", id, &right.id, &other.id)
        .or_else(|| bytes("OwnerID", key, &right.owner_id, &other.owner_id))
        .or_else(|| number("FirstEpoch", right.first_epoch, other.first_epoch))
        .or_else(|| number("LastEpoch", right.last_epoch, other.last_epoch))
        .or_else(|| {
            let (right, other) = objects_apart(&right.object_id, &other.object_id)?;
            Some(("ObjectID", right, other))
        })
        .or_else(|| bytes("Header.PublicKey", key, session_key(right), session_key(other)))
}

/// Where two lists of ObjectIDs differ: in their length, or at the first place where they do.
fn objects_apart(right: &[Vec<u8>], other: &[Vec<u8>]) -> Option<(String, String)> {
    if right.len() != other.len() {
        let count = |objects: &[Vec<u8>]| format!("{} times", objects.len());
        return Some((count(right), count(other)));
    }
    let place = right.iter().zip(other).position(|(right, other)| right != other)?;
    let at = |objects: &[Vec<u8>]| format!("{} in place {}", key(&objects[place]), place + 1);
    Some((at(right), at(other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_the_usual_length_are_shown_without_it() {
        assert_eq!(id(&[0xab; 16]), "ab".repeat(16));
        assert_eq!(id(&[0xab; 1]), "ab (1 byte)");
        assert_eq!(signature(&[1; 64]), "010101010101…");
        assert_eq!(signature(&[1; 4096]), "010101010101… (4096 bytes)");
        assert_eq!(key(&[]), "empty");
    }

    #[test]
    fn the_first_difference_is_named_and_shown() {
        let right = Token { object_id: vec![vec![1; 32], vec![2; 32]], ..Token::default() };
        let other = Token { object_id: vec![vec![1; 32], vec![3; 31]], ..Token::default() };
        assert_eq!(difference(&right, &right), None);
        let (field, right, other) = difference(&right, &other).expect("a difference");
        assert_eq!(field, "ObjectID");
        assert_eq!(right, format!("{} in place 2", "02".repeat(32)));
        assert_eq!(other, format!("{} (31 bytes) in place 2", "03".repeat(31)));
    }
}
