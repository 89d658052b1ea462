//! What proto2 requires of a response: the fields are on the wire, and the code is one of the enum's.

use super::super::messages::{Code, Method, Staged, staged};
use super::Calls;
use crate::model::Finding;
use crate::wire::WireError;

/// Every RunJobResponse carries a code.
///
/// # Errors
/// The first that does not, or does not parse.
pub fn response_code_present(calls: &Calls<'_>) -> Result<(), Box<Finding>> {
    let expected = "every RunJobResponse to carry its required field code on the wire, also when it is WAIT (0)";
    each_code(calls, expected, |code| match (code.state, code.stray) {
        (None, None) => Err("a RunJobResponse without code".to_owned()),
        _ => Ok(()),
    })
}

/// No code is one that the enum does not know.
///
/// # Errors
/// The first that is, or the first response that does not parse.
pub fn code_in_enum(calls: &Calls<'_>) -> Result<(), Box<Finding>> {
    let expected =
        "the code of a RunJobResponse to be WAIT (0), RUN (1) or DONE (2): the enum is closed";
    each_code(calls, expected, |code| match code.stray {
        Some(stray) => Err(format!("a RunJobResponse with code {stray}")),
        None => Ok(()),
    })
}

fn each_code(
    calls: &Calls<'_>,
    expected: &str,
    holds: fn(Code) -> Result<(), String>,
) -> Result<(), Box<Finding>> {
    for call in calls.answered(Method::RunJob) {
        for (event, response) in &call.responses {
            let code =
                Code::of(response).map_err(|error| unreadable(Method::RunJob, *event, &error))?;
            holds(code)
                .map_err(|actual| Box::new(Finding::new(expected, actual).marking([*event])))?;
        }
    }
    Ok(())
}

/// Every StagedFile carries its file, and that file its uuid.
///
/// # Errors
/// The first that does not, or does not parse.
pub fn staged_file_present(calls: &Calls<'_>) -> Result<(), Box<Finding>> {
    for call in calls.answered(Method::StageInFiles) {
        for (event, response) in &call.responses {
            for (at, staged) in staged(response).enumerate() {
                let lacks = match staged {
                    Ok(Staged::Named(_)) => continue,
                    Ok(Staged::WithoutFile) => "has no file",
                    Ok(Staged::WithoutUuid) => "has a file without uuid",
                    Err(error) => return Err(unreadable(Method::StageInFiles, *event, &error)),
                };
                let expected = "every StagedFile to carry its required field file, and that FileId its required field uuid";
                let actual = format!("success_files[{at}] {lacks}");
                return Err(Box::new(Finding::new(expected, actual).marking([*event])));
            }
        }
    }
    Ok(())
}

pub(super) fn unreadable(method: Method, event: usize, error: &WireError) -> Box<Finding> {
    let expected = format!("a {} that parses", method.response());
    Box::new(Finding::new(expected, format!("malformed bytes: {error}")).marking([event]))
}
