//! Messages as bytes: the rules judge what stood on the wire, so nothing may be decoded before them.

use bytes::{Buf, BufMut, Bytes};
use prost::Message as _;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::{Code, Status};

use crate::refusal::Refusal;

/// Takes each message as the bytes between two length prefixes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Raw;
    type Decoder = Raw;

    fn encoder(&mut self) -> Raw {
        Raw
    }

    fn decoder(&mut self) -> Raw {
        Raw
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}

/// A tonic server for one call whose messages stay bytes, with the limits that all services share.
pub(super) fn grpc() -> tonic::server::Grpc<Raw> {
    tonic::server::Grpc::new(Raw)
        .max_decoding_message_size(super::MAX_MESSAGE)
        .accept_compressed(CompressionEncoding::Gzip)
}

/// The answer on a path that the service does not have.
pub(super) fn unimplemented() -> http::Response<tonic::body::Body> {
    Status::unimplemented("the service has no such method").into_http()
}

/// `google.rpc.Status`, as far as it is needed here: what `grpc-status-details-bin` carries.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Details {
    #[prost(int32, tag = "1")]
    pub(super) code: i32,
    #[prost(string, tag = "2")]
    pub(super) message: String,
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Status {
        let details = Details { code: refusal.code.number(), message: refusal.message.clone() }
            .encode_to_vec();
        let code = Code::from_i32(refusal.code.number());
        Status::with_details(code, refusal.message, details.into())
    }
}
