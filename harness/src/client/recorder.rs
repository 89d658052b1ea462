//! Writes down what happens on both sides of a conversation, up to a cap.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use prost::Message as _;
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Event, Side, Trace};

/// Bytes that one conversation's trace may hold, 3 MiB: several times what any check makes of a
/// target that does as it should.
const CAP: usize = 3 << 20;
/// Bytes of answers that one conversation may read over all its calls, 5 MiB: more than one message
/// of the size that stock clients take, 4 MiB.
const READ_CAP: usize = 5 << 20;
/// What an event takes beside its payload, about, in bytes.
const EVENT: usize = 160;

/// A trace in the making, shared by the connections and streams of one conversation.
#[derive(Clone, Debug)]
pub struct Recorder(Arc<Mutex<Recording>>);

#[derive(Debug)]
struct Recording {
    started: Instant,
    trace: Trace,
    bytes: usize,
    read: usize,
    flooded: Option<String>,
    connections: u32,
    streams: u32,
}

impl Recorder {
    /// An empty trace that begins now.
    pub fn new(check: &str, seed: u64) -> Recorder {
        let trace = Trace { check: check.to_owned(), seed, ..Trace::default() };
        let started = Instant::now();
        Recorder(Arc::new(Mutex::new(Recording {
            started,
            trace,
            bytes: 0,
            read: 0,
            flooded: None,
            connections: 0,
            streams: 0,
        })))
    }

    /// The number of the next connection, from 1.
    pub fn next_connection(&self) -> u32 {
        let mut recording = self.lock();
        recording.connections += 1;
        recording.connections
    }

    /// The number of the next stream, from 1 over all connections.
    pub fn next_stream(&self) -> u32 {
        let mut recording = self.lock();
        recording.streams += 1;
        recording.streams
    }

    /// How many streams were opened so far.
    pub fn streams(&self) -> usize {
        self.lock().streams as usize
    }

    /// Counts bytes of an answer.
    ///
    /// # Errors
    /// Says the cap that the conversation has passed: nothing more is to be read.
    pub fn read(&self, bytes: usize) -> Result<(), String> {
        let mut recording = self.lock();
        recording.read = recording.read.saturating_add(bytes);
        if recording.read <= READ_CAP {
            return Ok(());
        }
        Err(format!("{} MiB in one conversation", READ_CAP >> 20))
    }

    /// Notes that an answer was not read to its end, since it had passed this cap.
    pub fn flood(&self, cap: &str) {
        self.lock().flooded.get_or_insert_with(|| cap.to_owned());
    }

    /// The cap that an answer has passed, if one has.
    pub fn flooded(&self) -> Option<String> {
        self.lock().flooded.clone()
    }

    /// Adds an event and says which index it has. One past the cap is counted, not kept.
    pub fn add(&self, connection: u32, stream: u32, side: Side, what: What) -> usize {
        let mut recording = self.lock();
        let at_micros = recording.started.elapsed().as_micros().try_into().unwrap_or(u64::MAX);
        let event = Event { at_micros, connection, stream, side: side.into(), what: Some(what) };
        let size = event.encoded_len() + EVENT;
        if recording.bytes + size > CAP {
            recording.trace.dropped_bytes += size as u64;
        } else {
            recording.bytes += size;
            recording.trace.events.push(event);
        }
        recording.trace.events.len().saturating_sub(1)
    }

    /// The trace as it stands.
    pub fn trace(&self) -> Trace {
        self.lock().trace.clone()
    }

    /// The index of what the target sent last, on this stream or on any.
    pub fn last_from_target(&self, stream: Option<u32>) -> Option<usize> {
        let events = &self.lock().trace.events;
        events.iter().rposition(|event| {
            event.side() == Side::Server && stream.is_none_or(|stream| event.stream == stream)
        })
    }

    /// The trace, handed over: what comes later begins a new one.
    pub fn take(&self) -> Trace {
        std::mem::take(&mut self.lock().trace)
    }

    fn lock(&self) -> MutexGuard<'_, Recording> {
        // A panic while the lock was held leaves a trace that is still worth reading.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
