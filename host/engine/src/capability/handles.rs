//! Handles of one interface: what is open is limited; what the guest closed and still holds costs a few bytes.

/// Handles that a guest may hold of one interface, closed ones too: it ends the run of a guest that never drops any.
const HELD: usize = 1_000_000;

/// A guest that drops no handles.
#[derive(Debug, thiserror::Error)]
#[error("it held more than {HELD} handles of one interface at once")]
pub(crate) struct TooManyHandles;

/// Open values by the number that the guest holds.
#[derive(Debug)]
pub(crate) struct Handles<T> {
    entries: Vec<Entry<T>>,
    free: Vec<u32>,
    open: usize,
    most: usize,
}

#[derive(Debug)]
enum Entry<T> {
    Open(T),
    /// Closed, and its number still the guest's: it must not show another value.
    Closed,
    Free,
}

impl<T> Handles<T> {
    /// At most `most` open at once.
    pub(crate) fn new(most: usize) -> Self {
        Self { entries: Vec::new(), free: Vec::new(), open: 0, most }
    }

    /// Whether one more may be opened.
    pub(crate) fn has_room(&self) -> bool {
        self.open < self.most
    }

    pub(crate) fn insert(&mut self, value: T) -> Result<u32, TooManyHandles> {
        let number = match self.free.pop() {
            Some(number) => number,
            None if self.entries.len() < HELD => {
                self.entries.push(Entry::Free);
                u32::try_from(self.entries.len() - 1).map_err(|_| TooManyHandles)?
            }
            None => return Err(TooManyHandles),
        };
        if let Some(entry) = self.entry(number) {
            *entry = Entry::Open(value);
            self.open += 1;
        }
        Ok(number)
    }

    fn entry(&mut self, number: u32) -> Option<&mut Entry<T>> {
        self.entries.get_mut(usize::try_from(number).ok()?)
    }

    pub(crate) fn get(&self, number: u32) -> Option<&T> {
        match self.entries.get(usize::try_from(number).ok()?)? {
            Entry::Open(value) => Some(value),
            Entry::Closed | Entry::Free => None,
        }
    }

    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        match self.entry(number)? {
            Entry::Open(value) => Some(value),
            Entry::Closed | Entry::Free => None,
        }
    }

    /// Takes the value; its number stays the guest's.
    pub(crate) fn close(&mut self, number: u32) -> Option<T> {
        let entry = self.entry(number)?;
        match std::mem::replace(entry, Entry::Closed) {
            Entry::Open(value) => {
                self.open -= 1;
                Some(value)
            }
            Entry::Closed => None,
            Entry::Free => {
                *entry = Entry::Free;
                None
            }
        }
    }

    /// Takes the value, if it was still open, and the number.
    pub(crate) fn drop(&mut self, number: u32) -> Option<T> {
        let value = self.close(number);
        if let Some(entry @ Entry::Closed) = self.entry(number) {
            *entry = Entry::Free;
            self.free.push(number);
        }
        value
    }

    /// Takes every open value.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = T> {
        self.free.clear();
        self.open = 0;
        self.entries.drain(..).filter_map(|entry| match entry {
            Entry::Open(value) => Some(value),
            Entry::Closed | Entry::Free => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_number_shows_no_other_value_until_it_is_dropped() {
        let mut handles = Handles::new(1);
        let first = handles.insert('a').unwrap();
        assert!(!handles.has_room());
        assert_eq!(handles.close(first), Some('a'));
        let second = handles.insert('b').unwrap();
        assert_ne!(first, second);
        assert_eq!((handles.get(first), handles.get(second)), (None, Some(&'b')));
        assert_eq!(handles.drop(first), None);
        assert_eq!(handles.drop(second), Some('b'));
        assert_eq!(handles.drop(second), None);
        assert!(handles.has_room());
    }

    #[test]
    fn numbers_are_used_again() {
        let mut handles = Handles::new(64);
        for value in 0..100_000 {
            let number = handles.insert(value).unwrap();
            assert!(number < 2);
            handles.drop(number);
        }
    }

    #[test]
    fn a_guest_that_drops_nothing_is_told_so() {
        let mut handles = Handles::new(1);
        for _ in 0..HELD {
            let number = handles.insert(()).unwrap();
            handles.close(number);
        }
        assert!(handles.insert(()).is_err());
    }
}
