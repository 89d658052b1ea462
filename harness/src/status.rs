//! gRPC's status codes, and the ways in which a call can end.

use std::fmt;
use std::time::Duration;

/// Declares the codes once: the number, the name of the specification.
macro_rules! codes {
    ($($name:ident = $number:literal $spelled:literal;)+) => {
        /// A status code of gRPC (statuscodes.md).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "the names are the specification's")]
        pub enum Code { $($name = $number,)+ }

        impl Code {
            /// The code with this number, 0 to 16.
            pub fn from_number(number: u32) -> Option<Code> {
                match number { $($number => Some(Code::$name),)+ _ => None }
            }

            /// The specification's spelling.
            pub fn name(self) -> &'static str {
                match self { $(Code::$name => $spelled,)+ }
            }
        }
    };
}

codes! {
    Ok = 0 "OK";
    Cancelled = 1 "CANCELLED";
    Unknown = 2 "UNKNOWN";
    InvalidArgument = 3 "INVALID_ARGUMENT";
    DeadlineExceeded = 4 "DEADLINE_EXCEEDED";
    NotFound = 5 "NOT_FOUND";
    AlreadyExists = 6 "ALREADY_EXISTS";
    PermissionDenied = 7 "PERMISSION_DENIED";
    ResourceExhausted = 8 "RESOURCE_EXHAUSTED";
    FailedPrecondition = 9 "FAILED_PRECONDITION";
    Aborted = 10 "ABORTED";
    OutOfRange = 11 "OUT_OF_RANGE";
    Unimplemented = 12 "UNIMPLEMENTED";
    Internal = 13 "INTERNAL";
    Unavailable = 14 "UNAVAILABLE";
    DataLoss = 15 "DATA_LOSS";
    Unauthenticated = 16 "UNAUTHENTICATED";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), *self as u32)
    }
}

/// How a call ended, as the client saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// With a status of gRPC.
    Status {
        /// `grpc-status`.
        code: Code,
        /// `grpc-message`, percent-decoded, cut to 1,024 bytes.
        message: String,
    },
    /// With an HTTP status other than 200 and no `grpc-status`.
    Http(u16),
    /// Without a `grpc-status` that can be read; what came in its place.
    NoStatus(String),
    /// With RST_STREAM and this HTTP/2 error code.
    Reset(u32),
    /// The connection went away under the call.
    Lost(String),
    /// It did not end: nothing came for this long, up to the deadline.
    Silence(Duration),
    /// The harness stopped reading, since the answer had passed a cap.
    Flood(String),
}

impl End {
    /// The status code, where the call ended with one.
    pub fn code(&self) -> Option<Code> {
        match self {
            End::Status { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Whether it is OK.
    pub fn is_ok(&self) -> bool {
        self.code() == Some(Code::Ok)
    }

    /// Whether the target ended the call and said that it does not do it: a status other than OK,
    /// an HTTP error or a reset. A lost connection or silence is no refusal.
    pub fn is_refusal(&self) -> bool {
        match self {
            End::Status { code, .. } => *code != Code::Ok,
            End::Http(_) | End::Reset(_) => true,
            End::NoStatus(_) | End::Lost(_) | End::Silence(_) | End::Flood(_) => false,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Status { code, message } if message.is_empty() => write!(f, "{code}"),
            End::Status { code, message } => write!(f, "{code} {message:?}"),
            End::Http(status) => write!(f, "HTTP status {status}"),
            End::NoStatus(why) => write!(f, "an end without a grpc-status: {why}"),
            End::Reset(code) => write!(f, "RST_STREAM {}", http2_error(*code)),
            End::Lost(why) => write!(f, "a lost connection: {why}"),
            End::Silence(waited) => {
                write!(
                    f,
                    "no end: nothing came for {:.1} s, up to the deadline",
                    waited.as_secs_f64()
                )
            }
            End::Flood(cap) => write!(f, "more than the harness reads: {cap}"),
        }
    }
}

/// The name of an HTTP/2 error code (RFC 9113, section 7).
pub fn http2_error(code: u32) -> String {
    const NAMES: [&str; 14] = [
        "NO_ERROR",
        "PROTOCOL_ERROR",
        "INTERNAL_ERROR",
        "FLOW_CONTROL_ERROR",
        "SETTINGS_TIMEOUT",
        "STREAM_CLOSED",
        "FRAME_SIZE_ERROR",
        "REFUSED_STREAM",
        "CANCEL",
        "COMPRESSION_ERROR",
        "CONNECT_ERROR",
        "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY",
        "HTTP_1_1_REQUIRED",
    ];
    match NAMES.get(code as usize) {
        Some(name) => format!("{name} ({code})"),
        None => format!("error code {code}"),
    }
}

/// A `grpc-message` as its sender meant it: percent-decoded (PROTOCOL-HTTP2.md, Responses), with what
/// is no escape left as it is.
pub fn percent_decoded(value: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| after.get(..2)).flatten();
        let hex = |digits: &&[u8]| digits.iter().all(u8::is_ascii_hexdigit);
        let escaped = escaped.filter(hex).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_decoded_as_far_as_they_are_escaped() {
        assert_eq!(percent_decoded(b"a%20b"), "a b");
        assert_eq!(percent_decoded("%C3%A9".as_bytes()), "é");
        assert_eq!(percent_decoded(b"100% %2 %zz %"), "100% %2 %zz %");
        assert_eq!(percent_decoded(b"%+1"), "%+1");
    }

    #[test]
    fn a_lost_connection_is_no_refusal() {
        assert!(End::Reset(8).is_refusal());
        assert!(!End::Lost("torn".to_owned()).is_refusal());
        assert!(!End::Status { code: Code::Ok, message: String::new() }.is_refusal());
    }
}
