//! Whether the target serves a room, and whether it still answers as it did at first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use http::HeaderMap;
use rand_chacha::ChaCha12Rng;
use tokio::time::Instant;

use super::budget::Budget;
use crate::catalogue;
use crate::check::Check;
use crate::client::{Connection, Incoming, Origin, Recorder, sniff};
use crate::cx::{Settings, rng};
use crate::model::{Kind, room_of};
use crate::schema::Shape;
use crate::specs::{MakeRequest, Probe, grpc, imss};
use crate::status::{Code, End};
use crate::subject::{Payload, Subject, Subjects, Usual, is_proper};

/// How long the first bytes of a server are waited for that answered nothing: they come at once, or
/// not at all.
const GREETING: Duration = Duration::from_secs(1);

/// What the rooms' probes brought before anything else ran.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// For each room that is served, a call and how it was answered.
    served: BTreeMap<&'static str, Vital>,
    /// For each that is not, why.
    unserved: BTreeMap<&'static str, String>,
    /// Any call that was answered at all, be it by UNIMPLEMENTED.
    answered: Option<Vital>,
    /// What checks of the transport may be tried on.
    pub(super) subjects: Arc<Subjects>,
}

/// A call whose answer tells that the target lives.
#[derive(Clone, Debug)]
struct Vital {
    path: String,
    payload: Payload,
    echoed: Option<Payload>,
    half_close: bool,
    pulse: Pulse,
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
    /// Asks once for each method of the rooms that the checks are of; where the transport is checked,
    /// of all rooms, and for how each method usually answers.
    pub(super) async fn at_first(
        origin: &Origin,
        settings: &Settings,
        checks: &[&'static Check],
        budget: Budget,
    ) -> Result<Health, String> {
        let selected: BTreeSet<_> = checks.iter().map(|check| room_of(check.id)).collect();
        let transport = selected.contains(grpc::ROOM.name);
        let mut asking = Asking {
            origin,
            settings,
            budget,
            transport,
            health: Health::default(),
            subjects: Vec::new(),
            why: String::new(),
        };
        match asking.everything(&selected).await {
            Err(why) if budget.left().is_ok() => Err(why),
            // What the run's end cut short tells nothing against what was answered before.
            Err(why) if asking.why.is_empty() => Asking { why, ..asking }.outcome().await,
            _ => asking.outcome().await,
        }
    }

    /// Of a target that is a trace: it serves no room.
    pub(super) fn of_a_trace() -> Health {
        let reason = "the target is a trace, not a server";
        let rooms = catalogue::ROOMS.iter().filter(|room| room.name != imss::ROOM.name);
        Health {
            unserved: rooms.map(|room| (room.name, reason.to_owned())).collect(),
            ..Health::default()
        }
    }

    /// Why the checks of this room cannot be exercised.
    pub(super) fn unserved(&self, room: &str) -> Option<&str> {
        self.unserved.get(room).map(String::as_str)
    }

    /// Asks on a fresh connection, on an occasion that no other bears the name of, whether the target still answers as it did.
    ///
    /// # Errors
    /// When it does not.
    pub(super) async fn fresh(
        &self,
        room: &str,
        origin: &Origin,
        settings: &Settings,
        occasion: &str,
    ) -> Result<(), Death> {
        let deadline = Instant::now() + settings.timeout;
        let recorder = Recorder::new("", settings.seed);
        match Connection::dial(origin, &recorder, deadline).await {
            Ok(connection) => self.on(room, &connection, settings, occasion).await,
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
        occasion: &str,
    ) -> Result<(), Death> {
        let vital = self.served.get(room).or_else(|| self.served.values().next());
        let Some(vital) = vital.or(self.answered.as_ref()) else { return Ok(()) };
        // Fresh ids: a target may answer the same request otherwise the second time.
        let mut rng = rng(settings.seed, &format!("probe {occasion}"));
        let deadline = Instant::now() + settings.timeout;
        let now = vital.ask(connection, &mut rng, deadline).await;
        match (&now, &vital.pulse) {
            (Pulse::Message, _) => Ok(()),
            (Pulse::Ended(now), Pulse::Ended(before)) if alike(now, before) => Ok(()),
            (Pulse::Ended(end), _) => {
                let kind = if matches!(end, End::Lost(_)) { Kind::Crash } else { Kind::Wedge };
                let how = format!("{} was answered before and now brings {end}", vital.path);
                Err(Death { kind, how })
            }
        }
    }
}

/// The same end but for a status's words.
fn alike(now: &End, before: &End) -> bool {
    match (now.code(), before.code()) {
        (Some(now), Some(before)) => now == before,
        _ => now == before,
    }
}

impl Vital {
    async fn ask(
        &self,
        connection: &Connection,
        rng: &mut ChaCha12Rng,
        deadline: Instant,
    ) -> Pulse {
        let mut call = connection.call(&self.path, &HeaderMap::new(), deadline).await;
        call.send_payload(&self.payload.make(rng));
        if self.half_close {
            call.half_close();
        }
        match call.next().await {
            Incoming::Message(_) => Pulse::Message,
            Incoming::End(end) => Pulse::Ended(end),
        }
    }
}

/// The first questions to a target.
struct Asking<'a> {
    origin: &'a Origin,
    settings: &'a Settings,
    budget: Budget,
    transport: bool,
    health: Health,
    subjects: Vec<Subject>,
    why: String,
}

impl Asking<'_> {
    async fn everything(&mut self, selected: &BTreeSet<&str>) -> Result<(), String> {
        if let (true, Some((path, payload))) = (self.transport, self.settings.method.clone()) {
            self.subject(path.clone(), payload, None).await?;
            if self.subjects.iter().any(|subject| subject.usual.code == Code::Unimplemented) {
                return Err(format!(
                    "{} does not serve {path}: UNIMPLEMENTED",
                    self.origin.address
                ));
            }
        }
        let rooms = catalogue::ROOMS.iter().filter(|room| {
            !room.probes.is_empty() && (self.transport || selected.contains(room.name))
        });
        // All at once: who answers none of them is waited for once.
        let asked = rooms.map(|room| async {
            let probes = join_all(room.probes.iter().map(|probe| self.probe(probe))).await;
            (room.name, probes)
        });
        for (room, probes) in join_all(asked).await {
            let vitals = probes.into_iter().collect::<Result<Vec<_>, _>>()?;
            self.room(room, vitals).await?;
        }
        Ok(())
    }

    /// Requests such as the configured target answers.
    fn made(&self, make: MakeRequest) -> Payload {
        Payload::Made(make, Arc::new(self.settings.config.clone()))
    }

    async fn probe(&self, probe: &Probe) -> Result<Vital, String> {
        let mut vital = Vital {
            path: probe.path.to_owned(),
            payload: self.made(probe.request),
            echoed: probe.echoed.map(|make| self.made(make)),
            half_close: probe.half_close,
            pulse: Pulse::Message,
        };
        let connection = self.connection().await?;
        let mut rng = self.rng("probe", probe.path);
        vital.pulse = vital.ask(&connection, &mut rng, self.deadline()).await;
        Ok(vital)
    }

    /// Takes in how the methods of a room were answered.
    async fn room(&mut self, name: &'static str, vitals: Vec<Vital>) -> Result<(), String> {
        let methods = vitals.len();
        let mut unimplemented = Vec::new();
        for vital in vitals {
            match &vital.pulse {
                Pulse::Ended(End::Status { code: Code::Unimplemented, .. } | End::Http(404)) => {
                    unimplemented.push(vital.path.clone());
                    self.health.answered.get_or_insert(vital);
                }
                Pulse::Ended(
                    end @ (End::Lost(_) | End::Silence(_) | End::Flood(_) | End::NoStatus(_)),
                ) => {
                    let at = &self.origin.address;
                    self.why =
                        format!("{at} accepts connections, but {} brought {end}", vital.path);
                }
                Pulse::Message | Pulse::Ended(_) => {
                    if self.transport {
                        let Vital { path, payload, echoed, .. } = vital.clone();
                        self.subject(path, payload, echoed).await?;
                    }
                    self.health.served.entry(name).or_insert(vital);
                }
            }
        }
        if unimplemented.len() == methods {
            let methods = unimplemented.join(", ");
            let reason = format!("the target does not serve it: {methods} is UNIMPLEMENTED");
            self.health.unserved.insert(name, reason);
        }
        Ok(())
    }

    /// How one message and a half-close behind it are answered on this method.
    async fn subject(
        &mut self,
        path: String,
        payload: Payload,
        echoed: Option<Payload>,
    ) -> Result<(), String> {
        let connection = self.connection().await?;
        let mut call = connection.call(&path, &HeaderMap::new(), self.deadline()).await;
        call.send_payload(&payload.make(&mut self.rng("subject", &path)));
        let answer = call.finish().await;
        if let Some(code) = answer.end.code() {
            let usual = Usual { messages: answer.messages.len(), code };
            let (shape, proper) = (Shape::of_path(&path), is_proper(&path, &answer));
            self.subjects.push(Subject { path, shape, payload, echoed, usual, proper });
        }
        Ok(())
    }

    async fn connection(&self) -> Result<Connection, String> {
        let recorder = Recorder::new("", self.settings.seed);
        let dialled = Connection::dial(self.origin, &recorder, self.deadline()).await;
        dialled.map_err(|error| error.to_string())
    }

    /// A source for each question, so that none depends on the others.
    fn rng(&self, occasion: &str, path: &str) -> ChaCha12Rng {
        rng(self.settings.seed, &format!("{occasion} {path}"))
    }

    fn deadline(&self) -> Instant {
        self.budget.deadline(self.settings.timeout)
    }

    async fn outcome(self) -> Result<Health, String> {
        let by = self.budget.deadline(self.settings.timeout.min(GREETING));
        let health = Health { subjects: Arc::new(Subjects::new(self.subjects)), ..self.health };
        if health.served.is_empty() && health.answered.is_none() && !self.why.is_empty() {
            let heard = sniff(self.origin, by).await;
            return Err(
                heard.map_or_else(|| self.why.clone(), |heard| format!("{}; {heard}", self.why))
            );
        }
        Ok(health)
    }
}
