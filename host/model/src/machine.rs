//! What native code is made for: an architecture, and what its processor has beyond the least.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An architecture that agents are built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Architecture {
    /// 64-bit x86.
    X86_64,
    /// 64-bit ARM.
    Aarch64,
}

impl Architecture {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::X86_64, Self::Aarch64];

    /// The one that this program was built for.
    #[cfg(target_arch = "x86_64")]
    pub const OWN: Self = Self::X86_64;
    /// The one that this program was built for.
    #[cfg(target_arch = "aarch64")]
    pub const OWN: Self = Self::Aarch64;

    /// The word, as Rust and `uname -m` have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A text that is no architecture of an agent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there are agents for `x86_64` and `aarch64` alone")]
pub struct ArchitectureError;

impl FromStr for Architecture {
    type Err = ArchitectureError;

    fn from_str(text: &str) -> Result<Self, ArchitectureError> {
        Self::ALL.into_iter().find(|architecture| architecture.word() == text).ok_or(ArchitectureError)
    }
}

/// What a processor may have beyond the least of its architecture, as far as a compiler makes use of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CpuFeature {
    /// x86: SSE3.
    Sse3,
    /// x86: SSSE3.
    Ssse3,
    /// x86: SSE4.1.
    Sse41,
    /// x86: SSE4.2.
    Sse42,
    /// x86: the population count.
    Popcnt,
    /// x86: AVX.
    Avx,
    /// x86: AVX2.
    Avx2,
    /// x86: fused multiply-add.
    Fma,
    /// x86: bit manipulation, first set.
    Bmi1,
    /// x86: bit manipulation, second set.
    Bmi2,
    /// x86: the count of leading zeros.
    Lzcnt,
    /// x86: the compare-and-exchange of 16 bytes.
    Cmpxchg16b,
    /// ARM: large system extensions, for atomics.
    Lse,
    /// ARM: half-precision floats.
    Fp16,
}

/// The machine that native code is to run on. What an agent says of it is a claim: code for more than its processor has is
/// refused where it is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Machine {
    /// Its architecture.
    pub architecture: Architecture,
    /// What its processor has beyond the least.
    pub features: BTreeSet<CpuFeature>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_architecture_is_read_as_it_is_written_and_another_is_refused() {
        for architecture in Architecture::ALL {
            assert_eq!(architecture.to_string().parse(), Ok(architecture));
        }
        assert_eq!("riscv64".parse::<Architecture>(), Err(ArchitectureError));
    }
}
