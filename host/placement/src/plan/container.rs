//! The plan of an agent in a container of its own.

use dbg_agent::{FileReach, LinuxCapability, WatchesProcesses};
use dbg_model::{Capability, EngineName, Fence, ImageName, JoinsProcesses, Target};

use super::rights::{self, wanted};
use super::{Because, Needs, Place, Plan};
use crate::Refusal;
use crate::docker::{
    Asked, ContainerFacts, ContainerNetwork, ContainerPids, EngineFacts, EngineTarget, EngineTargetFacts, LimitsHold,
    NetworkFacts, RunningContainer,
};

/// What a container is created with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerPlan {
    /// The engine that creates it.
    pub engine: EngineFacts,
    /// Whose agent is in it.
    pub image: Because<AgentImage>,
    /// What the engine keeps it in by.
    pub privilege: Because<Privilege>,
    /// Whose network it has.
    pub network: Because<NetworkOf>,
    /// Whose processes it sees.
    pub pids: Because<PidsOf>,
    /// Other namespaces of the machine that it has.
    pub host: Vec<Because<HostNamespace>>,
    /// What of the machine is mounted.
    pub mounts: Vec<Because<BindMount>>,
    /// Who the agent is in it.
    pub user: Because<User>,
    /// Linux capabilities that the agent needs to get there, and drops before a check runs.
    pub enters_with: Vec<Because<LinuxCapability>>,
    /// Those that it keeps while checks run.
    pub keeps: Vec<Because<LinuxCapability>>,
    /// Beneath which directory of the container the files of the checks are.
    pub root: Because<String>,
    /// What of the file system stays in reach.
    pub files: Because<FileReach>,
    /// Whether other processes' sockets are looked at.
    pub watches_processes: WatchesProcesses,
    /// Words of the engine that loosen or tighten what keeps it in.
    pub options: Vec<Because<&'static str>>,
    /// What it may take.
    pub limits: Vec<Because<Limit>>,
    /// What is to keep it in.
    pub fences: Vec<Because<Fence>>,
}

/// Where the agent comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentImage {
    /// The image that this dbg makes of the agent that it carries.
    Own,
    /// An image that the engine has.
    Named(ImageName),
}

/// What an engine keeps a container in by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Privilege {
    /// Everything that it has, but what a check's grant takes.
    #[default]
    Least,
    /// Nothing: every right, every device.
    All,
}

/// Whose network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkOf {
    /// One of its own on the engine's usual network.
    Own,
    /// The machine's.
    Host,
    /// A container's, by its id.
    Container(String),
    /// One of its own on the network with this id.
    Network(String),
}

/// Whose processes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PidsOf {
    /// Its own alone.
    Own,
    /// The machine's.
    Host,
    /// A container's, by its id.
    Container(String),
}

/// Another namespace of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostNamespace {
    /// Queues and shared memory.
    Ipc,
    /// Control groups.
    Cgroup,
    /// Users, where the engine gives containers others.
    User,
}

/// A folder of the machine in the container, read-only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindMount {
    /// On the machine.
    pub source: &'static str,
    /// In the container.
    pub target: &'static str,
}

/// A user of the container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// One without any right.
    Nobody,
    /// Root, with the capabilities of the plan alone.
    Root,
}

/// A limit of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Bytes of memory, without swap.
    Memory(i64),
    /// Processes and threads.
    Processes(i64),
    /// Of the time of one processor, in billionths.
    Processor(i64),
}

/// Where the machine's files are in the container.
const HOST: &str = "/host";

/// Two checks of the largest limit, and the agent.
const MEMORY: i64 = 1280 << 20;
/// The agent has some threads, and one for each look-up that hangs.
const PROCESSES: i64 = 256;
/// One whole processor.
const PROCESSOR: i64 = 1_000_000_000;

pub(super) fn of(needs: &Needs, target: &EngineTarget) -> Result<Plan, Refusal> {
    let EngineTarget { engine, what, asked } = target;
    let (target, mut plan, mut notes) = match what {
        EngineTargetFacts::Isolated => (Target::Isolated, isolated(engine, needs), Vec::new()),
        EngineTargetFacts::Host => (Target::Host, host(engine, needs), host_notes(engine)),
        EngineTargetFacts::Network(name, facts) => {
            (Target::Network(name.clone()), network(engine, needs, name, facts)?, Vec::new())
        }
        EngineTargetFacts::Container(name, joins, facts) => {
            let running = running(name, facts)?;
            let plan = container(engine, needs, name, *joins, running)?;
            (Target::Container(name.clone(), *joins), plan, container_notes(name, *joins))
        }
    };
    as_asked(&mut plan, &mut notes, asked);
    let reason = format!(
        "a container of {} {} stands where the target is, and this process need not",
        engine.kind, engine.version
    );
    Ok(Plan { target, stands_for: None, place: Because::new(Place::Container(Box::new(plan)), reason), notes })
}

/// What the operator asks of the container besides.
fn as_asked(plan: &mut ContainerPlan, notes: &mut Vec<String>, asked: &Asked) {
    if let Some(image) = &asked.image {
        let reason = "`--image`: its agent keeps to what its site baked into it";
        plan.image = Because::new(AgentImage::Named(image.clone()), reason);
    }
    if asked.privilege == Privilege::All {
        plan.privilege = Because::new(Privilege::All, "`--privileged`: you said so; no check needs it");
        // What an engine gives to a privileged container it gives to its root.
        plan.user = Because::new(User::Root, "`--privileged` counts for root alone");
        plan.options.clear();
        notes
            .push("privileged: nothing of the engine's keeps the container in, only the agent's own fences".to_owned());
    }
}

/// One that has nothing: no right, no file, no process of anybody else.
fn isolated(engine: &EngineFacts, needs: &Needs) -> ContainerPlan {
    let watches = watches(needs);
    ContainerPlan {
        engine: engine.clone(),
        image: Because::new(AgentImage::Own, "the agent that this dbg carries; the engine keeps it for the next run"),
        privilege: Because::new(Privilege::Least, "each right has to have a reason"),
        network: Because::new(NetworkOf::Own, "checks see what a container on the engine's usual network sees"),
        pids: Because::new(PidsOf::Own, "nobody else's processes are of interest"),
        host: Vec::new(),
        mounts: Vec::new(),
        user: Because::new(User::Nobody, "nothing in it takes a right"),
        enters_with: Vec::new(),
        keeps: Vec::new(),
        root: Because::new(
            "/".to_owned(),
            "the container's own files: the agent, and what the engine puts into `/etc`",
        ),
        files: rights::files(needs),
        watches_processes: watches,
        options: vec![Because::new("no-new-privileges", "no program in it would gain a right")],
        limits: limits(engine),
        fences: fences(watches),
    }
}

fn network(
    engine: &EngineFacts,
    needs: &Needs,
    name: &EngineName,
    facts: &NetworkFacts,
) -> Result<ContainerPlan, Refusal> {
    let id = match facts {
        NetworkFacts::Open { id } => id.clone(),
        NetworkFacts::Missing { known } => {
            return Err(Refusal::NoNetwork { name: name.clone(), known: known.clone() });
        }
        NetworkFacts::Special { driver } => {
            return Err(Refusal::SpecialNetwork { name: name.clone(), driver: driver.clone() });
        }
    };
    let reason = format!("checks see what a container on the network `{name}` sees");
    let network = Because::new(NetworkOf::Network(id), reason);
    Ok(ContainerPlan { network, ..isolated(engine, needs) })
}

fn host(engine: &EngineFacts, needs: &Needs) -> ContainerPlan {
    let mut plan = isolated(engine, needs);
    plan.network = Because::new(NetworkOf::Host, "checks look at the machine's network");
    plan.pids = Because::new(PidsOf::Host, "checks look at the machine's processes");
    plan.host = vec![
        Because::new(HostNamespace::Ipc, "what processes of the machine share is seen as they see it"),
        Because::new(HostNamespace::Cgroup, "control groups are named as the machine names them"),
        Because::new(
            HostNamespace::User,
            "an engine that gives containers other users lets none into the machine's namespaces",
        ),
    ];
    let reason = "files, the resolver's configuration and `/proc` are read as the machine has them";
    plan.mounts = vec![Because::new(BindMount { source: "/", target: HOST }, reason)];
    plan.root = Because::new(HOST.to_owned(), "the machine's files are mounted there, read-only");
    plan.keeps = wanted(needs);
    plan.user = user(&plan);
    let reason = "SELinux would forbid a container the machine's files; they are never given another label";
    plan.options.push(Because::new("label=disable", reason));
    watching_options(&mut plan);
    plan
}

fn container(
    engine: &EngineFacts,
    needs: &Needs,
    name: &EngineName,
    joins: JoinsProcesses,
    running: &RunningContainer,
) -> Result<ContainerPlan, Refusal> {
    let mut plan = isolated(engine, needs);
    let reason = format!("checks look at the network of `{name}`");
    plan.network = Because::new(NetworkOf::Container(running.id.clone()), reason);
    match joins {
        JoinsProcesses::No => {
            if needs.contains(&Capability::Files) {
                return Err(Refusal::FilesNeedProcesses { name: name.clone() });
            }
            if running.network == ContainerNetwork::None {
                return Err(Refusal::NoNetworkInContainer { name: name.clone() });
            }
            let reason = format!("the engine gives it the `hosts` and `resolv.conf` of `{name}`");
            plan.root = Because::new("/".to_owned(), reason);
            plan.pids = Because::new(PidsOf::Own, "`--pid` was not given");
        }
        JoinsProcesses::Yes => {
            let reason = format!("`--pid`: checks look at the processes of `{name}`");
            plan.pids = Because::new(PidsOf::Container(running.id.clone()), reason);
            plan.keeps = wanted(needs);
            if needs.contains(&Capability::Files) {
                let first = match running.pids {
                    ContainerPids::Own => 1,
                    ContainerPids::Host { first } if first > 0 => first,
                    ContainerPids::Host { .. } | ContainerPids::Shared => {
                        return Err(Refusal::SharedProcesses { name: name.clone() });
                    }
                };
                let reason =
                    format!("the files of `{name}`, by its first process: also where it has no shell and no tools");
                plan.root = Because::new(format!("/proc/{first}/root"), reason);
                if !plan.keeps.iter().any(|kept| kept.what == LinuxCapability::SysPtrace) {
                    let reason = "to open the root of another user's process; dropped right after";
                    plan.enters_with.push(Because::new(LinuxCapability::SysPtrace, reason));
                }
                let reason = "SELinux would forbid a container another one's files; they are never given another label";
                plan.options.push(Because::new("label=disable", reason));
            }
            plan.user = user(&plan);
            watching_options(&mut plan);
        }
    }
    Ok(plan)
}

fn running<'facts>(name: &EngineName, facts: &'facts ContainerFacts) -> Result<&'facts RunningContainer, Refusal> {
    let name = name.clone();
    Err(match facts {
        ContainerFacts::Running(running) => return Ok(running),
        ContainerFacts::Missing { known } => Refusal::NoContainer { name, known: known.clone() },
        ContainerFacts::NotRunning { status } => Refusal::NotRunning { name, status: status.clone() },
        ContainerFacts::Paused => Refusal::Paused { name },
        ContainerFacts::Restarting => Refusal::Restarting { name },
    })
}

/// Capabilities do nothing for anybody but root.
fn user(plan: &ContainerPlan) -> Because<User> {
    if plan.keeps.is_empty() && plan.enters_with.is_empty() {
        Because::new(User::Nobody, "no check was granted what takes a right")
    } else {
        Because::new(User::Root, "the rights below count for root alone; it has no other")
    }
}

/// AppArmor's profile of Docker forbids to look into processes outside of the container, whatever its capabilities.
fn watching_options(plan: &mut ContainerPlan) {
    let looks_in = plan.keeps.iter().chain(&plan.enters_with).any(|right| right.what == LinuxCapability::SysPtrace);
    if looks_in {
        let reason = "AppArmor's profile for containers would hide what other processes have open";
        plan.options.push(Because::new("apparmor=unconfined", reason));
    }
}

fn watches(needs: &Needs) -> WatchesProcesses {
    if needs.contains(&Capability::Processes) { WatchesProcesses::Yes } else { WatchesProcesses::No }
}

fn limits(engine: &EngineFacts) -> Vec<Because<Limit>> {
    let mut limits = Vec::new();
    if engine.limits != LimitsHold::None {
        limits.push(Because::new(Limit::Memory(MEMORY), "two checks of the largest size and the agent; no swap"));
        limits.push(Because::new(Limit::Processes(PROCESSES), "the agent's threads"));
    }
    if engine.limits == LimitsHold::All {
        limits.push(Because::new(Limit::Processor(PROCESSOR), "the machine has its own work"));
    }
    limits
}

/// It ends with its session, by its heartbeat; no process of the machine's is its parent.
fn fences(watches: WatchesProcesses) -> Vec<Because<Fence>> {
    let mut fences = rights::fences(watches);
    fences.retain(|fence| fence.what != Fence::EndsWithOperator && fence.what != Fence::Landlock);
    fences
}

fn host_notes(engine: &EngineFacts) -> Vec<String> {
    if engine.is_of_root() {
        Vec::new()
    } else {
        vec!["the engine runs without root: the machine is seen as the engine's user sees it".to_owned()]
    }
}

fn container_notes(name: &EngineName, joins: JoinsProcesses) -> Vec<String> {
    match joins {
        JoinsProcesses::No => Vec::new(),
        JoinsProcesses::Yes => vec![format!("the processes of `{name}` can see the agent run")],
    }
}

#[cfg(test)]
#[path = "container/tests.rs"]
mod tests;
