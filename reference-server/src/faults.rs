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

    // atomix-session
    RenamesOnGet breaks "atomix-session/get/id-echoed": "GetSession answers with the id's name in capitals";
    DropsPrimitiveOnGet breaks "atomix-session/get/id-echoed": "GetSession leaves the primitive out of the id";
    InventsUnknownSession breaks "atomix-session/get/unknown-refused": "GetSession makes up a session under a name that nobody has";
    CallsUnknownSessionInvalid breaks "atomix-session/get/unknown-is-not-found": "refuses an unknown id with INVALID_ARGUMENT";
    TakesMissingIdForFirst breaks "atomix-session/get/missing-id-refused": "answers a GetSession without an id with the first session";
    CallsMissingIdNotFound breaks "atomix-session/get/missing-id-is-invalid": "refuses a missing id with NOT_FOUND";
    AnswersGetEmpty breaks "atomix-session/get/session-present": "answers every GetSession with OK and no session";
    LeavesOutMeta breaks "atomix-session/get/session-present": "GetSession's session has no meta";
    LeavesOutSpec breaks "atomix-session/get/session-complete": "GetSession's session has no spec";
    LeavesOutStatus breaks "atomix-session/get/session-complete": "GetSession's session has no status";
    IgnoresPrimitive breaks "atomix-session/get/primitive-matters": "finds a session under any primitive that is given";
    TakesNameAlone breaks "atomix-session/get/primitive-needed": "finds a session by its name where no primitive is given";
    ListsTwice breaks "atomix-session/list/ids-unique": "shows the first session of a list a second time at its end";
    LosesOneKind breaks "atomix-session/list/listed-can-be-got": "lists the sessions of one kind, but GetSession does not find them";
    ListIgnoresType breaks "atomix-session/list/type-filters": "shows all sessions in a list by type";
    WatchIgnoresType breaks "atomix-session/list/type-filters": "shows all sessions in a watch by type";
    HidesFromFullList breaks "atomix-session/list/all-covers-types": "the list without a type hides half the sessions of each kind";
    RefusesUnknownType breaks "atomix-session/list/unknown-type-empty": "refuses a list by a type that nobody has";
    NeverAnswersWatch breaks "atomix-session/list/watch-answers": "never answers a watch";
    WatchAnswersStale breaks "atomix-session/list/watch-sees-change": "answers a watch with the list as it was when the watch began";
    LeaksCancelledWatches breaks "atomix-session/list/watch-cancel": "keeps the places of cancelled watches, until none is free";
    VersionFalls breaks "atomix-session/meta/version-never-falls": "lowers the version at every change";
    ChangesLabelsUnseen breaks "atomix-session/meta/version-tells-change": "changes a label at every tick, and not the version";
    KeepsVersionOnChange breaks "atomix-session/meta/change-raises-version": "never changes the version";
    DropsLabelsOnGet breaks "atomix-session/meta/labels-survive": "GetSession shows no labels";
    BareTypeUrl breaks "atomix-session/meta/config-type-url": "a config's type_url ends in its slash";
    SaysStateNine breaks "atomix-session/state/state-in-enum": "shows a closing session with state 9";
    FallsBackToOpening breaks "atomix-session/state/never-backwards": "sends an opened session back to OPENING once";
    ReopensClosed breaks "atomix-session/state/closed-is-final": "shows a session as OPENED again while it is closed";
    RaisesVersionWhenClosed breaks "atomix-session/state/closed-keeps-version": "raises the version of closed sessions at every tick";
    BringsBackClosed breaks "atomix-session/state/gone-stays-gone": "lists a closed session again, five ticks after it was gone";
    ListLagsBehind breaks "atomix-session/state/get-and-list-agree": "lists show a session's new version with its state before";
    GetSaysOtherKind breaks "atomix-session/state/get-and-list-agree": "GetSession shows another kind than the lists";
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
            assert_eq!(
                fault.name().parse::<Fault>().expect("a name of the table"),
                *fault
            );
        }
        assert!("NoSuchSin".parse::<Fault>().is_err());
    }
}
