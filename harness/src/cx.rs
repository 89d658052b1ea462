//! What a check gets: a fresh connection, fresh ids, a recorder and a deadline.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;
use uuid::Uuid;

use crate::check::Stop;
use crate::client::{Answer, Call, Connection, DialError, Frames, Origin, Recorder};
use crate::config::Config;
use crate::model::Finding;
use crate::records::Judgements;
use crate::status::End;
use crate::subject::{Payload, Subjects};

/// How long a target that moves by itself is looked at where nobody says.
const WINDOW: Duration = Duration::from_secs(2);

/// What all checks of a run have in common.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What ids and keys are drawn from.
    pub seed: u64,
    /// How long one check may take.
    pub timeout: Duration,
    /// How long a check looks at a target that moves by itself, whatever its room.
    pub observe: Option<Duration>,
    /// What the user said of the target.
    pub config: Config,
    /// What the run's trace says, where the target has one.
    pub records: Option<Arc<Judgements>>,
    /// A method to try the transport on, and a request for it, beside those of the rooms.
    pub method: Option<(String, Payload)>,
}

impl Default for Settings {
    /// Five seconds for a check; nothing known of the target.
    fn default() -> Settings {
        Settings {
            seed: 0,
            timeout: Duration::from_secs(5),
            observe: None,
            config: Config::default(),
            records: None,
            method: None,
        }
    }
}

impl Settings {
    /// The most that a check takes, with the longest window that one may open.
    fn longest(&self) -> Duration {
        let rooms = [self.config.agent.observe, self.config.atomix_session.observe];
        let longest = rooms.into_iter().flatten().max();
        self.timeout + self.observe.or(longest).unwrap_or(WINDOW)
    }
}

/// How a call ended, of several that are judged together.
#[derive(Clone, Debug)]
pub struct Ended {
    /// What was sent on it, for a sentence.
    pub what: String,
    /// Its end.
    pub end: End,
    /// The event that brought it.
    pub event: Option<usize>,
}

/// The surroundings of one check.
#[derive(Debug)]
pub struct Cx {
    origin: Origin,
    settings: Arc<Settings>,
    subjects: Arc<Subjects>,
    recorder: Recorder,
    rng: ChaCha12Rng,
    deadline: Instant,
    latest: Instant,
    connection: Option<Connection>,
    warnings: Vec<Finding>,
    looked: bool,
}

impl Cx {
    /// For the check of this id, against a target at `origin`, from now on.
    pub fn new(
        origin: &Origin,
        settings: &Arc<Settings>,
        subjects: &Arc<Subjects>,
        id: &str,
    ) -> Cx {
        Cx {
            origin: origin.clone(),
            settings: Arc::clone(settings),
            subjects: Arc::clone(subjects),
            recorder: Recorder::new(id, settings.seed),
            rng: rng(settings.seed, id),
            deadline: Instant::now() + settings.timeout,
            latest: Instant::now() + settings.longest(),
            connection: None,
            warnings: Vec::new(),
            looked: false,
        }
    }

    /// The check's own connection, opened at the first use.
    ///
    /// # Errors
    /// [`Stop::Broken`] when the target cannot be reached.
    pub async fn connection(&mut self) -> Result<&mut Connection, Stop> {
        if self.connection.is_none() {
            self.connection = Some(self.connect().await?);
        }
        self.connection.as_mut().ok_or_else(|| Stop::Broken("the connection is gone".to_owned()))
    }

    /// One more connection.
    ///
    /// # Errors
    /// [`Stop::Broken`] when the target cannot be reached.
    pub async fn connect(&self) -> Result<Connection, Stop> {
        let dialled = Connection::dial(&self.origin, &self.recorder, self.deadline).await;
        dialled.map_err(|error: DialError| Stop::Broken(error.to_string()))
    }

    /// The check's own connection, if it has been opened.
    pub fn opened(&mut self) -> Option<&mut Connection> {
        self.connection.as_mut()
    }

    /// A connection whose frames are all the check's own, with these SETTINGS.
    ///
    /// # Errors
    /// [`Stop::Broken`] when the target cannot be reached.
    pub async fn frames(&self, settings: &[(u16, u32)]) -> Result<Frames, Stop> {
        let dialled = Frames::dial(&self.origin, &self.recorder, settings, self.deadline).await;
        dialled.map_err(|error| Stop::Broken(error.to_string()))
    }

    /// Opens a call on the check's own connection.
    ///
    /// # Errors
    /// [`Stop::Broken`] when the target cannot be reached.
    pub async fn call(&mut self, path: &str) -> Result<Call, Stop> {
        let deadline = self.deadline;
        Ok(self.connection().await?.call(path, &HeaderMap::new(), deadline).await)
    }

    /// One message, half-close, and everything up to the end.
    ///
    /// # Errors
    /// [`Stop::Broken`] when the target cannot be reached.
    pub async fn unary(
        &mut self,
        path: &str,
        request: &impl prost::Message,
    ) -> Result<Answer, Stop> {
        self.unary_payload(path, &request.encode_to_vec()).await
    }

    /// The same with a message given as its encoded bytes.
    ///
    /// # Errors
    /// [`Stop::Broken`] when the target cannot be reached.
    pub async fn unary_payload(&mut self, path: &str, payload: &[u8]) -> Result<Answer, Stop> {
        let mut call = self.call(path).await?;
        call.send_payload(payload);
        Ok(call.finish().await)
    }

    /// The source of everything random in this check: the same for the same seed and check.
    pub fn rng(&mut self) -> &mut ChaCha12Rng {
        &mut self.rng
    }

    /// So many random bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    /// A UUID, version 4, that nothing else in the run uses.
    pub fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        self.rng.fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// Where the target is.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What the run's trace says.
    ///
    /// # Errors
    /// [`Stop::Skip`] where the target has none.
    pub fn records(&mut self) -> Result<&Judgements, Stop> {
        self.looked = true;
        let records = self.settings.records.as_deref();
        records.ok_or_else(|| Stop::Skip("the target has no trace".to_owned()))
    }

    /// Whether the trace was looked at.
    pub fn looked(&self) -> bool {
        self.looked
    }

    /// What checks of the transport may be tried on.
    pub fn subjects(&self) -> &Subjects {
        &self.subjects
    }

    /// When the check has to be done.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// How long to look at a target that moves by itself: as the run says, else the configuration of
    /// the room.
    pub fn window(&self, of_the_room: Option<Duration>) -> Duration {
        self.settings.observe.or(of_the_room).unwrap_or(WINDOW)
    }

    /// Opens such a window, and says when it closes. The check's deadline is put off, so that there is
    /// time to judge behind the window; but not for one window after the other.
    pub fn open_window(&mut self, of_the_room: Option<Duration>) -> Instant {
        let closes = Instant::now() + self.window(of_the_room);
        let judged = (closes + self.settings.timeout / 2).min(self.latest);
        self.deadline = self.deadline.max(judged);
        closes
    }

    /// The latest that the deadline can come to be.
    pub fn latest(&self) -> Instant {
        self.latest
    }

    /// What the user said of the target.
    pub fn config(&self) -> &Config {
        &self.settings.config
    }

    /// Something beside the clause that is worth a look.
    pub fn warn(&mut self, expected: impl Into<String>, actual: impl Into<String>) {
        let last = self.recorder.last_from_target(None);
        self.warnings.push(Finding::new(expected, actual).marking(last));
    }

    /// How a call has just ended that is judged when others have, too.
    pub fn ended(&self, what: impl Into<String>, end: End) -> Ended {
        Ended { what: what.into(), end, event: self.recorder.last_from_target(None) }
    }

    /// What was warned of so far.
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }

    /// What happened so far, on all connections.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }
}

/// The random source of one check: both, seed and id, tell it apart from any other.
pub fn rng(seed: u64, id: &str) -> ChaCha12Rng {
    let digest = Sha256::new().chain_update(seed.to_be_bytes()).chain_update(id).finalize();
    ChaCha12Rng::from_seed(digest.into())
}
