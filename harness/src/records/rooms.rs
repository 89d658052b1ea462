//! Which room judges a recorded conversation: those whose oracles know its paths.

use wirecheck_proto::wirecheck::v1::Trace;

use crate::model::{Clause, Finding};
use crate::specs::{agent, atomix_session, grpc, jina, neofs_session};
use crate::trace::streams;

/// Clauses that a trace breaks, each with a finding.
type Breaches = Vec<(&'static Clause, Finding)>;

/// What a room makes of a trace.
type Oracle = fn(&Trace) -> Breaches;

/// The beginning of the paths of a room, and its oracle. A room with an oracle adds its line here.
const ORACLES: &[(&str, Oracle)] = &[
    ("/Agent/", |trace| {
        agent::oracle::judge(trace)
            .err()
            .map(|breach| (breach.clause, *breach.finding))
            .into_iter()
            .collect()
    }),
    ("/atomix.runtime.v1.", |trace| {
        let judgements = atomix_session::oracle::judge(trace).into_iter();
        judgements.filter_map(|judged| Some((judged.clause, judged.finding?))).collect()
    }),
    ("/jina.", |trace| {
        let breaches = jina::oracle::breaches(trace, std::time::SystemTime::now()).into_iter();
        breaches.map(|breach| (breach.clause, *breach.finding)).collect()
    }),
    ("/session.Session/", |trace| {
        let breaches = neofs_session::oracle::breaches(trace).into_iter();
        breaches.map(|breach| (breach.clause, breach.finding)).collect()
    }),
    ("/", |trace| grpc::passive::judge(trace).offences),
];

/// Everything that the oracles of the trace's paths find.
pub(super) fn breaches(trace: &Trace) -> Breaches {
    let streams = streams(trace);
    let called = |path: &str| streams.iter().any(|stream| stream.path.starts_with(path));
    ORACLES.iter().filter(|(path, _)| called(path)).flat_map(|(_, oracle)| oracle(trace)).collect()
}
