//! Checks of GetSession.

use wirecheck_proto::atomix::runtime::v1::{GetSessionRequest, GetSessionResponse, SessionId};

use super::clauses::*;
use super::driver::{
    KINDS, any_gettable, bare, discover, get, get_request, gettable, holds, owned, refuses,
    refuses_with, under,
};
use super::oracle::looks::Id;
use crate::check::{Check, Manner, Stop};
use crate::cx::Cx;
use crate::expect;
use crate::model::Clause;
use crate::status::Code;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "atomix-session/get/id-echoed",
        clause: &ID_ECHOED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(get_listed(cx, &ID_ECHOED)),
    },
    Check {
        id: "atomix-session/get/id-echoed-for-an-empty-primitive",
        clause: &ID_ECHOED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let id = gettable(cx, bare, "session without a primitive").await?;
                // On the wire a primitive without an id is there; it names no more than none.
                get(cx, under(&id, Some(""))).await?;
                holds(cx, &ID_ECHOED)
            })
        },
    },
    Check {
        id: "atomix-session/get/unknown-refused",
        clause: &UNKNOWN_REFUSED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let twin = any_gettable(cx).await;
                let request = unknown(cx, None);
                refuses(cx, twin, &request, "a GetSession of an unknown id").await
            })
        },
    },
    Check {
        id: "atomix-session/get/unknown-is-not-found",
        clause: &UNKNOWN_IS_NOT_FOUND,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let owner = cx.uuid().to_string();
                let requests = vec![
                    (unknown(cx, None), "a GetSession of an unknown id"),
                    (unknown(cx, Some(&owner)), "a GetSession of an unknown id with a primitive"),
                ];
                refuses_with(cx, Code::NotFound, requests).await
            })
        },
    },
    Check {
        id: "atomix-session/get/missing-id-refused",
        clause: &MISSING_ID_REFUSED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let twin = any_gettable(cx).await;
                refuses(cx, twin, &GetSessionRequest::default(), "a GetSession without session_id")
                    .await
            })
        },
    },
    Check {
        id: "atomix-session/get/missing-id-refused-with-an-empty-name",
        clause: &MISSING_ID_REFUSED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let twin = any_gettable(cx).await;
                let nameless = get_request(SessionId::default());
                refuses(cx, twin, &nameless, "a GetSession with an empty name in session_id").await
            })
        },
    },
    Check {
        id: "atomix-session/get/missing-id-refused-with-a-primitive-alone",
        clause: &MISSING_ID_REFUSED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let id = gettable(cx, owned, "session with a primitive").await?;
                // The primitive of a session that exists, so that only the name is missing.
                let nameless = get_request(SessionId { name: String::new(), ..id.clone() });
                refuses(
                    cx,
                    Ok(id),
                    &nameless,
                    "a GetSession with a primitive and no name in session_id",
                )
                .await
            })
        },
    },
    Check {
        id: "atomix-session/get/missing-id-is-invalid",
        clause: &MISSING_ID_IS_INVALID,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let requests = vec![
                    (GetSessionRequest::default(), "a GetSession without session_id"),
                    (
                        get_request(SessionId::default()),
                        "a GetSession with an empty name in session_id",
                    ),
                ];
                refuses_with(cx, Code::InvalidArgument, requests).await
            })
        },
    },
    Check {
        id: "atomix-session/get/session-present",
        clause: &SESSION_PRESENT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(get_listed(cx, &SESSION_PRESENT)),
    },
    Check {
        id: "atomix-session/get/session-complete",
        clause: &SESSION_COMPLETE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(get_listed(cx, &SESSION_COMPLETE)),
    },
    Check {
        id: "atomix-session/get/primitive-matters",
        clause: &PRIMITIVE_MATTERS,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let id = gettable(cx, owned, "session with a primitive").await?;
                under_another(cx, id).await
            })
        },
    },
    Check {
        id: "atomix-session/get/primitive-matters-where-there-is-none",
        clause: &PRIMITIVE_MATTERS,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let id = gettable(cx, bare, "session without a primitive").await?;
                under_another(cx, id).await
            })
        },
    },
    Check {
        id: "atomix-session/get/primitive-needed",
        clause: &PRIMITIVE_NEEDED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(name_alone(cx, None)),
    },
    Check {
        id: "atomix-session/get/primitive-needed-not-an-empty-one",
        clause: &PRIMITIVE_NEEDED,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(name_alone(cx, Some(""))),
    },
];

/// Gets sessions of the list, and holds every answer to the clause.
async fn get_listed(cx: &mut Cx, clause: &Clause) -> Result<(), Stop> {
    for id in discover(cx).await?.ids.into_iter().take(KINDS) {
        let answer = get(cx, id).await?;
        // One that has gone meanwhile is refused; that is no answer to judge.
        if !answer.end.is_refusal() {
            expect::answered::<GetSessionResponse>(&answer, "GetSessionResponse")?;
        }
    }
    holds(cx, clause)
}

/// A GetSession of a session that nobody has.
fn unknown(cx: &mut Cx, primitive: Option<&str>) -> GetSessionRequest {
    let id = SessionId { name: cx.uuid().to_string(), primitive: None };
    get_request(under(&id, primitive))
}

/// The name of a session under a primitive that is not its own.
async fn under_another(cx: &mut Cx, id: SessionId) -> Result<(), Stop> {
    let other = cx.uuid().to_string();
    let what = format!("a GetSession of {} under the primitive {other:?}", Id::from(&id));
    let request = get_request(under(&id, Some(&other)));
    refuses(cx, Ok(id), &request, &what).await
}

/// The name of a session with a primitive, where no other session bears it alone.
async fn name_alone(cx: &mut Cx, spelled: Option<&str>) -> Result<(), Stop> {
    let ids = discover(cx).await?.ids;
    let alone = |id: &SessionId| {
        let namesake = |other: &SessionId| other.name == id.name && bare(other);
        owned(id) && !ids.iter().any(namesake)
    };
    let id = gettable(cx, alone, "session with a primitive").await?;
    let what = format!("a GetSession of {} by its name alone", Id::from(&id));
    let request = get_request(under(&id, spelled));
    refuses(cx, Ok(id), &request, &what).await
}
