//! A shell's agent is started.

use crate::child;
use crate::docker::{self, Engines, Mission, Role};
use crate::kube::{self, Clusters};
use crate::launch::{LaunchError, Launched};
use crate::plan::Place;
use crate::shell::{Runs, ShellPlaced, is_own_root};
use crate::{Placed, Program};

/// Starts the agent of a shell; its session is one of [`dbg_session::shell`].
///
/// # Errors
/// Why there is none; then nothing of it is left.
pub async fn launch_shell(
    placed: ShellPlaced,
    program: &Program,
    engines: &Engines,
    clusters: &Clusters,
    mission: &Mission,
) -> Result<Launched, LaunchError> {
    let ShellPlaced { plan, own, mut pins, profile: _, runs } = placed;
    match runs {
        Runs::Pod => match plan.place.what {
            Place::Pod(pod) => kube::launch(pod, 0, clusters, mission).await,
            Place::Inside(inside) => kube::launch_inside(inside, 0, clusters, mission).await,
            Place::InProcess | Place::Child(_) | Place::Container(_) => Err(LaunchError::Broke),
        },
        Runs::Child(place) => {
            if pins.root.as_ref().is_some_and(is_own_root) {
                // Its root is ours: there is nowhere to go, which would take a right.
                pins.root = None;
            }
            child::launch_shell(place, Placed { plan, own, pins }, program).await
        }
        Runs::Container(shell) => match &plan.place.what {
            Place::Container(container) => {
                docker::launch(&plan, container, 0, engines, mission, Role::Shell(Box::new(shell))).await
            }
            Place::InProcess | Place::Child(_) | Place::Pod(_) | Place::Inside(_) => Err(LaunchError::Broke),
        },
    }
}
