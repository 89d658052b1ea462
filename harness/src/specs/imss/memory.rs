//! What is remembered of a trace, however long it is: the latest of each kind, up to a cap.

use std::hash::BuildHasher as _;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// How many sessions, images, uploads and jobs, of each, are remembered; the oldest go first. At a
/// few hundred bytes each this is some ten megabytes.
const CAP: usize = 20_000;

/// A map that forgets its oldest entries past a cap.
#[derive(Debug)]
pub(super) struct Memory<V> {
    /// Once it is full, the oldest gives its slot to the newest.
    slots: Vec<Slot<V>>,
    /// Which slot is the oldest, when it is full.
    oldest: usize,
    /// Places in `slots`, by the hash of the id. The hash is seeded at random, since ids come from
    /// whoever is being judged.
    table: HashTable<usize>,
    hashing: RandomState,
    forgot: bool,
}

#[derive(Debug)]
struct Slot<V> {
    hash: u64,
    id: String,
    value: V,
}

impl<V> Default for Memory<V> {
    fn default() -> Memory<V> {
        Memory {
            slots: Vec::new(),
            oldest: 0,
            table: HashTable::new(),
            hashing: RandomState::default(),
            forgot: false,
        }
    }
}

impl<V> Memory<V> {
    pub(super) fn get(&self, id: &str) -> Option<&V> {
        self.find(self.hashing.hash_one(id), id).map(|place| &self.slots[place].value)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut V> {
        let place = self.find(self.hashing.hash_one(id), id)?;
        Some(&mut self.slots[place].value)
    }

    fn find(&self, hash: u64, id: &str) -> Option<usize> {
        self.table.find(hash, |place| self.slots[*place].id == id).copied()
    }

    /// Every entry, the oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        let (newer, older) = self.slots.split_at(self.oldest);
        older.iter().chain(newer).map(|slot| (slot.id.as_str(), &slot.value))
    }

    /// Whether something was forgotten: then an id that is not known may have been.
    pub(super) fn forgot(&self) -> bool {
        self.forgot
    }
}

impl<V: Default> Memory<V> {
    /// What is remembered under this id, and whether it was before; else it is the default.
    pub(super) fn recall(&mut self, id: &str) -> (&mut V, bool) {
        let hash = self.hashing.hash_one(id);
        let found = self.find(hash, id);
        let place = found.unwrap_or_else(|| self.remember(hash, id));
        (&mut self.slots[place].value, found.is_some())
    }

    fn remember(&mut self, hash: u64, id: &str) -> usize {
        let place = if self.slots.len() < CAP {
            self.slots.push(Slot { hash, id: id.to_owned(), value: V::default() });
            self.slots.len() - 1
        } else {
            let place = self.oldest;
            let slot = &mut self.slots[place];
            if let Ok(entry) = self.table.find_entry(slot.hash, |other| *other == place) {
                entry.remove();
            }
            slot.hash = hash;
            id.clone_into(&mut slot.id);
            slot.value = V::default();
            self.oldest = (place + 1) % CAP;
            self.forgot = true;
            place
        };
        let slots = &self.slots;
        self.table.insert_unique(hash, place, |place| slots[*place].hash);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_and_that_is_known() {
        let mut memory = Memory::default();
        (0..CAP).for_each(|number| *memory.recall(&number.to_string()).0 = number);
        assert_eq!(memory.recall("0"), (&mut 0, true));
        assert!(!memory.forgot());
        assert_eq!(memory.recall("new"), (&mut 0, false));
        assert!(memory.forgot() && memory.get("0").is_none() && memory.get("1") == Some(&1));
        let ids: Vec<_> = memory.iter().map(|(id, _)| id).collect();
        assert_eq!((ids.len(), ids[0], ids[CAP - 1]), (CAP, "1", "new"));
    }

    #[test]
    fn it_stays_at_its_cap_however_much_comes() {
        let mut memory = Memory::<()>::default();
        for number in 0..3 * CAP + 7 {
            memory.recall(&number.to_string());
        }
        assert_eq!((memory.slots.len(), memory.table.len()), (CAP, CAP));
        assert!((2 * CAP + 7..3 * CAP + 7).all(|number| memory.get(&number.to_string()).is_some()));
    }
}
