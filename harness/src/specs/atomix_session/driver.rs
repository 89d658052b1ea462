//! Typed calls, and the sessions of the target as far as they can be found.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message as _;
use rand::Rng as _;
use rand_chacha::ChaCha12Rng;
use wirecheck_proto::atomix::runtime::v1::{
    GetSessionRequest, GetSessionResponse, ListSessionsRequest, ListSessionsResponse, PrimitiveId,
    Session, SessionId,
};

use super::oracle;
use super::oracle::looks::{self, GET, Id, LIST, Shown};
use crate::check::Stop;
use crate::client::{Answer, Call};
use crate::cx::Cx;
use crate::expect;
use crate::model::Clause;
use crate::specs::Probe;
use crate::status::{Code, End};

/// How many of a target's sessions and kinds one check goes through.
pub(super) const SESSIONS: usize = 64;
pub(super) const KINDS: usize = 8;

/// A list, which any target answers, and a Get of nobody's session.
pub(super) const PROBES: &[Probe] = &[
    Probe { path: LIST, request: |_, _| Vec::new(), echoed: None, half_close: true },
    Probe { path: GET, request: |_, rng| nobodys(rng), echoed: None, half_close: true },
];

fn nobodys(rng: &mut ChaCha12Rng) -> Vec<u8> {
    let mut bytes = [0; 16];
    rng.fill_bytes(&mut bytes);
    let name = uuid::Builder::from_random_bytes(bytes).into_uuid().to_string();
    get_request(SessionId { name, primitive: None }).encode_to_vec()
}

/// A GetSession of this id.
pub(super) fn get_request(id: SessionId) -> GetSessionRequest {
    GetSessionRequest { session_id: Some(id) }
}

/// Whether it has none, or an empty one.
pub(super) fn bare(id: &SessionId) -> bool {
    id.primitive.as_ref().is_none_or(|primitive| primitive.id.is_empty())
}

/// Whether it has one.
pub(super) fn owned(id: &SessionId) -> bool {
    !bare(id)
}

/// The id with this primitive, or without one.
pub(super) fn under(id: &SessionId, primitive: Option<&str>) -> SessionId {
    let primitive = primitive.map(|id| PrimitiveId { id: id.to_owned() });
    SessionId { name: id.name.clone(), primitive }
}

pub(super) async fn get(cx: &mut Cx, id: SessionId) -> Result<Answer, Stop> {
    cx.unary(GET, &get_request(id)).await
}

/// A ListSessions, sent to its end and not yet answered.
pub(super) async fn open_list(cx: &mut Cx, kind: &str, watch: bool) -> Result<Call, Stop> {
    let mut call = cx.call(LIST).await?;
    call.send(&ListSessionsRequest { r#type: kind.to_owned(), watch });
    call.half_close();
    Ok(call)
}

pub(super) async fn answer_to_list(cx: &mut Cx, kind: &str) -> Result<Answer, Stop> {
    Ok(open_list(cx, kind, false).await?.rest().await)
}

/// A list has to be answered; `what` names it.
pub(super) fn listed(answer: &Answer, what: &str) -> Result<ListSessionsResponse, Stop> {
    let expected = format!("{what} to end with OK (0) and a ListSessionsResponse");
    expect::that(answer.end.is_ok(), expected, answer.end.to_string())?;
    expect::answered(answer, "ListSessionsResponse")
}

/// The sessions of a list on the way to what the check is about: where it brings none, the check says
/// nothing.
pub(super) async fn list(cx: &mut Cx, kind: &str) -> Result<Vec<Session>, Stop> {
    let answer = answer_to_list(cx, kind).await?;
    if let End::Lost(_) | End::Silence(_) | End::Flood(_) = answer.end {
        return Err(Stop::Broken(format!("ListSessions brought {}", answer.end)));
    }
    match listed(&answer, "ListSessions") {
        Ok(list) => Ok(list.sessions),
        Err(Stop::Fail(finding)) => {
            expect::skip(format!("ListSessions brought {}", finding.actual))
        }
        Err(other) => Err(other),
    }
}

/// Sessions by their ids, as lists are compared.
pub(super) fn shown(sessions: &[Session]) -> BTreeMap<Id, Shown> {
    let pair = |session| Some((looks::id(session)?, Shown::of(session)?));
    sessions.iter().filter_map(pair).collect()
}

/// What the target hosts, as far as it tells or the user told.
#[derive(Debug)]
pub(super) struct Found {
    /// The type whose list shows the sessions: none, unless the target does not answer that list.
    /// `None` where only the user knows of sessions.
    pub(super) view: Option<String>,
    /// The ids of all sessions, spelled as they came.
    pub(super) ids: Vec<SessionId>,
    /// Types to list by.
    pub(super) kinds: Vec<String>,
}

/// Finds the target's sessions, of which there is at least one.
pub(super) async fn discover(cx: &mut Cx) -> Result<Found, Stop> {
    let config = cx.config().atomix_session.clone();
    let mut listed = Vec::new();
    let mut unlisted = None;
    let views = std::iter::once(String::new()).chain(config.types.iter().cloned());
    let mut view = None;
    for kind in views.take(1 + KINDS) {
        match list(cx, &kind).await {
            Ok(sessions) => listed = sessions,
            Err(Stop::Skip(reason)) => {
                unlisted.get_or_insert(reason);
                continue;
            }
            Err(other) => return Err(other),
        }
        view = (!listed.is_empty()).then_some(kind);
        // The list without a type is to show all there are, so no other is asked where it is answered.
        if view.is_some() || unlisted.is_none() {
            break;
        }
    }
    let known = config.sessions.iter().map(|session| SessionId {
        name: session.name.clone(),
        primitive: (!session.primitive.is_empty())
            .then(|| PrimitiveId { id: session.primitive.clone() }),
    });
    // Those that close last come first: the others may go before they are asked for.
    listed.sort_by_key(|session| session.status.map(|status| status.state));
    let ids = listed.iter().filter(|session| looks::id(session).is_some());
    let ids = ids.filter_map(|session| session.meta.clone()?.id).take(SESSIONS);
    let ids: Vec<_> = ids.chain(known.take(SESSIONS)).collect();
    if ids.is_empty() {
        let (why, hint) = match unlisted {
            Some(why) => (why, "name types to list by, or sessions"),
            None => ("ListSessions shows no session".to_owned(), "name one that exists"),
        };
        return expect::skip(format!("{why}; [atomix-session] in the configuration may {hint}"));
    }
    let kinds = listed.iter().filter_map(|session| session.spec.clone()).map(|spec| spec.kind);
    let kinds: BTreeSet<_> = kinds.chain(config.types).filter(|kind| !kind.is_empty()).collect();
    let kinds = kinds.into_iter().take(KINDS).collect();
    Ok(Found { view, ids, kinds })
}

/// A session that could be got just now: the valid twin of what is to be refused. `fits` says which.
pub(super) async fn gettable(
    cx: &mut Cx,
    fits: impl Fn(&SessionId) -> bool,
    what: &str,
) -> Result<SessionId, Stop> {
    let found = discover(cx).await?;
    let mut last = None;
    for id in found.ids.into_iter().filter(fits).take(KINDS) {
        let answer = get(cx, id.clone()).await?;
        let got = expect::answered::<GetSessionResponse>(&answer, "GetSessionResponse");
        if got.is_ok_and(|got| got.session.is_some()) {
            return Ok(id);
        }
        last = Some(answer.end);
    }
    match last {
        Some(end) => {
            expect::skip(format!("no {what} can be got, so a refusal proves nothing: {end}"))
        }
        None => expect::skip(format!("ListSessions shows no {what}")),
    }
}

/// Any session will do.
pub(super) async fn any_gettable(cx: &mut Cx) -> Result<SessionId, Stop> {
    gettable(cx, |_| true, "session").await
}

/// A request that has to be refused, and is, if `twin` shows that a right one would not be.
pub(super) async fn refuses(
    cx: &mut Cx,
    twin: Result<SessionId, Stop>,
    request: &GetSessionRequest,
    what: &str,
) -> Result<(), Stop> {
    let answer = cx.unary(GET, request).await?;
    expect::refused(&answer.end, what)?;
    twin.map(drop)
}

/// Each of these requests is refused with this code, and that counts if a right one is not refused.
pub(super) async fn refuses_with(
    cx: &mut Cx,
    code: Code,
    requests: Vec<(GetSessionRequest, &str)>,
) -> Result<(), Stop> {
    let twin = any_gettable(cx).await;
    for (request, what) in requests {
        let answer = cx.unary(GET, &request).await?;
        expect::code(&answer.end, &[code], what)?;
    }
    twin.map(drop)
}

/// What all that was said so far makes of a clause.
pub(super) fn holds(cx: &Cx, clause: &Clause) -> Result<(), Stop> {
    let judged = oracle::judge(&cx.recorder().trace()).into_iter();
    match judged.into_iter().find(|judged| judged.clause.id == clause.id) {
        Some(oracle::Judgement { finding: Some(finding), .. }) => Err(finding.into()),
        Some(oracle::Judgement { exercised: 0, lacking, .. }) => expect::skip(lacking),
        Some(_) => Ok(()),
        None => Err(Stop::Broken(format!("no oracle judges {}", clause.id))),
    }
}
