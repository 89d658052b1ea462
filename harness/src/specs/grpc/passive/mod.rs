//! What every response owes, judged on any trace: nothing is sent for it.

mod details;
mod response;
#[cfg(test)]
mod tests;

use wirecheck_proto::wirecheck::v1::{Header, Trace};

use super::clauses::{
    DETAILS_AGREE, FLAG_MATCHES_ENCODING, FRAMES_WHOLE, HTTP_200, MESSAGE_ENCODING, NO_BARE_RESET,
    NO_MESSAGE_WITH_OK, ONE_MESSAGE_ON_UNARY, ONE_STATUS, RESPONSE_CONTENT_TYPE,
    STATUS_IN_TRAILERS,
};
use crate::model::{Clause, Finding, room_of};
use crate::schema::Shape;
use crate::status::{http2_error, percent_decoded};
use response::{Response, responses};

/// A clause of every response: how one response keeps it.
struct Passive {
    clause: &'static Clause,
    judge: fn(&Response<'_>) -> Held,
}

/// How a response keeps a clause.
enum Held {
    /// It has nothing that the clause speaks of.
    Untouched,
    Kept,
    Broken(Box<Finding>),
}

impl From<Finding> for Held {
    fn from(finding: Finding) -> Held {
        Held::Broken(Box::new(finding))
    }
}

/// Every passive clause.
const PASSIVE: &[Passive] = &[
    Passive { clause: &HTTP_200, judge: http_200 },
    Passive { clause: &NO_BARE_RESET, judge: no_bare_reset },
    Passive { clause: &RESPONSE_CONTENT_TYPE, judge: content_type },
    Passive { clause: &ONE_STATUS, judge: one_status },
    Passive { clause: &STATUS_IN_TRAILERS, judge: status_in_trailers },
    Passive { clause: &MESSAGE_ENCODING, judge: message_encoding },
    Passive { clause: &NO_MESSAGE_WITH_OK, judge: no_message_with_ok },
    Passive { clause: &FLAG_MATCHES_ENCODING, judge: flag_matches_encoding },
    Passive { clause: &ONE_MESSAGE_ON_UNARY, judge: one_message_on_unary },
    Passive { clause: &FRAMES_WHOLE, judge: frames_whole },
    Passive { clause: &DETAILS_AGREE, judge: details_agree },
];

/// What the responses of one trace say of the passive clauses.
#[derive(Debug, Default)]
pub struct Judged {
    /// Clauses that some response had to keep.
    pub exercised: Vec<&'static Clause>,
    /// Of each clause that some response broke, the first offence.
    pub offences: Vec<(&'static Clause, Finding)>,
}

/// Judges every response of a trace.
pub fn judge(trace: &Trace) -> Judged {
    let responses = responses(trace);
    let mut judged = Judged::default();
    for passive in PASSIVE {
        let mut exercised = false;
        let mut offence = None;
        for response in &responses {
            match (passive.judge)(response) {
                Held::Untouched => {}
                Held::Kept => exercised = true,
                Held::Broken(finding) => {
                    exercised = true;
                    offence = offence.or(Some(*finding));
                }
            }
        }
        judged.exercised.extend(exercised.then_some(passive.clause));
        judged.offences.extend(offence.map(|finding| (passive.clause, finding)));
    }
    judged
}

fn held(kept: bool, broken: impl FnOnce() -> Finding) -> Held {
    if kept { Held::Kept } else { broken().into() }
}

fn http_200(response: &Response<'_>) -> Held {
    let Some((at, headers)) = response.headers else { return Held::Untouched };
    if !response.is_grpc_post() {
        return Held::Untouched;
    }
    let status = text(headers, ":status").unwrap_or_default();
    held(status == "200", || Finding::new(":status 200", format!(":status {status}")).marking([at]))
}

fn no_bare_reset(response: &Response<'_>) -> Held {
    // The transport's own checks provoke resets that their clauses allow by name; but not these.
    let provoked = room_of(response.check) == super::ROOM.name;
    if response.gave_up || (provoked && !response.check.starts_with("grpc/response/")) {
        return Held::Untouched;
    }
    match response.reset {
        Some((at, code)) if code != 0 => {
            let actual = format!("RST_STREAM {} and no status", http2_error(code));
            Held::from(Finding::new("a refused call to end with a status", actual).marking([at]))
        }
        _ => response.on_end(|_| Held::Kept),
    }
}

fn content_type(response: &Response<'_>) -> Held {
    response.on_end(|(at, _)| {
        let found = response.headers.and_then(|(_, headers)| text(headers, "content-type"));
        held(found.as_deref().is_some_and(|found| found.starts_with("application/grpc")), || {
            let actual = found.map_or_else(
                || "no content-type".to_owned(),
                |found| format!("content-type {found:?}"),
            );
            Finding::new("content-type: application/grpc, with or without a suffix", actual)
                .marking([at])
        })
    })
}

fn one_status(response: &Response<'_>) -> Held {
    response.on_end(|(at, _)| {
        let found: Vec<_> = response.all("grpc-status").collect();
        let valid = |value: &str| {
            value.parse::<u8>().is_ok_and(|code| code <= 16 && code.to_string() == value)
        };
        held(matches!(&found[..], [one] if valid(one)), || {
            let actual = match &found[..] {
                [] => "none".to_owned(),
                several => format!("grpc-status {}", several.join(" and ")),
            };
            let expected =
                "exactly one grpc-status: a decimal number from 0 to 16 without leading zeros";
            Finding::new(expected, actual).marking([at])
        })
    })
}

fn status_in_trailers(response: &Response<'_>) -> Held {
    response.on_end(|_| match response.headers {
        Some((at, headers)) if !response.headers_end && text(headers, "grpc-status").is_some() => {
            let actual = "grpc-status in headers that do not end the stream";
            Held::from(
                Finding::new("grpc-status in trailers, or in headers with END_STREAM", actual)
                    .marking([at]),
            )
        }
        _ => Held::Kept,
    })
}

fn message_encoding(response: &Response<'_>) -> Held {
    response.on_end(|(at, fields)| {
        let Some(field) = fields.iter().find(|field| field.name == "grpc-message") else {
            return Held::Untouched;
        };
        held(is_percent_encoded(&field.value), || {
            let actual = format!("grpc-message {:?}", String::from_utf8_lossy(&field.value));
            Finding::new(
                "grpc-message in printable ASCII, with % only before two hexadecimal digits",
                actual,
            )
            .marking([at])
        })
    })
}

fn is_percent_encoded(value: &[u8]) -> bool {
    let escape = |at: usize| {
        value.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    value.iter().enumerate().all(|(at, byte)| match byte {
        b'%' => escape(at),
        0x20..=0x7e => true,
        _ => false,
    })
}

fn no_message_with_ok(response: &Response<'_>) -> Held {
    response.on_end(|(at, fields)| {
        if text(fields, "grpc-status").as_deref() != Some("0") {
            return Held::Untouched;
        }
        let message = text(fields, "grpc-message").unwrap_or_default();
        held(message.is_empty(), || {
            Finding::new("no grpc-message with OK", format!("grpc-message {message:?}"))
                .marking([at])
        })
    })
}

fn flag_matches_encoding(response: &Response<'_>) -> Held {
    let encoding = response.headers.and_then(|(_, headers)| text(headers, "grpc-encoding"));
    let compressed = encoding.as_deref().is_some_and(|encoding| encoding != "identity");
    let Some((at, message)) = response
        .messages
        .iter()
        .find(|(_, message)| message.flag != 0)
        .or(response.messages.first())
    else {
        return Held::Untouched;
    };
    held(message.flag == 0 || (message.flag == 1 && compressed), || {
        let actual = format!(
            "a message with compressed flag {} and grpc-encoding {}",
            message.flag,
            encoding.unwrap_or_else(|| "absent".to_owned())
        );
        Finding::new("flag 0, or flag 1 with a grpc-encoding", actual).marking([*at])
    })
}

fn one_message_on_unary(response: &Response<'_>) -> Held {
    response.on_end(|(at, fields)| {
        let ok = text(fields, "grpc-status").as_deref() == Some("0");
        if Shape::of_path(&response.path) != Some(Shape::Unary) || !ok {
            return Held::Untouched;
        }
        let count = response.messages.len();
        held(count == 1, || {
            Finding::new("one message, then OK", format!("{count} messages, then OK")).marking([at])
        })
    })
}

fn frames_whole(response: &Response<'_>) -> Held {
    response.on_end(|_| match response.leftover {
        Some((at, bytes)) => {
            let actual = format!("{} bytes at the end that are no whole message", bytes.len());
            Held::from(Finding::new("DATA that forms whole messages", actual).marking([at]))
        }
        None if response.messages.is_empty() => Held::Untouched,
        None => Held::Kept,
    })
}

fn details_agree(response: &Response<'_>) -> Held {
    response.on_end(|(at, fields)| {
        let Some(bin) = fields.iter().find(|field| field.name == "grpc-status-details-bin") else {
            return Held::Untouched;
        };
        let code = text(fields, "grpc-status").unwrap_or_default();
        let message = fields.iter().find(|field| field.name == "grpc-message");
        let message = message.map(|field| percent_decoded(&field.value)).unwrap_or_default();
        let expected =
            format!("grpc-status-details-bin to say {code} and {message:?}, as the status does");
        let Some(details) = details::read(&bin.value) else {
            return Held::from(
                Finding::new(expected, "bytes that are no google.rpc.Status").marking([at]),
            );
        };
        held(details.code.to_string() == code && details.message == message, || {
            Finding::new(expected, format!("{} and {:?}", details.code, details.message))
                .marking([at])
        })
    })
}

fn text(fields: &[Header], name: &str) -> Option<String> {
    let field = fields.iter().find(|field| field.name == name)?;
    Some(String::from_utf8_lossy(&field.value).into_owned())
}
