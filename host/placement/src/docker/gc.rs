//! What is left of runs whose operator is gone, and its removal. Only what this user made on this machine, and never what is in use.

use std::time::SystemTime;

use dbg_model::Cell;

use super::connect::Engines;
use super::engine::Engine;
use super::error::EngineError;
use super::owner::{Claim, Owner, RUN};

/// One container that is left, and why it is taken for that. Texts are raw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOver {
    /// The container's name.
    pub name: String,
    /// The run that it was made for.
    pub run: String,
    /// Why it is left.
    pub reason: &'static str,
    id: String,
}

/// What is left, and what else there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOvers {
    /// What nobody needs any more.
    pub left: Vec<LeftOver>,
    /// How many are in use by a run that goes on.
    pub live: usize,
    /// How many are another user's, or another machine's.
    pub foreign: usize,
}

impl Engines {
    /// What is left of this user's runs.
    ///
    /// # Errors
    /// Why the engine does not say.
    pub async fn left_overs(&self) -> Result<LeftOvers, EngineError> {
        left_overs(&*self.engine().await?).await
    }

    /// Removes one; what was removed meanwhile is removed.
    ///
    /// # Errors
    /// Why the engine does not.
    pub async fn remove(&self, left: &LeftOver) -> Result<(), EngineError> {
        self.engine().await?.remove(&left.id).await.map(drop)
    }
}

async fn left_overs(engine: &Engine) -> Result<LeftOvers, EngineError> {
    let (owner, now) = (Owner::this(), SystemTime::now());
    let mut found = LeftOvers::default();
    for one in engine.labelled(RUN).await? {
        let reason = match owner.claim(|key| one.label(key), now) {
            Claim::Live => {
                found.live += 1;
                continue;
            }
            Claim::NotOurs => {
                found.foreign += 1;
                continue;
            }
            Claim::OwnerGone => "the process that made it is gone",
            Claim::Overdue => "its deadline is past",
        };
        let run = one.label(RUN).unwrap_or_default().to_owned();
        found.left.push(LeftOver { name: one.name().to_owned(), run, reason, id: one.id.clone() });
    }
    Ok(found)
}

impl std::fmt::Display for LeftOver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of run {}: {}", Cell(&self.name), Cell(&self.run), self.reason)
    }
}
