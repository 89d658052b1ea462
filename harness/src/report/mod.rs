//! Pure renderers: a report in, text out.

pub mod text;
