//! What something in the cluster, such as a webhook, made of a pod that it was asked for. Pure. More is added by many, and is none of ours; what
//! a run, its clean-up or its promises stand on has to be as it was asked for.

use k8s_openapi::api::core::v1::Pod as Asked;

use super::answers::Pod;
use super::spec::CONTAINER;
use crate::docker::{DEADLINE, RUN, Words};

/// Why there can be no run with it.
pub(super) fn refused(asked: &Asked, made: &Pod) -> Option<String> {
    let own = |name: &str| name == CONTAINER;
    let wanted = asked.spec.iter().flat_map(|spec| &spec.containers).find(|container| own(&container.name))?;
    let Some(found) = made.spec.containers.iter().find(|container| own(&container.name)) else {
        return Some("its container is gone".to_owned());
    };
    let image = wanted.image.as_deref().unwrap_or_default();
    if found.image != image {
        return Some(format!("its image is `{}` and not `{}`", Words::of(&found.image), Words::of(image)));
    }
    if wanted.command.as_ref().is_some_and(|command| *command != found.command) {
        return Some("its command is another one".to_owned());
    }
    for mount in wanted.volume_mounts.iter().flatten() {
        if !found.volume_mounts.iter().any(|there| there.mount_path == mount.mount_path) {
            return Some(format!("nothing is mounted at `{}` any more", mount.mount_path));
        }
    }
    for label in [RUN, DEADLINE] {
        let value = asked.metadata.labels.as_ref().and_then(|labels| labels.get(label));
        if value.is_some_and(|value| made.metadata.labels.get(label) != Some(value)) {
            return Some(format!("its label `{label}` is gone, by which `dbg gc` would find it"));
        }
    }
    for key in asked.metadata.annotations.iter().flatten().filter(|(key, _)| key.starts_with("dbg.run/")) {
        if made.metadata.annotations.get(key.0) != Some(key.1) {
            return Some(format!("its annotation `{}` is gone, by which `dbg gc` would find it", key.0));
        }
    }
    let ends = asked.spec.as_ref().and_then(|spec| spec.active_deadline_seconds);
    if made.spec.active_deadline_seconds.is_none_or(|made| ends.is_some_and(|ends| made > ends)) {
        return Some("its `activeDeadlineSeconds` is gone, by which it would end without us".to_owned());
    }
    None
}

/// What came on top, in words; none of it keeps a run from its work.
pub(super) fn added(made: &Pod) -> Option<String> {
    let others: Vec<String> = made
        .spec
        .containers
        .iter()
        .chain(&made.spec.init_containers)
        .filter(|container| container.name != CONTAINER)
        .map(|container| format!("`{}`", Words::of(&container.name)))
        .take(8)
        .collect();
    (!others.is_empty()).then(|| {
        format!(
            "something in the cluster puts {} beside the agent in its pod, and may change its network",
            others.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str =
        r#"{"name":"agent","image":"cart:1","command":["/x","park"],"volumeMounts":[{"name":"m","mountPath":"/m"}]}"#;

    fn text(containers: &str, metadata: &str, deadline: &str) -> String {
        format!(r#"{{"metadata":{{{metadata}}},"spec":{{{deadline}"containers":[{containers}]}}}}"#)
    }

    const METADATA: &str =
        r#""labels":{"dbg.run/id":"1","dbg.run/deadline":"2"},"annotations":{"dbg.run/process":"3"}"#;
    const DEADLINE: &str = r#""activeDeadlineSeconds":600,"#;

    fn of(made: &str) -> Option<String> {
        let asked = serde_json::from_str(&text(OWN, METADATA, DEADLINE)).unwrap();
        refused(&asked, &serde_json::from_str(made).unwrap())
    }

    #[test]
    fn a_webhook_may_add_and_may_not_take_away() {
        let with = |containers: &str| of(&text(containers, METADATA, DEADLINE));
        assert_eq!(with(OWN), None);
        assert_eq!(with(&format!(r#"{{"name":"proxy","image":"p"}},{OWN}"#)), None);
        assert!(with(r#"{"name":"proxy"}"#).unwrap().contains("gone"));
        assert!(with(&OWN.replace("cart:1", "mirror/cart:1")).unwrap().contains("mirror/cart:1"));
        assert!(with(&OWN.replace("/x", "/bin/sh")).unwrap().contains("command"));
        assert!(with(&OWN.replace("/m", "/n")).unwrap().contains("`/m`"));
    }

    #[test]
    fn what_clean_up_stands_on_has_to_stay() {
        for word in ["dbg.run/id", "dbg.run/deadline", "dbg.run/process"] {
            let said = of(&text(OWN, &METADATA.replace(word, "x"), DEADLINE)).unwrap();
            assert!(said.contains(word), "{said}");
        }
        assert!(of(&text(OWN, METADATA, "")).unwrap().contains("activeDeadlineSeconds"));
        assert!(of(&text(OWN, METADATA, &DEADLINE.replace("600", "601"))).is_some());
        assert_eq!(of(&text(OWN, METADATA, &DEADLINE.replace("600", "60"))), None);
    }

    #[test]
    fn whoever_was_put_beside_the_agent_is_named() {
        let made = |containers: &str| serde_json::from_str(&text(containers, METADATA, DEADLINE)).unwrap();
        assert_eq!(added(&made(OWN)), None);
        let said = added(&made(&format!(r#"{{"name":"proxy\u001b"}},{OWN}"#))).unwrap();
        assert!(said.contains("proxy") && !said.contains('\u{1b}'), "{said:?}");
    }
}
