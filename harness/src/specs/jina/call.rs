//! Checks of streams of Call: answers one to one, their end, and many requests or streams at once.

use std::collections::BTreeSet;

use wirecheck_proto::jina::Request;

use super::clauses::{
    ANSWERS_BEFORE_HALF_CLOSE, BAD_ONE_AMONG_GOOD, EMPTY_STREAM, ENDS_OK, ONE_TO_ONE,
    STREAMS_INDEPENDENT, THOUSAND_IN_FLIGHT,
};
use super::documents;
use super::driver::{
    all_answered, index, judged, ran_through, request, search, seen, stream, train, with_documents,
};
use super::oracle::{self, CALL};
use crate::check::{Check, Manner, Stop};
use crate::client::{Answer, Call, Incoming};
use crate::cx::Cx;
use crate::expect;
use crate::status::End;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "jina/call/one-to-one",
        clause: &ONE_TO_ONE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let requests = with_documents(cx, 20);
                let answer = stream(cx, &requests).await?;
                judged(cx, oracle::one_to_one)?;
                ran_through(&answer)
            })
        },
    },
    Check {
        id: "jina/call/one-to-one-at-the-ends",
        clause: &ONE_TO_ONE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let mut requests = with_documents(cx, 4);
                for (request, id) in requests.iter_mut().zip([0, 1, 1 << 31, u32::MAX]) {
                    request.request_id = id;
                }
                let answer = stream(cx, &requests).await?;
                judged(cx, oracle::one_to_one)?;
                ran_through(&answer)
            })
        },
    },
    Check {
        id: "jina/call/answers-before-half-close",
        clause: &ANSWERS_BEFORE_HALF_CLOSE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(before_half_close(cx)),
    },
    Check {
        id: "jina/call/ends-ok",
        clause: &ENDS_OK,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let requests = with_documents(cx, 5);
                let answer = stream(cx, &requests).await?;
                judged(cx, oracle::ends_ok)?;
                ran_through(&answer)?;
                all_answered(cx)
            })
        },
    },
    Check {
        id: "jina/call/empty-stream",
        clause: &EMPTY_STREAM,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let answer = stream(cx, &[]).await?;
                judged(cx, oracle::empty_stream)?;
                ran_through(&answer)?;
                // Who answers nothing anyway is silent for another reason.
                let requests = with_documents(cx, 2);
                ran_through(&stream(cx, &requests).await?)?;
                all_answered(cx)
            })
        },
    },
    Check {
        id: "jina/call/bad-one-among-good",
        clause: &BAD_ONE_AMONG_GOOD,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let good = with_documents(cx, 5);
                let answer = stream(cx, &good).await?;
                ran_through(&answer)?;
                if judged(cx, oracle::one_to_one).is_err()
                    || judged(cx, oracle::valid_is_no_error).is_err()
                {
                    return expect::skip(
                        "on a stream of good requests alone not all are answered well either",
                    );
                }
                let mut requests = with_documents(cx, 5);
                requests[2].body = None;
                let answer = stream(cx, &requests).await?;
                judged(cx, oracle::bad_one_among_good)?;
                ran_through(&answer)
            })
        },
    },
    Check {
        id: "jina/call/thousand-in-flight",
        clause: &THOUSAND_IN_FLIGHT,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| Box::pin(thousand(cx)),
    },
    Check {
        id: "jina/call/streams-independent",
        clause: &STREAMS_INDEPENDENT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(side_by_side(cx)),
    },
];

/// The second time the first answer is out already, so there is no buffer to be filled first.
async fn before_half_close(cx: &mut Cx) -> Result<(), Stop> {
    let mut call = cx.call(CALL).await?;
    for request in with_documents(cx, 2) {
        call.send(&request);
        match answer_under(&mut call, request.request_id).await {
            None => {}
            Some(end @ End::Silence(_)) => {
                let expected = "an answer to a request before the client half-closes";
                return expect::that(false, expected, end.to_string());
            }
            Some(end) => {
                ran_through(&Answer { messages: Vec::new(), end })?;
                return expect::skip("the stream ended without an answer");
            }
        }
    }
    call.finish().await;
    Ok(())
}

/// Waits for an answer under this id, past whatever else comes; how the stream ended where none came.
async fn answer_under(call: &mut Call, id: u32) -> Option<End> {
    loop {
        match call.next().await {
            Incoming::Message(message) => {
                let answer = message.read::<Request>();
                if answer.is_ok_and(|answer| answer.request_id == id) {
                    return None;
                }
            }
            Incoming::End(end) => return Some(end),
        }
    }
}

/// All are sent before the first answer is read. Documents are collected, not indexed: searches
/// elsewhere in the run need not wade through them.
async fn thousand(cx: &mut Cx) -> Result<(), Stop> {
    const MANY: usize = 1_000;
    let few = with_documents(cx, 5);
    let answer = stream(cx, &few).await?;
    if answered(&few, &answer) < few.len() {
        return expect::skip("a stream of 5 requests is not answered in full either");
    }
    let docs = documents::texts(cx.rng(), MANY).into_iter();
    let bodies: Vec<_> = docs.map(|document| train(vec![document], false)).collect();
    let many: Vec<_> = bodies.into_iter().map(|body| request(cx, body)).collect();
    let answer = stream(cx, &many).await?;
    let count = answered(&many, &answer);
    let expected = format!("{MANY} requests on one stream to be all answered, then OK (0)");
    let actual = format!("{count} of them answered, then {}", answer.end);
    expect::that(answer.end.is_ok() && count == MANY, expected, actual)
}

/// How many of the requests have an answer under their id.
fn answered(requests: &[Request], answer: &Answer) -> usize {
    let came = answer.messages.iter().map(|message| message.read::<Request>());
    let came: BTreeSet<u32> = came.filter_map(|it| Some(it.ok()?.request_id)).collect();
    requests.iter().filter(|request| came.contains(&request.request_id)).count()
}

/// Three streams, two of them on one connection, ask under the same ids for different things.
async fn side_by_side(cx: &mut Cx) -> Result<(), Stop> {
    let elsewhere = cx.connect().await?;
    let far = elsewhere.call(CALL, &http::HeaderMap::new(), cx.deadline()).await;
    let mut calls = [cx.call(CALL).await?, cx.call(CALL).await?, far];
    let mut asked = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..4 {
        let id = documents::id(cx.rng());
        let mut docs = || documents::texts(cx.rng(), 1);
        let bodies = [index(docs()), search(docs(), 1), index(docs())];
        for ((call, asked), body) in calls.iter_mut().zip(&mut asked).zip(bodies) {
            let request = Request { request_id: id, body: Some(body), status: None };
            call.send(&request);
            asked.push(request);
        }
    }
    // All are half-closed before the first is read to its end.
    calls.iter_mut().for_each(Call::half_close);
    let mut answers = Vec::new();
    for call in &mut calls {
        answers.push(call.rest().await);
    }
    judged(cx, oracle::streams_independent)?;
    answers.iter().try_for_each(ran_through)?;
    let mut pairs = asked.iter().zip(&answers);
    let all = pairs.all(|(asked, answer)| answered(asked, answer) == asked.len());
    seen(all, "not every request was answered")
}
