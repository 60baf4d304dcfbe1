//! Checks tell containers by their ids; whoever reads a report knows them by their names, which this machine may know.

use dbg_model::{Evidence, EvidenceValue, Finding};
use dbg_placement::{Behind, ContainerNames};

/// How checks call the id of a container in their evidence.
const ID: &str = "container";
const NAME: &str = "container name";
const RUNTIME: &str = "container runtime";

/// Puts name and runtime behind the id of a container, where this machine knows them.
pub(super) fn name(finding: &mut Finding, names: &mut ContainerNames) {
    // Files are read, which others wait for.
    add(&mut finding.evidence, |id| tokio::task::block_in_place(|| names.of(id)));
}

fn add(evidence: &mut Vec<Evidence>, mut of: impl FnMut(&str) -> Option<Behind>) {
    let has = |label: &str| evidence.iter().any(|one| one.label == label);
    if has(NAME) || has(RUNTIME) {
        return;
    }
    let Some(at) = evidence.iter().position(|one| one.label == ID) else { return };
    let Some(Evidence { value: EvidenceValue::Text(id), .. }) = evidence.get(at) else { return };
    let Some(Behind { name: Some(name), runtime, .. }) = of(id) else { return };
    let text = |label: &str, text: String| Evidence { label: label.to_owned(), value: EvidenceValue::Text(text) };
    evidence.splice(at + 1..at + 1, [text(NAME, name), text(RUNTIME, runtime.to_string())]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(labels: &[(&str, &str)]) -> Vec<String> {
        let text = |(label, text): &(&str, &str)| Evidence {
            label: (*label).to_owned(),
            value: EvidenceValue::Text((*text).to_owned()),
        };
        let mut evidence: Vec<Evidence> = labels.iter().map(text).collect();
        let web = || {
            let runtime = dbg_model::ContainerRuntime::Docker;
            Behind { id: "0f".repeat(32), name: Some("web".to_owned()), runtime }
        };
        add(&mut evidence, |id| (id == "0f0f0f0f0f0f").then(web));
        evidence.into_iter().map(|one| format!("{}={:?}", one.label, one.value)).collect()
    }

    #[test]
    fn name_and_runtime_follow_the_id() {
        let evidence = shown(&[("container", "0f0f0f0f0f0f"), ("peers", "1")]);
        assert_eq!(
            evidence,
            [
                "container=Text(\"0f0f0f0f0f0f\")",
                "container name=Text(\"web\")",
                "container runtime=Text(\"Docker\")",
                "peers=Text(\"1\")"
            ]
        );
    }

    #[test]
    fn what_a_check_says_itself_and_what_nobody_knows_stays_as_it_is() {
        for labels in [
            &[("container", "1f1f1f1f1f1f")][..],
            &[("peers", "0f0f0f0f0f0f")],
            &[("container", "0f0f0f0f0f0f"), ("container name", "mine")],
        ] {
            assert_eq!(shown(labels).len(), labels.len());
        }
    }
}
