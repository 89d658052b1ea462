//! Scripts of handshakes on the reference's rules, in memory, judged by the room's oracle.

use std::collections::BTreeMap;

use prost::Message as _;
use wirecheck_proto::wirecheck::v1::step::Action;
use wirecheck_proto::wirecheck::v1::{Script, Step};
use wirecheck_reference::Faults;

use super::Contradiction;
use crate::specs::neofs_session::oracle::breaches;
use crate::specs::neofs_session::rehearsal::rehearse;

/// The most steps of a script that are played: signatures are what costs.
pub const MAX_STEPS: usize = 32;
/// The most edits of a token.
const MAX_EDITS: usize = 4;

/// Plays what the input says; what is no script says nothing.
pub(super) fn tried(input: &[u8]) -> Result<(), Contradiction> {
    Script::decode(input).map_or(Ok(()), |script| judged(script, &Faults::default()))
}

/// Plays what is [`playable`] of a script on rules with these faults.
///
/// # Errors
/// The first clause that is broken; the right rules break none, whatever a client does.
pub fn judged(script: Script, faults: &Faults) -> Result<(), Contradiction> {
    let script = playable(script);
    match breaches(&rehearse(&script, faults)).first() {
        None => Ok(()),
        Some(breach) => Err(Contradiction(format!(
            "{}: expected {}, got {}, on stream {} of {script:?}",
            breach.clause.id, breach.finding.expected, breach.finding.actual, breach.stream
        ))),
    }
}

/// What is left of a script when it is cut short, and without what no client can do: act on a
/// stream before it is opened, open it twice, send behind a half-close or do anything behind a reset.
pub fn playable(script: Script) -> Script {
    let mut seats = BTreeMap::new();
    let possible = script.steps.into_iter().filter(|step| allowed(&mut seats, step));
    let steps = possible.take(MAX_STEPS).map(|mut step| {
        if let Some(Action::Token(token)) = &mut step.action {
            token.edits.truncate(MAX_EDITS);
        }
        step
    });
    Script { steps: steps.collect(), ..script }
}

/// What a client can still do on a stream that it opened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seat {
    Speaks,
    Listens,
    Gone,
}

fn allowed(seats: &mut BTreeMap<u32, Seat>, step: &Step) -> bool {
    let seat = seats.get(&step.stream).copied();
    let next = match (&step.action, seat) {
        (Some(Action::Open(_)), None) => Seat::Speaks,
        (Some(Action::Token(_) | Action::Message(_)), Some(Seat::Speaks)) => Seat::Speaks,
        (Some(Action::HalfClose(_)), Some(Seat::Speaks)) => Seat::Listens,
        (Some(Action::Reset(_)), Some(Seat::Speaks | Seat::Listens)) => Seat::Gone,
        (Some(Action::Await(_)), Some(seat @ (Seat::Speaks | Seat::Listens))) => seat,
        _ => return false,
    };
    seats.insert(step.stream, next);
    true
}
