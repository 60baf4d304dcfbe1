//! Handles of one interface: what is open is limited here; how many a guest may hold, closed ones too, is limited by the store.

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

    pub(crate) fn insert(&mut self, value: T) -> u32 {
        self.open += 1;
        match self.free.pop() {
            Some(number) => {
                if let Some(entry) = self.entry(number) {
                    *entry = Entry::Open(value);
                }
                number
            }
            None => {
                self.entries.push(Entry::Open(value));
                // The store ends a guest long before there are so many.
                u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX)
            }
        }
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
        let first = handles.insert('a');
        assert!(!handles.has_room());
        assert_eq!(handles.close(first), Some('a'));
        let second = handles.insert('b');
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
            let number = handles.insert(value);
            assert!(number < 2);
            handles.drop(number);
        }
    }
}
