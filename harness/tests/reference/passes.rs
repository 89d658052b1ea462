//! The reference server passes everything, and the same seed sends it the same bytes.

use std::collections::BTreeMap;
use std::sync::Mutex;

use wirecheck::Conformance;
use wirecheck::model::{CheckResult, Verdict};
use wirecheck::run::Progress;
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Side, Trace};
use wirecheck_reference::Faults;

#[test]
fn everything_passes_and_nothing_is_skipped_but_what_is_destructive() {
    let run = Conformance::of_reference(Faults::default()).strict(true);
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

/// What the client sent, check by check, stream by stream.
type Sent = BTreeMap<String, BTreeMap<u32, Vec<String>>>;

#[derive(Default)]
struct Recording(Mutex<Sent>);

impl Progress for Recording {
    fn begins(&self, _: usize) {}
    fn judged(&self, _: &CheckResult) {}
    fn traced(&self, id: &str, trace: &Trace) {
        let mut streams: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for event in trace.events.iter().filter(|event| event.side() == Side::Client) {
            // PINGs are no part of a call.
            if !matches!(event.what, Some(What::Ping(_))) {
                streams.entry(event.stream).or_default().push(format!("{:?}", event.what));
            }
        }
        self.0.lock().expect("no thread panics").insert(id.to_owned(), streams);
    }
}

fn sent(seed: u64, jobs: usize) -> Sent {
    let recording = Recording::default();
    let run = Conformance::of_reference(Faults::default())
        .rooms(["agent", "neofs-session"])
        .seed(seed)
        .jobs(jobs);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(run.run_telling(&recording)).expect("the reference answers");
    recording.0.into_inner().expect("no thread panics")
}

#[test]
fn the_same_seed_sends_the_same_bytes() {
    let (one, other) = (sent(11, 8), sent(11, 3));
    assert!(one.keys().eq(other.keys()));
    for (id, streams) in &one {
        for (stream, said) in streams {
            let Some(again) = other[id].get(stream) else {
                panic!("{id}, stream {stream}: missing")
            };
            // What a server that has ended the stream already no longer takes is not sent.
            let both = said.len().min(again.len());
            assert_eq!(said[..both], again[..both], "{id}, stream {stream}");
        }
    }
    let third = sent(12, 8);
    assert!(one.iter().any(|(id, streams)| third[id] != *streams), "the seed changes nothing");
}
