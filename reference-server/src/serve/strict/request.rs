//! A request's head: HTTP method, content-type and path, judged before anything is read.

use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, header};

use super::offence::Offence;
use crate::faults::{Fault, Faults};

/// Why a request is not let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is no call of gRPC, so HTTP alone says no.
    Http(StatusCode),
    /// It is one, and wrong.
    Grpc(Offence),
}

/// Whether the head is that of a call.
pub(super) fn judge(head: &Parts, faults: &Faults) -> Result<(), Refused> {
    let served = head.method == Method::POST
        || head.method == Method::GET && faults.has(Fault::ServesGet)
        || head.method == Method::PUT && faults.has(Fault::ServesPut);
    if !served {
        return Err(Refused::Http(StatusCode::METHOD_NOT_ALLOWED));
    }
    match content_type(&head.headers) {
        Err(_) if faults.has(Fault::ServesOtherContentTypes) => {}
        Err(_) if takes_none(&head.headers, faults) => {}
        judged => judged?,
    }
    match head.uri.query().is_none() && names_a_method(head.uri.path()) {
        true => Ok(()),
        false => Err(Refused::Grpc(Offence::MalformedPath)),
    }
}

/// Takes application/grpc, with or without parameters, and application/grpc+proto.
///
/// What goes on with another codec is gRPC all the same, and refused in its terms.
fn content_type(headers: &HeaderMap) -> Result<(), Refused> {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Refused::Http(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    };
    let value = value.as_bytes().to_ascii_lowercase();
    let media = value.split(|byte| *byte == b';').next().unwrap_or_default();
    match media.trim_ascii() {
        b"application/grpc" | b"application/grpc+proto" => Ok(()),
        other if other.starts_with(b"application/grpc+") => Err(Refused::Grpc(Offence::OtherCodec)),
        _ => Err(Refused::Http(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
    }
}

fn takes_none(headers: &HeaderMap, faults: &Faults) -> bool {
    !headers.contains_key(header::CONTENT_TYPE) && faults.has(Fault::ServesMissingContentType)
}

/// "/", the service, "/", the method. Whether there are such is for the routes to say.
fn names_a_method(path: &str) -> bool {
    let mut names = path.split('/');
    names.next() == Some("")
        && names.next().is_some_and(|service| !service.is_empty())
        && names.next().is_some_and(|method| !method.is_empty())
        && names.next().is_none()
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn judged(method: &str, path: &str, content_types: &[&str]) -> Result<(), Refused> {
        let mut request = Request::builder().method(method).uri(path);
        for value in content_types {
            request = request.header("content-type", *value);
        }
        let (head, ()) = request.body(()).expect("a request").into_parts();
        judge(&head, &Faults::default())
    }

    #[test]
    fn only_post_is_a_call() {
        let grpc = &["application/grpc"];
        assert_eq!(judged("POST", "/S/M", grpc), Ok(()));
        for method in ["GET", "PUT", "DELETE", "OPTIONS", "PURGE"] {
            let refused = Refused::Http(StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(judged(method, "/S/M", grpc), Err(refused), "{method}");
        }
    }

    #[test]
    fn content_types_of_grpc_are_told_from_others() {
        for good in [
            "application/grpc",
            "application/grpc+proto",
            "application/grpc;charset=utf-8",
            "Application/GRPC ; a=b",
        ] {
            assert_eq!(judged("POST", "/S/M", &[good]), Ok(()), "{good}");
        }
        let unsupported = Err(Refused::Http(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        for bad in [
            &[][..],
            &["application/json"],
            &["text/plain"],
            &["application/grpc-web"],
            &["application/grpcx"],
            &["application/grpc", "application/grpc"],
            &[""],
        ] {
            assert_eq!(judged("POST", "/S/M", bad), unsupported, "{bad:?}");
        }
        let codec = Err(Refused::Grpc(Offence::OtherCodec));
        assert_eq!(judged("POST", "/S/M", &["application/grpc+json"]), codec);
    }

    #[test]
    fn a_path_names_one_service_and_one_method() {
        let malformed = Err(Refused::Grpc(Offence::MalformedPath));
        for path in
            ["/", "/x", "//", "/S/", "/S//M", "/S/M/", "//M", "/a/S/M", "*", "/S/M?", "/S/M?a=b"]
        {
            assert_eq!(judged("POST", path, &["application/grpc"]), malformed, "{path}");
        }
    }
}
