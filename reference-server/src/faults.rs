//! Named wrong behaviours, off by default, each breaking one clause on purpose.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// Writes the enum, its names, the clause that each breaks and what it does: one row a fault.
macro_rules! faults {
    ($($name:ident breaks $clause:literal: $about:literal;)+) => {
        /// A wrong behaviour that the reference takes on when told to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $(#[doc = $about] $name,)+
        }

        impl Fault {
            /// Every fault, in the order of the table.
            pub const ALL: &[Fault] = &[$(Fault::$name,)+];

            /// The name that `--fault` takes.
            pub fn name(self) -> &'static str {
                match self { $(Fault::$name => stringify!($name),)+ }
            }

            /// The clause that the fault breaks, `room/topic/words`.
            pub fn breaks(self) -> &'static str {
                match self { $(Fault::$name => $clause,)+ }
            }

            /// What the server then does.
            pub fn about(self) -> &'static str {
                match self { $(Fault::$name => $about,)+ }
            }
        }
    };
}

faults! {
    AcceptsSignedFirst breaks "neofs-session/order/signed-first-refused": "answers a stream that opens with Signed with Result";
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No fault has this name.
#[derive(Debug, thiserror::Error)]
#[error("no fault is called {0:?}; --list-faults prints them all")]
pub struct UnknownFault(String);

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Fault, UnknownFault> {
        let found = Fault::ALL.iter().find(|fault| fault.name() == name);
        found.copied().ok_or_else(|| UnknownFault(name.to_owned()))
    }
}

/// The faults that are switched on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(BTreeSet<Fault>);

impl Faults {
    /// Whether this one is on.
    pub fn has(&self, fault: Fault) -> bool {
        self.0.contains(&fault)
    }

    /// The ones that are on, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = Fault> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<T: IntoIterator<Item = Fault>>(faults: T) -> Self {
        Faults(faults.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_fault() {
        for fault in Fault::ALL {
            assert_eq!(fault.name().parse::<Fault>().expect("a name of the table"), *fault);
        }
        assert!("NoSuchSin".parse::<Fault>().is_err());
    }
}
