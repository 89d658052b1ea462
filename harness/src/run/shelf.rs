//! The conversations that a run keeps for its report: whole as long as there is room, then cut to what
//! a reader can use. A hostile target can make every one of hundreds long.

use std::sync::atomic::{AtomicUsize, Ordering};

use prost::Message as _;
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Event, Trace};

/// Bytes that all conversations of a run may take, 24 MiB, about.
const ROOM: usize = 24 << 20;
/// Bytes that one may take, 1 MiB; and what it gets where there is no room left, 16 KiB.
const MOST: usize = 1 << 20;
const LEAST: usize = 16 << 10;
/// What an event takes beside its payload, about, in bytes.
const EVENT: usize = 160;

/// How much room is taken.
#[derive(Debug, Default)]
pub(super) struct Shelf(AtomicUsize);

impl Shelf {
    /// Puts a conversation up, cut where it has to be. `marks` are lists of indices into its events:
    /// what they name is kept first, and they follow it.
    pub(super) fn put_up(&self, trace: Trace, marks: &mut [&mut Vec<usize>]) -> Trace {
        let room = ROOM.saturating_sub(self.0.load(Ordering::Relaxed));
        let trace = abridged(trace, room.clamp(LEAST, MOST), marks);
        self.0.fetch_add(trace.events.iter().map(size).sum(), Ordering::Relaxed);
        trace
    }
}

fn size(event: &Event) -> usize {
    event.encoded_len() + EVENT
}

/// The trace in at most so many bytes: the marked events, then the first and the last ones.
fn abridged(mut trace: Trace, limit: usize, marks: &mut [&mut Vec<usize>]) -> Trace {
    let count = trace.events.len();
    if trace.events.iter().map(size).sum::<usize>() <= limit {
        return trace;
    }
    let piece = limit / 4;
    let marked = marks.iter().flat_map(|marks| marks.iter().copied());
    let from_both_ends = (0..count.div_ceil(2)).flat_map(|at| [at, count - 1 - at]);
    let mut kept = vec![false; count];
    let mut left = limit;
    for at in marked.chain(from_both_ends) {
        let Some(cost) = trace.events.get(at).map(|event| size(event).min(piece)) else { continue };
        if cost > left {
            break;
        }
        left -= cost * usize::from(!kept[at]);
        kept[at] = true;
    }
    let before = trace.encoded_len();
    let mut places = vec![None; count];
    let mut events = Vec::new();
    for (at, mut event) in std::mem::take(&mut trace.events).into_iter().enumerate() {
        if kept[at] {
            places[at] = Some(events.len());
            cut(&mut event, piece.saturating_sub(EVENT));
            events.push(event);
        }
    }
    trace.events = events;
    trace.dropped_bytes += before.saturating_sub(trace.encoded_len()) as u64;
    for marks in marks {
        **marks = marks.iter().filter_map(|mark| places.get(*mark).copied()?).collect();
    }
    trace
}

/// Shortens the event's payload. What is left of a message is no message any more, but raw bytes.
fn cut(event: &mut Event, limit: usize) {
    match &mut event.what {
        Some(What::Message(message)) if message.payload.len() > limit => {
            let length = u32::try_from(message.payload.len()).unwrap_or(u32::MAX);
            let mut bytes = vec![u8::try_from(message.flag).unwrap_or(u8::MAX)];
            bytes.extend(length.to_be_bytes());
            bytes.extend(&message.payload[..limit]);
            event.what = Some(What::Data(bytes));
        }
        Some(What::Data(bytes)) if bytes.len() > limit => *bytes = bytes[..limit].to_vec(),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wirecheck_proto::wirecheck::v1::Message;

    fn trace(payloads: impl IntoIterator<Item = usize>) -> Trace {
        let event = |(at, length)| Event {
            at_micros: at,
            what: Some(What::Message(Message { payload: vec![7; length], ..Message::default() })),
            ..Event::default()
        };
        let events = (0u64..).zip(payloads).map(event).collect();
        Trace { events, ..Trace::default() }
    }

    #[test]
    fn a_short_conversation_stays_whole() {
        let whole = trace([10; 100]);
        assert_eq!(Shelf::default().put_up(whole.clone(), &mut []), whole);
    }

    #[test]
    fn a_long_one_keeps_its_ends_and_what_is_marked() {
        let mut marks = vec![40_000, 70_000];
        let kept = abridged(trace(vec![10; 100_000]), LEAST, &mut [&mut marks]);
        assert!(kept.events.iter().map(size).sum::<usize>() <= LEAST);
        assert!(kept.dropped_bytes > 0);
        let at = |index: usize| kept.events[index].at_micros;
        assert_eq!((at(0), at(kept.events.len() - 1)), (0, 99_999));
        assert_eq!(marks.iter().map(|mark| at(*mark)).collect::<Vec<_>>(), [40_000, 70_000]);
    }

    #[test]
    fn a_large_message_is_cut() {
        let kept = abridged(trace([5, 3 << 20, 5]), MOST, &mut []);
        assert_eq!(kept.events.len(), 3);
        assert!(matches!(&kept.events[1].what, Some(What::Data(bytes)) if bytes.len() < MOST));
        assert!(kept.encoded_len() <= MOST);
    }

    #[test]
    fn a_full_shelf_still_takes_a_little_of_each() {
        let shelf = Shelf::default();
        let kept = (0..300).map(|_| shelf.put_up(trace([1 << 20; 4]), &mut []).encoded_len());
        assert!(kept.sum::<usize>() < ROOM + MOST + 300 * LEAST);
    }
}
