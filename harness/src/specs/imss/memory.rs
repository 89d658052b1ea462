//! What is remembered of a trace, however long it is: the latest of each kind, up to a cap.

use std::borrow::Borrow;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// How many sessions, images, uploads and jobs, of each, are remembered; the oldest go first. At a
/// few hundred bytes each this is some ten megabytes.
const CAP: usize = 20_000;

/// A map that forgets its oldest entries past a cap.
#[derive(Debug)]
pub(super) struct Memory<V> {
    known: HashMap<String, V>,
    order: VecDeque<String>,
    forgot: bool,
}

impl<V> Default for Memory<V> {
    fn default() -> Memory<V> {
        Memory { known: HashMap::new(), order: VecDeque::new(), forgot: false }
    }
}

impl<V> Memory<V> {
    pub(super) fn get<Q>(&self, id: &Q) -> Option<&V>
    where
        String: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.known.get(id)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut V> {
        self.known.get_mut(id)
    }

    pub(super) fn insert(&mut self, id: &str, value: V) {
        if let Some(known) = self.known.get_mut(id) {
            *known = value;
            return;
        }
        if self.order.len() >= CAP
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
            self.forgot = true;
        }
        self.known.insert(id.to_owned(), value);
        self.order.push_back(id.to_owned());
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &V)> {
        self.order.iter().filter_map(|id| self.known.get_key_value(id))
    }

    /// Whether something was forgotten: then an id that is not known may have been.
    pub(super) fn forgot(&self) -> bool {
        self.forgot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_and_that_is_known() {
        let mut memory = Memory::default();
        (0..CAP).for_each(|number| memory.insert(&number.to_string(), number));
        memory.insert("0", 7);
        assert!(!memory.forgot());
        memory.insert("new", 1);
        assert!(memory.forgot() && memory.get("0").is_none() && memory.get("1") == Some(&1));
        assert_eq!(memory.iter().count(), CAP);
    }
}
