//! The room's invariants over any trace of its calls, whoever made it. They share nothing with a server's rules.

mod answers;
mod arrays;
mod exchange;
mod kept;
mod search;
mod spawn;
mod status;
mod streams;
mod tags;
#[cfg(test)]
mod tests;
mod tree;

use std::time::SystemTime;

use wirecheck_proto::wirecheck::v1::Trace;

use super::clauses::*;
use crate::model::{Clause, Finding};

pub use answers::{
    body_kind_kept, docs_kept, no_body_is_an_error, parameters_kept, request_id_echoed,
    tags_survive, valid_is_no_error,
};
pub use arrays::{buffer_fits_shape, quantization_in_enum, quantized_names_original};
#[cfg(feature = "net")]
pub(super) use exchange::kind;
pub use exchange::{CALL, CALL_UNARY, Conversations, SPAWN};
pub use search::{
    at_most_top_k, finds_what_was_indexed, matches_distinct, same_level, score_refers, sorted,
    zero_top_k_brings_none,
};
pub use spawn::{
    body_kept, log_is_one_line, needs_args, never_silent, outcome_told, spawn_no_body_is_an_error,
};
pub use status::{
    code_in_enum, details_time_valid, error_described, error_is_final, pending_is_followed,
    spawn_codes_stay_with_spawn,
};
#[cfg(feature = "net")]
pub(super) use status::{code_words, is_error, is_pending};
pub use streams::{bad_one_among_good, empty_stream, ends_ok, one_to_one, streams_independent};
pub use tree::{buffer_has_mime_type, chunk_depth, chunk_parent, length_counts_chunks};

/// A broken clause, and what shows it.
#[derive(Clone, Debug)]
pub struct Breach {
    /// The clause.
    pub clause: &'static Clause,
    /// Without the trace, which the caller has.
    pub finding: Box<Finding>,
}

/// One invariant over the conversations of a trace: the first contradiction, if there is one.
pub type Invariant = fn(&Conversations) -> Result<(), Box<Finding>>;

/// Every invariant with its clause. The narrower ones come first, so that a breach names what is
/// closest to its cause.
pub static INVARIANTS: &[(&Clause, Invariant)] = &[
    (&CODE_IN_ENUM, code_in_enum),
    (&ERROR_DESCRIBED, error_described),
    (&DETAILS_TIME_VALID, details_time_valid),
    (&SPAWN_CODES_STAY_WITH_SPAWN, spawn_codes_stay_with_spawn),
    (&PENDING_IS_FOLLOWED, pending_is_followed),
    (&ERROR_IS_FINAL, error_is_final),
    (&REQUEST_ID_ECHOED, request_id_echoed),
    (&STREAMS_INDEPENDENT, streams_independent),
    (&ONE_TO_ONE, one_to_one),
    (&EMPTY_STREAM, empty_stream),
    (&ENDS_OK, ends_ok),
    (&BODY_KIND_KEPT, body_kind_kept),
    (&PARAMETERS_KEPT, parameters_kept),
    (&NO_BODY_IS_AN_ERROR, no_body_is_an_error),
    (&BAD_ONE_AMONG_GOOD, bad_one_among_good),
    (&VALID_IS_NO_ERROR, valid_is_no_error),
    (&TAGS_SURVIVE, tags_survive),
    (&DOCS_KEPT, docs_kept),
    (&CHUNK_DEPTH, chunk_depth),
    (&CHUNK_PARENT, chunk_parent),
    (&LENGTH_COUNTS_CHUNKS, length_counts_chunks),
    (&BUFFER_HAS_MIME_TYPE, buffer_has_mime_type),
    (&AT_MOST_TOP_K, at_most_top_k),
    (&ZERO_TOP_K_BRINGS_NONE, zero_top_k_brings_none),
    (&MATCHES_DISTINCT, matches_distinct),
    (&SAME_LEVEL, same_level),
    (&SCORE_REFERS, score_refers),
    (&SORTED, sorted),
    (&FINDS_WHAT_WAS_INDEXED, finds_what_was_indexed),
    (&QUANTIZATION_IN_ENUM, quantization_in_enum),
    (&BUFFER_FITS_SHAPE, buffer_fits_shape),
    (&QUANTIZED_NAMES_ORIGINAL, quantized_names_original),
    (&NOT_ALLOWED_SAYS_SO, never_silent),
    (&LOG_IS_ONE_LINE, log_is_one_line),
    (&BODY_KEPT, body_kept),
    (&NEEDS_ARGS, needs_args),
    (&SPAWN_NO_BODY_IS_AN_ERROR, spawn_no_body_is_an_error),
    (&OUTCOME_TOLD, outcome_told),
];

/// Holds a trace that is read now to every invariant. Calls of other services are passed over.
///
/// # Errors
/// The first invariant that is broken, in the order of [`INVARIANTS`].
pub fn judge(trace: &Trace) -> Result<(), Breach> {
    breaches(trace, SystemTime::now()).into_iter().next().map_or(Ok(()), Err)
}

/// Every invariant that the trace breaks, read at `now`: no time in it may lie far ahead of that.
pub fn breaches(trace: &Trace, now: SystemTime) -> Vec<Breach> {
    let conversations = Conversations::of(trace, now);
    let broken = |(clause, holds): &(&'static Clause, Invariant)| {
        holds(&conversations).err().map(|finding| Breach { clause, finding })
    };
    INVARIANTS.iter().filter_map(broken).collect()
}

/// A contradiction that these events show.
fn contradiction(
    expected: impl Into<String>,
    actual: impl Into<String>,
    events: impl IntoIterator<Item = usize>,
) -> Result<(), Box<Finding>> {
    Err(Box::new(Finding::new(expected, actual).marking(events)))
}
