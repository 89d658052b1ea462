//! What becomes of a request before anyone looks at it.

use http::request::Parts;
use http::{HeaderName, Response, StatusCode, header};
use tonic::body::Body;
use tonic::{Code, Status};

use super::Astray;
use super::base64::Base64;
use crate::faults::Fault;
use crate::serve::strict::Methods;

/// Bytes of metadata that are much.
const LARGE: usize = 32 << 10;

/// What a fault does to a request.
pub(super) enum Turn {
    /// Nothing.
    Serve,
    Answer(Response<Body>),
    /// Leaves it without an answer.
    Never,
}

/// Judges a request by the faults.
pub(super) fn judge(head: &Parts, methods: &Methods, astray: &Astray) -> Turn {
    if astray.has_fallen() {
        return refuse(Code::Unavailable);
    }
    if let Some(turn) = judge_path(head.uri.path(), methods, astray) {
        return turn;
    }
    let zero =
        |text: &[u8]| !text.is_empty() && !text.iter().any(|byte| matches!(byte, b'1'..=b'9'));
    let timeout = head.headers.get("grpc-timeout");
    let never = [
        (Fault::NeverAnswersWithoutTe, !head.headers.contains_key(header::TE)),
        (Fault::NeverAnswersLargeMetadata, size(head) > LARGE),
        (Fault::NeverAnswersZeroTimeout, timeout.is_some_and(|value| zero(value.as_bytes()))),
    ];
    if never.iter().any(|(fault, met)| *met && astray.has(*fault)) {
        return Turn::Never;
    }
    if size(head) > LARGE {
        astray.fall(Fault::StopsAfterLargeMetadata);
    }
    let content_type = head.headers.get(header::CONTENT_TYPE);
    let proto = content_type.is_some_and(|value| value == "application/grpc+proto");
    if proto && astray.has(Fault::RefusesProtoSuffix) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Turn::Answer(response);
    }
    judge_metadata(head, astray)
}

fn judge_path(path: &str, methods: &Methods, astray: &Astray) -> Option<Turn> {
    let names = path.strip_prefix('/').and_then(|names| names.split_once('/'));
    let well_formed = |(service, method): &(&str, &str)| {
        !service.is_empty() && !method.is_empty() && !method.contains('/')
    };
    let Some((service, _)) = names.filter(well_formed) else {
        // This call is still answered as it should be.
        astray.fall(Fault::StopsAfterMalformedPath);
        return None;
    };
    if methods.know(path) {
        return None;
    }
    let (fault, code) = match methods.know_service(service) {
        true => (Fault::UnknownMethodIsNotFound, Code::NotFound),
        false => (Fault::UnknownServiceIsUnavailable, Code::Unavailable),
    };
    astray.has(fault).then(|| refuse(code))
}

fn judge_metadata(head: &Parts, astray: &Astray) -> Turn {
    for (name, value) in &head.headers {
        let binary = name.as_str().ends_with("-bin");
        let values = || Base64::values(value.as_bytes());
        if binary && !values().all(Base64::is_valid) {
            astray.fall(Fault::StopsAfterBadBin);
        }
        let refuses = [
            (Fault::RefusesUnknownMetadata, !binary && !is_of_grpc(name)),
            (Fault::RefusesUnknownBinaryMetadata, binary && !is_of_grpc(name)),
            (Fault::RequiresBinPadding, binary && values().any(Base64::lacks_padding)),
            (Fault::RefusesBinPadding, binary && values().any(Base64::is_padded)),
            (Fault::RefusesJoinedBin, binary && values().count() > 1),
        ];
        if refuses.iter().any(|(fault, met)| *met && astray.has(*fault)) {
            return refuse(Code::Internal);
        }
    }
    Turn::Serve
}

fn is_of_grpc(name: &HeaderName) -> bool {
    const HTTP: [HeaderName; 4] =
        [header::TE, header::CONTENT_TYPE, header::USER_AGENT, header::CONTENT_LENGTH];
    name.as_str().starts_with("grpc-") || HTTP.contains(name)
}

fn size(head: &Parts) -> usize {
    let sizes = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len());
    sizes.sum()
}

pub(super) fn refuse(code: Code) -> Turn {
    Turn::Answer(Status::new(code, "").into_http())
}
