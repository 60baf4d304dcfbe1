//! What a target of the engine is, before anything is decided. Looking changes nothing.

use dbg_model::{EngineName, ImageName, JoinsProcesses};

use super::answers::Inspected;
use super::engine::{Engine, EngineFacts};
use super::error::{EngineError, Words};
use crate::plan::Privilege;

/// Names that are kept for a hint.
const KNOWN: usize = 1000;

/// A target of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineTarget {
    /// The engine.
    pub engine: EngineFacts,
    /// What it is.
    pub what: EngineTargetFacts,
    /// What the operator asked for besides.
    pub asked: Asked,
}

/// What an operator asks of every container of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The agent's image, where it is not this dbg's own.
    pub image: Option<ImageName>,
    /// What the engine is to keep a container in by.
    pub privilege: Privilege,
}

/// What a target of an engine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineTargetFacts {
    /// A container of its own.
    Isolated,
    /// The engine's machine.
    Host,
    /// A container.
    Container(EngineName, JoinsProcesses, ContainerFacts),
    /// A network.
    Network(EngineName, NetworkFacts),
}

/// What a container is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContainerFacts {
    /// There is none of this name.
    Missing {
        /// Those that run.
        known: Vec<String>,
    },
    /// It does not run.
    NotRunning {
        /// The engine's word for it.
        status: Words,
    },
    /// All its processes are held.
    Paused,
    /// It ends again and again.
    Restarting,
    /// It runs.
    Running(RunningContainer),
}

/// A container that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningContainer {
    /// Its id: another container under the same name has another.
    pub id: String,
    /// Its network.
    pub network: ContainerNetwork,
    /// Its process namespace.
    pub pids: ContainerPids,
}

/// The network namespace of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerNetwork {
    /// One with nothing in it but loopback.
    None,
    /// The machine's.
    Host,
    /// Its own, or another container's.
    Some,
}

/// The process namespace of a container, and the number of its first process in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerPids {
    /// Its own: its first process is the first of all.
    Own,
    /// The machine's.
    Host {
        /// Its first process.
        first: u32,
    },
    /// Another container's, where nobody says which its processes are.
    Shared,
}

/// What a network is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkFacts {
    /// There is none of this name.
    Missing {
        /// Those that there are.
        known: Vec<String>,
    },
    /// It is there.
    Open {
        /// Its id.
        id: String,
    },
    /// It is a word of the engine for something that is no network, such as `host`.
    Special {
        /// Its driver.
        driver: Words,
    },
}

impl ContainerFacts {
    /// There are others, that this engine does not know.
    pub(crate) fn knows_of(&mut self, others: &[String]) {
        if let Self::Missing { known } = self {
            known.extend(others.iter().take(KNOWN).cloned());
        }
    }
}

pub(crate) async fn container(engine: &Engine, name: &EngineName) -> Result<ContainerFacts, EngineError> {
    match engine.inspect(name.as_str()).await {
        Ok(inspected) => Ok(of(&inspected)),
        Err(error) if error.is_not_there() => {
            let known = engine.running().await?.iter().take(KNOWN).map(|one| one.name().to_owned()).collect();
            Ok(ContainerFacts::Missing { known })
        }
        Err(error) => Err(error),
    }
}

/// Facts of what was inspected.
pub(crate) fn of(inspected: &Inspected) -> ContainerFacts {
    let (state, host) = (&inspected.state, &inspected.host);
    // Of a container that restarts, engines say that it runs as well.
    if state.restarting {
        return ContainerFacts::Restarting;
    }
    if state.paused {
        return ContainerFacts::Paused;
    }
    if !state.running {
        return ContainerFacts::NotRunning { status: Words::of(&state.status) };
    }
    let network = match host.network.as_str() {
        "none" => ContainerNetwork::None,
        "host" => ContainerNetwork::Host,
        _ => ContainerNetwork::Some,
    };
    let pids = match host.pids.as_str() {
        "" | "private" => ContainerPids::Own,
        "host" => ContainerPids::Host { first: state.pid },
        _ => ContainerPids::Shared,
    };
    ContainerFacts::Running(RunningContainer { id: inspected.id.clone(), network, pids })
}

pub(crate) async fn network(engine: &Engine, name: &EngineName) -> Result<NetworkFacts, EngineError> {
    match engine.network(name.as_str()).await {
        Ok(network) if matches!(network.driver.as_str(), "host" | "null") => {
            Ok(NetworkFacts::Special { driver: Words::of(&network.driver) })
        }
        Ok(network) => Ok(NetworkFacts::Open { id: network.id }),
        Err(error) if error.is_not_there() => {
            let known = engine.networks().await?.into_iter().take(KNOWN).map(|one| one.name).collect();
            Ok(NetworkFacts::Missing { known })
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(state: &str, host: &str) -> ContainerFacts {
        let text = format!("{{\"Id\":\"{}\",\"State\":{{{state}}},\"HostConfig\":{{{host}}}}}", "0f".repeat(32));
        of(&serde_json::from_str::<Inspected>(&text).unwrap().checked().unwrap())
    }

    #[test]
    fn a_container_that_is_not_simply_running_is_told_by_its_state() {
        assert_eq!(seen(r#""Running":true,"Restarting":true"#, ""), ContainerFacts::Restarting);
        assert_eq!(seen(r#""Running":true,"Paused":true"#, ""), ContainerFacts::Paused);
        let stopped = ContainerFacts::NotRunning { status: Words::of("exited") };
        assert_eq!(seen(r#""Running":false,"Status":"exited""#, ""), stopped);
    }

    #[test]
    fn namespaces_that_are_not_its_own_are_known_by_the_engines_modes() {
        let running = |host: &str| match seen(r#""Running":true,"Pid":77"#, host) {
            ContainerFacts::Running(running) => (running.network, running.pids),
            other => panic!("{other:?}"),
        };
        assert_eq!(running(""), (ContainerNetwork::Some, ContainerPids::Own));
        assert_eq!(
            running(r#""NetworkMode":"none","PidMode":"private""#),
            (ContainerNetwork::None, ContainerPids::Own)
        );
        let host = (ContainerNetwork::Host, ContainerPids::Host { first: 77 });
        assert_eq!(running(r#""NetworkMode":"host","PidMode":"host""#), host);
        let shared = running(r#""NetworkMode":"container:x","PidMode":"container:x""#);
        assert_eq!(shared, (ContainerNetwork::Some, ContainerPids::Shared));
    }
}
