//! Checks of ListSessions without watch.

use super::clauses::*;
use super::driver::{
    KINDS, answer_to_list, bare, discover, get, gettable, holds, list, listed, under,
};
use crate::check::{Check, Manner, Stop};
use crate::cx::Cx;
use crate::expect;
use crate::model::Clause;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "atomix-session/list/answered",
        clause: &LIST_ANSWERED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let answer = answer_to_list(cx, "").await?;
                listed(&answer, "ListSessions without a type").map(drop)
            })
        },
    },
    Check {
        id: "atomix-session/list/sessions-identified",
        clause: &SESSIONS_IDENTIFIED,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(list_all_ways(cx, &SESSIONS_IDENTIFIED)),
    },
    Check {
        id: "atomix-session/list/ids-unique",
        clause: &IDS_UNIQUE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(list_all_ways(cx, &IDS_UNIQUE)),
    },
    Check {
        id: "atomix-session/list/listed-can-be-got",
        clause: &LISTED_CAN_BE_GOT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let found = discover(cx).await?;
                // A list behind every few Gets, so that one that went in between is known to have gone.
                for ids in found.ids.chunks(KINDS) {
                    for id in ids {
                        get(cx, id.clone()).await?;
                    }
                    if let Some(view) = &found.view {
                        list(cx, view).await?;
                    }
                }
                holds(cx, &LISTED_CAN_BE_GOT)
            })
        },
    },
    Check {
        id: "atomix-session/list/listed-can-be-got-with-an-empty-primitive",
        clause: &LISTED_CAN_BE_GOT,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let id = gettable(cx, bare, "session without a primitive").await?;
                // On the wire a primitive without an id is there; it names no more than none.
                get(cx, under(&id, Some(""))).await?;
                let view = discover(cx).await?.view.unwrap_or_default();
                list(cx, &view).await?;
                holds(cx, &LISTED_CAN_BE_GOT)
            })
        },
    },
    Check {
        id: "atomix-session/list/type-filters",
        clause: &TYPE_FILTERS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(list_all_ways(cx, &TYPE_FILTERS)),
    },
    Check {
        id: "atomix-session/list/all-covers-types",
        clause: &ALL_COVERS_TYPES,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| Box::pin(list_all_ways(cx, &ALL_COVERS_TYPES)),
    },
    Check {
        id: "atomix-session/list/unknown-type-empty",
        clause: &UNKNOWN_TYPE_EMPTY,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                // Where no list shows a session, an empty one proves nothing.
                discover(cx).await?;
                let kind = cx.uuid().to_string();
                let answer = answer_to_list(cx, &kind).await?;
                let listed = listed(&answer, "a list by a type that no session has")?;
                let count = listed.sessions.len();
                let expected = "an empty list by a type that no session has";
                expect::that(count == 0, expected, format!("a list of {count} sessions"))
            })
        },
    },
];

/// The list by each of the types there are, before and after the list without a type.
async fn list_all_ways(cx: &mut Cx, clause: &Clause) -> Result<(), Stop> {
    let found = discover(cx).await;
    for kind in found.as_ref().map_or(&[][..], |found| &found.kinds) {
        list(cx, kind).await?;
        answer_to_list(cx, "").await?;
        list(cx, kind).await?;
    }
    match holds(cx, clause) {
        // Why nothing could be judged.
        Err(Stop::Skip(lacking)) => found.and(expect::skip(lacking)),
        judged => judged,
    }
}
