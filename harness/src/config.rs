//! `wirecheck.toml`: what a room has to know of the target and cannot find out.

use std::path::Path;

use serde::Deserialize;

/// Everything that a user may say of the target. All of it has a default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// `[neofs-session]`
    pub neofs_session: NeofsSession,
    /// `[atomix-session]`
    pub atomix_session: AtomixSession,
}

/// `[neofs-session]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct NeofsSession {
    /// What the parties sign, and with which kind of key.
    pub profile: Profile,
}

/// A signature profile of the session handshake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Ed25519 throughout; the owner's id is the owner's public key.
    #[default]
    Ed25519,
}

/// `[atomix-session]`: what ListSessions does not tell. A target whose plain list shows its sessions
/// needs none of it.
///
/// ```
/// let text = r#"
/// [atomix-session]
/// types = ["lock"]                                        # lists by these types show sessions
/// sessions = [{ name = "s-1", primitive = "p-1" }, { name = "s-2" }]  # these exist
/// "#;
/// let config: wirecheck::config::Config = toml::from_str(text).expect("a configuration");
/// assert_eq!(config.atomix_session.sessions[1].primitive, "");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct AtomixSession {
    /// Types to list by, beside the kinds of the sessions that the plain list shows.
    pub types: Vec<String>,
    /// Sessions that exist for the length of a run, whether a list shows them or not.
    pub sessions: Vec<KnownSession>,
}

/// A session by its id.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KnownSession {
    /// `SessionId.name`.
    pub name: String,
    /// `SessionId.primitive.id`; empty for none.
    #[serde(default)]
    pub primitive: String,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}: {why}")]
    Read {
        /// As the user named it.
        path: String,
        /// The operating system's reason.
        why: std::io::Error,
    },
    /// Its content is not what it should be.
    #[error("configuration {path}: {why}")]
    Parse {
        /// As the user named it.
        path: String,
        /// Place and reason.
        why: String,
    },
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, is no TOML, or has a key that nobody knows.
    pub fn read(path: &Path) -> Result<Config, ConfigError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|why| ConfigError::Read { path: name.clone(), why })?;
        toml::from_str(&text).map_err(|error| {
            let line = error
                .span()
                .map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
            ConfigError::Parse { path: name, why: format!("line {line}: {}", error.message()) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused() {
        assert!(toml::from_str::<Config>("[neofs-session]\nprofile = \"ed25519\"").is_ok());
        assert!(toml::from_str::<Config>("[neofs-session]\nprofil = \"ed25519\"").is_err());
        assert!(toml::from_str::<Config>("[neofs]\n").is_err());
        assert!(toml::from_str::<Config>("[atomix-session]\ntypes = [\"lock\"]").is_ok());
        assert!(toml::from_str::<Config>("[atomix-session]\nkinds = [\"lock\"]").is_err());
    }
}
