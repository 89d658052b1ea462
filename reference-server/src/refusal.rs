//! How a rule says no: a gRPC status without a transport.

/// A gRPC status code other than OK, with the number it has on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i32)]
pub enum Code {
    /// The caller gave up.
    Cancelled = 1,
    /// Nobody knows; no rule says this unless a fault makes it.
    Unknown = 2,
    /// The request is wrong whatever state the server is in.
    InvalidArgument = 3,
    /// A time limit passed.
    DeadlineExceeded = 4,
    /// What was asked for does not exist.
    NotFound = 5,
    /// What was to be made exists.
    AlreadyExists = 6,
    /// The caller may not.
    PermissionDenied = 7,
    /// A limit of the server was reached.
    ResourceExhausted = 8,
    /// The request does not fit the state that the server is in.
    FailedPrecondition = 9,
    /// The operation was given up, for a conflict with another.
    Aborted = 10,
    /// The request reaches past what is valid.
    OutOfRange = 11,
    /// The server has no such operation.
    Unimplemented = 12,
    /// The bytes did not parse, or something the server relies on broke.
    Internal = 13,
    /// The server cannot serve now.
    Unavailable = 14,
    /// Data were lost.
    DataLoss = 15,
    /// The caller did not prove who it is.
    Unauthenticated = 16,
}

impl Code {
    /// The number in `grpc-status`.
    pub fn number(self) -> i32 {
        self as i32
    }
}

/// The end of a call or stream without OK.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code:?}: {message}")]
pub struct Refusal {
    /// The status code.
    pub code: Code,
    /// What was wrong, for a person.
    pub message: String,
}

impl Refusal {
    /// A refusal with this code and these words.
    pub fn new(code: Code, message: impl Into<String>) -> Refusal {
        Refusal { code, message: message.into() }
    }
}
