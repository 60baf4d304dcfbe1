//! What is open, by numbers that are never given twice; one reader of each at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Open values.
pub(crate) struct Open<T> {
    limit: usize,
    table: Mutex<Table<T>>,
}

struct Table<T> {
    last: u64,
    values: HashMap<u64, Arc<Mutex<T>>>,
}

impl<T> Open<T> {
    /// At most `limit` at once.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, table: Mutex::new(Table { last: 0, values: HashMap::new() }) }
    }

    /// The value's number; none when there is no room.
    pub(crate) fn add(&self, value: T) -> Option<u64> {
        let mut table = lock(&self.table);
        if table.values.len() >= self.limit {
            return None;
        }
        table.last += 1;
        let id = table.last;
        table.values.insert(id, Arc::new(Mutex::new(value)));
        Some(id)
    }

    /// Does something with a value; none when it is not open. The table itself is free meanwhile.
    pub(crate) fn with<R>(&self, id: u64, act: impl FnOnce(&mut T) -> R) -> Option<R> {
        let value = lock(&self.table).values.get(&id).cloned()?;
        let mut value = lock(&value);
        Some(act(&mut value))
    }

    /// Frees a value; one that is not open is no error.
    pub(crate) fn close(&self, id: u64) {
        lock(&self.table).values.remove(&id);
    }
}

/// No guard is held across anything that can panic half-way, so a poisoned lock holds a sound value.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_never_given_twice_and_a_closed_one_opens_nothing() {
        let open = Open::new(1);
        let first = open.add('a').unwrap();
        assert_eq!(open.add('b'), None);
        assert_eq!(open.with(first, |value| *value), Some('a'));
        open.close(first);
        open.close(first);
        assert_eq!(open.with(first, |value| *value), None);
        assert_ne!(open.add('b'), Some(first));
    }
}
