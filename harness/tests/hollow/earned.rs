//! What a hollow server earns all the same, by what its answers are.

use wirecheck::catalogue;
use wirecheck::check::{Check, Manner};
use wirecheck::model::room_of;

use super::server::{Answers, Hollow, Says};

/// Whether a pass of this check is earned.
pub(crate) fn earned(hollow: Hollow, id: &str) -> bool {
    let check = catalogue::checks().find(|check| check.id == id).expect("a check of the catalogue");
    if of_the_frames(id) {
        return true;
    }
    match hollow.answers {
        Answers::Ok(says) => is_said(says, check),
        // Who lacks every service lacks one that nobody has.
        Answers::Refusal(12) => id == "grpc/method/unknown-service",
        Answers::Refusal(_) | Answers::Reset | Answers::Close | Answers::Mute => false,
    }
}

/// What each frame and each response owes, whatever is in it: these servers' frames are as they
/// should be. What a library may make up is asked of one that served something.
fn of_the_frames(id: &str) -> bool {
    let of_each = id.starts_with("grpc/response/") && id != "grpc/response/reserved-codes";
    of_each || id == "grpc/connection/ping"
}

fn is_said(says: Says, check: &Check) -> bool {
    match says {
        // No response of any method.
        Says::Nothing | Says::Garbage | Says::Flagged => false,
        Says::Two => is_served(check),
        Says::Empty => is_served(check) || is_list_of_nothing(check.id),
        Says::Error => is_served(check) || is_list_of_nothing(check.id) || is_status(check.id),
        Says::Wait => is_served(check) || is_code(check.id),
        Says::Echo => is_served(check) || is_list_of_nothing(check.id) || is_mirrored(check),
    }
}

/// The transport carries what the method answers, and asks no more than that of it. Who serves
/// everything refuses nothing, but for what the HTTP/2 library refuses that these servers stand on.
fn is_served(check: &Check) -> bool {
    let positive = check.manner != Manner::Refusal || check.id == "grpc/headers/connection-header";
    room_of(check.id) == "grpc" && positive
}

/// A ListSessionsResponse without sessions is a list, and comes in time.
fn is_list_of_nothing(id: &str) -> bool {
    ["atomix-session/list/answered", "atomix-session/list/watch-answers"].contains(&id)
}

/// ERROR with a description is a status as it should be, and the last word; under which id it comes
/// is for others to ask.
fn is_status(id: &str) -> bool {
    [
        "jina/status/code-in-enum",
        "jina/status/error-described",
        "jina/status/pending-is-followed",
        "jina/status/spawn-codes-stay-with-spawn",
    ]
    .contains(&id)
}

/// RunJob, with and without requirements, is answered with a code that is one.
fn is_code(id: &str) -> bool {
    [
        "agent/required/optional-absent",
        "agent/required/response-code-present",
        "agent/run/code-in-enum",
    ]
    .contains(&id)
}

/// jina answers a request with the request, filled out; a CreateRequest reads as a CreateResponse that
/// repeats it. What a server has to add of its own is not in it.
fn is_mirrored(check: &Check) -> bool {
    const OWN: [&str; 10] = [
        "jina/search/",
        "jina/ndarray/",
        "jina/status/",
        "neofs-session/token/id-is-uuid4",
        "neofs-session/token/id-is-random",
        "neofs-session/token/ids-unique",
        "neofs-session/token/server-chooses-id",
        "neofs-session/token/session-key-present",
        "neofs-session/token/session-keys-unique",
        "neofs-session/token/unsigned-has-no-signature-of-the-clients",
    ];
    let mirrored = ["jina", "neofs-session"].contains(&room_of(check.id));
    // Silence is mirrored too.
    let positive =
        check.manner != Manner::Refusal || check.id == "neofs-session/order/half-close-before-init";
    mirrored && positive && !OWN.iter().any(|own| check.id.starts_with(own))
}

/// What right answers show that are another call's: all that is asked of any answer, whichever call it
/// belongs to, and refusals, which are their own calls'.
pub(crate) fn earned_by_another_answer(id: &str) -> bool {
    const OF_ANY: [&str; 13] = [
        "agent/argument/uuid-format",
        "agent/code/",
        "agent/required/",
        "agent/run/code-in-enum",
        "atomix-session/",
        "jina/spawn/",
        "jina/status/",
        "neofs-session/order/init-answered-by-unsigned",
        "neofs-session/order/server-waits-for-init",
        "neofs-session/token/id",
        "neofs-session/token/server-chooses-id",
        "neofs-session/token/session-key",
        "neofs-session/token/unsigned-has-no-signature",
    ];
    OF_ANY.iter().any(|of_any| id.starts_with(of_any)) && id != "atomix-session/get/id-echoed"
}
