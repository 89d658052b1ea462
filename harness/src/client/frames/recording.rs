//! The trace of a connection whose frames are written by hand.

use std::collections::BTreeMap;

use bytes::{Buf, BytesMut};
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Header, Headers, Message, Side};

use super::hpack::Fields;
use crate::client::Recorder;

/// Which stream of the trace each stream of the connection is.
pub(super) struct Recording {
    recorder: Recorder,
    connection: u32,
    /// For each stream, its number in the trace and what of its response forms no message yet.
    streams: BTreeMap<u32, (u32, BytesMut)>,
}

impl Recording {
    pub(super) fn new(recorder: &Recorder) -> Recording {
        let connection = recorder.next_connection();
        Recording { recorder: recorder.clone(), connection, streams: BTreeMap::new() }
    }

    /// The client opens a stream with these fields.
    pub(super) fn opened(&mut self, stream: u32, fields: &[(&str, &str)], end_stream: bool) {
        self.streams.insert(stream, (self.recorder.next_stream(), BytesMut::new()));
        let fields = fields.iter().map(|(name, value)| Header {
            name: (*name).to_owned(),
            value: value.as_bytes().to_vec(),
        });
        let headers = Headers { fields: fields.collect(), end_stream };
        self.add(stream, Side::Client, What::Headers(headers));
    }

    /// Anything on a stream, or on the connection (stream 0).
    pub(super) fn add(&self, stream: u32, side: Side, what: What) {
        let seat = self.streams.get(&stream).map_or(0, |(seat, _)| *seat);
        self.recorder.add(self.connection, seat, side, what);
    }

    /// The target sent a header block: the response's headers, or its trailers.
    pub(super) fn answered(&self, stream: u32, fields: &Fields, end_stream: bool) {
        let opening = fields.iter().any(|(name, _)| name == b":status");
        let fields = fields.iter().map(|(name, value)| Header {
            name: String::from_utf8_lossy(name).into_owned(),
            value: value.clone(),
        });
        let headers = Headers { fields: fields.collect(), end_stream };
        let what = if opening { What::Headers(headers) } else { What::Trailers(headers) };
        self.add(stream, Side::Server, what);
    }

    /// The target sent DATA: messages as far as they are whole.
    ///
    /// # Errors
    /// Says the cap that the conversation has passed with it.
    pub(super) fn got(
        &mut self,
        stream: u32,
        bytes: &[u8],
        end_stream: bool,
    ) -> Result<(), String> {
        self.recorder.read(bytes.len()).inspect_err(|cap| self.recorder.flood(cap))?;
        let Some((seat, pending)) = self.streams.get_mut(&stream) else { return Ok(()) };
        pending.extend_from_slice(bytes);
        while let Some(message) = whole_message(pending) {
            self.recorder.add(self.connection, *seat, Side::Server, What::Message(message));
        }
        if end_stream && !pending.is_empty() {
            let rest = What::Data(pending.to_vec());
            self.recorder.add(self.connection, *seat, Side::Server, rest);
        }
        Ok(())
    }
}

fn whole_message(pending: &mut BytesMut) -> Option<Message> {
    let mut prefix = pending.get(..5)?;
    let flag = prefix.get_u8();
    let length = prefix.get_u32() as usize;
    if pending.len() - 5 < length {
        return None;
    }
    pending.advance(5);
    Some(Message {
        flag: flag.into(),
        payload: pending.split_to(length).to_vec(),
        end_stream: false,
    })
}
