//! The agents that this build carries, one an architecture, compressed.

use std::io;

use dbg_model::Architecture;

use crate::docker::Image;
use crate::frames::{self, FrameError};

/// Bytes of the largest agent that is unpacked: twice what a build may carry.
const MAX_BYTES: u64 = 16 << 20;

/// The agents that were built into this program.
#[derive(Debug, Clone, Copy)]
pub struct Agents {
    x86_64: Option<Carried>,
    aarch64: Option<Carried>,
}

/// One agent as it was packed at the build.
#[derive(Debug, Clone, Copy)]
pub struct Carried {
    /// What [`Agents::pack`] made of its program.
    pub packed: &'static [u8],
    /// Under which ids an engine may know its image, the likeliest first: what [`Agents::image_ids`] said of its program.
    pub image: [&'static str; 2],
    /// What waits in a pod for this agent, as the build made it; empty where it made none.
    pub loader: &'static [u8],
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
    pub const fn new(x86_64: Option<Carried>, aarch64: Option<Carried>) -> Self {
        Self { x86_64, aarch64 }
    }

    /// Whether there is one for this architecture.
    #[must_use]
    pub fn has(&self, architecture: Architecture) -> bool {
        self.carried(architecture).is_ok()
    }

    fn carried(&self, architecture: Architecture) -> Result<Carried, AgentsError> {
        let carried = match architecture {
            Architecture::X86_64 => self.x86_64,
            Architecture::Aarch64 => self.aarch64,
        };
        carried.ok_or(AgentsError::None { architecture })
    }

    /// Under which ids an engine may know the image of this architecture's agent, the likeliest first: whoever looks for it need not make it.
    pub(crate) fn image(&self, architecture: Architecture) -> Result<[&'static str; 2], AgentsError> {
        Ok(self.carried(architecture)?.image)
    }

    /// The packed agent and its loader, as they are sent to a pod.
    pub(crate) fn sent(&self, architecture: Architecture) -> Result<(&'static [u8], &'static [u8]), AgentsError> {
        let Carried { packed, loader, .. } = self.carried(architecture)?;
        if loader.is_empty() { Err(AgentsError::None { architecture }) } else { Ok((packed, loader)) }
    }

    /// Under which ids an engine may know the image of a program, as [`Carried`] takes them. For the build alone.
    ///
    /// # Errors
    /// The program cannot be put into a tar.
    pub fn image_ids(program: &[u8], architecture: Architecture) -> io::Result<[String; 2]> {
        Image::of(program, architecture, None).map(Image::into_ids)
    }

    /// A program as [`Carried`] takes it. For the build alone. What this architecture runs is unpacked for each run of it; what another runs
    /// is unpacked where it is loaded, or only sent there.
    ///
    /// # Errors
    /// What zstd says, which is out of memory.
    pub fn pack(program: &[u8], architecture: Architecture) -> io::Result<Vec<u8>> {
        if architecture == Architecture::OWN { frames::pack(program) } else { frames::pack_small(program) }
    }

    /// Unpacks the program for this architecture, at most 16 MiB of it, on all cores; `write` gets its pieces with their offsets, in any
    /// order. It blocks, for some milliseconds.
    ///
    /// # Errors
    /// Each [`AgentsError`]. Then only a part may have been written.
    pub fn unpack(
        &self,
        architecture: Architecture,
        write: impl Fn(u64, &[u8]) -> io::Result<()> + Sync,
    ) -> Result<(), AgentsError> {
        let packed = self.carried(architecture)?.packed;
        frames::unpack(packed, MAX_BYTES, write).map_err(|error| match error {
            FrameError::Damaged(cause) => AgentsError::Damaged { architecture, cause },
            FrameError::TooLarge => AgentsError::TooLarge { architecture },
            FrameError::Written(cause) => AgentsError::Written(cause),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn carrying(packed: &[u8]) -> Agents {
        Agents::new(None, Some(Carried { packed: packed.to_vec().leak(), image: ["", ""], loader: &[] }))
    }

    fn unpacked(agents: Agents) -> Result<Vec<u8>, AgentsError> {
        let bytes = Mutex::new(Vec::new());
        agents.unpack(Architecture::Aarch64, |offset, piece| {
            let (mut bytes, start) = (bytes.lock().unwrap(), usize::try_from(offset).unwrap());
            let end = start + piece.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[start..end].copy_from_slice(piece);
            Ok(())
        })?;
        Ok(bytes.into_inner().unwrap())
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        Agents::pack(bytes, Architecture::OWN).unwrap()
    }

    #[test]
    fn an_agent_comes_out_as_it_was_packed() {
        for length in [1, 300_000, (1 << 20) - 1, 1 << 20, 3_333_333] {
            let program: Vec<u8> = (0..length).map(|at: u32| (at % 251) as u8).collect();
            assert!(unpacked(carrying(&packed(&program))).unwrap() == program, "{length}");
        }
    }

    #[test]
    fn one_of_another_architecture_is_smaller_and_comes_out_as_well() {
        let program: Vec<u8> = (0..3_333_333_u32).map(|at| (at.wrapping_mul(at) >> 9) as u8).collect();
        let other =
            if Architecture::OWN == Architecture::X86_64 { Architecture::Aarch64 } else { Architecture::X86_64 };
        let small = Agents::pack(&program, other).unwrap();
        assert!(small.len() < packed(&program).len());
        assert!(unpacked(carrying(&small)).unwrap() == program);
    }

    #[test]
    fn an_architecture_without_an_agent_is_named_with_what_makes_one() {
        let agents = carrying(&packed(b"program"));
        assert!(agents.has(Architecture::Aarch64) && !agents.has(Architecture::X86_64));
        let error = agents.unpack(Architecture::X86_64, |_, _| Ok(())).unwrap_err();
        assert_eq!(error.to_string(), "this build carries no agent for x86_64");
        assert!(error.hint().unwrap().contains("cargo xtask build"));
    }

    #[test]
    fn a_damaged_and_a_cut_off_agent_are_no_agent() {
        let whole = packed(&[7; 2_000_000]);
        for bytes in [&b"program"[..], b"", &whole[..whole.len() - 1]] {
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
    fn a_piece_that_claims_more_than_an_agent_has_is_refused_before_it_is_unpacked() {
        let bomb = zstd::bulk::compress(&vec![0; 17 << 20], 1).unwrap();
        assert!(matches!(unpacked(carrying(&bomb)), Err(AgentsError::TooLarge { .. })));
    }

    #[test]
    fn a_place_that_takes_nothing_is_told_as_such() {
        let full = |_, _: &[u8]| Err(io::Error::from(io::ErrorKind::StorageFull));
        let error = carrying(&packed(b"program")).unpack(Architecture::Aarch64, full).unwrap_err();
        assert!(matches!(error, AgentsError::Written(_)));
    }
}
