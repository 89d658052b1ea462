//! `wirecheck.toml`: what a room has to know of the target and cannot find out.

use std::path::Path;

use serde::Deserialize;

/// Everything that a user may say of the target. All of it has a default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// `[jina]`
    pub jina: Jina,
    /// `[neofs-session]`
    pub neofs_session: NeofsSession,
}

/// `[jina]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Jina {
    /// Whether the target lets clients open peas and pods. Unset where nobody knows; then a Spawn
    /// has to name some outcome, whichever it is.
    ///
    /// ```toml
    /// [jina]
    /// spawning = "denied"
    /// ```
    pub spawning: Option<Spawning>,
}

/// Whether a target of jina lets clients open peas and pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spawning {
    /// Nobody may.
    Denied,
    /// Anybody may; the checks open some under names drawn at random, and do not close them.
    Allowed,
}

impl Spawning {
    /// As `wirecheck.toml` has it.
    pub fn name(self) -> &'static str {
        match self {
            Spawning::Denied => "denied",
            Spawning::Allowed => "allowed",
        }
    }
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
    }

    #[test]
    fn spawning_is_unknown_until_it_is_said() {
        let spawning =
            |text: &str| toml::from_str::<Config>(text).map(|config| config.jina.spawning);
        assert_eq!(spawning(""), Ok(None));
        for state in [Spawning::Denied, Spawning::Allowed] {
            let text = format!("[jina]\nspawning = \"{}\"", state.name());
            assert_eq!(spawning(&text), Ok(Some(state)));
        }
        assert!(spawning("[jina]\nspawning = \"perhaps\"").is_err());
        assert!(spawning("[jina]\nspawn = \"denied\"").is_err());
    }
}
