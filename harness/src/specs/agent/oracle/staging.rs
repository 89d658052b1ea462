//! What StageInFiles may name: files of its request, none more often than the request does.

use std::collections::BTreeMap;

use super::super::messages::{Method, Staged, key, staged};
use super::presence::unreadable;
use super::{Calls, quoted};
use crate::model::Finding;

/// success_files holds only files of the request.
///
/// # Errors
/// The first that is not of it, or the first response that does not parse.
pub fn success_within_request(calls: &Calls<'_>) -> Result<(), Box<Finding>> {
    each_success(calls, |named, uuid| match named.contains_key(&key(uuid)) {
        true => Ok(()),
        false => Err((
            "success_files to name only files of the request".to_owned(),
            format!("success_files names {}, which is none of the request's files", quoted(uuid)),
        )),
    })
}

/// No file stands in success_files more often than in the request.
///
/// # Errors
/// The first that does, or the first response that does not parse.
pub fn no_duplicates_invented(calls: &Calls<'_>) -> Result<(), Box<Finding>> {
    each_success(calls, |named, uuid| match named.get_mut(&key(uuid)) {
        // Another clause's matter.
        None => Ok(()),
        Some(0) => Err((
            "success_files to name no file more often than the request does".to_owned(),
            format!("success_files names {} once more than the request", quoted(uuid)),
        )),
        Some(left) => {
            *left -= 1;
            Ok(())
        }
    })
}

/// Expected and actual.
type Words = (String, String);

/// Goes through the files that each answer names; `holds` gets how often the request names each file,
/// and may count down.
fn each_success(
    calls: &Calls<'_>,
    holds: fn(&mut BTreeMap<String, usize>, &str) -> Result<(), Words>,
) -> Result<(), Box<Finding>> {
    for call in calls.answered(Method::StageInFiles) {
        let Some(mut named) = call.named() else { continue };
        for (event, response) in &call.responses {
            for staged in staged(response) {
                let staged =
                    staged.map_err(|error| unreadable(Method::StageInFiles, *event, &error))?;
                let Staged::Named(uuid) = staged else { continue };
                holds(&mut named, &uuid).map_err(|(expected, actual)| {
                    Box::new(Finding::new(expected, actual).marking([*event]))
                })?;
            }
        }
    }
    Ok(())
}
