//! Checks of streams of Call: answers one to one, their end, and many requests or streams at once.

use super::clauses::{
    ANSWERS_BEFORE_HALF_CLOSE, BAD_ONE_AMONG_GOOD, EMPTY_STREAM, ENDS_OK, ONE_TO_ONE,
    STREAMS_INDEPENDENT, THOUSAND_IN_FLIGHT,
};
use super::documents;
use super::driver::{
    index, judged, ran_through, request, search, seen, send_all, stream, train, with_documents,
};
use super::oracle::{self, CALL};
use crate::check::{Check, Manner, Stop};
use crate::client::{Answer, Incoming};
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
        drive: |cx| {
            Box::pin(async move {
                let mut call = cx.call(CALL).await?;
                // The second time the first answer is out already, so no buffer is to be filled.
                for _ in 0..2 {
                    let body = index(documents::texts(cx.rng(), 1));
                    call.send(&request(cx, body));
                    match call.next().await {
                        Incoming::Message(_) => {}
                        Incoming::End(end @ End::Silence(_)) => {
                            let expected = "an answer to a request before the client half-closes";
                            return expect::that(false, expected, end.to_string());
                        }
                        Incoming::End(end) => {
                            return ran_through(&Answer { messages: Vec::new(), end })
                                .and_then(|()| expect::skip("the stream ended without an answer"));
                        }
                    }
                }
                call.finish().await;
                Ok(())
            })
        },
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
                ran_through(&answer)
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
                ran_through(&answer)
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
        drive: |cx| {
            Box::pin(async move {
                const MANY: usize = 1_000;
                let few = with_documents(cx, 5);
                let answer = stream(cx, &few).await?;
                if answer.messages.len() < few.len() {
                    return expect::skip(format!(
                        "a stream of {} requests is not answered in full either",
                        few.len()
                    ));
                }
                // Collected, not indexed: searches elsewhere in the run need not wade through them.
                let mut many = Vec::new();
                for document in documents::texts(cx.rng(), MANY) {
                    many.push(request(cx, train(vec![document], false)));
                }
                let answer = stream(cx, &many).await?;
                let expected =
                    format!("{MANY} requests on one stream to be all answered, then OK (0)");
                let actual = format!("{} answers, then {}", answer.messages.len(), answer.end);
                expect::that(
                    answer.end.is_ok() && answer.messages.len() >= MANY,
                    expected,
                    actual,
                )?;
                judged(cx, oracle::one_to_one)
            })
        },
    },
    Check {
        id: "jina/call/streams-independent",
        clause: &STREAMS_INDEPENDENT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(side_by_side(cx)),
    },
];

/// Three streams, two of them on one connection, ask under the same ids for different things.
async fn side_by_side(cx: &mut Cx) -> Result<(), Stop> {
    let elsewhere = cx.connect().await?;
    let far = elsewhere.call(CALL, &http::HeaderMap::new(), cx.deadline()).await;
    let mut calls = [cx.call(CALL).await?, cx.call(CALL).await?, far];
    let ids: Vec<u32> = (0..4).map(|_| documents::id(cx.rng())).collect();
    for id in ids {
        let mut docs = || documents::texts(cx.rng(), 1);
        let bodies = [index(docs()), search(docs(), 1), index(docs())];
        for (call, body) in calls.iter_mut().zip(bodies) {
            send_all(
                call,
                &[wirecheck_proto::jina::Request {
                    request_id: id,
                    body: Some(body),
                    status: None,
                }],
            );
        }
    }
    // All are half-closed before the first is read to its end.
    calls.iter_mut().for_each(crate::client::Call::half_close);
    let mut answers = Vec::new();
    for call in &mut calls {
        answers.push(call.rest().await);
    }
    judged(cx, oracle::streams_independent)?;
    // An answer that went to the wrong stream is missing on the right one.
    judged(cx, oracle::one_to_one)?;
    judged(cx, oracle::body_kind_kept)?;
    answers.iter().try_for_each(ran_through)?;
    seen(
        answers.iter().all(|answer| !answer.messages.is_empty()),
        "a stream was not answered at all",
    )
}
