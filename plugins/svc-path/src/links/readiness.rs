//! Which of the pods are ready, and why the others are not.

use crate::path::{Broken, Path, Scene, State};
use crate::pods::Pod;

/// Pods whose reasons are shown.
const SHOWN: usize = 8;

pub(crate) fn look(scene: &Scene<'_>, path: &mut Path) -> Result<(), Broken> {
    let (run, about) = (scene.run, scene.about());
    let unready: Vec<&Pod> = scene.pods.iter().filter(|pod| !pod.is_ready || pod.is_ending).collect();
    let (all, ready) = (scene.pods.len(), scene.pods.len() - unready.len());
    if unready.is_empty() {
        path.link("readiness", State::Holds, format!("{all} of {all} pods are ready"));
        return Ok(());
    }
    let counted = format!("{ready} of {all} pods are ready");
    let is_broken = ready == 0 && !scene.service.takes_unready;
    let finding = if is_broken {
        run.fail("svc-not-ready", format!("no pod of `{about}` is ready, so it has no endpoint"))
    } else {
        run.warn("svc-not-ready", format!("{counted} of the Service `{about}`"))
    };
    let mut finding = finding.about(&about).many("have a Service with pods that are not ready");
    for pod in unready.iter().take(SHOWN) {
        finding = finding.evidence(&pod.name.chars().take(100).collect::<String>(), pod.unready_because());
    }
    if unready.len() > SHOWN {
        finding = finding.evidence("more", unready.len() - SHOWN);
    }
    let _ = finding.next_step(format!(
        "see why: `dbg run --target ns/{} oom-restart`, and the readiness probe of the container",
        scene.service.namespace
    ));
    path.link("readiness", if is_broken { State::Broken } else { State::Doubtful }, counted);
    if is_broken { Err(Broken) } else { Ok(()) }
}
