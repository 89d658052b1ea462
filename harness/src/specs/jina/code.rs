//! The check of the status codes with which calls are refused.

use wirecheck_proto::jina::SpawnRequest;

use super::clauses::NEVER_UNKNOWN;
use super::driver::{any_search, ask, serves, stream, with_documents};
use super::oracle::{CALL_UNARY, SPAWN};
use super::spawn::pea;
use crate::check::{Check, Manner, Stop};
use crate::cx::{Cx, Ended};
use crate::expect;
use crate::status::Code;

pub(super) const CHECKS: &[Check] = &[Check {
    id: "jina/code/never-unknown",
    clause: &NEVER_UNKNOWN,
    manner: Manner::Refusal,
    needs: &[],
    drive: |cx| {
        Box::pin(async move {
            let mut refused = 0;
            // First, since what follows may take all the time there is.
            let twin = serves(cx).await;
            for Ended { what, end, event } in refusable(cx).await? {
                let expected =
                    format!("{what} to be refused with a code other than UNKNOWN (2), if at all");
                let known = end.code() != Some(Code::Unknown);
                expect::marking(event, expect::that(known, expected, end.to_string()))?;
                refused += usize::from(end.code().is_some_and(|code| code != Code::Ok));
            }
            if refused == 0 {
                return expect::skip("nothing that was tried was refused with a status");
            }
            twin
        })
    },
}];

/// Everything in the room that a server may refuse, and how it ended. Spawns come last: one that
/// stays open takes all the time there is.
async fn refusable(cx: &mut Cx) -> Result<Vec<Ended>, Stop> {
    let end = ask(cx, None).await?.answer.end;
    let mut ends = vec![cx.ended("a request without a body", end)];
    let mut requests = with_documents(cx, 3);
    requests[1].body = None;
    let end = stream(cx, &requests).await?.end;
    ends.push(cx.ended("a stream with a request without a body", end));
    // The last byte lies in the search: no reader finds a whole request in what is left.
    let mut cut = any_search(cx.rng());
    cut.pop();
    let end = cx.unary_payload(CALL_UNARY, &cut).await?.end;
    ends.push(cx.ended("a request that is cut short", end));
    let cut = [b'"', 4, b'c', b'u', b't'];
    let end = cx.unary_payload(SPAWN, &cut).await?.end;
    ends.push(cx.ended("a SpawnRequest that is cut short", end));
    for (what, body) in
        [("a SpawnRequest without a body", None), ("a pea without args", Some(pea(&[])))]
    {
        let request = SpawnRequest { body, ..SpawnRequest::default() };
        let end = cx.unary(SPAWN, &request).await?.end;
        ends.push(cx.ended(what, end));
    }
    Ok(ends)
}
