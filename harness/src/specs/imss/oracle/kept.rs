//! What never changes about one thing, once it was said.

use super::thing::Thing;
use crate::specs::imss::clauses::{CREATED_IS_KEPT, IDS_UNIQUE_PER_KIND, SIZE_IS_KEPT};
use crate::specs::imss::tally::{Place, Tallies};
use crate::specs::imss::time::Time;

/// Compares what a record says with what an earlier one said of the same thing.
pub(super) struct Kept<'a> {
    pub(super) tallies: &'a mut Tallies,
    pub(super) place: Place,
}

impl Kept<'_> {
    /// An id that the thing refers to.
    pub(super) fn id(&mut self, field: &str, what: Thing<'_>, before: &str, now: &str) {
        self.tallies.held(&IDS_UNIQUE_PER_KIND, Some(self.place), before == now, || {
            (format!("{field} of {what} to stay {before:?}"), format!("{now:?}"))
        });
    }

    /// `createdAt`; one that was absent before may come.
    pub(super) fn created(
        &mut self,
        what: Thing<'_>,
        before: Option<&Time<'_>>,
        now: Option<&Time<'_>>,
    ) {
        let Some(before) = before else { return };
        self.tallies.held(&CREATED_IS_KEPT, Some(self.place), now == Some(before), || {
            let now = now.map_or_else(|| "none".to_owned(), ToString::to_string);
            (format!("createdAt of {what} to stay {before}"), now)
        });
    }

    /// `size`.
    pub(super) fn size(&mut self, what: Thing<'_>, before: u64, now: u64) {
        self.tallies.held(&SIZE_IS_KEPT, Some(self.place), before == now, || {
            (format!("size of {what} to stay {before}"), now.to_string())
        });
    }
}
