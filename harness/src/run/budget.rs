//! How long a run may take: what is under way when the time is up is cut off there.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

/// A run's time. No wait of the run goes past its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    length: Duration,
    /// None where no clock reaches so far.
    ends: Option<Instant>,
}

/// The run's time is used up.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the run's budget of {} s was used up", .0.as_secs_f64())]
pub(super) struct Spent(Duration);

impl Budget {
    /// So much time, from then on.
    pub(super) fn from(began: Instant, length: Duration) -> Budget {
        Budget { length, ends: began.checked_add(length) }
    }

    /// # Errors
    /// When it is used up.
    pub(super) fn left(self) -> Result<(), Spent> {
        match self.ends {
            Some(ends) if Instant::now() >= ends => Err(Spent(self.length)),
            _ => Ok(()),
        }
    }

    /// The end of a wait that begins now and takes at most `timeout`.
    pub(super) fn deadline(self, timeout: Duration) -> Instant {
        let deadline = Instant::now() + timeout;
        self.ends.map_or(deadline, |ends| deadline.min(ends))
    }

    /// Does the work, or drops it half-done at the run's end.
    ///
    /// # Errors
    /// When it was dropped.
    pub(super) async fn within<T>(self, work: impl Future<Output = T>) -> Result<T, Spent> {
        match self.ends {
            Some(ends) => timeout_at(ends, work).await.map_err(|_| Spent(self.length)),
            None => Ok(work.await),
        }
    }
}
