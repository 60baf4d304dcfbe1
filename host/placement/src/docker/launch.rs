//! An agent in a container: lease, create, attach, start; and its end.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dbg_model::{EngineName, RunId, Target};
use dbg_session::{AgentToken, RunKey};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::connect::Engines;
use super::demux::{Demux, Said};
use super::engine::{Engine, Removal};
use super::error::EngineError;
use super::facts::{self, ContainerFacts};
use super::lease::Lease;
use super::owner::Owner;
use super::shell::Role;
use super::spec;
use crate::Refusal;
use crate::child::in_one_line;
use crate::launch::{Account, Ending, LaunchError, Launched, SessionEnd};
use crate::plan::{AgentImage, ContainerPlan, NetworkOf, Plan};

/// After its session has ended, an agent has nothing left to do.
const LINGER: Duration = Duration::from_secs(2);

/// What all agents of a run are started with.
#[derive(Debug, Clone)]
pub struct Mission {
    /// The run.
    pub run: RunId,
    /// Its key: the proof that who speaks to an agent is this operator.
    pub key: Arc<RunKey>,
    /// When it is over at the latest.
    pub deadline: SystemTime,
}

/// An agent's container. Dropping it removes the container.
#[derive(Debug)]
pub(crate) struct Container {
    lease: Lease,
    said: Said,
    ended: JoinHandle<Result<i64, EngineError>>,
    watch: Watch,
}

/// What the container was joined to.
#[derive(Debug)]
struct Watch {
    engine: Arc<Engine>,
    target: Option<(EngineName, String)>,
}

/// Starts the agent of a plan, as the run's target of this number.
pub(crate) async fn launch(
    whole: &Plan,
    plan: &ContainerPlan,
    number: usize,
    engines: &Engines,
    mission: &Mission,
    role: Role,
) -> Result<Launched, LaunchError> {
    let engine = engines.engine().await?;
    let watch = Watch { engine: Arc::clone(&engine), target: joined(&whole.target, plan) };
    match begin(plan, number, engines, mission, &engine, role).await {
        Ok((stream, lease, ended)) => {
            let (stream, said) = Demux::new(stream);
            let container = Container { lease, said, ended, watch };
            Ok(Launched::container(Box::new(stream), container, Arc::clone(&mission.key)))
        }
        Err(LaunchError::Engine(error)) => Err(watch.better(error).await),
        Err(error) => Err(error),
    }
}

type Begun = (crate::launch::Stream, Lease, JoinHandle<Result<i64, EngineError>>);

async fn begin(
    plan: &ContainerPlan,
    number: usize,
    engines: &Engines,
    mission: &Mission,
    engine: &Arc<Engine>,
    role: Role,
) -> Result<Begun, LaunchError> {
    let (image, agent) = match (&role, &plan.image.what) {
        (Role::Shell(shell), _) if let Some(image) = &shell.image => {
            (image.to_string(), Some(engines.agent(engine.facts.architecture).await?))
        }
        (_, AgentImage::Own) => (engines.image_id(engine).map_err(crate::ProgramError::from)?, None),
        (_, AgentImage::Named(image)) => (image.to_string(), None),
    };
    let name = format!("dbg-{}-{number}", mission.run);
    let creation = Creation {
        engine: Arc::clone(engine),
        engines: engines.clone(),
        image,
        name: name.clone(),
        plan: plan.clone(),
        role,
        is_agents: agent.is_none(),
        token: mission.key.public(),
        labels: Owner::this().labels(&mission.run, mission.deadline),
    };
    let lease = engines.leases().take(engine, &name, mission.run.as_str());
    // A task of its own: whoever gives up waiting must not leave a container behind that was about to be created.
    let (lease, id) = tokio::spawn(creation.create(lease)).await.map_err(|_| LaunchError::Broke)??;
    if let Some(agent) = agent {
        engine.put(&id, agent).await?;
    }
    let stream = engine.attach(&id).await?;
    let ended = {
        let (engine, id) = (Arc::clone(engine), id.clone());
        tokio::spawn(async move { engine.wait(&id).await })
    };
    engine.start(&id).await?;
    Ok((stream, lease, ended))
}

/// What it takes to create a container.
struct Creation {
    engine: Arc<Engine>,
    engines: Engines,
    /// Its likeliest id.
    image: String,
    name: String,
    plan: ContainerPlan,
    role: Role,
    is_agents: bool,
    token: AgentToken,
    labels: std::collections::BTreeMap<String, String>,
}

impl Creation {
    async fn create(self, lease: Lease) -> Result<(Lease, String), LaunchError> {
        let mut created = self.ask(&self.image).await;
        if self.is_agents && created.as_ref().is_err_and(misses_image) {
            let loaded = match &self.plan.image.what {
                AgentImage::Own => self.engines.load(&self.engine).await,
                AgentImage::Named(image) => Err(LaunchError::NoImage { image: image.clone() }),
            };
            created = match loaded {
                Ok(id) => self.ask(&id).await,
                // It refused what it was asked, so there is nothing of ours.
                Err(error) => {
                    lease.not_created();
                    return Err(error);
                }
            };
        }
        match created {
            Ok(id) => {
                lease.created(&id);
                Ok((lease, id))
            }
            // It answered: there is nothing of ours.
            Err(error @ EngineError::Refused { .. }) => {
                lease.not_created();
                Err(match error {
                    EngineError::Refused { status: 409, .. } => LaunchError::NameTaken { name: self.name },
                    error => error.into(),
                })
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn ask(&self, image: &str) -> Result<String, EngineError> {
        let body = spec::body(&self.plan, image, &self.token, &self.labels, self.engine.api());
        let body = match &self.role {
            Role::Checks => body,
            Role::Shell(shell) => shell.body(body, &self.token),
        };
        let body = serde_json::to_vec(&body).map_err(|error| EngineError::Garbage {
            doing: "create a container",
            reason: super::error::Words::of(&error.to_string()),
        })?;
        self.engine.create(&self.name, body).await
    }
}

/// Docker says "No such image", Podman "no such image" or "image not known".
fn misses_image(error: &EngineError) -> bool {
    matches!(error, EngineError::Refused { status: 404 | 500, text, .. } if {
        let text = text.as_str().to_ascii_lowercase();
        text.contains("no such image") || text.contains("image not known")
    })
}

fn joined(target: &Target, plan: &ContainerPlan) -> Option<(EngineName, String)> {
    match (target, &plan.network.what) {
        (Target::Container(name, _), NetworkOf::Container(id)) => Some((name.clone(), id.clone())),
        _ => None,
    }
}

impl Watch {
    /// What the target has become says more than what the engine says of joining it.
    async fn better(&self, error: EngineError) -> LaunchError {
        match self.change().await {
            Some(refusal) => refusal.into(),
            None => error.into(),
        }
    }

    /// Why the target is no more what it was, if so.
    async fn change(&self) -> Option<Refusal> {
        let (name, id) = self.target.clone()?;
        match self.engine.inspect(&id).await {
            Err(error) if error.is_not_there() => Some(Refusal::ContainerReplaced { name }),
            Ok(inspected) => match facts::of(&inspected) {
                ContainerFacts::NotRunning { status } => Some(Refusal::NotRunning { name, status }),
                ContainerFacts::Paused => Some(Refusal::Paused { name }),
                ContainerFacts::Restarting => Some(Refusal::Restarting { name }),
                ContainerFacts::Running(_) | ContainerFacts::Missing { .. } => None,
            },
            Err(_) => None,
        }
    }
}

impl Container {
    /// Waits for its end after its session's, and removes it when it stays.
    pub(crate) async fn gone(mut self, end: SessionEnd) -> Result<(), LaunchError> {
        let removal = self.watch.engine.removal();
        if (end, removal) == (SessionEnd::InOrder, Removal::Asked) {
            self.ended.abort();
            return Ok(self.lease.remove().await?);
        }
        let ending = match timeout(LINGER, &mut self.ended).await {
            Ok(Ok(Ok(code))) => of_code(code),
            Ok(_) => Ending::Unknown,
            Err(_) => Ending::Lingered,
        };
        self.ended.abort();
        let removed = match (&ending, removal) {
            (Ending::Code(_) | Ending::Signal(_), Removal::ByItself) => {
                self.lease.removed();
                Ok(())
            }
            _ => self.lease.remove().await,
        };
        if ending == Ending::Code(0) {
            return Ok(removed?);
        }
        if let Some(refusal) = self.watch.change().await {
            return Err(refusal.into());
        }
        // A connection that broke is the reason of all that follows.
        removed?;
        Err(LaunchError::Ended(Account { ending, words: in_one_line(&self.said.bytes()) }))
    }
}

/// A process that a signal ended has a code above 128. Source: man 1 sh, exit status.
fn of_code(code: i64) -> Ending {
    match i32::try_from(code) {
        Ok(code @ 129..=192) => Ending::Signal(code - 128),
        Ok(code) => Ending::Code(code),
        Err(_) => Ending::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::Words;
    use super::*;

    #[test]
    fn a_missing_image_is_told_from_other_refusals() {
        let refused =
            |status, text: &str| EngineError::Refused { doing: "create a container", status, text: Words::of(text) };
        assert!(misses_image(&refused(404, "No such image: sha256:12")));
        assert!(misses_image(&refused(500, "sha256:12: image not known")));
        assert!(!misses_image(&refused(404, "No such container: web")));
        assert!(!misses_image(&refused(409, "Conflict. The container name is in use")));
    }

    #[test]
    fn a_code_above_128_is_a_signal() {
        assert_eq!(of_code(137), Ending::Signal(9));
        assert_eq!(of_code(1), Ending::Code(1));
    }
}
