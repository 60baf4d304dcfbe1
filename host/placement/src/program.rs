//! The agent's program in memory: unpacked once for all targets, sealed, and never a file that anybody could find or change.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use dbg_model::Architecture;
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use rustix::io::Errno;
use tokio::sync::OnceCell;

use crate::{Agents, AgentsError};

/// Why there is no program to start.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// There is no agent, or it is damaged.
    #[error(transparent)]
    Agents(#[from] AgentsError),
    /// The kernel gives no file in memory that can be started.
    #[error("the kernel gives no file in memory that can be started: {0}")]
    NoMemoryFile(Errno),
    /// It could be changed afterwards.
    #[error("the agent's file in memory cannot be sealed: {0}")]
    NotSealed(Errno),
    /// Whoever unpacked it broke off.
    #[error("unpacking the agent broke off")]
    Broke,
}

impl ProgramError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Agents(error) => error.hint(),
            Self::NoMemoryFile(Errno::ACCESS) => {
                Some("`sysctl vm.memfd_noexec` forbids it here; 0 and 1 allow it".to_owned())
            }
            Self::NoMemoryFile(_) | Self::NotSealed(_) | Self::Broke => None,
        }
    }
}

/// The agent's program for this machine. Cheap to clone; all clones share one file.
#[derive(Debug, Clone)]
pub struct Program(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    agents: Agents,
    file: OnceCell<Arc<OwnedFd>>,
}

impl Program {
    /// Out of what this build carries. Nothing is unpacked yet.
    #[must_use]
    pub fn carried(agents: Agents) -> Self {
        Self(Arc::new(Inside { agents, file: OnceCell::new() }))
    }

    /// Begins to unpack it, beside whatever comes next. Called in a runtime.
    pub fn prepare(&self) {
        let program = self.clone();
        tokio::spawn(async move {
            // Whoever needs the file asks again, and is told why there is none.
            let _ = program.file().await;
        });
    }

    /// The file, sealed. Waits for it to be unpacked.
    pub(crate) async fn file(&self) -> Result<Arc<OwnedFd>, ProgramError> {
        let agents = self.0.agents;
        let unpacked = || async move {
            tokio::task::spawn_blocking(move || unpack(&agents)).await.map_err(|_| ProgramError::Broke)?.map(Arc::new)
        };
        self.0.file.get_or_try_init(unpacked).await.cloned()
    }
}

fn unpack(agents: &Agents) -> Result<OwnedFd, ProgramError> {
    let file = memory_file()?;
    agents.unpack(Architecture::OWN, |offset, bytes| write_at(file.as_fd(), offset, bytes))?;
    let seals = SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
    fcntl_add_seals(&file, seals).map_err(ProgramError::NotSealed)?;
    Ok(file)
}

/// A kernel before 6.3 does not know that a file may want to be started, and lets every file be.
fn memory_file() -> Result<OwnedFd, ProgramError> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    match memfd_create("dbg-agent", flags | MemfdFlags::EXEC) {
        Err(Errno::INVAL) => memfd_create("dbg-agent", flags),
        made => made,
    }
    .map_err(ProgramError::NoMemoryFile)
}

fn write_at(file: BorrowedFd<'_>, mut offset: u64, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = rustix::io::pwrite(file, bytes, offset)?;
        bytes = bytes.get(written..).unwrap_or_default();
        offset += written as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Carried;

    fn carrying(program: &[u8]) -> Agents {
        let carried = Carried {
            packed: Agents::pack(program, dbg_model::Architecture::OWN).unwrap().leak(),
            image: ["", ""],
            loader: &[],
        };
        Agents::new(Some(carried), Some(carried))
    }

    #[tokio::test]
    async fn what_is_unpacked_is_sealed_and_shared() {
        let program = Program::carried(carrying(b"an agent"));
        let (one, other) = (program.file().await.unwrap(), program.clone().file().await.unwrap());
        assert!(Arc::ptr_eq(&one, &other));
        assert_eq!(rustix::io::pwrite(&one, b"x", 0), Err(Errno::PERM));
        let mut bytes = [0; 16];
        let length = rustix::io::pread(&one, &mut bytes, 0).unwrap();
        assert_eq!(&bytes[..length], b"an agent");
    }

    #[tokio::test]
    async fn a_build_without_an_agent_says_how_to_get_one() {
        let program = Program::carried(Agents::new(None, None));
        program.prepare();
        let error = program.file().await.unwrap_err();
        assert!(matches!(error, ProgramError::Agents(AgentsError::None { .. })));
        assert!(error.hint().unwrap().contains("cargo xtask build"));
    }
}
