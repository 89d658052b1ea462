//! What is checked: a server somewhere, one that the harness launches, or the reference inside the process.

mod address;
mod launch;

use std::time::Duration;

use tokio::time::Instant;

use crate::check::Check;
#[cfg(feature = "embedded")]
use crate::check::Need;
use crate::client::{Access, Origin};
use crate::config::Profile;
#[cfg(feature = "embedded")]
use crate::config::Spawning;

use crate::records::source::Source;
use crate::report::quoted;

pub use address::AddressError;
pub use launch::{Launch, LaunchError};

/// A target as the user names it.
#[derive(Clone, Debug)]
pub enum Target {
    /// A server that listens already.
    Endpoint(Endpoint),
    /// A server that the harness starts, stops, and starts anew after a crash.
    Launch(Launch),
    /// What an implementation wrote down: it serves nothing, and is judged by its records.
    Trace(Source),
    /// The reference server inside this process, with these faults.
    #[cfg(feature = "embedded")]
    Embedded(wirecheck_reference::Faults),
}

/// A server that listens already.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// As the user wrote it.
    pub url: String,
    /// Where that is.
    pub origin: Origin,
}

impl Endpoint {
    /// Finds out where `url` is: `http://host:port`, `https://host:port` or `host:port`.
    ///
    /// # Errors
    /// When the URL is none, has a path, resolves to nothing, is not loopback where only that is
    /// allowed, or access to it cannot be had as told.
    pub async fn resolve(
        url: &str,
        access: &Access,
        allow_remote: bool,
    ) -> Result<Endpoint, AddressError> {
        let origin = address::resolve(url, access, allow_remote).await?;
        Ok(Endpoint { url: url.to_owned(), origin })
    }
}

/// Why a target could not be brought up.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The address is none, or not allowed.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The program could not be started, or never accepted a connection.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// The embedded reference did not start.
    #[error("the embedded reference server does not start: {0}")]
    Embedded(String),
}

impl Target {
    /// A server at `url`: `http://host:port` or `host:port`. Other than loopback only where allowed.
    ///
    /// # Errors
    /// As [`Endpoint::resolve`].
    pub async fn endpoint(url: &str, allow_remote: bool) -> Result<Target, AddressError> {
        Endpoint::resolve(url, &Access::default(), allow_remote).await.map(Target::Endpoint)
    }

    /// The flags that name it to the command; none for the embedded reference without faults.
    pub fn flags(&self) -> Option<String> {
        match self {
            Target::Endpoint(endpoint) => Some(format!("--target {}", quoted(&endpoint.url))),
            Target::Trace(source) => Some(format!("--target {}", source.as_argument())),
            Target::Launch(launch) => {
                let target =
                    launch.origin.as_ref().map(|origin| format!("--target {} ", origin.authority));
                Some(format!("{}--launch {}", target.unwrap_or_default(), quoted(&launch.command)))
            }
            #[cfg(feature = "embedded")]
            Target::Embedded(faults) => {
                let faults: Vec<_> =
                    faults.iter().map(|fault| format!("--fault {fault}")).collect();
                Some(faults.join(" ")).filter(|flags| !flags.is_empty())
            }
        }
    }

    /// As a person would name it.
    pub fn name(&self) -> String {
        match self {
            Target::Endpoint(endpoint) => endpoint.url.clone(),
            Target::Launch(launch) => format!("launched: {}", launch.command),
            Target::Trace(source) => source.name(),
            #[cfg(feature = "embedded")]
            Target::Embedded(faults) => {
                let faults: Vec<_> = faults.iter().map(|fault| format!(" with {fault}")).collect();
                format!("embedded reference{}", faults.concat())
            }
        }
    }
}

/// A target that has been brought up.
#[derive(Debug)]
pub struct Live {
    target: Target,
    seed: u64,
    profile: Profile,
    running: Running,
}

#[derive(Debug)]
enum Running {
    /// A trace runs nowhere.
    Nothing,
    Elsewhere(Origin),
    Child(Box<launch::Child>),
    #[cfg(feature = "embedded")]
    Embedded(Box<Embedded>),
}

/// The reference in both states of spawning: what a client may, and what it is told that it may not.
#[cfg(feature = "embedded")]
#[derive(Debug)]
struct Embedded {
    server: wirecheck_reference::serve::Server,
    /// The same, but that nobody may spawn.
    denying: wirecheck_reference::serve::Server,
}

impl Live {
    /// Brings the target up. `seed` is what an embedded one draws its random values from, and
    /// `profile` the one that it works under.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn start(target: &Target, seed: u64, profile: Profile) -> Result<Live, TargetError> {
        let running = run(target, seed, profile).await?;
        Ok(Live { target: target.clone(), seed, profile, running })
    }

    /// Where it listens now.
    pub fn origin(&self) -> Origin {
        match &self.running {
            Running::Nothing => Origin::plain(String::new()),
            Running::Elsewhere(origin) => origin.clone(),
            Running::Child(child) => child.origin().clone(),
            #[cfg(feature = "embedded")]
            Running::Embedded(embedded) => Origin::plain(embedded.server.addr().to_string()),
        }
    }

    /// Where the target listens that this check is about.
    pub(crate) fn origin_for(&self, check: &Check) -> Origin {
        match &self.running {
            #[cfg(feature = "embedded")]
            Running::Embedded(embedded)
                if check.needs.contains(&Need::Spawning(Spawning::Denied)) =>
            {
                Origin::plain(embedded.denying.addr().to_string())
            }
            _ => self.origin(),
        }
    }

    /// Whether it both lets clients spawn and does not, depending on the check.
    pub(crate) fn is_in_both_states_of_spawning(&self) -> bool {
        match &self.running {
            Running::Nothing | Running::Elsewhere(_) | Running::Child(_) => false,
            #[cfg(feature = "embedded")]
            Running::Embedded(_) => true,
        }
    }

    /// Whether the harness can start it anew.
    pub fn can_be_started_anew(&self) -> bool {
        !matches!(self.running, Running::Nothing | Running::Elsewhere(_))
    }

    /// Stops what is left of it and starts a new one; a server elsewhere is left alone.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn start_anew(&mut self) -> Result<(), TargetError> {
        self.halt().await;
        self.running = run(&self.target, self.seed, self.profile).await?;
        Ok(())
    }

    /// The last lines that a launched target printed.
    pub fn output(&self) -> Option<String> {
        match &self.running {
            Running::Child(child) => Some(child.output()).filter(|output| !output.is_empty()),
            _ => None,
        }
    }

    /// Stops what the harness started.
    pub async fn stop(mut self) {
        self.halt().await;
    }

    async fn halt(&mut self) {
        match &mut self.running {
            Running::Nothing | Running::Elsewhere(_) => {}
            Running::Child(child) => child.stop(Instant::now() + Duration::from_secs(2)).await,
            // Dropped when the new one takes its place.
            #[cfg(feature = "embedded")]
            Running::Embedded(_) => {}
        }
    }
}

#[cfg_attr(not(feature = "embedded"), allow(unused_variables))]
async fn run(target: &Target, seed: u64, profile: Profile) -> Result<Running, TargetError> {
    Ok(match target {
        Target::Trace(_) => Running::Nothing,
        Target::Endpoint(endpoint) => Running::Elsewhere(endpoint.origin.clone()),
        Target::Launch(launch) => Running::Child(Box::new(launch::Child::start(launch).await?)),
        #[cfg(feature = "embedded")]
        Target::Embedded(faults) => {
            let start = async |allow_spawn| {
                let config = wirecheck_reference::serve::Config {
                    seed: Some(seed),
                    profile: match profile {
                        Profile::Ed25519 => wirecheck_reference::neofs_session::Profile::Ed25519,
                        Profile::P256 => wirecheck_reference::neofs_session::Profile::P256,
                    },
                    faults: faults.clone(),
                    allow_spawn,
                    ..wirecheck_reference::serve::Config::default()
                };
                let server = wirecheck_reference::serve::Server::start(config).await;
                server.map_err(|error| TargetError::Embedded(error.to_string()))
            };
            let (server, denying) = (start(true).await?, start(false).await?);
            Running::Embedded(Box::new(Embedded { server, denying }))
        }
    })
}
