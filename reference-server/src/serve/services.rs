//! Which services there are, and how those that are asked for are put together.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use tokio::sync::mpsc;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::service::Routes;
use wirecheck_proto::atomix::runtime::v1::session_service_server::SessionServiceServer;

use super::listener::{Phase, Stopping};
use super::{Config, StartError, agent, atomix_session, jina, neofs_session};
use crate::jina::Jina;
use crate::neofs_session::{Keys, Sessions};

/// A service of the five protocols; imss has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// `session.Session`
    NeofsSession,
    /// `Agent`
    Agent,
    /// `atomix.runtime.v1.SessionService`
    AtomixSession,
    /// `jina.JinaRPC`
    Jina,
}

impl Service {
    /// All of them.
    pub const ALL: [Service; 4] =
        [Service::NeofsSession, Service::Agent, Service::AtomixSession, Service::Jina];

    /// The name of its protocol.
    pub fn name(self) -> &'static str {
        match self {
            Service::NeofsSession => "neofs-session",
            Service::Agent => "agent",
            Service::AtomixSession => "atomix-session",
            Service::Jina => "jina",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No service is called so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no service is called {0:?}; there are neofs-session, agent, atomix-session and jina")]
pub struct UnknownService(String);

impl FromStr for Service {
    type Err = UnknownService;

    fn from_str(name: &str) -> Result<Service, UnknownService> {
        let found = Service::ALL.into_iter().find(|service| service.name() == name);
        found.ok_or_else(|| UnknownService(name.to_owned()))
    }
}

/// Every service that the configuration names. A protocol adds its arm here.
pub(super) async fn routes(
    config: &Config,
    stopping: &Stopping,
    ending: &mpsc::UnboundedSender<Phase>,
) -> Result<Routes, StartError> {
    let (health, health_service) = tonic_health::server::health_reporter();
    let mut services = Services { routes: Routes::new(health_service), health };
    for service in &config.services {
        match service {
            Service::NeofsSession => services.add(session_service(config, stopping)).await,
            Service::Agent => {
                services.add(agent::AgentService::new(config.agent, &config.faults)).await;
            }
            Service::AtomixSession => services.add(hosting_service(config, stopping)).await,
            Service::Jina => {
                let jina = Jina::new(config.index, config.allow_spawn, config.faults.clone());
                services.add(jina::JinaService::new(jina, ending.clone(), stopping.clone())).await;
            }
        }
    }
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(wirecheck_proto::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let routes = services.routes.add_service(reflection().build_v1()?);
    Ok(routes.add_service(reflection().build_v1alpha()?))
}

/// The services added so far, each known to the health service.
struct Services {
    routes: Routes,
    health: tonic_health::server::HealthReporter,
}

impl Services {
    async fn add<S>(&mut self, service: S)
    where
        S: tower::Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        self.health.set_serving::<S>().await;
        self.routes = std::mem::take(&mut self.routes).add_service(service);
    }
}

fn session_service(config: &Config, stopping: &Stopping) -> neofs_session::SessionService {
    let keys = config.seed.map_or_else(Keys::os, Keys::seeded);
    let sessions =
        Sessions::new(keys, config.profile.into(), config.sessions, config.faults.clone());
    neofs_session::SessionService::new(sessions, config.step_timeout, stopping.clone())
}

fn hosting_service(
    config: &Config,
    stopping: &Stopping,
) -> SessionServiceServer<atomix_session::Hosting> {
    let hosted = crate::atomix_session::Config {
        seed: config.seed.unwrap_or_else(rand::random),
        live: config.live_sessions,
    };
    let sessions = crate::atomix_session::Sessions::new(&hosted, config.faults.clone());
    atomix_session::service(sessions, config.tick, stopping)
}
