//! Where dbg keeps things.

use std::path::PathBuf;

use crate::diagnostic::{Fault, hinted};
use crate::env;

/// The folders of this user. None of them need exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paths {
    /// The plugin store.
    pub(crate) store: PathBuf,
    /// Compiled plugins.
    pub(crate) cache: PathBuf,
    /// The user's policy; none for root, whose policy is the machine's.
    pub(crate) user_policy: Option<PathBuf>,
}

/// The machine's policy: read first, and only narrowed by the user's.
pub(crate) const MACHINE_POLICY: &str = "/etc/dbg/policy.toml";

impl Paths {
    /// By the XDG base directories; for root fixed, whatever HOME says: `sudo` may keep it, and a user's folder is not root's to trust.
    pub(crate) fn of_this_user() -> Result<Self, Fault> {
        if rustix::process::geteuid().is_root() {
            return Ok(Self {
                store: PathBuf::from("/var/lib/dbg/plugins"),
                cache: PathBuf::from("/var/cache/dbg"),
                user_policy: None,
            });
        }
        let base = |variable: env::Variable, below_home: &str| {
            variable.path().or_else(|| env::HOME.path().map(|home| home.join(below_home)))
        };
        let missing = || {
            Fault::own(hinted(
                anyhow::anyhow!("there is no folder to keep plugins in: neither `HOME` nor the XDG folders are set"),
                "set `HOME` to an absolute path",
            ))
        };
        Ok(Self {
            store: base(env::XDG_DATA_HOME, ".local/share").ok_or_else(missing)?.join("dbg/plugins"),
            cache: base(env::XDG_CACHE_HOME, ".cache").ok_or_else(missing)?.join("dbg"),
            user_policy: base(env::XDG_CONFIG_HOME, ".config").map(|config| config.join("dbg/policy.toml")),
        })
    }
}
