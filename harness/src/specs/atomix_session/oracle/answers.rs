//! Clauses that one answer alone can break.

use std::collections::BTreeSet;

use wirecheck_proto::atomix::runtime::v1::Session;

use super::Judgement;
use super::looks::{Asked, Id, Look, Told, id, state_name};
use crate::model::Finding;
use crate::specs::atomix_session::clauses;
use crate::status::Code;

pub(super) fn judge(looks: &[Look]) -> Vec<Judgement> {
    vec![
        id_echoed(looks),
        missing_id_refused(looks),
        missing_id_is_invalid(looks),
        session_present(looks),
        session_complete(looks),
        sessions_identified(looks),
        ids_unique(looks),
        type_filters(looks),
        config_type_url(looks),
        state_in_enum(looks),
    ]
}

/// The Gets that named a session and ended with OK.
fn got(looks: &[Look]) -> impl Iterator<Item = (&Look, &Id, Option<&Session>)> {
    looks.iter().filter_map(|look| match (&look.asked, &look.told) {
        (Asked::Get(asked), Told::Session(session)) if !asked.name.is_empty() => {
            Some((look, asked, session.as_ref()))
        }
        _ => None,
    })
}

fn id_echoed(looks: &[Look]) -> Judgement {
    let mut judgement =
        Judgement::new(&clauses::ID_ECHOED, "no GetSession brought a session with its meta");
    for (look, asked, session) in got(looks) {
        let Some(meta) = session.and_then(|session| session.meta.as_ref()) else { continue };
        let told = meta.id.as_ref().map(Id::from);
        let finding = (told.as_ref() != Some(asked)).then(|| {
            let told = told.map_or_else(|| "no meta.id".to_owned(), |id| format!("meta.id {id}"));
            let actual = format!("OK (0), and a session with {told}");
            Finding::new(format!("GetSession of {asked} to answer with that id"), actual)
                .marking([look.event])
        });
        judgement.judge(finding);
    }
    judgement
}

/// The Gets that named no session, each with its end.
fn missing_ids(looks: &[Look]) -> impl Iterator<Item = &Look> {
    looks.iter().filter(|look| matches!(&look.asked, Asked::Get(asked) if asked.name.is_empty()))
}

fn missing_id_refused(looks: &[Look]) -> Judgement {
    let mut judgement =
        Judgement::new(&clauses::MISSING_ID_REFUSED, "no GetSession was without an id");
    for look in missing_ids(looks) {
        let finding = matches!(look.told, Told::Session(_)).then(|| {
            let expected = "a GetSession that names no session to be refused: the call ends with a status other than OK";
            Finding::new(expected, "OK (0) and a GetSessionResponse").marking([look.event])
        });
        judgement.judge(finding);
    }
    judgement
}

fn missing_id_is_invalid(looks: &[Look]) -> Judgement {
    const FITTING: [Code; 3] =
        [Code::InvalidArgument, Code::DeadlineExceeded, Code::ResourceExhausted];
    let mut judgement = Judgement::new(
        &clauses::MISSING_ID_IS_INVALID,
        "no GetSession without an id was refused with a status",
    );
    for look in missing_ids(looks) {
        let Told::Refused(Some(code)) = look.told else { continue };
        let finding = (!FITTING.contains(&code)).then(|| {
            let expected =
                "a GetSession that names no session to be refused with INVALID_ARGUMENT (3)";
            Finding::new(expected, code.to_string()).marking([look.event])
        });
        judgement.judge(finding);
    }
    judgement
}

fn session_present(looks: &[Look]) -> Judgement {
    let mut judgement = Judgement::new(&clauses::SESSION_PRESENT, "no GetSession ended with OK");
    for (look, asked, session) in got(looks) {
        let lacks = match session {
            None => Some("a GetSessionResponse without a session"),
            Some(Session { meta: None, .. }) => Some("a session without meta"),
            Some(_) => None,
        };
        judgement.judge(lacks.map(|lacks| {
            let expected = format!("GetSession of {asked} to bring a session with meta");
            Finding::new(expected, format!("OK (0), and {lacks}")).marking([look.event])
        }));
    }
    judgement
}

fn session_complete(looks: &[Look]) -> Judgement {
    let mut judgement =
        Judgement::new(&clauses::SESSION_COMPLETE, "no GetSession brought a session");
    for (look, asked, session) in got(looks) {
        let Some(session) = session else { continue };
        let lacks = match (&session.spec, &session.status) {
            (Some(_), Some(_)) => None,
            (None, Some(_)) => Some("no spec"),
            (Some(_), None) => Some("no status"),
            (None, None) => Some("neither spec nor status"),
        };
        judgement.judge(lacks.map(|lacks| {
            let expected = format!("GetSession of {asked} to bring a session with spec and status");
            Finding::new(expected, format!("a session with {lacks}")).marking([look.event])
        }));
    }
    judgement
}

/// The lists that ended with OK.
fn listed(looks: &[Look]) -> impl Iterator<Item = (&Look, &str, &[Session])> {
    looks.iter().filter_map(|look| match (&look.asked, &look.told) {
        (Asked::List { kind, .. }, Told::Sessions(sessions)) => {
            Some((look, kind.as_str(), sessions.as_slice()))
        }
        _ => None,
    })
}

fn sessions_identified(looks: &[Look]) -> Judgement {
    let mut judgement =
        Judgement::new(&clauses::SESSIONS_IDENTIFIED, "ListSessions shows no session");
    for (look, _, sessions) in listed(looks).filter(|(_, _, sessions)| !sessions.is_empty()) {
        let nameless = sessions.iter().filter(|session| id(session).is_none()).count();
        judgement.judge((nameless > 0).then(|| {
            let actual = format!("a list of {} sessions, {nameless} without it", sessions.len());
            Finding::new("every session of a list to have meta.id with a name", actual)
                .marking([look.event])
        }));
    }
    judgement
}

fn ids_unique(looks: &[Look]) -> Judgement {
    let mut judgement =
        Judgement::new(&clauses::IDS_UNIQUE, "ListSessions shows no session with an id");
    for (look, _, sessions) in listed(looks) {
        let ids: Vec<Id> = sessions.iter().filter_map(id).collect();
        if ids.is_empty() {
            continue;
        }
        let mut seen = BTreeSet::new();
        let twice = ids.iter().find(|id| !seen.insert(*id));
        judgement.judge(twice.map(|id| {
            let actual = format!("a list of {} sessions with {id} in it twice", sessions.len());
            Finding::new("no id to stand twice in one list", actual).marking([look.event])
        }));
    }
    judgement
}

fn type_filters(looks: &[Look]) -> Judgement {
    let mut judgement =
        Judgement::new(&clauses::TYPE_FILTERS, "no list by a type that was tried shows a session");
    let typed =
        listed(looks).filter(|(_, kind, sessions)| !kind.is_empty() && !sessions.is_empty());
    for (look, asked, sessions) in typed {
        let kind = |session: &Session| session.spec.as_ref().map(|spec| spec.kind.clone());
        let other = sessions.iter().map(kind).find(|kind| kind.as_deref() != Some(asked));
        judgement.judge(other.map(|kind| {
            let kind = kind.map_or_else(
                || "without a spec".to_owned(),
                |kind| format!("of the kind {kind:?}"),
            );
            let watch = matches!(look.asked, Asked::List { watch: true, .. });
            let call = if watch { "watch" } else { "list" };
            let expected =
                format!("a {call} by the type {asked:?} to show only sessions with that spec.kind");
            let actual = format!("a list of {} sessions, one of them {kind}", sessions.len());
            Finding::new(expected, actual).marking([look.event])
        }));
    }
    judgement
}

fn config_type_url(looks: &[Look]) -> Judgement {
    let mut judgement = Judgement::new(&clauses::CONFIG_TYPE_URL, "no session shows a config");
    let sessions = looks.iter().flat_map(|look| look.sessions().iter().map(move |s| (look, s)));
    for (look, session) in sessions {
        let config = session.spec.as_ref().and_then(|spec| spec.config.as_ref());
        // An Any with nothing in it says that there is no config.
        let Some(config) = config.filter(|any| !any.type_url.is_empty() || !any.value.is_empty())
        else {
            continue;
        };
        let named = config.type_url.rsplit_once('/').is_some_and(|(_, name)| !name.is_empty());
        judgement.judge((!named).then(|| {
            let expected = "a config's type_url to have the name of a type after its last slash";
            let actual = format!("the type_url {:?}", config.type_url);
            Finding::new(expected, actual).marking([look.event])
        }));
    }
    judgement
}

fn state_in_enum(looks: &[Look]) -> Judgement {
    let mut judgement = Judgement::new(&clauses::STATE_IN_ENUM, "no session shows a status");
    let sessions = looks.iter().flat_map(|look| look.sessions().iter().map(move |s| (look, s)));
    for (look, session) in sessions {
        let Some(status) = &session.status else { continue };
        let known = (0..=4).contains(&status.state);
        judgement.judge((!known).then(|| {
            let whose = id(session).map_or_else(|| "a session".to_owned(), |id| id.to_string());
            let expected = "every state to be one of NONE (0), OPENING (1), OPENED (2), CLOSING (3) and CLOSED (4)";
            let actual = format!("{whose} in the state {}", state_name(status.state));
            Finding::new(expected, actual).marking([look.event])
        }));
    }
    judgement
}
