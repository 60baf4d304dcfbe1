//! An agent in a pod that is there already: a container is added to it, which waits, and the session runs over exec. None is taken away again, so
//! one that still waits from an earlier run is used once more.
//!
//! `body` is what is added, `reuse` which one is there already, `shell` how an image without an agent takes one in.

mod body;
mod reuse;
mod shell;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::timeout;

use super::answers;
use super::connect::{Cluster, Clusters};
use super::error::ClusterError;
use super::exec::{Exec, exec};
use super::loading;
use super::preflight::{hint, review};
use super::request::Path;
use super::rights::rights_inside;
use super::start::{self, PodFault, StartError};
use crate::child::in_one_line;
use crate::docker::{Mission, Words};
use crate::launch::{Account, Ending, LaunchError, Launched, SessionEnd, Stream};
use crate::plan::{InsideImage, InsidePlan};
use crate::{ProgramError, Refusal};

/// After its session has ended, an agent has nothing left to do.
const LINGER: Duration = Duration::from_secs(2);
/// A stream that breaks while an agent is sent is begun anew so often.
const ATTEMPTS: usize = 3;

/// The hold on an agent in somebody's pod. Dropping it cuts the session; the container waits for its time.
#[derive(Debug)]
pub(crate) struct Guest {
    exec: Exec,
    cluster: Cluster,
    namespace: String,
    pod: String,
    container: String,
}

/// Tries a plan; what could not be found out is what comes back.
pub(crate) async fn preflight(plan: &InsidePlan, clusters: &Clusters) -> Result<Vec<String>, Refusal> {
    let _turn = clusters.turn().await;
    let cluster = clusters.cluster().await?;
    let rights = rights_inside(&plan.namespace);
    let tried = async {
        let patch = body::patch(plan, "dbg-try", shell::SHELLS[0], Duration::from_secs(600));
        let path = path(plan).part("ephemeralcontainers").with(&[("dryRun", "All")]);
        cluster.patch::<answers::Object>("try the agent's container", path, &patch).await
    };
    let (reviewed, tried) = tokio::join!(review(&cluster, clusters, &rights), tried);
    // A missing right says more than what it leads to.
    let mut notes = reviewed?;
    match tried {
        Ok(_) => {}
        // The reviews name what is missing, but for what admission forbids.
        Err(ClusterError::Forbidden { text, .. }) if !is_admission(text.as_str()) => {
            notes.push(format!("whether the cluster would take the container is unknown: {text}"));
        }
        Err(ClusterError::Forbidden { text, .. } | ClusterError::Refused { status: 400..500, text, .. }) => {
            let pod = plan.pod.clone();
            return Err(Refusal::ContainerRefused { pod, hint: hint(text.as_str()), text });
        }
        Err(ClusterError::Refused { text, .. }) => {
            notes.push(format!("whether the cluster would take the container is unknown: {text}"));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(notes)
}

/// What is forbidden by something else than a missing right.
fn is_admission(text: &str) -> bool {
    ["PodSecurity", "admission webhook", "ValidatingAdmissionPolicy", "static pods"]
        .iter()
        .any(|word| text.contains(word))
}

fn path(plan: &InsidePlan) -> Path {
    Path::of("pods", Some(&plan.namespace)).named(plan.pod.name.as_str())
}

/// Starts the agent of a plan, as the run's target of this number.
pub(crate) async fn launch(
    plan: Box<InsidePlan>,
    number: usize,
    clusters: &Clusters,
    mission: &Mission,
) -> Result<Launched, LaunchError> {
    let _turn = clusters.turn().await;
    let cluster = clusters.cluster().await?;
    let lasting = mission.deadline.duration_since(SystemTime::now()).unwrap_or(Duration::from_secs(1));
    let pod: answers::Pod = cluster.get("look at a pod", path(&plan)).await.map_err(gone)?;
    let begin = Begin { plan, clusters: clusters.clone(), cluster, mission: mission.clone() };
    let container = match reuse::waiting(&pod, &begin.plan, lasting, SystemTime::now()) {
        Some(there) => there,
        None => begin.add(number, lasting).await?,
    };
    let (stream, exec) = begin.session(&container).await?;
    let Begin { plan, cluster, .. } = begin;
    let (namespace, pod) = (plan.namespace.clone(), plan.pod.name.to_string());
    let guest = Guest { exec, cluster, namespace, pod, container: container.name };
    Ok(Launched::guest(stream, guest, Arc::clone(&mission.key)))
}

fn gone(error: ClusterError) -> LaunchError {
    if error.is_not_there() { PodFault::Deleted.into() } else { error.into() }
}

/// A container of dbg's in the pod that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Waiting {
    name: String,
    /// The shell that waits in it; none where the agent itself does.
    shell: Option<&'static str>,
}

/// What it takes to begin.
struct Begin {
    plan: Box<InsidePlan>,
    clusters: Clusters,
    cluster: Cluster,
    mission: Mission,
}

impl Begin {
    /// Adds a container, and waits until it runs.
    async fn add(&self, number: usize, lasting: Duration) -> Result<Waiting, LaunchError> {
        let plan = &self.plan;
        let shell = match &plan.image.what {
            InsideImage::Agent(_) => None,
            InsideImage::Own(_) => Some(self.shell().await?),
            // Whether it has one is known once it runs: there is no container of it yet.
            InsideImage::Tools(_) => Some(shell::SHELLS[0]),
        };
        let name = format!("dbg-{}-{number}", self.mission.run);
        let patch = body::patch(plan, &name, shell.unwrap_or_default(), lasting.saturating_add(plan.keep));
        let path = path(plan).part("ephemeralcontainers");
        let made: answers::Pod = self.cluster.patch("add a container to the pod", path, &patch).await.map_err(gone)?;
        let created = answers::Object { metadata: made.metadata };
        match start::started(&self.cluster, &plan.namespace, &created, &name).await {
            Ok(()) => Ok(Waiting { name, shell }),
            Err(StartError::Cluster(error)) => Err(error.into()),
            Err(StartError::Pod(PodFault::NotStarted { reason, text })) => {
                Err(PodFault::ContainerNotStarted { container: Words::of(&name), reason, text }.into())
            }
            Err(StartError::Pod(fault)) => Err(fault.into()),
        }
    }

    /// The shell that the container that is meant has: its own image has it, too.
    async fn shell(&self) -> Result<&'static str, LaunchError> {
        let (namespace, pod, container) =
            (&self.plan.namespace, self.plan.pod.name.as_str(), &self.plan.container.what);
        for shell in shell::SHELLS {
            let command = vec![shell.to_owned(), "-c".to_owned(), ":".to_owned()];
            match exec(&self.cluster, namespace, pod, container, command).await {
                Ok((_stream, mut exec)) => {
                    if timeout(self.cluster.within(), exec.ended()).await == Ok(Ending::Code(0)) {
                        return Ok(shell);
                    }
                }
                // Some runtimes refuse at once what cannot be started.
                Err(ClusterError::Refused { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        // What has just ended has nothing either.
        let now: answers::Pod = self.cluster.get("look at a pod", path(&self.plan)).await.map_err(gone)?;
        let container = Words::of(container);
        match now.state(container.as_str()) {
            Some(state) if state.running.is_some() => Err(PodFault::NoShell { container }.into()),
            _ => {
                let (pod, state) = (self.plan.pod.clone(), Words::of("it ended just now"));
                Err(Refusal::ContainerNotRunning { pod, container, state }.into())
            }
        }
    }

    /// The agent over exec: as it lies there, or sent.
    async fn session(&self, container: &Waiting) -> Result<(Stream, Exec), LaunchError> {
        let plan = &self.plan;
        let (namespace, pod) = (plan.namespace.as_str(), plan.pod.name.as_str());
        let token = self.mission.key.public();
        let Some(shell) = container.shell else {
            let command = body::serve(plan, &token);
            return Ok(exec(&self.cluster, namespace, pod, &container.name, command).await?);
        };
        let (packed, loader) = self.clusters.agents().sent(plan.architecture).map_err(ProgramError::from)?;
        let mut attempt = 1;
        loop {
            let begun = async {
                let (stream, mut taking) =
                    exec(&self.cluster, namespace, pod, &container.name, shell::take_in(shell, loader)).await?;
                let folder = match shell::folder(stream, loader).await {
                    Ok(folder) => folder,
                    Err(error) => return Err(self.fault(&mut taking, &error, &container.name).await),
                };
                let mut command = shell::load(&folder);
                command.extend(body::words(plan, &token));
                let (stream, mut loading) = exec(&self.cluster, namespace, pod, &container.name, command).await?;
                match loading::send(stream, packed).await {
                    Ok(stream) => Ok((stream, loading)),
                    Err(error) => Err(self.fault(&mut loading, &error, &container.name).await),
                }
            };
            match begun.await {
                // Whoever said why does no better the next time.
                Err(LaunchError::Cluster(ClusterError::Broke { .. })) if attempt < ATTEMPTS => attempt += 1,
                begun => return begun,
            }
        }
    }

    /// Why what was started over exec did not take something in.
    async fn fault(&self, exec: &mut Exec, error: &std::io::Error, container: &str) -> LaunchError {
        let ended = timeout(LINGER, exec.ended()).await.unwrap_or(Ending::Unknown);
        let words = in_one_line(&exec.said());
        let (namespace, pod) = (&self.plan.namespace, self.plan.pod.name.as_str());
        if let Some(fault) = start::end_of(&self.cluster, namespace, pod, container).await {
            return fault.into();
        }
        if words.is_empty() && !matches!(ended, Ending::Code(_)) {
            let doing = "start the agent in its pod";
            return ClusterError::Broke { doing, reason: Words::of(&error.to_string()) }.into();
        }
        let text = if words.is_empty() { error.to_string() } else { words };
        PodFault::NotLoaded { text: Words::of(&text) }.into()
    }
}

impl Guest {
    /// Waits for the agent's end after its session's. The container goes on to wait.
    pub(crate) async fn gone(mut self, end: SessionEnd) -> Result<(), LaunchError> {
        if end == SessionEnd::InOrder {
            return Ok(());
        }
        let ending = timeout(LINGER, self.exec.ended()).await.unwrap_or(Ending::Lingered);
        let words = in_one_line(&self.exec.said());
        if ending == Ending::Code(0) {
            return Ok(());
        }
        match start::end_of(&self.cluster, &self.namespace, &self.pod, &self.container).await {
            Some(fault) => Err(fault.into()),
            None => Err(LaunchError::Ended(Account { ending, words })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_policy_forbids_is_told_from_a_right_that_is_missing() {
        let policy = "pods \"cart\" is forbidden: violates PodSecurity \"restricted:latest\": runAsUser=0";
        assert!(is_admission(policy));
        assert!(!is_admission(
            "pods \"cart\" is forbidden: User \"eve\" cannot patch resource \"pods/ephemeralcontainers\""
        ));
    }
}
