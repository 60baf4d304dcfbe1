//! Which pods the Service's selector takes.

use dbg_sdk::cluster;
use dbg_sdk::prelude::*;

use crate::links::service::shown;
use crate::path::{Broken, Path, Scene, State};
use crate::pods::Pod;

/// Pods of one Service that are looked at.
const MOST: u32 = 500;
/// Pods of the namespace whose labels are compared when none is taken.
const OTHERS: u32 = 500;

/// What the selector takes and can serve.
pub(crate) fn pods(scene: &Scene<'_>) -> Result<Vec<Pod>, Failure> {
    let selector = scene.service.selector.text();
    let listed = cluster::list("Pod").in_namespace(&scene.service.namespace).labelled(selector).limit(MOST).read()?;
    if listed.cut {
        scene.run.info("svc-more", format!("the Service has more than {MOST} pods, and the others are left out"));
    }
    Ok(listed.objects.iter().map(Pod::of).filter(Pod::is_alive).collect())
}

pub(crate) fn look(scene: &Scene<'_>, path: &mut Path) -> Result<(), Broken> {
    let selector = scene.service.selector.text();
    if !scene.pods.is_empty() {
        path.link("selector", State::Holds, format!("{selector} takes {} pods", scene.pods.len()));
        return Ok(());
    }
    path.link("selector", State::Broken, format!("{selector} takes no pod"));
    let finding = scene
        .run
        .fail("svc-selector", format!("the selector of `{}` takes no pod", scene.about()))
        .about(scene.about())
        .many("have a Service whose selector takes no pod")
        .evidence("selector", &selector);
    let near = nearest(scene);
    let _ = if near.is_empty() {
        finding
            .evidence("pods that almost fit", "none")
            .next_step("see whether the workload is there and has replicas: its pods carry the labels of its template")
    } else {
        finding
            .evidence("pods that almost fit", shown(&near))
            .next_step("correct the Service's selector, or the labels in the workload's pod template")
    };
    Err(Broken)
}

/// Pods that have some of the labels, with what they have instead of the others.
fn nearest(scene: &Scene<'_>) -> Vec<String> {
    let listed = cluster::list("Pod").in_namespace(&scene.service.namespace).limit(OTHERS).read();
    let others = listed.map(|listed| listed.objects).unwrap_or_default();
    let wanted = &scene.service.selector.0;
    let near = others.iter().map(Pod::of).filter_map(|pod| {
        let differs: Vec<String> = (wanted.iter())
            .filter(|(name, value)| pod.labels.get(name) != Some(value))
            .map(|(name, _)| match pod.labels.get(name) {
                Some(other) => format!("{name}={other}"),
                None => format!("no {name}"),
            })
            .collect();
        // One of the same label with another value, or all but one.
        let is_near = differs.len() < wanted.len() || differs.iter().any(|one| !one.starts_with("no "));
        is_near.then(|| format!("{} ({})", pod.name, differs.join(", ")))
    });
    near.collect()
}
