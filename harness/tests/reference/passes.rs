//! The reference server passes everything, and the same seed sends it the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use prost::Message as _;
use wirecheck::Conformance;
use wirecheck::model::{CheckResult, Verdict, room_of};
use wirecheck::run::Progress;
use wirecheck_proto::atomix::runtime::v1::{ListSessionsResponse, Session};
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Side, Trace};
use wirecheck_reference::Faults;

/// For a machine that is busy with other tests: a check of many conversations skips where it cannot
/// have all of them in half its time.
const TIMEOUT: Duration = Duration::from_secs(30);

#[test]
fn everything_passes_and_nothing_is_skipped_but_what_is_destructive() {
    let run = Conformance::of_reference(Faults::default()).strict(true).timeout(TIMEOUT);
    let report = run.run_blocking().expect("the reference answers");
    report.assert_passed();
    for result in &report.results {
        match &result.verdict {
            Verdict::Pass => {}
            Verdict::Skip(reason) => {
                assert!(reason.contains("--allow-destructive"), "{}: {reason}", result.id)
            }
            other => panic!("{}: {other:?}", result.id),
        }
    }
}

/// What the client sent, check by check.
type Sent = BTreeMap<String, Said>;

/// What the client sent in one check.
#[derive(Debug)]
enum Said {
    /// Stream by stream.
    Streams(BTreeMap<u32, Vec<String>>),
    /// Messages of a client that looks at a server which moves by itself: how often it looks, and the
    /// sessions that it then asks for, are the server's choice.
    Unprompted(BTreeSet<Vec<u8>>),
}

impl Said {
    fn agrees(&self, other: &Said) -> bool {
        match (self, other) {
            // What a server that has ended the stream already no longer takes is not sent.
            (Said::Streams(one), Said::Streams(other)) => {
                let agree = |one: &[String], other: &[String]| {
                    one.iter().zip(other).all(|(one, other)| one == other)
                };
                one.keys().eq(other.keys())
                    && one.values().zip(other.values()).all(|(one, other)| agree(one, other))
            }
            // Whoever looked more often drew more names.
            (Said::Unprompted(one), Said::Unprompted(other)) => {
                one.is_subset(other) || other.is_subset(one)
            }
            _ => false,
        }
    }
}

#[derive(Default)]
struct Recording(Mutex<Sent>);

impl Progress for Recording {
    fn begins(&self, _: usize) {}
    fn judged(&self, _: &CheckResult) {}
    fn traced(&self, id: &str, trace: &Trace) {
        let said = match room_of(id) {
            "atomix-session" => Said::Unprompted(unprompted(trace)),
            _ => Said::Streams(streams(trace)),
        };
        self.0.lock().expect("no thread panics").insert(id.to_owned(), said);
    }
}

fn streams(trace: &Trace) -> BTreeMap<u32, Vec<String>> {
    let mut streams: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for event in trace.events.iter().filter(|event| event.side() == Side::Client) {
        // PINGs are no part of a call.
        if !matches!(event.what, Some(What::Ping(_))) {
            streams.entry(event.stream).or_default().push(format!("{:?}", event.what));
        }
    }
    streams
}

/// The client's messages that repeat nothing which the server named.
fn unprompted(trace: &Trace) -> BTreeSet<Vec<u8>> {
    let messages = |side| {
        trace.events.iter().filter(move |event| event.side() == side).filter_map(|event| {
            match &event.what {
                Some(What::Message(message)) => Some(&message.payload),
                _ => None,
            }
        })
    };
    let named: BTreeSet<String> =
        messages(Side::Server).flat_map(|payload| sessions(payload)).flat_map(names).collect();
    let repeats = |payload: &[u8]| {
        named.iter().any(|name| payload.windows(name.len()).any(|part| part == name.as_bytes()))
    };
    messages(Side::Client).filter(|payload| !repeats(payload)).cloned().collect()
}

/// The sessions of an answer, to Get or to List: both have them in their first field.
fn sessions(payload: &[u8]) -> Vec<Session> {
    ListSessionsResponse::decode(payload).map(|list| list.sessions).unwrap_or_default()
}

fn names(session: Session) -> Vec<String> {
    let id = session.meta.and_then(|meta| meta.id).unwrap_or_default();
    let kind = session.spec.unwrap_or_default().kind;
    let names = [id.name, id.primitive.unwrap_or_default().id, kind];
    names.into_iter().filter(|name| !name.is_empty()).collect()
}

fn sent(seed: u64, jobs: usize) -> Sent {
    let recording = Recording::default();
    let run = Conformance::of_reference(Faults::default()).seed(seed).jobs(jobs).timeout(TIMEOUT);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(run.run_telling(&recording)).expect("the reference answers");
    recording.0.into_inner().expect("no thread panics")
}

#[test]
fn the_same_seed_sends_the_same_bytes() {
    let [one, other, third] = std::thread::scope(|scope| {
        let runs =
            [(11, 8), (11, 3), (12, 8)].map(|(seed, jobs)| scope.spawn(move || sent(seed, jobs)));
        runs.map(|run| run.join().expect("no thread panics"))
    });
    assert!(one.keys().eq(other.keys()));
    for (id, said) in &one {
        assert!(said.agrees(&other[id]), "{id}:\n{said:?}\n{:?}", other[id]);
    }
    for room in ["agent", "atomix-session", "jina", "neofs-session"] {
        let mut of_room = one.iter().filter(|(id, _)| room_of(id) == room);
        let changes = of_room.any(|(id, said)| !said.agrees(&third[id]));
        assert!(changes, "{room}: the seed changes nothing");
    }
}
