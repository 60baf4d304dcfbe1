//! The agents that this build carries, one an architecture, compressed.

use std::io::{self, Read as _, Write};

use dbg_model::Architecture;

/// Bytes of the largest agent that is unpacked: twice what a build may carry.
const MAX_BYTES: u64 = 16 << 20;

/// The agents that were built into this program.
#[derive(Debug, Clone, Copy)]
pub struct Agents {
    x86_64: Option<&'static [u8]>,
    aarch64: Option<&'static [u8]>,
}

/// Why there is no agent to be started.
#[derive(Debug, thiserror::Error)]
pub enum AgentsError {
    /// The build had none for this architecture.
    #[error("this build carries no agent for {architecture}")]
    None {
        /// The architecture.
        architecture: Architecture,
    },
    /// What is carried is not what was packed.
    #[error("the agent for {architecture} that this build carries is damaged")]
    Damaged {
        /// The architecture.
        architecture: Architecture,
        /// What the unpacking says.
        #[source]
        cause: io::Error,
    },
    /// It is above any agent's size.
    #[error("the agent for {architecture} that this build carries has more than {MAX_BYTES} bytes")]
    TooLarge {
        /// The architecture.
        architecture: Architecture,
    },
    /// Where it was to be written takes no more.
    #[error("the agent cannot be written")]
    Written(#[source] io::Error),
}

impl AgentsError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::None { .. } => {
                Some("`cargo xtask build` makes one that does; `cargo xtask doctor` says what it lacks".into())
            }
            Self::Damaged { .. } | Self::TooLarge { .. } => Some("get this dbg again".into()),
            Self::Written(_) => None,
        }
    }
}

impl Agents {
    /// The agents as they were packed at the build, or none of an architecture.
    #[must_use]
    pub const fn new(x86_64: Option<&'static [u8]>, aarch64: Option<&'static [u8]>) -> Self {
        Self { x86_64, aarch64 }
    }

    /// Whether there is one for this architecture.
    #[must_use]
    pub fn has(&self, architecture: Architecture) -> bool {
        self.packed(architecture).is_some()
    }

    fn packed(&self, architecture: Architecture) -> Option<&'static [u8]> {
        match architecture {
            Architecture::X86_64 => self.x86_64,
            Architecture::Aarch64 => self.aarch64,
        }
    }

    /// Writes the program for this architecture, at most 16 MiB of it. It blocks, for some ten milliseconds.
    ///
    /// Errors: each [`AgentsError`]. Then only a part may have been written.
    pub fn unpack(&self, architecture: Architecture, to: &mut impl Write) -> Result<(), AgentsError> {
        let packed = self.packed(architecture).ok_or(AgentsError::None { architecture })?;
        let damaged = |cause| AgentsError::Damaged { architecture, cause };
        let decoder = zstd::Decoder::with_buffer(packed).map_err(damaged)?;
        // One byte more tells what is too large from what just fits.
        let mut bounded = decoder.take(MAX_BYTES + 1);
        let mut piece = vec![0; 64 << 10];
        let mut written = 0;
        loop {
            let length = bounded.read(&mut piece).map_err(damaged)?;
            let Some(bytes @ [_, ..]) = piece.get(..length) else { return Ok(()) };
            written += bytes.len() as u64;
            if written > MAX_BYTES {
                return Err(AgentsError::TooLarge { architecture });
            }
            to.write_all(bytes).map_err(AgentsError::Written)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carrying(packed: &[u8]) -> Agents {
        Agents::new(None, Some(packed.to_vec().leak()))
    }

    fn unpacked(agents: Agents) -> Result<Vec<u8>, AgentsError> {
        let mut bytes = Vec::new();
        agents.unpack(Architecture::Aarch64, &mut bytes).map(|()| bytes)
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        zstd::encode_all(bytes, 1).unwrap()
    }

    #[test]
    fn an_agent_comes_out_as_it_was_packed() {
        let program: Vec<u8> = (0..300_000_u32).map(|at| (at % 251) as u8).collect();
        assert_eq!(unpacked(carrying(&packed(&program))).unwrap(), program);
    }

    #[test]
    fn an_architecture_without_an_agent_is_named_with_what_makes_one() {
        let agents = carrying(&packed(b"program"));
        assert!(agents.has(Architecture::Aarch64) && !agents.has(Architecture::X86_64));
        let error = agents.unpack(Architecture::X86_64, &mut Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), "this build carries no agent for x86_64");
        assert!(error.hint().unwrap().contains("cargo xtask build"));
    }

    #[test]
    fn a_damaged_and_a_cut_off_agent_are_no_agent() {
        let whole = packed(&[7; 1000]);
        for bytes in [&b"program"[..], &whole[..whole.len() - 1]] {
            assert!(matches!(unpacked(carrying(bytes)), Err(AgentsError::Damaged { .. })));
        }
    }

    #[test]
    fn an_agent_above_the_bound_is_not_unpacked() {
        let at_bound = vec![0; usize::try_from(MAX_BYTES).unwrap()];
        assert_eq!(unpacked(carrying(&packed(&at_bound))).unwrap().len(), at_bound.len());
        let above = [at_bound, vec![0]].concat();
        assert!(matches!(unpacked(carrying(&packed(&above))), Err(AgentsError::TooLarge { .. })));
    }

    #[test]
    fn a_place_that_takes_nothing_is_told_as_such() {
        let mut full: &mut [u8] = &mut [];
        let error = carrying(&packed(b"program")).unpack(Architecture::Aarch64, &mut full).unwrap_err();
        assert!(matches!(error, AgentsError::Written(_)));
    }
}
