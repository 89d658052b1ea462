//! The check of the status codes with which calls are refused.

use wirecheck_proto::jina::SpawnRequest;

use super::clauses::NEVER_UNKNOWN;
use super::driver::{any_search, ask, serves, stream, with_documents};
use super::oracle::{CALL_UNARY, SPAWN};
use super::spawn::pea;
use crate::check::{Check, Manner, Stop};
use crate::cx::Cx;
use crate::expect;
use crate::status::{Code, End};

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
            for (what, end) in refusable(cx).await? {
                let expected =
                    format!("{what} to be refused with a code other than UNKNOWN (2), if at all");
                expect::that(end.code() != Some(Code::Unknown), expected, end.to_string())?;
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
async fn refusable(cx: &mut Cx) -> Result<Vec<(&'static str, End)>, Stop> {
    let mut ends = vec![("a request without a body", ask(cx, None).await?.answer.end)];
    let mut requests = with_documents(cx, 3);
    requests[1].body = None;
    ends.push(("a stream with a request without a body", stream(cx, &requests).await?.end));
    // The last byte lies in the search: no reader finds a whole request in what is left.
    let mut cut = any_search(cx.rng());
    cut.pop();
    ends.push(("a request that is cut short", cx.unary_payload(CALL_UNARY, &cut).await?.end));
    let cut = [b'"', 4, b'c', b'u', b't'];
    ends.push(("a SpawnRequest that is cut short", cx.unary_payload(SPAWN, &cut).await?.end));
    for (what, body) in
        [("a SpawnRequest without a body", None), ("a pea without args", Some(pea(&[])))]
    {
        let request = SpawnRequest { body, ..SpawnRequest::default() };
        ends.push((what, cx.unary(SPAWN, &request).await?.end));
    }
    Ok(ends)
}
