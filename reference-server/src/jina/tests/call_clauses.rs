//! The clauses of Call: what comes on a stream, when, and how it ends.

use super::clauses::{Holds, erred};
use super::*;

/// What came on a stream of requests with these bodies and the ids 1, 2, 3 and on.
struct Heard {
    /// Before the half-close.
    early: Vec<Request>,
    /// After it.
    late: Vec<Request>,
    end: Result<(), Code>,
}

impl Heard {
    fn all(&self) -> impl Iterator<Item = &Request> {
        self.early.iter().chain(&self.late)
    }
}

fn stream(faults: &[Fault], bodies: impl IntoIterator<Item = Option<Body>>) -> Heard {
    let mut jina = jina(false, faults);
    let mut call = jina.open();
    let mut heard = Heard { early: Vec::new(), late: Vec::new(), end: Ok(()) };
    for (id, body) in (1..).zip(bodies) {
        let bytes = request(id, body).encode_to_vec();
        match call.receive(&bytes, &mut jina, NOW) {
            Ok(answer) => heard.early.extend(answer.messages),
            Err(refusal) => {
                heard.end = Err(refusal.code);
                return heard;
            }
        }
    }
    match call.half_close(&mut jina) {
        Ok(messages) => heard.late = messages,
        Err(refusal) => heard.end = Err(refusal.code),
    }
    heard
}

fn valid(count: u32) -> Vec<Option<Body>> {
    vec![Some(index(vec![text(1, "doc")])); count as usize]
}

fn one_bad() -> Vec<Option<Body>> {
    let mut bodies = valid(3);
    bodies[1] = None;
    bodies
}

fn answered<'a>(answers: impl Iterator<Item = &'a Request>) -> Vec<u32> {
    let mut ids: Vec<u32> = answers.map(|answer| answer.request_id).collect();
    ids.sort_unstable();
    ids
}

pub(super) const CLAUSES: &[(&str, Holds)] = &[
    ("jina/call/one-to-one", |f| answered(stream(f, valid(3)).all()) == [1, 2, 3]),
    ("jina/call/answers-before-half-close", |f| !stream(f, valid(1)).early.is_empty()),
    ("jina/call/ends-ok", |f| stream(f, valid(2)).end == Ok(())),
    ("jina/call/empty-stream", |f| {
        let heard = stream(f, []);
        heard.end == Ok(()) && heard.all().count() == 0
    }),
    ("jina/call/bad-one-among-good", |f| {
        let heard = stream(f, one_bad());
        let errors = heard.all().filter(|answer| erred(answer));
        answered(errors) == [2] && answered(heard.all()) == [1, 2, 3]
    }),
    ("jina/call/thousand-in-flight", |f| {
        let heard = stream(f, valid(1_000));
        answered(heard.all()) == (1..=1_000).collect::<Vec<_>>() && heard.end == Ok(())
    }),
    ("jina/call/streams-independent", |f| {
        let mut jina = jina(false, f);
        let mut calls = [jina.open(), jina.open()];
        [1, 2, 3].into_iter().all(|id| {
            calls.iter_mut().zip(["one", "two"]).all(|(call, word)| {
                let body = Some(index(vec![text(id, word)]));
                let bytes = request(id, body.clone()).encode_to_vec();
                let answer = call.receive(&bytes, &mut jina, NOW).expect("an answer");
                answer.messages.iter().all(|answer| answer.body == body)
            })
        })
    }),
    ("jina/status/error-is-final", |f| {
        let heard = stream(f, one_bad());
        heard.all().filter(|answer| answer.request_id == 2).count() == 1
    }),
];
