//! The numbers of queries: not to be guessed, and unique at a server as long as answers may come.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// Then all are forgotten: the search for a free one would get long, and answers to the first will not come any more.
const MOST: usize = 32_768;

/// Numbers that were given out, each with what it stands for.
#[derive(Debug)]
pub(super) struct Ids<T> {
    keyed: RandomState,
    counter: u64,
    /// Sorted by number.
    given: Vec<(u16, T)>,
}

impl<T: Copy> Ids<T> {
    pub(super) fn new() -> Self {
        Self { keyed: RandomState::new(), counter: 0, given: Vec::new() }
    }

    /// A number that is not in use.
    pub(super) fn give(&mut self, to: T) -> u16 {
        if self.given.len() >= MOST {
            self.given.clear();
        }
        loop {
            self.counter += 1;
            let [low, high, ..] = self.keyed.hash_one(self.counter).to_le_bytes();
            let id = u16::from_le_bytes([low, high]);
            if let Err(position) = self.position(id) {
                self.given.insert(position, (id, to));
                return id;
            }
        }
    }

    /// What the number was given to; none for one that was never given.
    pub(super) fn meaning(&self, id: u16) -> Option<T> {
        let position = self.position(id).ok()?;
        self.given.get(position).map(|(_, to)| *to)
    }

    fn position(&self, id: u16) -> Result<usize, usize> {
        self.given.binary_search_by_key(&id, |(given, _)| *given)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ten_thousand_numbers_are_all_different_and_keep_their_meaning() {
        let mut ids = Ids::new();
        let given: Vec<u16> = (0..10_000).map(|question| ids.give(question)).collect();
        assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), 10_000);
        assert_eq!(ids.meaning(given[77]), Some(77));
    }

    #[test]
    fn two_runs_do_not_begin_with_the_same_numbers() {
        let begin = || {
            let mut ids = Ids::new();
            (0..8).map(|_| ids.give(())).collect::<Vec<_>>()
        };
        assert_ne!(begin(), begin());
    }
}
