//! Checks of what one request brings: its id, its kind of body, its documents, and success or error.

use wirecheck_proto::jina::Request;
use wirecheck_proto::jina::request::control_request::Command;

use super::clauses::{
    BODY_KIND_KEPT, DOCS_KEPT, NO_BODY_IS_AN_ERROR, PARAMETERS_KEPT, REQUEST_ID_ECHOED,
    TAGS_SURVIVE, VALID_IS_NO_ERROR,
};
use super::driver::{
    answered, ask, asked, control, docs, each_kind, index, judged, search, seen, train,
};
use super::oracle::{self, CALL_UNARY};
use super::{documents, driver};
use crate::check::{Check, Manner};
use crate::expect;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "jina/unary/request-id-echoed",
        clause: &REQUEST_ID_ECHOED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let mut came = 0;
                for request in driver::one_of_each(cx) {
                    came += cx.unary(CALL_UNARY, &request).await?.messages.len();
                }
                judged(cx, oracle::request_id_echoed)?;
                seen(came > 0, "no valid request was answered with a message")
            })
        },
    },
    Check {
        id: "jina/unary/request-id-echoed-at-the-ends",
        clause: &REQUEST_ID_ECHOED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                // Nothing on the wire for 0; a sign bit for whoever keeps it in 32 bits with one.
                let mut came = 0;
                for request_id in [0, 1 << 31, u32::MAX] {
                    let body = search(documents::texts(cx.rng(), 1), 1);
                    let request = Request { request_id, body: Some(body), status: None };
                    came += cx.unary(CALL_UNARY, &request).await?.messages.len();
                }
                judged(cx, oracle::request_id_echoed)?;
                seen(came == 3, "not every search was answered with a message")
            })
        },
    },
    Check {
        id: "jina/unary/body-kind-kept",
        clause: &BODY_KIND_KEPT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let mut good_ones = 0;
                for request in driver::one_of_each(cx) {
                    good_ones += usize::from(asked(cx, request).await?.good().is_ok());
                }
                judged(cx, oracle::body_kind_kept)?;
                seen(good_ones > 0, "no valid request was answered without an error")
            })
        },
    },
    Check {
        id: "jina/unary/parameters-kept",
        clause: &PARAMETERS_KEPT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let docs = documents::texts(cx.rng(), 2);
                let bodies = [search(docs.clone(), 3), train(docs, true), control(Command::Status)];
                let mut good_ones = 0;
                for body in bodies {
                    good_ones += usize::from(ask(cx, body).await?.good().is_ok());
                }
                judged(cx, oracle::parameters_kept)?;
                seen(good_ones > 0, "no valid request was answered without an error")
            })
        },
    },
    Check {
        id: "jina/unary/docs-kept",
        clause: &DOCS_KEPT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let mut good_ones = 0;
                for body in each_kind(&documents::rich(cx.rng())) {
                    good_ones += usize::from(ask(cx, body).await?.good().is_ok());
                }
                judged(cx, oracle::docs_kept)?;
                seen(good_ones > 0, "no request with documents was answered without an error")
            })
        },
    },
    Check {
        id: "jina/unary/docs-kept-negative-zero",
        clause: &DOCS_KEPT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                // Not the default: whoever leaves out what equals 0.0 loses its sign.
                let mut document = documents::text(cx.rng());
                (document.weight, document.mime_type) = (Some(-0.0), String::new());
                answered(cx, index(vec![document])).await?;
                judged(cx, oracle::docs_kept)
            })
        },
    },
    Check {
        id: "jina/unary/tags-survive",
        clause: &TAGS_SURVIVE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let mut tree = documents::tree(cx.rng());
                tree.tags = Some(documents::tags());
                tree.chunks[0].tags = Some(documents::tags());
                let mut came_back = false;
                for body in each_kind(&[tree.clone()]) {
                    let answer = ask(cx, body).await?.good();
                    came_back |=
                        answer.is_ok_and(|it| docs(&it).iter().any(|doc| doc.id == tree.id));
                }
                judged(cx, oracle::tags_survive)?;
                seen(came_back, "no document came back")
            })
        },
    },
    Check {
        id: "jina/unary/no-body-is-an-error",
        clause: &NO_BODY_IS_AN_ERROR,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                driver::serves(cx).await?;
                let end = ask(cx, None).await?.answer.end;
                judged(cx, oracle::no_body_is_an_error)?;
                let expected = "a request without a body to be answered with an error, or refused";
                expect::that(end.is_ok() || end.is_refusal(), expected, end.to_string())
            })
        },
    },
    Check {
        id: "jina/unary/valid-is-no-error",
        clause: &VALID_IS_NO_ERROR,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let docs = documents::texts(cx.rng(), 2);
                let kinds = each_kind(&docs).into_iter().chain([train(docs.clone(), true)]);
                let mut bad = None;
                for body in kinds {
                    bad = bad.or(ask(cx, body).await?.good().err());
                }
                judged(cx, oracle::valid_is_no_error)?;
                // Neither an error nor an answer: other clauses' matter.
                bad.map_or(Ok(()), expect::skip)
            })
        },
    },
];
