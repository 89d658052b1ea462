//! Calls on whatever method the target serves, with one thing about them as a check wants it.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::check::Stop;
use crate::client::{Answer, Call, framed};
use crate::cx::Cx;
use crate::expect;
use crate::status::End;
use crate::subject::Subject;

/// A method whose valid calls end with OK, a unary one before others.
pub(super) fn any(cx: &Cx) -> Result<Subject, Stop> {
    cx.subjects().any().filter(|subject| subject.ends_ok()).cloned().ok_or_else(|| {
        Stop::Skip(
            "no method is known that the target answers with OK; --method and --request name one"
                .to_owned(),
        )
    })
}

/// A method known as unary.
pub(super) fn unary(cx: &Cx) -> Result<Subject, Stop> {
    let reason =
        "no unary method is known that the target answers with OK; --method and --request name one";
    cx.subjects().unary().cloned().ok_or_else(|| Stop::Skip(reason.to_owned()))
}

/// A method known to take a stream of messages.
pub(super) fn streaming(cx: &Cx) -> Result<Subject, Stop> {
    let reason =
        "no method is known that takes a stream of messages and that the target answers with OK";
    cx.subjects().streaming().cloned().ok_or_else(|| Stop::Skip(reason.to_owned()))
}

/// The headers of any gRPC request.
pub(super) fn headers() -> HeaderMap {
    with(&[("te", "trailers"), ("content-type", "application/grpc")])
}

/// Just these headers.
pub(super) fn with(fields: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let value = HeaderValue::from_str(value).expect("the room's own values are header values");
        headers.append(HeaderName::from_static(name), value);
    }
    headers
}

/// The headers of any gRPC request, and these.
pub(super) fn headers_with(fields: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = headers();
    headers.extend(with(fields));
    headers
}

/// Opens a POST on the check's own connection with just these headers.
pub(super) async fn open(cx: &mut Cx, path: &str, headers: HeaderMap) -> Result<Call, Stop> {
    let deadline = cx.deadline();
    Ok(cx.connection().await?.open(Method::POST, path, headers, false, deadline).await)
}

/// A call with these headers, one message of the subject's, and a half-close.
pub(super) async fn exchange(
    cx: &mut Cx,
    subject: &Subject,
    headers: HeaderMap,
) -> Result<(Call, Answer), Stop> {
    let request = subject.request(cx.rng());
    raw_exchange(cx, subject, headers, framed(0, &request)).await
}

/// A call with these headers and these bytes, and a half-close.
pub(super) async fn raw_exchange(
    cx: &mut Cx,
    subject: &Subject,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<(Call, Answer), Stop> {
    let mut call = open(cx, &subject.path, headers).await?;
    call.send_raw(bytes, false);
    let answer = call.finish().await;
    Ok((call, answer))
}

/// The valid twin: a plain call, without which a refusal proves nothing.
pub(super) async fn twin(cx: &mut Cx, subject: &Subject) -> Result<(), Stop> {
    let (_, answer) = exchange(cx, subject, headers()).await?;
    if subject.served(&answer) {
        return Ok(());
    }
    expect::skip(format!(
        "a plain call on {} was not answered as before, but with {}",
        subject.path, answer.end
    ))
}

/// The call was answered as a valid one is; `what` names it.
pub(super) fn served(subject: &Subject, answer: &Answer, what: &str) -> Result<(), Stop> {
    let expected = format!(
        "{what} to be served: {} and {}",
        messages(subject.usual.messages),
        subject.usual.code
    );
    let actual = format!("{} and {}", messages(answer.messages.len()), answer.end);
    expect::that(subject.served(answer), expected, actual)
}

/// The call ended without OK, and without a message where a valid one brings some.
pub(super) fn refused(answer: &Answer, what: &str) -> Result<(), Stop> {
    expect::refused(&answer.end, what)
}

/// The target said something: a status or an HTTP status, be it what it may.
pub(super) fn answered(end: &End, what: &str) -> Result<(), Stop> {
    let answered = matches!(end, End::Status { .. } | End::Http(_) | End::Reset(_));
    expect::that(answered, format!("{what} to be answered, one way or the other"), end.to_string())
}

/// A plain call on a fresh connection is served.
pub(super) async fn serves_on(cx: &mut Cx, subject: &Subject, after: &str) -> Result<(), Stop> {
    let deadline = cx.deadline();
    let request = subject.request(cx.rng());
    let connection = cx.connect().await?;
    let mut call = connection.call(&subject.path, &HeaderMap::new(), deadline).await;
    call.send_payload(&request);
    let answer = call.finish().await;
    served(subject, &answer, &format!("a fresh call after {after}"))
}

fn messages(count: usize) -> String {
    match count {
        0 => "no message".to_owned(),
        1 => "one message".to_owned(),
        several => format!("{several} messages"),
    }
}
