//! What a file's syntax decides about its fields and enums.
//!
//! Editions decide the same five things, one by one and for each element; they would come in as a
//! further constructor and as overrides on the way from a file to its fields.

use super::load::{SchemaError, shown};
use super::{Kind, Presence};

/// In the words of `google.protobuf.FeatureSet`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Features {
    /// Of singular fields that are neither messages nor members of a oneof.
    pub(super) field_presence: Presence,
    pub(super) enum_closed: bool,
    pub(super) repeated_packed: bool,
    pub(super) utf8_verified: bool,
}

const PROTO2: Features = Features {
    field_presence: Presence::Explicit,
    enum_closed: true,
    repeated_packed: false,
    utf8_verified: false,
};

const PROTO3: Features = Features {
    field_presence: Presence::Implicit,
    enum_closed: false,
    repeated_packed: true,
    utf8_verified: true,
};

impl Features {
    pub(super) fn of_syntax(syntax: &str, file: &str) -> Result<Features, SchemaError> {
        match syntax {
            "" | "proto2" => Ok(PROTO2),
            "proto3" => Ok(PROTO3),
            "editions" => Err(SchemaError::Edition { file: shown(file) }),
            other => Err(SchemaError::Syntax {
                file: shown(file),
                syntax: shown(other),
            }),
        }
    }

    /// The presence of a singular field that is not `required`.
    pub(super) fn presence(&self, kind: Kind, tracked: bool) -> Presence {
        match kind {
            Kind::Message(_) | Kind::Group(_) => Presence::Explicit,
            _ if tracked => Presence::Explicit,
            _ => self.field_presence,
        }
    }
}
