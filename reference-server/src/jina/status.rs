//! Says how a request went: a Status with its code, and for an error why and when.

use prost::Message;
use prost_types::Timestamp;
use wirecheck_proto::jina::Status;
use wirecheck_proto::jina::status::{Details, StatusCode};

use crate::{Code, Fault, Faults, Refusal};

/// Reads a message.
///
/// # Errors
/// INTERNAL for bytes that do not parse.
pub(super) fn parse<M: Message + Default>(bytes: &[u8]) -> Result<M, Refusal> {
    M::decode(bytes).map_err(|error| {
        let message = format!("the request does not parse: {error}");
        Refusal::new(Code::Internal, message)
    })
}

/// Makes the statuses of one answer: the time comes with the request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Speaker<'a> {
    faults: &'a Faults,
    now: Timestamp,
}

impl<'a> Speaker<'a> {
    pub(super) fn new(faults: &'a Faults, now: Timestamp) -> Speaker<'a> {
        Speaker { faults, now }
    }

    pub(super) fn success(&self) -> Status {
        let mut status = plain(StatusCode::Success);
        if self.faults.has(Fault::SaysStatusNine) {
            status.code = 9;
        }
        status
    }

    pub(super) fn ready(&self) -> Status {
        plain(StatusCode::Ready)
    }

    pub(super) fn pending(&self) -> Status {
        plain(StatusCode::Pending)
    }

    /// ERROR. `exception` names the kind of it, `description` is for a person.
    pub(super) fn error(&self, exception: &str, description: &str) -> Status {
        self.told(StatusCode::Error, exception, description)
    }

    pub(super) fn duplicate(&self, description: &str) -> Status {
        self.told(StatusCode::ErrorDuplicate, "AlreadyRunning", description)
    }

    pub(super) fn not_allowed(&self) -> Status {
        let description = "this server lets nobody open peas or pods";
        self.told(StatusCode::ErrorNotallowed, "SpawnDenied", description)
    }

    fn told(&self, code: StatusCode, exception: &str, description: &str) -> Status {
        let mut time = self.now;
        if self.faults.has(Fault::TellsTimesToCome) {
            time.seconds = time.seconds.saturating_add(10 * 365 * 24 * 60 * 60);
        }
        if self.faults.has(Fault::TellsTwoSecondsOfNanos) {
            time.nanos = 2_000_000_000;
        }
        let description = match self.faults.has(Fault::LeavesErrorUndescribed) {
            true => "",
            false => description,
        };
        Status {
            code: code as i32,
            description: description.to_owned(),
            details: vec![Details {
                pod: "reference".to_owned(),
                pod_id: "0".to_owned(),
                exception: exception.to_owned(),
                traceback: description.to_owned(),
                time: Some(time),
                ..Details::default()
            }],
        }
    }
}

fn plain(code: StatusCode) -> Status {
    Status { code: code as i32, ..Status::default() }
}

/// Whether the status is one of the three errors.
pub(super) fn is_error(status: &Status) -> bool {
    match StatusCode::try_from(status.code) {
        Ok(StatusCode::Error | StatusCode::ErrorDuplicate | StatusCode::ErrorNotallowed) => true,
        Ok(StatusCode::Success | StatusCode::Pending | StatusCode::Ready) | Err(_) => false,
    }
}
