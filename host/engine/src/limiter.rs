//! What a guest's memories, tables and instances may take together.

use wasmtime::ResourceLimiter;

/// Elements of all tables of a guest, 8 bytes each: an interpreter has some ten thousand.
const TABLE_ELEMENTS: usize = 1 << 18;
/// Core instances in one component: a Python plugin has about twenty.
const INSTANCES: usize = 256;
const TABLES: usize = 64;
const MEMORIES: usize = 16;

/// Counts the linear memories of one run against its limit.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory: u64,
    in_use: u64,
    peak: u64,
    refused: Option<Refused>,
    elements: usize,
}

/// A growth that was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused {
    /// All memories together would then have had so many bytes.
    pub(crate) wanted: u64,
    /// They may have so many.
    pub(crate) limit: u64,
}

impl Limiter {
    pub(crate) fn new(memory: u64) -> Self {
        Self { memory, in_use: 0, peak: 0, refused: None, elements: 0 }
    }

    /// The most that was in use.
    pub(crate) fn peak(&self) -> u64 {
        self.peak
    }

    /// The last growth that was refused, if any was.
    pub(crate) fn refused(&self) -> Option<Refused> {
        self.refused
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let wanted = self.in_use.saturating_sub(current as u64).saturating_add(desired as u64);
        if wanted > self.memory {
            self.refused = Some(Refused { wanted, limit: self.memory });
            return Ok(false);
        }
        self.in_use = wanted;
        self.peak = self.peak.max(wanted);
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let wanted = self.elements.saturating_sub(current).saturating_add(desired);
        if wanted > TABLE_ELEMENTS {
            return Ok(false);
        }
        self.elements = wanted;
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_count_together_and_a_refusal_is_remembered() {
        let mut limiter = Limiter::new(100);
        assert!(limiter.memory_growing(0, 60, None).unwrap());
        assert!(limiter.memory_growing(0, 30, None).unwrap());
        assert!(!limiter.memory_growing(60, 80, None).unwrap());
        assert_eq!(limiter.refused(), Some(Refused { wanted: 110, limit: 100 }));
        assert!(limiter.memory_growing(60, 70, None).unwrap());
        assert_eq!(limiter.peak(), 100);
    }

    #[test]
    fn tables_count_together() {
        let mut limiter = Limiter::new(0);
        assert!(limiter.table_growing(0, TABLE_ELEMENTS, None).unwrap());
        assert!(!limiter.table_growing(0, 1, None).unwrap());
    }
}
