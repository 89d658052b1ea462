//! The agent's answers as bytes: prost writes required fields always, so what a fault leaves out is cut here.

use prost::Message;
use wirecheck_proto::agent::{ResponseCode, RunJobResponse, StageInFilesResponse};

use crate::faults::{Fault, Faults};

/// `success_files` with a StagedFile that has nothing in it.
const STAGED_NOTHING: &[u8] = &[0x0a, 0x00];
/// `success_files` with a StagedFile whose FileId has nothing in it.
const STAGED_EMPTY_ID: &[u8] = &[0x0a, 0x02, 0x0a, 0x00];

/// The bytes of an answer to StageInFiles.
pub fn encode_staged(response: &StageInFilesResponse, faults: &Faults) -> Vec<u8> {
    let files = response.success_files.len();
    if faults.has(Fault::OmitsStagedFile) {
        return STAGED_NOTHING.repeat(files);
    }
    if faults.has(Fault::OmitsStagedUuid) {
        return STAGED_EMPTY_ID.repeat(files);
    }
    response.encode_to_vec()
}

/// The bytes of an answer to RunJob.
pub fn encode_run(response: &RunJobResponse, faults: &Faults) -> Vec<u8> {
    if faults.has(Fault::OmitsWaitCode) && response.code == i32::from(ResponseCode::Wait) {
        return Vec::new();
    }
    response.encode_to_vec()
}
