//! The Service's ports, and what they lead to in its pods.

use crate::links::service::shown;
use crate::path::{Broken, Path, Scene, State};
use crate::service::{ServicePort, TargetPort, Way};

/// Whether the wanted port is one of the Service's.
pub(crate) fn look(scene: &Scene<'_>, path: &mut Path) -> Result<(), Broken> {
    let all: Vec<String> = scene.service.ports.iter().map(ServicePort::words).collect();
    if let (Some(port), true) = (&scene.parameters.port, scene.ports().is_empty()) {
        path.link("port", State::Broken, format!("it has no port `{port}`"));
        scene
            .run
            .fail("svc-port", format!("the Service `{}` has no port `{port}`", scene.about()))
            .about(scene.about())
            .evidence("ports", if all.is_empty() { "none".to_owned() } else { all.join(", ") })
            .next_step("callers have to use one of its ports, not one of the pods'");
        return Err(Broken);
    }
    match (&scene.service.way, all.is_empty()) {
        (Way::Address(_), true) => path.link("port", State::Doubtful, "it has no ports"),
        _ => path.link("port", State::Holds, all.join(", ")),
    }
    Ok(())
}

/// Whether each pod has what the ports lead to.
pub(crate) fn look_at_pods(scene: &Scene<'_>, path: &mut Path) -> Result<(), Broken> {
    let (run, about) = (scene.run, scene.about());
    for port in scene.ports() {
        let without: Vec<String> = (scene.pods.iter())
            .filter(|pod| pod.port(&port.target, &port.protocol).is_none())
            .map(|pod| pod.name.clone())
            .collect();
        let declared = scene.pods.first().map(|pod| pod.declares()).unwrap_or_default();
        if let (TargetPort::Name(name), false) = (&port.target, without.is_empty()) {
            let is_all = without.len() == scene.pods.len();
            let sentence =
                format!("no container of {} pods declares the port `{name}` that `{about}` leads to", without.len());
            let finding =
                if is_all { run.fail("svc-target-port", sentence) } else { run.warn("svc-target-port", sentence) };
            finding
                .about(&about)
                .many("have a Service whose target port no pod has")
                .evidence("port of the Service", port.words())
                .evidence("targetPort", name)
                .evidence("declared", &declared)
                .evidence("pods", shown(&without))
                .next_step("correct `targetPort` of the Service, or the name of the port in the pod's container");
            let state = if is_all { State::Broken } else { State::Doubtful };
            path.link("target port", state, format!("{} pods have no port `{name}`", without.len()));
            if is_all {
                return Err(Broken);
            }
        }
        let (TargetPort::Number(number), true) = (&port.target, port.is_tcp()) else { continue };
        if !scene.pods.is_empty() && scene.pods.iter().all(|pod| !pod.may_listen(*number)) {
            // What a container declares binds nobody: it is a hint alone.
            run.warn(
                "svc-port-mismatch",
                format!("`{about}` leads to port {number}, and no container declares that port"),
            )
            .about(&about)
            .evidence("port of the Service", port.words())
            .evidence("declared", &declared)
            .next_step("compare `targetPort` of the Service with the port that the program listens at");
            path.link("target port", State::Doubtful, format!("no container declares {number}"));
        }
    }
    path.link("target port", State::Holds, "each pod has what the ports lead to");
    Ok(())
}
