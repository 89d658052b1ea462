//! Traces written by hand, call by call.

use wirecheck_proto::atomix::runtime::v1::{
    GetSessionRequest, GetSessionResponse, ListSessionsRequest, ListSessionsResponse, PrimitiveId,
    Session, SessionId, SessionMeta, SessionSpec, SessionStatus,
};
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Event, Header, Headers, Message, Side, Trace};

use super::super::looks::{GET, LIST};
use crate::status::Code;

/// A trace in the making.
#[derive(Default)]
pub(super) struct Talk {
    pub(super) trace: Trace,
    streams: u32,
}

impl Talk {
    fn add(&mut self, stream: u32, side: Side, what: What) {
        let connection = 1 + stream % 2;
        let event = Event { at_micros: 0, connection, stream, side: side.into(), what: Some(what) };
        self.trace.events.push(event);
    }

    /// Opens a call and says its number.
    pub(super) fn open(&mut self, path: &str, request: &impl prost::Message) -> u32 {
        self.streams += 1;
        let stream = self.streams;
        let fields = vec![Header { name: ":path".to_owned(), value: path.into() }];
        self.add(stream, Side::Client, What::Headers(Headers { fields, end_stream: false }));
        let payload = request.encode_to_vec();
        let message = Message { flag: 0, payload, end_stream: true };
        self.add(stream, Side::Client, What::Message(message));
        stream
    }

    pub(super) fn end(&mut self, stream: u32, code: Code) {
        let value = (code as u32).to_string().into_bytes();
        let fields = vec![Header { name: "grpc-status".to_owned(), value }];
        self.add(stream, Side::Server, What::Trailers(Headers { fields, end_stream: true }));
    }

    pub(super) fn answer(&mut self, stream: u32, response: &impl prost::Message) {
        let payload = response.encode_to_vec();
        let message = Message { flag: 0, payload, end_stream: false };
        self.add(stream, Side::Server, What::Message(message));
        self.end(stream, Code::Ok);
    }

    pub(super) fn open_get(&mut self, asked: &Session) -> u32 {
        let session_id = asked.meta.clone().and_then(|meta| meta.id);
        self.open(GET, &GetSessionRequest { session_id })
    }

    /// GetSession of `asked`, answered with `told`.
    pub(super) fn get_as(mut self, asked: &Session, told: Option<Session>) -> Talk {
        let stream = self.open_get(asked);
        self.answer(stream, &GetSessionResponse { session: told });
        self
    }

    pub(super) fn get(self, session: &Session) -> Talk {
        self.get_as(session, Some(session.clone()))
    }

    pub(super) fn get_refused(mut self, asked: &Session, code: Code) -> Talk {
        let stream = self.open_get(asked);
        self.end(stream, code);
        self
    }

    pub(super) fn open_list(&mut self, kind: &str, watch: bool) -> u32 {
        self.open(LIST, &ListSessionsRequest { r#type: kind.to_owned(), watch })
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
