//! Tells the connections of one server apart.

/// A connection of a server. No rule cares which it is, unless a fault makes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);
