//! What is remembered of a trace, however long it is: the latest of each kind, up to a cap.

use std::collections::VecDeque;
use std::hash::BuildHasher as _;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// How many sessions, images, uploads and jobs, of each, are remembered; the oldest go first.
const CAP: usize = 20_000;
/// Bytes of text, ids included, that are remembered of each. Where ids are of a usual length, the
/// number is what ends first.
const TEXT: usize = 32 << 20;

/// What has text beside its own bytes.
pub(super) trait HasText {
    /// Bytes that the text takes, with what holds it.
    fn text(&self) -> usize;
}

impl HasText for () {
    fn text(&self) -> usize {
        0
    }
}

/// A map that forgets its oldest entries past a cap.
#[derive(Debug)]
pub(super) struct Memory<V> {
    /// The oldest first.
    entries: VecDeque<Entry<V>>,
    /// How many were forgotten: the number of the oldest that is left.
    forgotten: usize,
    /// The numbers of the entries, by the hash of the id. The hash is seeded at random, since ids
    /// come from whoever is being judged.
    table: HashTable<usize>,
    hashing: RandomState,
    /// Bytes of text of all entries.
    text: usize,
    /// The entry that was handed out last: its text may be another by now.
    lent: Option<usize>,
}

#[derive(Debug)]
struct Entry<V> {
    hash: u64,
    id: String,
    value: V,
    /// Bytes of text that were counted for it.
    text: usize,
}

impl<V> Default for Memory<V> {
    fn default() -> Memory<V> {
        Memory {
            entries: VecDeque::new(),
            forgotten: 0,
            table: HashTable::new(),
            hashing: RandomState::default(),
            text: 0,
            lent: None,
        }
    }
}

impl<V> Memory<V> {
    pub(super) fn get(&self, id: &str) -> Option<&V> {
        let number = self.find(self.hashing.hash_one(id), id)?;
        self.entries.get(number - self.forgotten).map(|entry| &entry.value)
    }

    fn find(&self, hash: u64, id: &str) -> Option<usize> {
        let is = |number: &usize| self.entries[*number - self.forgotten].id == id;
        self.table.find(hash, is).copied()
    }

    /// Every entry, the oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.entries.iter().map(|entry| (entry.id.as_str(), &entry.value))
    }

    /// Whether something was forgotten: then an id that is not known may have been.
    pub(super) fn forgot(&self) -> bool {
        self.forgotten > 0
    }
}

impl<V: Default + HasText> Memory<V> {
    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut V> {
        self.settle();
        let number = self.find(self.hashing.hash_one(id), id)?;
        Some(self.lend(number))
    }

    /// What is remembered under this id, and whether it was before; else it is the default.
    pub(super) fn recall(&mut self, id: &str) -> (&mut V, bool) {
        self.settle();
        let hash = self.hashing.hash_one(id);
        let found = self.find(hash, id);
        let number = found.unwrap_or_else(|| self.remember(hash, id));
        (self.lend(number), found.is_some())
    }

    fn lend(&mut self, number: usize) -> &mut V {
        self.lent = Some(number);
        &mut self.entries[number - self.forgotten].value
    }

    /// Counts the text of what was handed out last, and makes room for it.
    fn settle(&mut self) {
        let lent = self.lent.take().and_then(|number| number.checked_sub(self.forgotten));
        if let Some(entry) = lent.and_then(|at| self.entries.get_mut(at)) {
            let text = entry.id.len() + entry.value.text();
            self.text = self.text - entry.text + text;
            entry.text = text;
        }
        while self.text > TEXT {
            self.forget();
        }
    }

    fn remember(&mut self, hash: u64, id: &str) -> usize {
        if self.entries.len() == CAP {
            self.forget();
        }
        let number = self.forgotten + self.entries.len();
        let (entries, forgotten) = (&self.entries, self.forgotten);
        self.table.insert_unique(hash, number, |number| entries[*number - forgotten].hash);
        self.entries.push_back(Entry { hash, id: id.to_owned(), value: V::default(), text: 0 });
        number
    }

    /// Forgets the oldest.
    fn forget(&mut self) {
        let Some(oldest) = self.entries.pop_front() else { return };
        if let Ok(entry) = self.table.find_entry(oldest.hash, |number| *number == self.forgotten) {
            entry.remove();
        }
        self.forgotten += 1;
        self.text -= oldest.text;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl HasText for String {
        fn text(&self) -> usize {
            self.len()
        }
    }

    #[test]
    fn the_oldest_goes_and_that_is_known() {
        let mut memory = Memory::default();
        (0..CAP).for_each(|number| *memory.recall(&number.to_string()).0 = number.to_string());
        assert_eq!(memory.recall("0"), (&mut "0".to_owned(), true));
        assert!(!memory.forgot());
        assert_eq!(memory.recall("new"), (&mut String::new(), false));
        assert!(memory.forgot() && memory.get("0").is_none());
        assert_eq!(memory.get("1").map(String::as_str), Some("1"));
        let ids: Vec<_> = memory.iter().map(|(id, _)| id).collect();
        assert_eq!((ids.len(), ids[0], ids[CAP - 1]), (CAP, "1", "new"));
    }

    #[test]
    fn it_stays_at_its_cap_however_much_comes() {
        let mut memory = Memory::<()>::default();
        for number in 0..3 * CAP + 7 {
            memory.recall(&number.to_string());
        }
        assert_eq!((memory.entries.len(), memory.table.len()), (CAP, CAP));
        assert!((2 * CAP + 7..3 * CAP + 7).all(|number| memory.get(&number.to_string()).is_some()));
    }

    #[test]
    fn long_text_is_forgotten_sooner() {
        const LONG: usize = TEXT / 4;
        let mut memory = Memory::<String>::default();
        for number in 0..20 {
            let id = number.to_string().repeat(LONG / 4);
            memory.recall(&id).0.push_str(&"x".repeat(LONG / 2));
            // What is known already may grow as well.
            memory.get_mut(&id).expect("it was remembered").push_str(&"x".repeat(LONG / 4));
            assert!(memory.text <= TEXT, "{} bytes", memory.text);
        }
        memory.settle();
        assert!(memory.forgot() && memory.entries.len() >= 3 && memory.entries.len() < 6);
        assert_eq!(memory.text, memory.entries.iter().map(|entry| entry.text).sum::<usize>());
    }
}
