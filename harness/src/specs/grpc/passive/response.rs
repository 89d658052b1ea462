//! One response of a trace, with everything that a clause on responses may look at.

use std::collections::BTreeMap;

use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Header, Message, Side, Trace};

use super::{Held, text};

/// A response. Each part comes with the index of its event.
#[derive(Debug, Default)]
pub(super) struct Response<'a> {
    pub(super) check: &'a str,
    pub(super) path: String,
    request: &'a [Header],
    pub(super) headers: Option<(usize, &'a [Header])>,
    /// Whether the headers end the stream.
    pub(super) headers_end: bool,
    pub(super) messages: Vec<(usize, &'a Message)>,
    /// Bytes at the end that form no message.
    pub(super) leftover: Option<(usize, &'a [u8])>,
    trailers: Option<(usize, &'a [Header])>,
    /// The target ended the stream without trailers.
    bare_end: Option<usize>,
    pub(super) reset: Option<(usize, u32)>,
    /// The client reset the stream.
    pub(super) gave_up: bool,
}

/// The responses of a trace, one for each stream.
pub(super) fn responses(trace: &Trace) -> Vec<Response<'_>> {
    let mut responses: BTreeMap<u32, Response<'_>> = BTreeMap::new();
    for (at, event) in trace.events.iter().enumerate().filter(|(_, event)| event.stream != 0) {
        let response = responses.entry(event.stream).or_default();
        response.check = &trace.check;
        match (event.side(), &event.what) {
            (Side::Client, Some(What::Headers(headers))) => {
                response.request = &headers.fields;
                response.path = text(&headers.fields, ":path").unwrap_or_default();
            }
            (Side::Client, Some(What::Reset(_))) => response.gave_up = true,
            (Side::Server, Some(What::Headers(headers))) => {
                response.headers = Some((at, &headers.fields));
                response.headers_end = headers.end_stream;
            }
            (Side::Server, Some(What::Message(message))) => response.messages.push((at, message)),
            (Side::Server, Some(What::Data(bytes))) => response.leftover = Some((at, bytes)),
            (Side::Server, Some(What::Trailers(trailers))) => {
                response.trailers = Some((at, &trailers.fields))
            }
            (Side::Server, Some(What::HalfClose(_))) => response.bare_end = Some(at),
            (Side::Server, Some(What::Reset(code))) => response.reset = Some((at, *code)),
            _ => {}
        }
    }
    responses.into_values().collect()
}

impl<'a> Response<'a> {
    /// POST, and a content-type of gRPC.
    pub(super) fn is_grpc_post(&self) -> bool {
        let post = text(self.request, ":method").as_deref() == Some("POST");
        let named = text(self.request, "content-type")
            .is_some_and(|value| value.starts_with("application/grpc"));
        let malformed = self.request.iter().any(|field| field.name == "connection");
        post && named && !malformed
    }

    /// Judges the block that ended the response, where the target itself ended it, with HTTP status 200.
    pub(super) fn on_end(&self, judge: impl FnOnce((usize, &'a [Header])) -> Held) -> Held {
        let ok = self
            .headers
            .is_some_and(|(_, headers)| text(headers, ":status").as_deref() == Some("200"));
        let end = self
            .trailers
            .or(self.headers.filter(|_| self.headers_end))
            .or(self.bare_end.map(|at| (at, &[][..])));
        match end {
            Some(end) if ok && !self.gave_up => judge(end),
            _ => Held::Untouched,
        }
    }

    /// Every value of this name, in headers and trailers.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = String> {
        let blocks = [self.headers, self.trailers].into_iter().flatten();
        let fields = blocks.flat_map(|(_, fields)| fields);
        let named = fields.filter(move |field| field.name == name);
        named
            .map(|field| String::from_utf8_lossy(&field.value).into_owned())
            .collect::<Vec<_>>()
            .into_iter()
    }
}
