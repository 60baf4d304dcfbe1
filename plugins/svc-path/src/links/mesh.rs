//! Whether a service mesh stands between callers and pods.

use crate::path::{Path, Scene, State};

pub(crate) fn look(scene: &Scene<'_>, path: &mut Path) {
    let with: Vec<&str> = scene.pods.iter().filter_map(|pod| pod.mesh).collect();
    let Some(mesh) = with.first() else { return };
    let (run, about) = (scene.run, scene.about());
    path.link("mesh", State::Holds, format!("a sidecar of {mesh} is in {} of {} pods", with.len(), scene.pods.len()));
    let finding = if with.len() == scene.pods.len() {
        run.info("svc-mesh", format!("a sidecar of {mesh} stands in front of the pods of `{about}`"))
    } else {
        run.warn("svc-mesh", format!("a sidecar of {mesh} is in some pods of `{about}` and not in others"))
    };
    finding.about(&about).evidence("pods with it", format!("{} of {}", with.len(), scene.pods.len())).next_step(
        "a connect is answered by the sidecar: whether the program behind it answers, its own log and its policies say",
    );
}
