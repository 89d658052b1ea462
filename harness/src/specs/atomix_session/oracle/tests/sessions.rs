//! Sessions, and whole calls about them in one line each.

use wirecheck_proto::atomix::runtime::v1::{
    GetSessionResponse, ListSessionsResponse, PrimitiveId, Session, SessionId, SessionMeta,
    SessionSpec, SessionStatus,
};

use crate::specs::atomix_session::talk::Talk;
use crate::status::Code;

/// The id in the session's meta, if any.
pub(super) fn id_of(session: &Session) -> Option<SessionId> {
    session.meta.clone().and_then(|meta| meta.id)
}

impl Talk {
    /// GetSession of `asked`, answered with `told`.
    pub(super) fn get_as(mut self, asked: &Session, told: Option<Session>) -> Talk {
        let stream = self.open_get(id_of(asked));
        self.answer(stream, &GetSessionResponse { session: told });
        self
    }

    pub(super) fn get(self, session: &Session) -> Talk {
        self.get_as(session, Some(session.clone()))
    }

    pub(super) fn get_refused(mut self, asked: &Session, code: Code) -> Talk {
        let stream = self.open_get(id_of(asked));
        self.end(stream, code);
        self
    }

    pub(super) fn list_by(mut self, kind: &str, watch: bool, sessions: &[&Session]) -> Talk {
        let stream = self.open_list(kind, watch);
        let sessions = sessions.iter().map(|session| (*session).clone()).collect();
        self.answer(stream, &ListSessionsResponse { sessions });
        self
    }

    pub(super) fn list(self, sessions: &[&Session]) -> Talk {
        self.list_by("", false, sessions)
    }
}

/// A session of the kind "lock", with a primitive, a label and a config.
pub(super) fn session(name: &str, version: u64, state: i32) -> Session {
    Session {
        meta: Some(SessionMeta {
            id: Some(SessionId {
                name: name.to_owned(),
                primitive: Some(PrimitiveId { id: "p".to_owned() }),
            }),
            version,
            labels: [("zone".to_owned(), "a".to_owned())].into(),
        }),
        spec: Some(SessionSpec {
            kind: "lock".to_owned(),
            config: Some(prost_types::Any {
                type_url: "types.example/lock.Config".to_owned(),
                value: vec![1, 2, 3],
            }),
        }),
        status: Some(SessionStatus { state }),
    }
}

/// The session, changed.
pub(super) fn with(session: &Session, change: impl FnOnce(&mut Session)) -> Session {
    let mut session = session.clone();
    change(&mut session);
    session
}

/// What a session has, all of which [`session`] gives it.
pub(super) fn meta(session: &mut Session) -> &mut SessionMeta {
    session.meta.as_mut().expect("meta")
}

pub(super) fn spec(session: &mut Session) -> &mut SessionSpec {
    session.spec.as_mut().expect("spec")
}
