//! What is true of the place, before anything is decided: who we are, and what the target is. Looking changes nothing.
//!
//! Facts are plain data, so that deciding needs no machine. What holds the target itself is in [`Pins`].

mod found;
mod namespace;
mod netns;
mod own;
mod process;
mod stat;

use std::os::fd::OwnedFd;

use dbg_model::{EngineName, JoinsProcesses, NetnsName, ProcessId, Target};
use rustix::thread::CapabilitySet;

pub use found::{FoundContainer, FoundFacts};
pub(crate) use namespace::made_by;
pub use namespace::{NamespaceId, Standing};
pub(crate) use netns::path as netns_path;
pub use netns::{MAX_NAMES, NetnsFacts, OpenNetns, names};
pub use process::{Hold as ProcessHold, OpenProcess, ProcessFacts};

use crate::Refusal;
use crate::docker::{self, Asked, ContainerFacts, EngineError, EngineTarget, EngineTargetFacts, Engines};
use crate::kube::{self, ClusterTarget, Clusters};

/// Everything that a plan is made of, besides the target and the checks' needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Who we are.
    pub own: Own,
    /// What the target is.
    pub target: TargetFacts,
}

/// Who we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// Our effective user.
    pub euid: u32,
    /// What we may do, effectively.
    pub capabilities: CapabilitySet,
    /// The network namespace that we are in.
    pub network: NamespaceId,
    /// The pid namespace that we are in.
    pub pids: NamespaceId,
}

/// What the target is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetFacts {
    /// Ourselves: nothing more to know.
    Local,
    /// The process of this number.
    Process(ProcessId, ProcessFacts),
    /// The network namespace of this name.
    Netns(NetnsName, NetnsFacts),
    /// A container that no engine was asked about.
    Found(FoundContainer),
    /// What a container engine has.
    Engine(EngineTarget),
    /// What a cluster has.
    Cluster(Box<ClusterTarget>),
}

/// A network namespace that is open, and how we stand to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    /// Which one.
    pub id: NamespaceId,
    /// How its user namespace stands to ours.
    pub standing: Standing,
}

/// The target itself, held by descriptors: what is joined is what was looked at, whatever its number or name means by then.
#[derive(Debug, Default)]
pub struct Pins {
    /// The process.
    pub process: Option<ProcessHold>,
    /// The user namespace that the network namespace belongs to.
    pub user: Option<OwnedFd>,
    /// The network namespace.
    pub network: Option<OwnedFd>,
    /// The target's root directory.
    pub root: Option<OwnedFd>,
}

impl Own {
    /// Whether we may do more than any process of an ordinary user.
    #[must_use]
    pub fn is_privileged(&self) -> bool {
        self.euid == 0 || !self.capabilities.is_empty()
    }
}

/// Who we are.
///
/// # Errors
/// [`Refusal::NoProc`] where `/proc` does not say.
pub fn own() -> Result<Own, Refusal> {
    own::look()
}

/// Looks at the target, and holds on to it.
///
/// # Errors
/// [`Refusal::NoProc`], [`Refusal::Engine`] and [`Refusal::Cluster`] alone: that a target is not there, or closed to us, is a fact.
pub async fn gather(target: &Target, engines: &Engines, clusters: &Clusters) -> Result<(Facts, Pins), Refusal> {
    if !target.is_of_cluster() {
        return gather_here(target, engines).await;
    }
    let own = own::look()?;
    let facts = kube::look_at(target, clusters).await?;
    Ok((Facts { own, target: TargetFacts::Cluster(Box::new(facts)) }, Pins::default()))
}

/// The same for a target of this machine and its engines.
///
/// # Errors
/// As [`gather`], and [`Refusal::NoShellInCluster`] for a target of a cluster.
pub(crate) async fn gather_here(target: &Target, engines: &Engines) -> Result<(Facts, Pins), Refusal> {
    let own = own::look()?;
    let (target, pins) = match target {
        Target::Pid(pid) => {
            let (facts, pins) = process::look(*pid);
            (TargetFacts::Process(*pid, facts), pins)
        }
        Target::Netns(name) => {
            let (facts, pins) = netns::look(name);
            (TargetFacts::Netns(name.clone(), facts), pins)
        }
        Target::Local => (TargetFacts::Local, Pins::default()),
        Target::Container(name, joins) => return container(own, name, *joins, target, engines).await,
        Target::Isolated | Target::Host | Target::Network(_) => {
            (TargetFacts::Engine(of_engine(target, engines).await?), Pins::default())
        }
        Target::Node(_)
        | Target::Nodes
        | Target::Pod(_)
        | Target::Workload(_)
        | Target::Namespace(_)
        | Target::Cluster => {
            return Err(Refusal::NoShellInCluster { target: target.clone() });
        }
    };
    Ok((Facts { own, target }, pins))
}

/// By an engine, or where none answers, or none has it, by what its runtime left on this machine.
async fn container(
    own: Own,
    name: &EngineName,
    joins: JoinsProcesses,
    target: &Target,
    engines: &Engines,
) -> Result<(Facts, Pins), Refusal> {
    let mut asked = of_engine(target, engines).await;
    let without = match &asked {
        // An engine that was named may be another machine's, and what was asked of its containers no child does.
        _ if engines.is_named() || *engines.what_was_asked() != Asked::default() => None,
        Err(Refusal::Engine(error @ EngineError::NoEngine(_))) => Some(error.to_string()),
        Ok(EngineTarget {
            engine, what: EngineTargetFacts::Container(_, _, ContainerFacts::Missing { .. }), ..
        }) => Some(format!("{} at `{}` has no container `{name}`", engine.kind, engine.address)),
        Ok(_) | Err(_) => None,
    };
    if let Some(without) = without {
        let (found, pins) = found::look(name, joins, without).await;
        match (&mut asked, &found.what) {
            // An engine that answers has the last word on what nobody has, and the better hint.
            (
                Ok(EngineTarget { what: EngineTargetFacts::Container(_, _, facts), .. }),
                FoundFacts::Nobody { known },
            ) => {
                facts.knows_of(known);
            }
            (Err(Refusal::Engine(error)), FoundFacts::Nobody { .. }) if !found::sees_all(&own) => {
                return Err(Refusal::NoEngineNoRoot { name: name.clone(), error: error.clone() });
            }
            _ => return Ok((Facts { own, target: TargetFacts::Found(found) }, pins)),
        }
    }
    Ok((Facts { own, target: TargetFacts::Engine(asked?) }, Pins::default()))
}

async fn of_engine(target: &Target, engines: &Engines) -> Result<EngineTarget, Refusal> {
    let engine = engines.engine().await?;
    let what = match target {
        Target::Container(name, joins) => {
            EngineTargetFacts::Container(name.clone(), *joins, docker::container(&engine, name).await?)
        }
        Target::Network(name) => EngineTargetFacts::Network(name.clone(), docker::network(&engine, name).await?),
        Target::Host => EngineTargetFacts::Host,
        // No other is one of an engine.
        _ => EngineTargetFacts::Isolated,
    };
    Ok(EngineTarget { engine: engine.facts.clone(), what, asked: engines.what_was_asked().clone() })
}
