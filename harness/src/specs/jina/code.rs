//! The check of the status codes with which calls are refused.

use prost::Message as _;

use super::clauses::NEVER_UNKNOWN;
use super::driver::{any_search, ask, one_of_each, stream};
use super::oracle::{CALL_UNARY, SPAWN};
use super::spawn::{pea, spawned};
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
            for (what, end) in refusable(cx).await? {
                let expected =
                    format!("{what} to be refused with a code other than UNKNOWN (2), if at all");
                expect::that(end.code() != Some(Code::Unknown), expected, end.to_string())?;
                refused += usize::from(end.code().is_some_and(|code| code != Code::Ok));
            }
            if refused == 0 {
                return expect::skip("nothing that was tried was refused with a status");
            }
            Ok(())
        })
    },
}];

/// Everything in the room that a server may refuse, and how it ended.
async fn refusable(cx: &mut Cx) -> Result<Vec<(&'static str, End)>, Stop> {
    let mut ends = vec![("a request without a body", ask(cx, None).await?.end)];
    let mut requests = one_of_each(cx);
    requests[1].body = None;
    ends.push(("a stream with a request without a body", stream(cx, &requests).await?.end));
    ends.push(("a SpawnRequest without a body", spawned(cx, None).await?.end));
    ends.push(("a pea without args", spawned(cx, pea(&[])).await?.end));
    // Cut off within the search's documents: no reader finds a whole request in it.
    let mut cut = any_search(cx.rng());
    cut.pop();
    ends.push(("a request that is cut short", cx.unary_payload(CALL_UNARY, &cut).await?.end));
    let mut cut = wirecheck_proto::jina::SpawnRequest::default();
    cut.log_record = "cut".to_owned();
    let mut cut = cut.encode_to_vec();
    cut.pop();
    ends.push(("a SpawnRequest that is cut short", cx.unary_payload(SPAWN, &cut).await?.end));
    Ok(ends)
}
