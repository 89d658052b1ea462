//! What a client can do against gRPC itself, whatever the service, and how its call then ends.

use crate::refusal::Code;

/// One way to break the protocol, or a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::serve) enum Offence {
    /// Begins with application/grpc and goes on with a codec that is not served.
    #[error("messages are served as protobuf only")]
    OtherCodec,
    #[error("the path does not name one service and one method")]
    MalformedPath,
    #[error("grpc-timeout is one to eight digits and a unit: H, M, S, m, u or n")]
    MalformedTimeout,
    #[error("the call took longer than its grpc-timeout")]
    Expired,
    #[error("a message's compressed flag is neither 0 nor 1")]
    ReservedFlag,
    #[error("a message is flagged as compressed, and no grpc-encoding says how")]
    FlagWithoutEncoding,
    #[error("a message is compressed in a way that the server does not know")]
    UnknownEncoding,
    #[error("a compressed message does not decompress")]
    Corrupt,
    #[error("a message is longer than the server takes")]
    TooLarge,
    /// A few bytes on the wire, too many behind them.
    #[error("a message is longer than the server takes once decompressed")]
    Bomb,
    #[error("the request ends inside a message")]
    Truncated,
    #[error("the method takes one message, and none came")]
    NoMessage,
    #[error("the method takes one message, and more came")]
    SecondMessage,
    /// Right, and refused all the same; only a fault does that.
    #[error("the server goes wrong on purpose")]
    Whim,
}

impl Offence {
    /// The status code that the protocol's documents give it. Where they leave a choice: the code
    /// of grpc-go for a wrong number of messages, INTERNAL for a malformed timeout.
    pub(in crate::serve) fn code(self) -> Code {
        match self {
            Offence::OtherCodec | Offence::MalformedPath | Offence::UnknownEncoding => {
                Code::Unimplemented
            }
            Offence::Expired => Code::DeadlineExceeded,
            Offence::TooLarge | Offence::Bomb => Code::ResourceExhausted,
            Offence::MalformedTimeout
            | Offence::ReservedFlag
            | Offence::FlagWithoutEncoding
            | Offence::Corrupt
            | Offence::Truncated
            | Offence::NoMessage
            | Offence::SecondMessage => Code::Internal,
            // A code that no clause allows there, contested or not.
            Offence::Whim => Code::Unavailable,
        }
    }
}
