//! Which of dbg's containers in a pod can be used once more. Nobody can label one, so it is known by what it is: the plan's in everything but how
//! long it waits.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::{Waiting, body, shell};
use crate::kube::answers::{Container, Pod};
use crate::kube::pods::PREFIX;
use crate::plan::{InsideImage, InsidePlan};

/// The clock of the node may be another one.
const MARGIN: Duration = Duration::from_secs(15);

/// One that runs, is what the plan would add, and waits for longer than this run lasts.
pub(super) fn waiting(pod: &Pod, plan: &InsidePlan, lasting: Duration, now: SystemTime) -> Option<Waiting> {
    let shells: &[Option<&'static str>] = match plan.image.what {
        InsideImage::Agent(_) => &[None],
        InsideImage::Own(_) | InsideImage::Tools(_) => &shell::SHELLS.map(Some),
    };
    let of = |container: &Container| {
        let shell = shells.iter().copied().find(|shell| is_like(container, plan, shell.unwrap_or_default()))?;
        let left = left(pod, container, now)?;
        (left > lasting.saturating_add(MARGIN)).then(|| Waiting { name: container.name.clone(), shell })
    };
    pod.spec.ephemeral_containers.iter().filter(|container| container.name.starts_with(PREFIX)).find_map(of)
}

fn is_like(container: &Container, plan: &InsidePlan, shell: &str) -> bool {
    let wanted = body::command(plan, shell, Duration::ZERO);
    let without_time = |words: &[String]| words.split_last().map(|(_, rest)| rest.to_vec());
    let security = serde_json::to_value(body::security(plan)).ok();
    container.image == body::image(plan)
        && without_time(&container.command) == without_time(&wanted)
        && container.target_container_name == body::target(plan).unwrap_or_default()
        && container.security_context == security
}

/// How long it goes on to wait.
fn left(pod: &Pod, container: &Container, now: SystemTime) -> Option<Duration> {
    let running = pod.state(&container.name)?.running.as_ref()?;
    let started = serde_json::from_value::<Time>(running.started_at.clone().into()).ok()?;
    let started = u64::try_from(started.0.as_second()).ok()?;
    let lasts: u64 = container.command.last()?.parse().ok()?;
    let now = now.duration_since(UNIX_EPOCH).ok()?.as_secs();
    Some(Duration::from_secs(started.checked_add(lasts)?.checked_sub(now)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kube::ephemeral::body::tests::plan;
    use crate::plan::InsideUser;

    const STARTED: &str = "2026-01-01T00:00:00Z";

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_767_225_600 + seconds)
    }

    fn pod(plan: &InsidePlan, shell: &str, name: &str, state: serde_json::Value) -> Pod {
        let patch = body::patch(plan, name, shell, Duration::from_secs(660));
        serde_json::from_value(json!({
            "spec": patch["spec"],
            "status": { "ephemeralContainerStatuses": [{ "name": name, "state": state }] },
        }))
        .unwrap()
    }

    #[test]
    fn one_that_waits_is_used_once_more_while_it_waits_for_long_enough() {
        let plan = plan(InsideImage::Own("cart:1".into()), InsideUser::Root);
        let pod = pod(&plan, "/busybox/sh", "dbg-1-0", json!({ "running": { "startedAt": STARTED } }));
        let found = |now, lasting| waiting(&pod, &plan, Duration::from_secs(lasting), at(now));
        let expected = Waiting { name: "dbg-1-0".into(), shell: Some("/busybox/sh") };
        assert_eq!(found(10, 60), Some(expected));
        assert_eq!(found(600, 60), None);
        assert_eq!(found(700, 0), None);
    }

    #[test]
    fn one_that_has_ended_is_another_plans_or_somebody_elses_is_not() {
        let plan_of = |user| plan(InsideImage::Agent("dbg:1".into()), user);
        let own = plan_of(InsideUser::Nobody);
        let running = || json!({ "running": { "startedAt": STARTED } });
        let found = |pod: &Pod, plan: &InsidePlan| waiting(pod, plan, Duration::ZERO, at(0)).is_some();
        assert!(found(&pod(&own, "", "dbg-1-0", running()), &own));
        assert!(!found(&pod(&own, "", "dbg-1-0", json!({ "terminated": {} })), &own));
        assert!(!found(&pod(&own, "", "debugger-x", running()), &own));
        assert!(!found(&pod(&plan_of(InsideUser::Root), "", "dbg-1-0", running()), &own));
        let other = plan(InsideImage::Agent("dbg:2".into()), InsideUser::Nobody);
        assert!(!found(&pod(&other, "", "dbg-1-0", running()), &own));
    }
}
