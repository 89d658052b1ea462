//! Whether the target serves a room, and whether it still answers as it did at first.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::HeaderMap;
use rand_chacha::ChaCha12Rng;
use tokio::time::Instant;

use crate::catalogue;
use crate::check::Check;
use crate::client::{Connection, Incoming, Origin, Recorder, sniff};
use crate::cx::{Settings, rng};
use crate::model::{Kind, room_of};
use crate::specs::Probe;
use crate::status::{Code, End};
use crate::target::Live;

/// What the rooms' probes brought before anything else ran.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// For each room that is served, a probe and how it was answered.
    served: BTreeMap<&'static str, (Probe, Pulse)>,
    /// For each that is not, why.
    unserved: BTreeMap<&'static str, String>,
}

/// How a probe was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Pulse {
    Message,
    Ended(End),
}

/// How a target that answered before no longer does.
#[derive(Clone, Debug)]
pub(super) struct Death {
    pub(super) kind: Kind,
    pub(super) how: String,
}

impl Health {
    /// Asks once for each method of the rooms that the checks are of.
    pub(super) async fn at_first(
        live: &Live,
        settings: &Arc<Settings>,
        checks: &[&'static Check],
    ) -> Result<Health, String> {
        let recorder = Recorder::new("", settings.seed);
        let mut rng = rng(settings.seed, "probe");
        let mut health = Health::default();
        let mut why = String::new();
        for room in catalogue::ROOMS
            .iter()
            .filter(|room| checks.iter().any(|check| room_of(check.id) == room.name))
        {
            if room.probes.is_empty() {
                continue;
            }
            let mut unimplemented = Vec::new();
            for probe in room.probes {
                let deadline = Instant::now() + settings.timeout;
                let dialled = Connection::dial(&live.origin(), &recorder, deadline).await;
                let connection = dialled.map_err(|error| error.to_string())?;
                match ask(&connection, probe, &mut rng, deadline).await {
                    Pulse::Ended(
                        End::Status { code: Code::Unimplemented, .. } | End::Http(404),
                    ) => {
                        unimplemented.push(probe.path);
                    }
                    Pulse::Ended(
                        end @ (End::Lost(_) | End::Silence(_) | End::Flood(_) | End::NoStatus(_)),
                    ) => {
                        why = format!(
                            "{} accepts connections, but {} brought {end}",
                            live.origin().address,
                            probe.path
                        );
                    }
                    pulse => {
                        health.served.entry(room.name).or_insert((*probe, pulse));
                    }
                }
            }
            if unimplemented.len() == room.probes.len() {
                let reason = format!(
                    "the target does not serve it: {} is UNIMPLEMENTED",
                    unimplemented.join(", ")
                );
                health.unserved.insert(room.name, reason);
            }
        }
        if health.served.is_empty() && !why.is_empty() {
            let heard = sniff(&live.origin(), Instant::now() + settings.timeout).await;
            return Err(heard.map_or_else(|| why.clone(), |heard| format!("{why}; {heard}")));
        }
        Ok(health)
    }

    /// Why the checks of this room cannot be exercised.
    pub(super) fn unserved(&self, room: &str) -> Option<&str> {
        self.unserved.get(room).map(String::as_str)
    }

    /// Asks on a fresh connection whether the target still answers as it did.
    ///
    /// # Errors
    /// When it does not.
    pub(super) async fn fresh(
        &self,
        room: &str,
        origin: &Origin,
        settings: &Settings,
    ) -> Result<(), Death> {
        let deadline = Instant::now() + settings.timeout;
        let recorder = Recorder::new("", settings.seed);
        match Connection::dial(origin, &recorder, deadline).await {
            Ok(connection) => self.on(room, &connection, settings).await,
            Err(error) => Err(Death { kind: Kind::Crash, how: error.to_string() }),
        }
    }

    /// Asks on this connection.
    ///
    /// # Errors
    /// When it is not answered as the first time.
    pub(super) async fn on(
        &self,
        room: &str,
        connection: &Connection,
        settings: &Settings,
    ) -> Result<(), Death> {
        let Some((probe, before)) = self.served.get(room).or_else(|| self.served.values().next())
        else {
            return Ok(());
        };
        // Fresh ids: a target may answer the same request otherwise the second time.
        let nonce = uuid::Uuid::from_u128(rand::random());
        let mut rng = rng(settings.seed, &format!("probe {nonce}"));
        let now = ask(connection, probe, &mut rng, Instant::now() + settings.timeout).await;
        match (&now, before) {
            (Pulse::Message, _) => Ok(()),
            (
                Pulse::Ended(End::Status { code, .. }),
                Pulse::Ended(End::Status { code: then, .. }),
            ) if code == then => Ok(()),
            (Pulse::Ended(end), Pulse::Ended(then)) if end == then => Ok(()),
            (Pulse::Ended(end), _) => {
                let kind = if matches!(end, End::Lost(_)) { Kind::Crash } else { Kind::Wedge };
                Err(Death {
                    kind,
                    how: format!("{} was answered before and now brings {end}", probe.path),
                })
            }
        }
    }
}

async fn ask(
    connection: &Connection,
    probe: &Probe,
    rng: &mut ChaCha12Rng,
    deadline: Instant,
) -> Pulse {
    let mut call = connection.call(probe.path, &HeaderMap::new(), deadline).await;
    call.send_payload(&(probe.request)(rng));
    if probe.half_close {
        call.half_close();
    }
    match call.next().await {
        Incoming::Message(_) => Pulse::Message,
        Incoming::End(end) => Pulse::Ended(end),
    }
}
