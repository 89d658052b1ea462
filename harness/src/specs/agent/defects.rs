//! Requests with one defect each, and the same without it.

use super::driver::{ask, fresh, is_accepted, needs, prepared};
use super::messages::{Id, Method, Request};
use crate::check::Stop;
use crate::client::Answer;
use crate::cx::{Cx, Ended};
use crate::expect;
use crate::status::Code;

/// One thing that is wrong with an otherwise valid request.
#[derive(Debug)]
pub(super) struct Defect {
    /// The defective request, as a finding names it.
    pub(super) what: &'static str,
    /// Which request it is.
    pub(super) method: Method,
    /// How many files the valid request names.
    pub(super) files: usize,
    /// Puts the defect in.
    pub(super) put: fn(&mut Request),
}

pub(super) const STAGING_WITHOUT_JOB: Defect = Defect {
    what: "StageInFiles without job",
    method: Method::StageInFiles,
    files: 1,
    put: |request| request.job = None,
};

pub(super) const RUN_WITHOUT_JOB: Defect = Defect {
    what: "RunJob without job",
    method: Method::RunJob,
    files: 1,
    put: |request| request.job = None,
};

pub(super) const STAGING_WITHOUT_JOB_UUID: Defect = Defect {
    what: "StageInFiles with a job that has no uuid",
    method: Method::StageInFiles,
    files: 1,
    put: |request| request.job = Some(Id(None)),
};

pub(super) const RUN_WITHOUT_JOB_UUID: Defect = Defect {
    what: "RunJob with a job that has no uuid",
    method: Method::RunJob,
    files: 1,
    put: |request| request.job = Some(Id(None)),
};

pub(super) const STAGING_LONE_FILE: Defect = Defect {
    what: "StageInFiles with one file, which has no uuid",
    method: Method::StageInFiles,
    files: 1,
    put: |request| request.files[0] = Id(None),
};

pub(super) const STAGING_AMONG_GOOD: Defect = Defect {
    what: "StageInFiles with three files, the second of which has no uuid",
    method: Method::StageInFiles,
    files: 3,
    put: |request| request.files[1] = Id(None),
};

pub(super) const RUN_LONE_FILE: Defect = Defect {
    what: "RunJob with one file, which has no uuid",
    method: Method::RunJob,
    files: 1,
    put: |request| request.files[0] = Id(None),
};

pub(super) const RUN_AMONG_GOOD: Defect = Defect {
    what: "RunJob with three files, the second of which has no uuid",
    method: Method::RunJob,
    files: 3,
    put: |request| request.files[1] = Id(None),
};

/// Every way in which a required field can be missing from a request.
pub(super) const MISSING_FIELDS: &[Defect] = &[
    STAGING_WITHOUT_JOB,
    RUN_WITHOUT_JOB,
    STAGING_WITHOUT_JOB_UUID,
    RUN_WITHOUT_JOB_UUID,
    STAGING_LONE_FILE,
    STAGING_AMONG_GOOD,
    RUN_LONE_FILE,
    RUN_AMONG_GOOD,
];

/// A place in a request where a uuid stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) method: Method,
    /// As a path.
    pub(super) path: &'static str,
    put: fn(&mut Request, Id),
}

impl Place {
    /// The defective request, as a finding names it.
    pub(super) fn with(&self, text: &str) -> String {
        format!("{} whose {} is {text:?}", self.method, self.path)
    }
}

fn put_job(request: &mut Request, id: Id) {
    request.job = Some(id);
}

fn put_file(request: &mut Request, id: Id) {
    request.files[0] = id;
}

/// Every place where a request of the agent has a uuid.
pub(super) const PLACES: &[Place] = &[
    Place { method: Method::StageInFiles, path: "job.uuid", put: put_job },
    Place { method: Method::StageInFiles, path: "files[0].uuid", put: put_file },
    Place { method: Method::RunJob, path: "job.uuid", put: put_job },
    Place { method: Method::RunJob, path: "files[0].uuid", put: put_file },
];

/// Texts that are no uuid in any notation.
pub(super) fn no_uuids(cx: &mut Cx) -> Vec<String> {
    let uuid = cx.uuid().to_string();
    vec![
        String::new(),
        "job".to_owned(),
        uuid[1..].to_owned(),
        format!("{uuid}0"),
        format!(" {uuid}"),
        format!("g{}", &uuid[1..]),
        "-".repeat(36),
    ]
}

/// A uuid in notations that some libraries read, and RFC 9562 does not have for text.
pub(super) fn other_notations(cx: &mut Cx) -> Vec<String> {
    let uuid = cx.uuid();
    let hyphenated = uuid.to_string();
    vec![
        uuid.simple().to_string(),
        uuid.braced().to_string(),
        uuid.urn().to_string(),
        format!("{}-{}{}", &hyphenated[..7], &hyphenated[7..8], &hyphenated[9..]),
    ]
}

/// A request that any server accepts: files of a RunJob are staged before.
async fn valid(cx: &mut Cx, method: Method, files: usize) -> Result<Request, Stop> {
    match method {
        Method::StageInFiles => Ok(fresh(cx, method, files)),
        Method::RunJob => prepared(cx, files).await,
    }
}

/// Makes sure that a request without any defect is accepted: else nothing follows from a refusal.
///
/// # Errors
/// [`Stop::Skip`] when it is not.
pub(super) async fn twin(cx: &mut Cx, method: Method, files: usize) -> Result<(), Stop> {
    let request = valid(cx, method, files).await?;
    let why = format!("{method} is not accepted without any defect either");
    needs(&ask(cx, &request).await?, method, &why)
}

/// Makes the call with the defect. Its twin has passed before.
pub(super) async fn tried(cx: &mut Cx, defect: &Defect) -> Result<Answer, Stop> {
    twin(cx, defect.method, defect.files).await?;
    let mut request = valid(cx, defect.method, defect.files).await?;
    (defect.put)(&mut request);
    ask(cx, &request).await
}

/// Makes the call with this text at this place. Nothing looks at its twin.
pub(super) async fn tried_text(cx: &mut Cx, place: &Place, text: &str) -> Result<Answer, Stop> {
    tried_id(cx, place, Id::of(text)).await
}

async fn tried_id(cx: &mut Cx, place: &Place, id: Id) -> Result<Answer, Stop> {
    let mut request = valid(cx, place.method, 1).await?;
    (place.put)(&mut request, id);
    ask(cx, &request).await
}

/// The defect is refused: no response, and an end other than OK.
pub(super) async fn refuses(cx: &mut Cx, defect: &Defect) -> Result<(), Stop> {
    let answer = tried(cx, defect).await?;
    no_response(&answer, defect.method, defect.what)?;
    expect::refused(&answer.end, defect.what)
}

/// Fails when a response was delivered with a refusal, or in its place.
pub(super) fn no_response(answer: &Answer, method: Method, what: &str) -> Result<(), Stop> {
    expect::no_message(answer, method.response(), what)
}

/// A required string that is there but empty parses: anything but INTERNAL may come of it.
pub(super) async fn parses_empty(cx: &mut Cx, place: usize) -> Result<(), Stop> {
    let place = &PLACES[place];
    twin(cx, place.method, 1).await?;
    let answer = tried_text(cx, place, "").await?;
    let end = &answer.end;
    if !end.is_ok() {
        let parsed = end.is_refusal() && end.code() != Some(Code::Internal);
        let expected = format!(
            "{}, on the wire but empty, to count as present: OK, or a refusal with any code but INTERNAL",
            place.path
        );
        return expect::that(parsed, expected, end.to_string());
    }
    let what = format!("{} with {} on the wire but empty", place.method, place.path);
    is_accepted(&answer, place.method, &what)?;
    // Who asks for no such field at all does not tell one that is there from one that is not.
    let missing = tried_id(cx, place, Id(None)).await?.end;
    if missing.is_refusal() {
        return Ok(());
    }
    expect::skip(format!("{} may be missing as well: {missing}", place.path))
}

/// How the refusals of several defective requests ended. At least one was refused with a status.
///
/// # Errors
/// [`Stop::Fail`] at the first with another code; [`Stop::Skip`] when none was refused with one.
pub(super) fn codes(ends: &[Ended], allowed: &[Code]) -> Result<(), Stop> {
    let mut unrefused = None;
    let mut judged = false;
    for Ended { what, end, event } in ends {
        match expect::marking(*event, expect::code(end, allowed, what)) {
            Ok(()) => judged = true,
            Err(Stop::Skip(reason)) => unrefused = unrefused.or(Some(reason)),
            Err(stop) => return Err(stop),
        }
    }
    match unrefused {
        Some(reason) if !judged => expect::skip(reason),
        _ => Ok(()),
    }
}
