//! Whether the target serves a room, and whether it still answers as it did at first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use http::HeaderMap;
use rand_chacha::ChaCha12Rng;
use tokio::time::Instant;

use crate::catalogue;
use crate::check::Check;
use crate::client::{Connection, Incoming, Origin, Recorder, sniff};
use crate::cx::{Settings, rng};
use crate::model::{Kind, room_of};
use crate::schema::Shape;
use crate::specs::{Probe, grpc, imss};
use crate::status::{Code, End};
use crate::subject::{Payload, Subject, Subjects, Usual, is_proper};

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
    ) -> Result<Health, String> {
        let selected: BTreeSet<_> = checks.iter().map(|check| room_of(check.id)).collect();
        let transport = selected.contains(grpc::ROOM.name);
        let mut asking = Asking {
            origin,
            settings,
            transport,
            rng: rng(settings.seed, "probe"),
            health: Health::default(),
            subjects: Vec::new(),
            why: String::new(),
        };
        if let (true, Some((path, payload))) = (transport, settings.method.clone()) {
            asking.subject(path, payload).await?;
        }
        for room in catalogue::ROOMS {
            if !room.probes.is_empty() && (transport || selected.contains(room.name)) {
                asking.room(room.name, room.probes).await?;
            }
        }
        asking.outcome().await
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
    transport: bool,
    rng: ChaCha12Rng,
    health: Health,
    subjects: Vec<Subject>,
    why: String,
}

impl Asking<'_> {
    async fn room(&mut self, name: &'static str, probes: &'static [Probe]) -> Result<(), String> {
        let mut unimplemented = Vec::new();
        for probe in probes {
            let mut vital = Vital {
                path: probe.path.to_owned(),
                payload: Payload::Made(probe.request),
                half_close: probe.half_close,
                pulse: Pulse::Message,
            };
            let connection = self.connection().await?;
            let deadline = self.deadline();
            vital.pulse = vital.ask(&connection, &mut self.rng, deadline).await;
            match &vital.pulse {
                Pulse::Ended(End::Status { code: Code::Unimplemented, .. } | End::Http(404)) => {
                    unimplemented.push(probe.path);
                    self.health.answered.get_or_insert(vital);
                }
                Pulse::Ended(
                    end @ (End::Lost(_) | End::Silence(_) | End::Flood(_) | End::NoStatus(_)),
                ) => {
                    let at = &self.origin.address;
                    self.why =
                        format!("{at} accepts connections, but {} brought {end}", probe.path);
                }
                Pulse::Message | Pulse::Ended(_) => {
                    self.health.served.entry(name).or_insert(vital);
                    if self.transport {
                        self.subject(probe.path.to_owned(), Payload::Made(probe.request)).await?;
                    }
                }
            }
        }
        if unimplemented.len() == probes.len() {
            let methods = unimplemented.join(", ");
            let reason = format!("the target does not serve it: {methods} is UNIMPLEMENTED");
            self.health.unserved.insert(name, reason);
        }
        Ok(())
    }

    /// How one message and a half-close behind it are answered on this method.
    async fn subject(&mut self, path: String, payload: Payload) -> Result<(), String> {
        let connection = self.connection().await?;
        let mut call = connection.call(&path, &HeaderMap::new(), self.deadline()).await;
        call.send_payload(&payload.make(&mut self.rng));
        let answer = call.finish().await;
        if let Some(code) = answer.end.code() {
            let usual = Usual { messages: answer.messages.len(), code };
            let (shape, proper) = (Shape::of_path(&path), is_proper(&path, &answer));
            self.subjects.push(Subject { path, shape, payload, usual, proper });
        }
        Ok(())
    }

    async fn connection(&self) -> Result<Connection, String> {
        let recorder = Recorder::new("", self.settings.seed);
        let dialled = Connection::dial(self.origin, &recorder, self.deadline()).await;
        dialled.map_err(|error| error.to_string())
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.settings.timeout
    }

    async fn outcome(self) -> Result<Health, String> {
        let health = Health { subjects: Arc::new(Subjects::new(self.subjects)), ..self.health };
        if health.served.is_empty() && health.answered.is_none() && !self.why.is_empty() {
            let heard = sniff(self.origin, Instant::now() + self.settings.timeout).await;
            return Err(
                heard.map_or_else(|| self.why.clone(), |heard| format!("{}; {heard}", self.why))
            );
        }
        Ok(health)
    }
}
