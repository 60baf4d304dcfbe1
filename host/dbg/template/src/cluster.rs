//! Reads the pods of the target's namespace.

use dbg_sdk::cluster;
use dbg_sdk::prelude::*;

/// Says how many pods are not ready.
pub fn look(run: &Run, most_unready: u32) -> Result<(), Failure> {
    let (namespace, pods) = match pods() {
        // Where there is no cluster there is nothing to say of one.
        Err(error) if error.code == cluster::ErrorCode::Unavailable => {
            run.info("no-cluster", error.text);
            return Ok(());
        }
        pods => pods?,
    };
    let mut unready = 0_u32;
    for pod in &pods.objects {
        let is_ready = pod.json.list("/status/conditions").iter().any(|condition| {
            condition.text("/type") == Some("Ready") && condition.text("/status") == Some("True")
        });
        unready += u32::from(!is_ready);
    }
    let all = pods.objects.len();
    if unready > most_unready {
        run.warn("unready", format!("{unready} of {all} pods are not ready"))
            .about(&namespace)
            .next_step(format!(
                "look why: `kubectl get pods --namespace {namespace}`"
            ));
    } else {
        run.pass("pods", format!("{all} pods, {unready} of them not ready"))
            .about(&namespace);
    }
    Ok(())
}

/// The target's namespace, and what runs there.
fn pods() -> Result<(String, cluster::Listed), cluster::Error> {
    let namespace = cluster::target()?.namespace;
    let pods = cluster::list("Pod").in_namespace(&namespace).read()?;
    Ok((namespace, pods))
}

#[cfg(test)]
mod tests {
    use dbg_sdk::fake::Host;

    use super::*;

    const UNREADY: &str = r#"{"metadata":{"name":"cart","namespace":"shop"},
        "status":{"conditions":[{"type":"Ready","status":"False"}]}}"#;

    fn shop() -> Host {
        Host::new()
            .cluster_target("Namespace", "shop", "shop")
            .object("Pod", UNREADY)
    }

    #[test]
    fn more_unready_pods_than_allowed_warn() {
        let report = shop().run(|run| look(run, 0));
        assert_eq!(report.verdict(), Severity::Warn);
    }

    #[test]
    fn as_many_as_allowed_pass() {
        let report = shop().run(|run| look(run, 1));
        assert_eq!(report.verdict(), Severity::Pass);
    }
}
