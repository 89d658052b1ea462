//! How a call ends that offended: as the offence says, unless a fault forgives it or has another code.

use super::Astray;
use crate::faults::Fault;
use crate::refusal::{Code, Refusal};
use crate::serve::strict::Offence;

/// The end of a call that its service does not get to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Ending {
    Refused(Refusal),
    /// OK and an empty message; only a fault does that.
    Served,
}

impl Astray {
    /// What becomes of a call. `behind` tells that a whole message came before the offence.
    pub(in crate::serve) fn ending(&self, offence: Offence, behind: bool) -> Ending {
        if offence == Offence::Bomb {
            self.fall(Fault::StopsAfterBomb);
        }
        if self.forgives(offence, behind) {
            return Ending::Served;
        }
        let code = self.recoded(offence).unwrap_or(offence.code());
        Ending::Refused(Refusal::new(code, offence.to_string()))
    }

    fn forgives(&self, offence: Offence, behind: bool) -> bool {
        let fault = match offence {
            Offence::MalformedPath => Fault::ServesMalformedPaths,
            Offence::FlagWithoutEncoding => Fault::ServesFlagWithoutEncoding,
            Offence::Corrupt => Fault::ServesCorrupt,
            Offence::Bomb => Fault::ServesBomb,
            Offence::Truncated => Fault::ServesTruncated,
            Offence::NoMessage => Fault::ServesZeroMessages,
            Offence::SecondMessage => Fault::ServesTwoMessages,
            _ => return behind && self.has(Fault::ForgivesWrongLengths),
        };
        let tail = offence == Offence::Truncated && self.has(Fault::ForgivesTruncatedTail);
        self.has(fault) || behind && (tail || self.has(Fault::ForgivesWrongLengths))
    }

    fn recoded(&self, offence: Offence) -> Option<Code> {
        let (fault, code) = match offence {
            Offence::MalformedPath => {
                (Fault::MalformedPathIsInvalidArgument, Code::InvalidArgument)
            }
            Offence::Expired if self.has(Fault::ExpiresWithUnavailable) => {
                (Fault::ExpiresWithUnavailable, Code::Unavailable)
            }
            Offence::Expired => (Fault::ExpiresWithCancelled, Code::Cancelled),
            Offence::FlagWithoutEncoding => {
                (Fault::FlagWithoutEncodingIsUnimplemented, Code::Unimplemented)
            }
            Offence::UnknownEncoding => (Fault::UnknownEncodingIsInternal, Code::Internal),
            Offence::TooLarge => (Fault::TooLargeIsOutOfRange, Code::OutOfRange),
            Offence::Truncated => (Fault::TruncatedIsDataLoss, Code::DataLoss),
            _ => return None,
        };
        self.has(fault).then_some(code)
    }
}
