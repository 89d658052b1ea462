//! What a client can do wrong in a handshake, and the code that each gets.

use crate::faults::{Fault, Faults};
use crate::refusal::{Code, Refusal};

/// A kind of wrong, by the code it is refused with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offence {
    /// A message or a half-close that was not due.
    Order,
    /// A token or an envelope that no session can be opened for.
    Token,
    /// A signature that does not verify.
    Signature,
    /// A signature that is none, for its length.
    Length,
    /// A Signed that is not the Unsigned.
    Difference,
}

impl Offence {
    /// The refusal, with words for a person.
    pub(super) fn refuse(self, faults: &Faults, message: impl Into<String>) -> Refusal {
        let right = match self {
            Offence::Order => Code::FailedPrecondition,
            Offence::Token | Offence::Difference => Code::InvalidArgument,
            Offence::Signature | Offence::Length => Code::Unauthenticated,
        };
        Refusal::new(self.wrong_code(faults).unwrap_or(right), message)
    }

    fn wrong_code(self, faults: &Faults) -> Option<Code> {
        let own = match self {
            Offence::Order => (Fault::OrderIsPermissionDenied, Code::PermissionDenied),
            Offence::Token => (Fault::MalformedTokenIsNotFound, Code::NotFound),
            Offence::Signature => (Fault::BadSignatureIsNotFound, Code::NotFound),
            Offence::Length | Offence::Difference => (Fault::MismatchIsNotFound, Code::NotFound),
        };
        let any = [
            (Fault::RefusesWithUnknown, Code::Unknown),
            (Fault::RefusesWithInternal, Code::Internal),
            own,
        ];
        any.into_iter().find_map(|(fault, code)| faults.has(fault).then_some(code))
    }
}
