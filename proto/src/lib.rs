//! The contract: messages and services of the five protocols, and wirecheck's own Script and Trace.
//!
//! Everything under `generated/` is made from `protos/`, the only part edited by hand;
//! `tests/generated.rs` fails when the two drift apart and says how to make them meet.
//!
//! The feature `grpc` adds tonic's client and server stubs.

#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic, rustdoc::all)]
mod generated {
    include!("generated/mod.rs");
}

pub use generated::{atomix, imss, jina, service, session, wirecheck};

/// The agent protocol. Its files name no package.
pub mod agent {
    pub use super::generated::{
        FileId, JobId, JobRequirement, ResponseCode, RunJobRequest, RunJobResponse,
        StageInFilesRequest, StageInFilesResponse, StagedFile,
    };
    #[cfg(feature = "grpc")]
    pub use super::generated::{agent_client, agent_server};
}

/// All files of the contract as one encoded `google.protobuf.FileDescriptorSet`, imports included.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("generated/descriptors.binpb");
