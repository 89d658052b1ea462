//! Checks of what every response owes. Each makes two plain calls of its own; the run adds what it
//! saw on all the others.

use http::HeaderMap;

use super::clauses::{
    DETAILS_AGREE, FLAG_MATCHES_ENCODING, FRAMES_WHOLE, HTTP_200, MESSAGE_ENCODING, NO_BARE_RESET,
    NO_MESSAGE_WITH_OK, ONE_MESSAGE_ON_UNARY, ONE_STATUS, RESPONSE_CONTENT_TYPE,
    STATUS_IN_TRAILERS,
};
use super::passive;
use crate::check::{Check, Manner, Stop};
use crate::cx::Cx;
use crate::model::Clause;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: HTTP_200.id,
        clause: &HTTP_200,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(judged(cx, &HTTP_200)),
    },
    Check {
        id: NO_BARE_RESET.id,
        clause: &NO_BARE_RESET,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(judged(cx, &NO_BARE_RESET)),
    },
    Check {
        id: RESPONSE_CONTENT_TYPE.id,
        clause: &RESPONSE_CONTENT_TYPE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(judged(cx, &RESPONSE_CONTENT_TYPE)),
    },
    Check {
        id: ONE_STATUS.id,
        clause: &ONE_STATUS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(judged(cx, &ONE_STATUS)),
    },
    Check {
        id: STATUS_IN_TRAILERS.id,
        clause: &STATUS_IN_TRAILERS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(judged(cx, &STATUS_IN_TRAILERS)),
    },
    Check {
        id: MESSAGE_ENCODING.id,
        clause: &MESSAGE_ENCODING,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(judged(cx, &MESSAGE_ENCODING)),
    },
    Check {
        id: NO_MESSAGE_WITH_OK.id,
        clause: &NO_MESSAGE_WITH_OK,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(judged(cx, &NO_MESSAGE_WITH_OK)),
    },
    Check {
        id: FLAG_MATCHES_ENCODING.id,
        clause: &FLAG_MATCHES_ENCODING,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(judged(cx, &FLAG_MATCHES_ENCODING)),
    },
    Check {
        id: ONE_MESSAGE_ON_UNARY.id,
        clause: &ONE_MESSAGE_ON_UNARY,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(judged(cx, &ONE_MESSAGE_ON_UNARY)),
    },
    Check {
        id: FRAMES_WHOLE.id,
        clause: &FRAMES_WHOLE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(judged(cx, &FRAMES_WHOLE)),
    },
    Check {
        id: DETAILS_AGREE.id,
        clause: &DETAILS_AGREE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(judged(cx, &DETAILS_AGREE)),
    },
];

/// One valid call and one that nobody serves, both judged.
async fn judged(cx: &mut Cx, clause: &'static Clause) -> Result<(), Stop> {
    let deadline = cx.deadline();
    if let Some(subject) = cx.subjects().ended_ok().cloned() {
        let request = subject.request(cx.rng());
        cx.unary_payload(&subject.path, &request).await?;
    }
    // With accept-encoding, so that a server that likes to compress does.
    let mut headers = HeaderMap::new();
    headers.insert("grpc-accept-encoding", http::HeaderValue::from_static("identity,gzip"));
    let connection = cx.connection().await?;
    connection.call(super::NO_SUCH_METHOD, &headers, deadline).await.finish().await;

    let judged = passive::judge(&cx.recorder().trace());
    let offence = judged.offences.into_iter().find(|(broken, _)| std::ptr::eq(*broken, clause));
    match offence {
        Some((_, finding)) => Err(finding.into()),
        None if judged.exercised.iter().any(|kept| std::ptr::eq(*kept, clause)) => Ok(()),
        None => Err(Stop::Skip(
            "no response of the run had anything that the clause speaks of".to_owned(),
        )),
    }
}
