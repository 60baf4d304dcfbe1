//! Who we are.

use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;

use super::{NamespaceId, Own};
use crate::Refusal;

pub(super) fn look() -> Result<Own, Refusal> {
    let namespace = |path: &str| namespace(path).map_err(Refusal::NoProc);
    Ok(Own {
        euid: rustix::process::geteuid().as_raw(),
        capabilities: rustix::thread::capabilities(None).map_err(Refusal::NoProc)?.effective,
        network: namespace("/proc/self/ns/net")?,
        pids: namespace("/proc/self/ns/pid")?,
    })
}

fn namespace(path: &str) -> Result<NamespaceId, Errno> {
    NamespaceId::of(&open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_know_our_own_namespaces() {
        let own = look().unwrap();
        assert_ne!(own.network, own.pids);
        assert_eq!(own, look().unwrap());
    }
}
