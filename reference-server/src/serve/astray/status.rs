//! How the block that carries grpc-status is spoiled.

use http::{HeaderMap, HeaderValue};
use prost::Message;
use tonic::Status;
use tonic::metadata::BinaryMetadataValue;

use super::Astray;
use crate::faults::Fault;
use crate::serve::raw::Details;

const STATUS: &str = "grpc-status";
const MESSAGE: &str = "grpc-message";

/// Whether a block says anything but OK.
pub(super) fn refuses(block: &HeaderMap) -> bool {
    block.get(STATUS).is_some_and(|status| status != "0")
}

impl Astray {
    /// Spoils how a service ended a call. The layer in front of it says INTERNAL for other reasons.
    pub(in crate::serve) fn spoil_service(&self, block: &mut HeaderMap) {
        let internal = block.get(STATUS).is_some_and(|status| status == "13");
        if internal && self.has(Fault::UnparseableIsUnknown) {
            block.insert(STATUS, HeaderValue::from_static("2"));
        }
    }
}

/// Spoils the block.
pub(super) fn spoil(block: &mut HeaderMap, astray: &Astray) {
    let Some(status) = block.get(STATUS).cloned() else {
        return;
    };
    if !refuses(block) {
        if astray.has(Fault::SendsMessageWithOk) {
            block.insert(MESSAGE, HeaderValue::from_static("OK"));
        }
    } else {
        spoil_refusal(block, astray, &status);
    }
    if astray.has(Fault::PadsStatus) {
        set(block, STATUS, &[b"0", status.as_bytes()].concat());
    }
    if astray.has(Fault::SendsTwoStatuses) {
        block.append(STATUS, status);
    }
    if astray.has(Fault::LeavesOutGrpcStatus) {
        block.remove(STATUS);
    }
}

fn spoil_refusal(block: &mut HeaderMap, astray: &Astray, status: &HeaderValue) {
    if astray.has(Fault::SaysStatus99) {
        block.insert(STATUS, HeaderValue::from_static("99"));
    }
    let message = match () {
        () if astray.has(Fault::SendsRawMessage) => "geht nicht: \u{e4}\u{f6}\u{fc}".as_bytes(),
        () if astray.has(Fault::SendsBarePercent) => b"100% refused".as_slice(),
        () => b"",
    };
    if !message.is_empty() {
        set(block, MESSAGE, message);
    }
    let code = status.to_str().ok().and_then(|code| code.parse().ok()).unwrap_or(0);
    let details = match () {
        () if astray.has(Fault::DetailsNameOtherCode) => {
            Details { code: code + 1, message: decoded(block) }
        }
        () if astray.has(Fault::DetailsSayOtherMessage) => {
            Details { code, message: "something else".to_owned() }
        }
        () => return,
    };
    let details = BinaryMetadataValue::from_bytes(&details.encode_to_vec());
    set(block, "grpc-status-details-bin", details.as_encoded_bytes());
}

/// The message of a block, as it was before it was percent-encoded.
fn decoded(block: &HeaderMap) -> String {
    let status = Status::from_header_map(block);
    status.map(|status| status.message().to_owned()).unwrap_or_default()
}

fn set(block: &mut HeaderMap, name: &'static str, value: &[u8]) {
    if let Ok(value) = HeaderValue::from_bytes(value) {
        block.insert(name, value);
    }
}
