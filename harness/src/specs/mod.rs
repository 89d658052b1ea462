//! The rooms: one for each protocol, with its clauses, checks, generators and oracles.

#[cfg(feature = "net")]
use rand_chacha::ChaCha12Rng;

#[cfg(feature = "net")]
use crate::check::Check;
#[cfg(feature = "net")]
use crate::config::Config;
use crate::model::Clause;

pub mod agent;
pub mod atomix_session;
pub mod grpc;
pub mod imss;
pub mod jina;
pub mod neofs_session;

/// Declares a room's clauses, each once: a symbol to cite, its level, its id within the room, what it
/// demands, where that stands, and, where no check holds it, why.
macro_rules! clauses {
    ($room:literal, $document:literal;
     $($name:ident: $level:ident $id:literal, $text:literal, $source:literal $(, waived $waived:literal)?;)+) => {
        $(
            #[doc = $text]
            pub static $name: $crate::model::Clause = $crate::model::Clause {
                id: concat!($room, "/", $id),
                level: $crate::model::Level::$level,
                text: $text,
                source: concat!($document, ", ", $source),
                waived: clauses!(@waived $($waived)?),
            };
        )+

        /// Every clause of the room, in the order above.
        pub static ALL: &[&$crate::model::Clause] = &[$(&$name,)+];
    };
    (@waived) => { None };
    (@waived $reason:literal) => { Some($reason) };
}
pub(crate) use clauses;

/// One protocol, or one layer that protocols stand on.
#[derive(Debug)]
pub struct Room {
    /// The first part of its ids.
    pub name: &'static str,
    /// What its clauses are taken from.
    pub document: &'static str,
    /// Every clause.
    pub clauses: &'static [&'static Clause],
    /// Its checks, topic by topic.
    #[cfg(feature = "net")]
    pub topics: &'static [&'static [Check]],
    /// One harmless call for each of its methods; a target that answers none of them but with
    /// UNIMPLEMENTED does not serve the room.
    #[cfg(feature = "net")]
    pub probes: &'static [Probe],
}

/// Makes an encoded request, as the target is configured, new ids in it each time.
#[cfg(feature = "net")]
pub type MakeRequest = fn(&Config, &mut ChaCha12Rng) -> Vec<u8>;

/// A call that any target of a room answers.
#[cfg(feature = "net")]
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    /// "/package.Service/Method"
    pub path: &'static str,
    /// Makes a request that any target answers.
    pub request: MakeRequest,
    /// Makes one that is answered with some 15 KB, in one frame, where the method gives back what it is
    /// sent.
    pub echoed: Option<MakeRequest>,
    /// Whether the client half-closes behind it.
    pub half_close: bool,
}
