//! The way to a field, as a dump shows it.

use crate::schema::{Cardinality, Field};

/// How many bytes are shown, far beyond what sane schemas have.
const MAX_SHOWN: usize = 400;

/// Names with dots between them, indices in square brackets.
#[derive(Debug, Default)]
pub(super) struct Path {
    text: String,
}

impl Path {
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Goes back to where the path had this length.
    pub(super) fn truncate(&mut self, len: usize) {
        self.text.truncate(len);
    }

    /// Goes into a field; where there may be several, into that of this index.
    pub(super) fn enter(&mut self, number: u32, field: Option<&Field>, index: Option<usize>) {
        if !self.text.is_empty() {
            self.text.push('.');
        }
        let Some(field) = field else {
            self.text.push_str(&format!("#{number}"));
            return;
        };
        self.text.push_str(&field.name);
        match (field.cardinality, index) {
            (Cardinality::Singular(_), _) | (_, None) => {}
            (_, Some(index)) => self.index(index),
        }
    }

    pub(super) fn index(&mut self, index: usize) {
        self.text.push_str(&format!("[{index}]"));
    }

    /// Cut on the left where it is too long.
    pub(super) fn shown(&self) -> String {
        // Names are ASCII: the schema saw to it.
        match self.text.len().checked_sub(MAX_SHOWN) {
            Some(cut) if cut > 0 => format!("…{}", &self.text[cut..]),
            _ => self.text.clone(),
        }
    }
}
