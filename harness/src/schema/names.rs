//! Full names of types: that they are names, that they are unique, and what they stand for.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::load::{SchemaError, shown};
use super::{EnumIdx, MessageIdx};

/// The longest full name, in bytes.
const MAX_NAME: usize = 512;

/// How often names without a leading dot may be looked for, in all scopes together.
const MAX_LOOKUPS: usize = 1_000_000;

#[derive(Clone, Copy, Debug)]
pub(super) enum Symbol {
    Message(MessageIdx),
    Enum(EnumIdx),
    /// A service or an extension: nothing that a field can be of.
    Other,
}

pub(super) struct Names {
    symbols: HashMap<String, Symbol>,
    lookups_left: usize,
}

impl Names {
    pub(super) fn new() -> Names {
        Names {
            symbols: HashMap::new(),
            lookups_left: MAX_LOOKUPS,
        }
    }

    /// The full name of `name` in `scope`, taken by `symbol` from now on.
    pub(super) fn declare(
        &mut self,
        scope: &str,
        name: &str,
        symbol: Symbol,
    ) -> Result<String, SchemaError> {
        let full_name = joined(scope, identifier(name)?)?;
        match self.symbols.entry(full_name.clone()) {
            Entry::Occupied(_) => Err(SchemaError::DuplicateName { name: full_name }),
            Entry::Vacant(place) => {
                place.insert(symbol);
                Ok(full_name)
            }
        }
    }

    /// What `name` stands for in `scope`: with a leading dot just that, else the innermost match.
    pub(super) fn resolve(&mut self, scope: &str, name: &str) -> Result<Symbol, SchemaError> {
        if let Some(full_name) = name.strip_prefix('.') {
            let found = self.symbols.get(dotted(full_name)?).copied();
            return found.ok_or_else(|| unresolved(scope, name));
        }
        dotted(name)?;
        let mut scope_left = Some(scope);
        while let Some(scope) = scope_left {
            self.lookups_left = self
                .lookups_left
                .checked_sub(1)
                .ok_or(SchemaError::TooManyLookups { cap: MAX_LOOKUPS })?;
            if let Ok(candidate) = joined(scope, name)
                && let Some(symbol) = self.symbols.get(&candidate)
            {
                return Ok(*symbol);
            }
            scope_left = match scope.rsplit_once('.') {
                Some((outer, _)) => Some(outer),
                None if scope.is_empty() => None,
                None => Some(""),
            };
        }
        Err(unresolved(scope, name))
    }

    pub(super) fn message(&mut self, scope: &str, name: &str) -> Result<MessageIdx, SchemaError> {
        match self.resolve(scope, name)? {
            Symbol::Message(idx) => Ok(idx),
            _ => Err(SchemaError::NotAMessage { name: shown(name) }),
        }
    }
}

fn unresolved(scope: &str, name: &str) -> SchemaError {
    SchemaError::Unresolved {
        name: shown(name),
        scope: scope.to_owned(),
    }
}

fn joined(scope: &str, name: &str) -> Result<String, SchemaError> {
    let full_name = if scope.is_empty() {
        name.to_owned()
    } else {
        format!("{scope}.{name}")
    };
    if full_name.len() > MAX_NAME {
        return Err(SchemaError::BadName {
            name: shown(&full_name),
        });
    }
    Ok(full_name)
}

/// `name`, where it is a name as the language has them. Anything else could write to a terminal
/// what no report meant to say.
pub(super) fn identifier(name: &str) -> Result<&str, SchemaError> {
    let mut bytes = name.bytes();
    let begins = bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    if begins && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_') && name.len() <= MAX_NAME {
        Ok(name)
    } else {
        Err(SchemaError::BadName { name: shown(name) })
    }
}

/// `name`, where it consists of names with dots between them.
pub(super) fn dotted(name: &str) -> Result<&str, SchemaError> {
    if name.len() > MAX_NAME {
        return Err(SchemaError::BadName { name: shown(name) });
    }
    name.split('.')
        .try_for_each(|part| identifier(part).map(drop))?;
    Ok(name)
}
