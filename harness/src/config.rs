//! `wirecheck.toml`: what a room has to know of the target and cannot find out.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use crate::duration;
use crate::specs::neofs_session::token::Lifetime;

pub use crate::specs::neofs_session::profile::Profile;

/// Everything that a user may say of the target. All of it has a default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// `[jina]`
    pub jina: Jina,
    /// `[neofs-session]`
    pub neofs_session: NeofsSession,
    /// `[atomix-session]`
    pub atomix_session: AtomixSession,
    /// `[agent]`
    pub agent: Agent,
}

/// `[agent]`
///
/// ```
/// let config: wirecheck::config::Config = toml::from_str("[agent]\nobserve = \"90s\"").expect("a configuration");
/// assert_eq!(config.agent.observe, Some(std::time::Duration::from_secs(90)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Agent {
    /// How long a job is looked at that ought to leave WAIT, or to reach DONE. `--observe` overrides it.
    #[serde(deserialize_with = "window")]
    pub observe: Option<Duration>,
}

/// A duration as flags have it.
fn window<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    duration::parse(&text).map(Some).map_err(D::Error::custom)
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
///
/// ```
/// let text = r#"
/// [neofs-session]
/// profile = "p256"                                        # owners are addresses of P-256 keys
/// "#;
/// let config: wirecheck::config::Config = toml::from_str(text).expect("a configuration");
/// assert_eq!(config.neofs_session.profile, wirecheck::config::Profile::P256);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct NeofsSession {
    /// What the parties sign, and with which kind of key.
    pub profile: Profile,
    /// FirstEpoch of the tokens that checks ask for.
    pub first_epoch: u64,
    /// LastEpoch of the tokens that checks ask for; greater than `first-epoch`.
    pub last_epoch: u64,
}

impl Default for NeofsSession {
    fn default() -> NeofsSession {
        let Lifetime { first, last } = Lifetime::default();
        NeofsSession { profile: Profile::default(), first_epoch: first, last_epoch: last }
    }
}

impl NeofsSession {
    /// The epochs of the tokens that checks ask for.
    pub fn lifetime(&self) -> Lifetime {
        Lifetime { first: self.first_epoch, last: self.last_epoch }
    }
}

/// `[atomix-session]`: what ListSessions does not tell. A target whose plain list shows its sessions
/// needs none of it.
///
/// ```
/// let text = r#"
/// [atomix-session]
/// observe = "10s"                                         # as long as a session takes to move
/// types = ["lock"]                                        # lists by these types show sessions
/// sessions = [{ name = "s-1", primitive = "p-1" }, { name = "s-2" }]  # these exist
/// "#;
/// let config: wirecheck::config::Config = toml::from_str(text).expect("a configuration");
/// assert_eq!(config.atomix_session.sessions[1].primitive, "");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct AtomixSession {
    /// How long sessions are looked at that ought to move. `--observe` overrides it.
    #[serde(deserialize_with = "window")]
    pub observe: Option<Duration>,
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
        let config: Config = toml::from_str(&text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            ConfigError::Parse {
                path: name.clone(),
                why: format!("line {line}: {}", error.message()),
            }
        })?;
        config.judge().map_err(|why| ConfigError::Parse { path: name, why })
    }

    /// Whether the values fit each other.
    fn judge(self) -> Result<Config, String> {
        let NeofsSession { first_epoch, last_epoch, .. } = self.neofs_session;
        if first_epoch < last_epoch {
            return Ok(self);
        }
        Err(format!(
            "[neofs-session]: first-epoch {first_epoch} has to be less than last-epoch {last_epoch}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused() {
        assert!(toml::from_str::<Config>("[neofs-session]\nprofile = \"ed25519\"").is_ok());
        assert!(toml::from_str::<Config>("[neofs-session]\nprofile = \"p384\"").is_err());
        assert!(toml::from_str::<Config>("[neofs-session]\nprofil = \"ed25519\"").is_err());
        assert!(toml::from_str::<Config>("[neofs]\n").is_err());
        assert!(toml::from_str::<Config>("[atomix-session]\ntypes = [\"lock\"]").is_ok());
        assert!(toml::from_str::<Config>("[atomix-session]\nkinds = [\"lock\"]").is_err());
    }

    #[test]
    fn a_window_has_a_unit() {
        for room in ["agent", "atomix-session"] {
            let read =
                |observe: &str| toml::from_str::<Config>(&format!("[{room}]\nobserve = {observe}"));
            assert!(read("\"1.5m\"").is_ok(), "{room}");
            for wrong in ["90", "\"90\"", "\"0s\"", "\"soon\""] {
                assert!(read(wrong).is_err(), "{room}: {wrong}");
            }
        }
    }

    #[test]
    fn a_lifetime_without_room_for_a_change_is_refused() {
        let read = |text| toml::from_str::<Config>(text).expect("it parses").judge();
        let lifetime = |config: Config| config.neofs_session.lifetime();
        let wide = read("[neofs-session]\nfirst-epoch = 7\nlast-epoch = 8").map(lifetime);
        assert_eq!(wide, Ok(Lifetime { first: 7, last: 8 }));
        assert!(read("[neofs-session]\nfirst-epoch = 100").is_err());
        assert!(read("").is_ok());
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
