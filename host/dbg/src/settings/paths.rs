//! Where dbg keeps things.

use std::path::PathBuf;

use dbg_plugin::Store;
use dbg_plugin::trust::Privilege;

use crate::diagnostic::{Fault, hinted};
use crate::env;

/// The folders of this user. None of them need exist; without a home there are none, and with rights that are not root's either:
/// what a user could write is not theirs to trust then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paths {
    store: Option<PathBuf>,
    /// Compiled plugins; without it every run compiles.
    pub(crate) cache: Option<PathBuf>,
    /// The user's own trust; none for root, who has the machine's alone.
    pub(crate) own_trust: Option<PathBuf>,
    /// The user's policy; none for root, whose policy is the machine's.
    pub(crate) user_policy: Option<PathBuf>,
}

/// The machine's policy: read first, and only narrowed by the user's.
pub(crate) const MACHINE_POLICY: &str = "/etc/dbg/policy.toml";

impl Paths {
    /// By the XDG base directories; for root fixed, whatever HOME says: `sudo` may keep it, and a user's folder is not root's to trust.
    /// Whoever has a Linux capability without being root keeps nothing: root's folders are root's, and the user's are the user's.
    pub(crate) fn of_this_user() -> Self {
        if rustix::process::geteuid().is_root() {
            return Self {
                store: Some(PathBuf::from("/var/lib/dbg/plugins")),
                cache: Some(PathBuf::from("/var/cache/dbg")),
                own_trust: None,
                user_policy: None,
            };
        }
        if Privilege::of_process() == Privilege::Elevated {
            return Self { store: None, cache: None, own_trust: None, user_policy: None };
        }
        let base = |variable: env::Variable, below_home: &str| {
            variable.path().or_else(|| env::HOME.path().map(|home| home.join(below_home)))
        };
        let config = base(env::XDG_CONFIG_HOME, ".config").map(|config| config.join("dbg"));
        Self {
            store: base(env::XDG_DATA_HOME, ".local/share").map(|data| data.join("dbg/plugins")),
            cache: base(env::XDG_CACHE_HOME, ".cache").map(|cache| cache.join("dbg")),
            own_trust: config.as_ref().map(|config| config.join("trust.d")),
            user_policy: config.map(|config| config.join("policy.toml")),
        }
    }

    /// The plugin store, where there is a folder for one: stock checks and files run without.
    pub(crate) fn store(&self) -> Result<Option<Store>, Fault> {
        self.store.clone().map(Store::open).transpose().map_err(Fault::own)
    }

    /// The plugin store, for whoever must have one.
    pub(crate) fn needed_store(&self) -> Result<Store, Fault> {
        self.store()?.ok_or_else(|| {
            let (why, what) = match Privilege::of_process() {
                Privilege::User => ("neither `HOME` nor `XDG_DATA_HOME` is set", "set `HOME` to an absolute path"),
                Privilege::Elevated => (
                    "with Linux capabilities a user's own folders are not looked at",
                    "run dbg without capabilities, or as root",
                ),
            };
            Fault::own(hinted(
                anyhow::anyhow!("there is no folder to keep plugins in: {why}"),
                format!("{what}, or run the plugin from its file, which keeps nothing: `dbg run --plugin FILE CHECK`"),
            ))
        })
    }
}
