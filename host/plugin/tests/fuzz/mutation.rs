//! Changes anywhere in an input, from numbers that look random and are the same for one seed.

/// xorshift.
pub(crate) struct Numbers(u64);

/// What text formats and binary ones turn on.
const PIECES: [&[u8]; 16] = [
    b"\0",
    b"\xff",
    b"\x80",
    b"\"",
    b"{}",
    b"[",
    b"]",
    b",",
    b":",
    b"/",
    b"\\u0000",
    b"-1",
    b"1e999",
    b"99999999999999999999",
    b"\xe2\x80\xae",
    b"..",
];

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    /// An input with up to four changes, which may be parts of others.
    pub(crate) fn changed(&mut self, pool: &[Vec<u8>], input: &[u8], longest: usize) -> Vec<u8> {
        let mut bytes = input.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(24)).min(bytes.len());
            match self.below(8) {
                0 => bytes.truncate(at),
                1 => drop(bytes.splice(at..at, PIECES[self.below(PIECES.len())].iter().copied())),
                2 => drop(bytes.splice(at..end, bytes[at..end].repeat(2))),
                3 => drop(bytes.drain(at..end)),
                4 => {
                    let other = &pool[self.below(pool.len())];
                    let from = self.below(other.len() + 1);
                    let until = (from + self.below(64)).min(other.len());
                    bytes.splice(at..end, other[from..until].iter().copied());
                }
                5 => bytes.get_mut(at).into_iter().for_each(|byte| *byte = byte.wrapping_add(1)),
                _ => {
                    let bit = self.below(8);
                    bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << bit);
                }
            }
        }
        bytes.truncate(longest);
        bytes
    }
}
