//! Whom this machine and this user trust, and by which time dates are judged: looked up once a run.

use std::path::PathBuf;
use std::time::SystemTime;

use bytes::Bytes;
use dbg_plugin::Component;
use dbg_plugin::trust::{
    self, Loaded, Moment, Places, Privilege, ReferenceTime, Rules, TrustError, TrustStore, Verified,
};

use super::{Paths, Policy};
use crate::diagnostic::Fault;

/// The site's folder of trust.
const SYSTEM: &str = "/etc/dbg/trust.d";

/// The day of this version's sources, set with the version: a time of build would make of one tree many binaries. Seconds since 1970.
const RELEASED: u64 = 1_795_564_800;

/// Everything that a signature is judged by.
#[derive(Debug)]
pub(crate) struct Trust {
    /// Where it is kept, for changes.
    pub(crate) store: TrustStore,
    /// What is trusted.
    pub(crate) loaded: Loaded,
    /// Fixed once a run.
    pub(crate) time: ReferenceTime,
    /// The policy's rules about dates.
    pub(crate) rules: Rules,
}

impl Trust {
    /// Reads it. Where there is nothing nobody is trusted, and nothing is created.
    pub(crate) fn open(paths: &Paths, policy: &Policy) -> Result<Self, Fault> {
        let store = store(paths)?;
        let loaded = store.load().map_err(Fault::own)?;
        Ok(Self { store, loaded, time: reference_time(), rules: policy.rules })
    }

    /// Whether somebody who is trusted vouches for a file, and what it is then.
    pub(crate) fn verify(&self, file: &Bytes) -> Result<Verified<Component>, TrustError> {
        trust::verify(file, &self.loaded.state, self.time, self.rules)
    }
}

/// Where trust is kept for whoever runs this.
pub(crate) fn store(paths: &Paths) -> Result<TrustStore, Fault> {
    let privilege = Privilege::of_process();
    let system = PathBuf::from(SYSTEM);
    let places = match &paths.own_trust {
        Some(own) => Places::of(privilege, system, own.clone()),
        None => Places { system, own: None },
    };
    TrustStore::open(places, privilege).map_err(Fault::own)
}

/// The machine's clock, and not before the day of this version.
pub(crate) fn reference_time() -> ReferenceTime {
    ReferenceTime::new(SystemTime::now().into(), Moment::from_seconds(RELEASED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_clock_is_believed_that_is_before_this_version() {
        assert_eq!(Moment::from_seconds(RELEASED).to_string(), "2026-11-25T00:00:00Z");
        assert!(Moment::from(SystemTime::now()) >= Moment::from_seconds(RELEASED));
    }
}
