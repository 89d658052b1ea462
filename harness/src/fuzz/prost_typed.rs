//! The contract's messages as prost's generated types read and write them.

use prost::{DecodeError, Message};
use prost_types::{Any, ListValue, Struct, Timestamp, Value};
use wirecheck_proto::{agent, atomix, imss, jina, service, session, wirecheck as own};

/// Reads bytes as some type and writes them again.
pub type Rewrite = fn(&[u8]) -> Result<Vec<u8>, DecodeError>;

macro_rules! rewrites {
    ($($package:literal: { $($name:literal $type:ty,)* })*) => {
        &[$($((concat!($package, $name), rewrite::<$type>),)*)*]
    };
}

/// Every message type that code was generated for, by full name. Map entries have none.
pub const REWRITES: &[(&str, Rewrite)] = {
    use atomix::runtime::v1 as runtime;
    use jina::{envelope, request, spawn_request, status};
    use own::v1;
    use service::request_verification_header as verification;
    rewrites! {
        "imss.": {
            "Session" imss::Session,
            "Image" imss::Image,
            "ImageUpload" imss::ImageUpload,
            "UploadJob" imss::UploadJob,
            "Error" imss::Error,
        } "atomix.runtime.v1.": {
            "PrimitiveId" runtime::PrimitiveId,
            "SessionId" runtime::SessionId,
            "Session" runtime::Session,
            "SessionMeta" runtime::SessionMeta,
            "SessionSpec" runtime::SessionSpec,
            "SessionStatus" runtime::SessionStatus,
            "GetSessionRequest" runtime::GetSessionRequest,
            "GetSessionResponse" runtime::GetSessionResponse,
            "ListSessionsRequest" runtime::ListSessionsRequest,
            "ListSessionsResponse" runtime::ListSessionsResponse,
        } "session.": {
            "VerificationHeader" session::VerificationHeader,
            "Token" session::Token,
            "CreateRequest" session::CreateRequest,
            "CreateResponse" session::CreateResponse,
        } "service.": {
            "RequestMetaHeader" service::RequestMetaHeader,
            "RequestVerificationHeader" service::RequestVerificationHeader,
            "RequestVerificationHeader.Sign" verification::Sign,
            "RequestVerificationHeader.Signature" verification::Signature,
        } "": {
            "FileId" agent::FileId,
            "JobId" agent::JobId,
            "JobRequirement" agent::JobRequirement,
            "RunJobRequest" agent::RunJobRequest,
            "RunJobResponse" agent::RunJobResponse,
            "StageInFilesRequest" agent::StageInFilesRequest,
            "StagedFile" agent::StagedFile,
            "StageInFilesResponse" agent::StageInFilesResponse,
        } "jina.": {
            "NdArray" jina::NdArray,
            "Relevance" jina::Relevance,
            "Document" jina::Document,
            "Envelope" jina::Envelope,
            "Envelope.Route" envelope::Route,
            "Envelope.Version" envelope::Version,
            "Status" jina::Status,
            "Status.Details" status::Details,
            "Message" jina::Message,
            "Request" jina::Request,
            "Request.TrainRequest" request::TrainRequest,
            "Request.IndexRequest" request::IndexRequest,
            "Request.SearchRequest" request::SearchRequest,
            "Request.ControlRequest" request::ControlRequest,
            "SpawnRequest" jina::SpawnRequest,
            "SpawnRequest.PeaSpawnRequest" spawn_request::PeaSpawnRequest,
            "SpawnRequest.PodSpawnRequest" spawn_request::PodSpawnRequest,
            "SpawnRequest.MutablepodSpawnRequest" spawn_request::MutablepodSpawnRequest,
        } "google.protobuf.": {
            "Any" Any,
            "Timestamp" Timestamp,
            "Struct" Struct,
            "Value" Value,
            "ListValue" ListValue,
        } "wirecheck.v1.": {
            "Script" v1::Script,
            "Step" v1::Step,
            "Open" v1::Open,
            "Header" v1::Header,
            "HalfClose" v1::HalfClose,
            "LookAgain" v1::LookAgain,
            "Await" v1::Await,
            "TokenStep" v1::TokenStep,
            "Trace" v1::Trace,
            "Event" v1::Event,
            "Headers" v1::Headers,
            "Message" v1::Message,
        }
    }
};

/// The generated type of a full name, if there is one.
pub fn rewrite_of(full_name: &str) -> Option<Rewrite> {
    let mut found = REWRITES.iter().filter(|(name, _)| *name == full_name);
    found.next().map(|(_, rewrite)| *rewrite)
}

fn rewrite<T: Message + Default>(bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
    Ok(T::decode(bytes)?.encode_to_vec())
}
