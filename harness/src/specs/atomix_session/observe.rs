//! Looking at sessions again and again, while they move by themselves.

use std::collections::BTreeMap;
use std::time::Duration;

use http::HeaderMap;
use tokio::time::{Instant, MissedTickBehavior, interval};
use wirecheck_proto::atomix::runtime::v1::{GetSessionResponse, Session, SessionId};

use super::driver::{Found, KINDS, discover, get_request, holds, list, shown};
use super::oracle::looks::{CLOSED, GET, Id, Shown, id};
use crate::check::Stop;
use crate::client::Connection;
use crate::cx::Cx;
use crate::expect;
use crate::model::Clause;
use crate::status::End;

/// The least time between the beginnings of two rounds of looks: nobody is to be flooded.
pub(super) const PACE: Duration = Duration::from_millis(10);
/// Rounds that there are however short the window: a Get between two lists, and that again.
const ROUNDS: usize = 3;
/// Looks at single sessions that are kept in mind, over all rounds.
const SIGHTINGS: usize = 100_000;

/// Looks at the target's sessions until `turns` rounds have shown something else than the round before
/// and the clause was exercised, or until the window is over; then judges the clause.
///
/// # Errors
/// [`Stop::Skip`] where the window passed without the clause being exercised.
pub(super) async fn observe(cx: &mut Cx, clause: &Clause, turns: usize) -> Result<(), Stop> {
    let began = Instant::now();
    let closes = cx.open_window(cx.config().atomix_session.observe);
    // The last tenth of a check's time is for judging.
    let granted = (cx.deadline() - began).mul_f64(0.9);
    let mut outlook = Outlook::new(cx).await?;
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut judged_at = turns;
    loop {
        pace.tick().await;
        outlook.round(cx).await?;
        let elapsed = began.elapsed();
        let over = elapsed >= granted
            || outlook.sightings >= SIGHTINGS
            || Instant::now() >= closes && outlook.rounds >= ROUNDS;
        if outlook.turns < judged_at && !over {
            continue;
        }
        match holds(cx, clause) {
            Err(Stop::Skip(_)) if !over => judged_at = outlook.turns + turns,
            Err(Stop::Skip(lacking)) => {
                let looks = cx.recorder().streams();
                let seconds = elapsed.as_secs_f64();
                return expect::skip(format!(
                    "{lacking}, in {looks} calls over {seconds:.1} s; --observe looks for longer"
                ));
            }
            judged => return judged,
        }
    }
}

/// What has been seen so far, as far as the next round depends on it.
#[derive(Debug)]
struct Outlook {
    found: Found,
    /// For the Gets: looks are in order across connections too.
    other: Connection,
    /// The ids of the last list, each with whether that session is not CLOSED yet.
    listed: Vec<(bool, SessionId)>,
    /// Whose turn it is to be got.
    next: usize,
    last: Option<BTreeMap<Id, Shown>>,
    rounds: usize,
    turns: usize,
    sightings: usize,
}

fn ids(sessions: &[Session]) -> Vec<(bool, SessionId)> {
    let named = sessions.iter().filter(|session| id(session).is_some());
    let told = |session: &Session| {
        let closed = session.status.is_some_and(|status| status.state == CLOSED);
        Some((!closed, session.meta.clone()?.id?))
    };
    named.filter_map(told).collect()
}

impl Outlook {
    async fn new(cx: &mut Cx) -> Result<Outlook, Stop> {
        let found = discover(cx).await?;
        let other = cx.connect().await?;
        Ok(Outlook {
            found,
            other,
            listed: Vec::new(),
            next: 0,
            last: None,
            rounds: 0,
            turns: 0,
            sightings: 0,
        })
    }

    /// A list with Gets around it, or, where nothing is listed, Gets of the known sessions.
    async fn round(&mut self, cx: &mut Cx) -> Result<(), Stop> {
        let mut now = BTreeMap::new();
        if let Some(view) = self.found.view.clone() {
            self.get_next(cx, true).await?;
            let sessions = list(cx, &view).await?;
            self.sightings += sessions.len();
            now = shown(&sessions);
            self.listed = ids(&sessions);
            self.get_next(cx, true).await?;
            self.get_next(cx, false).await?;
        } else {
            for id in self.found.ids.iter().take(KINDS).cloned().collect::<Vec<_>>() {
                now.extend(self.get(cx, id).await?);
            }
        }
        let differs = self.last.as_ref().is_some_and(|last| *last != now);
        self.rounds += 1;
        self.turns += usize::from(differs);
        self.last = Some(now);
        Ok(())
    }

    /// Gets the next in turn of the sessions that the last list showed: of those that move yet, or of all.
    async fn get_next(&mut self, cx: &Cx, moving: bool) -> Result<(), Stop> {
        let fit: Vec<_> = self.listed.iter().filter(|(moves, _)| *moves || !moving).collect();
        self.next += 1;
        if let Some((_, id)) = fit.get(self.next % fit.len().max(1)) {
            self.get(cx, id.clone()).await?;
        }
        Ok(())
    }

    async fn get(&mut self, cx: &Cx, id: SessionId) -> Result<BTreeMap<Id, Shown>, Stop> {
        self.sightings += 1;
        let mut call = self.other.call(GET, &HeaderMap::new(), cx.deadline()).await;
        call.send(&get_request(id));
        let answer = call.finish().await;
        if let End::Lost(_) | End::Silence(_) | End::Flood(_) = answer.end {
            return Err(Stop::Broken(format!("GetSession brought {}", answer.end)));
        }
        // A session may go between the list and its Get; what a refusal means is for the oracle.
        match expect::answered::<GetSessionResponse>(&answer, "GetSessionResponse") {
            Ok(response) => Ok(shown(response.session.as_slice())),
            Err(_) => Ok(BTreeMap::new()),
        }
    }
}
