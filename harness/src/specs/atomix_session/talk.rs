//! Traces written call by call, by whoever plays the rules of sessions without a transport.

use wirecheck_proto::atomix::runtime::v1::{GetSessionRequest, ListSessionsRequest, SessionId};
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Event, Header, Headers, Message, Side, Trace};

use super::oracle::looks::{GET, LIST};
use crate::status::Code;

/// A conversation in the making. Calls may overlap, and go over two connections in turns.
#[derive(Clone, Debug, Default)]
pub struct Talk {
    /// What was said so far.
    pub trace: Trace,
    streams: u32,
}

impl Talk {
    /// Opens a GetSession, and says which stream it is on.
    pub fn open_get(&mut self, session_id: Option<SessionId>) -> u32 {
        self.open(GET, &GetSessionRequest { session_id })
    }

    /// Opens a ListSessions, and says which stream it is on.
    pub fn open_list(&mut self, kind: &str, watch: bool) -> u32 {
        self.open(LIST, &ListSessionsRequest { r#type: kind.to_owned(), watch })
    }

    /// Opens a call with this request, and says which stream it is on.
    pub fn open(&mut self, path: &str, request: &impl prost::Message) -> u32 {
        self.streams += 1;
        let fields = vec![Header { name: ":path".to_owned(), value: path.into() }];
        let headers = What::Headers(Headers { fields, end_stream: false });
        self.add(self.streams, Side::Client, headers);
        self.add(self.streams, Side::Client, message(request));
        self.streams
    }

    /// Ends a call with a message and OK.
    pub fn answer(&mut self, stream: u32, response: &impl prost::Message) {
        self.add(stream, Side::Server, message(response));
        self.end(stream, Code::Ok);
    }

    /// Ends a call with this status and nothing more.
    pub fn end(&mut self, stream: u32, code: Code) {
        let value = (code as u32).to_string().into_bytes();
        let fields = vec![Header { name: "grpc-status".to_owned(), value }];
        self.add(stream, Side::Server, What::Trailers(Headers { fields, end_stream: true }));
    }

    fn add(&mut self, stream: u32, side: Side, what: What) {
        let at_micros = self.trace.events.len() as u64;
        let connection = 1 + stream % 2;
        let event = Event { at_micros, connection, stream, side: side.into(), what: Some(what) };
        self.trace.events.push(event);
    }
}

fn message(message: &impl prost::Message) -> What {
    What::Message(Message { flag: 0, payload: message.encode_to_vec(), end_stream: false })
}
