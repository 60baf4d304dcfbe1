//! What there is to be looked at: containers that run, and networks.

use std::collections::BTreeSet;

use dbg_model::{EngineName, JoinsProcesses, Target};

use super::connect::Engines;
use super::error::EngineError;
use super::owner::RUN;

/// Names that are listed at most.
const MOST: usize = 1000;

/// What can be reached by the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reachable {
    /// The engine, in a word or two.
    pub engine: String,
    /// Containers, then networks, each sorted, at most a thousand.
    pub targets: Vec<Target>,
    /// The ids of all containers that run, listed or not.
    pub ids: BTreeSet<String>,
}

impl Engines {
    /// Containers that run, but for dbg's own, and networks that a container can be attached to. What has a name that no target can have is
    /// left out.
    ///
    /// # Errors
    /// Why the engine does not say.
    pub async fn reachable(&self) -> Result<Reachable, EngineError> {
        let engine = self.engine().await?;
        let running = engine.running().await?;
        let ids = running.iter().map(|one| one.id.clone()).collect();
        let mut containers: Vec<EngineName> = running
            .iter()
            .filter(|one| one.label(RUN).is_none())
            .filter_map(|one| one.name().parse().ok())
            .take(MOST)
            .collect();
        let mut networks: Vec<EngineName> = engine
            .networks()
            .await?
            .iter()
            .filter(|network| !matches!(network.driver.as_str(), "host" | "null"))
            .filter_map(|network| network.name.parse().ok())
            .take(MOST)
            .collect();
        containers.sort();
        networks.sort();
        let containers = containers.into_iter().map(|name| Target::Container(name, JoinsProcesses::No));
        let targets = containers.chain(networks.into_iter().map(Target::Network)).collect();
        Ok(Reachable { engine: format!("{} {}", engine.facts.kind, engine.facts.version), targets, ids })
    }
}
