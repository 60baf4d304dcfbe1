//! What is read of an engine's answers. Everything is text of somebody else's until it was checked: an id becomes part of a path.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::{EngineError, Words};

/// An id: hexadecimal digits.
fn is_id(text: &str) -> bool {
    (12..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn no_id(doing: &'static str) -> EngineError {
    EngineError::Garbage { doing, reason: Words::of("its id is none") }
}

#[derive(Deserialize)]
pub(crate) struct Info {
    #[serde(rename = "Architecture", default)]
    pub(crate) architecture: String,
}

#[derive(Deserialize)]
pub(crate) struct Created {
    #[serde(rename = "Id")]
    id: String,
}

impl Created {
    pub(crate) fn checked(self) -> Result<String, EngineError> {
        if is_id(&self.id) { Ok(self.id) } else { Err(no_id("create a container")) }
    }
}

#[derive(Deserialize)]
pub(crate) struct Ended {
    #[serde(rename = "StatusCode")]
    pub(crate) code: i64,
}

/// What is read of a container.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Inspected {
    #[serde(rename = "Id")]
    pub(crate) id: String,
    #[serde(rename = "State")]
    pub(crate) state: State,
    #[serde(rename = "HostConfig", default)]
    pub(crate) host: Modes,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct State {
    #[serde(rename = "Status", default)]
    pub(crate) status: String,
    #[serde(rename = "Running", default)]
    pub(crate) running: bool,
    #[serde(rename = "Paused", default)]
    pub(crate) paused: bool,
    #[serde(rename = "Restarting", default)]
    pub(crate) restarting: bool,
    #[serde(rename = "Pid", default)]
    pub(crate) pid: u32,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Modes {
    #[serde(rename = "NetworkMode", default)]
    pub(crate) network: String,
    #[serde(rename = "PidMode", default)]
    pub(crate) pids: String,
}

impl Inspected {
    pub(crate) fn checked(self) -> Result<Self, EngineError> {
        if is_id(&self.id) { Ok(self) } else { Err(no_id("look at a container")) }
    }
}

/// A container in a list. Its state is not read: Podman has some that Docker does not.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Listed {
    #[serde(rename = "Id")]
    pub(crate) id: String,
    #[serde(rename = "Names", default)]
    names: Option<Vec<String>>,
    #[serde(rename = "Labels", default)]
    labels: Option<BTreeMap<String, String>>,
}

impl Listed {
    pub(crate) fn is_sane(&self) -> bool {
        is_id(&self.id)
    }

    /// Its first name, raw.
    pub(crate) fn name(&self) -> &str {
        self.names.iter().flatten().next().map_or(&*self.id, |name| name.trim_start_matches('/'))
    }

    pub(crate) fn label(&self, key: &str) -> Option<&str> {
        self.labels.as_ref()?.get(key).map(String::as_str)
    }
}

/// A network in a list.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ListedNetwork {
    /// Raw.
    #[serde(rename = "Name")]
    pub(crate) name: String,
    #[serde(rename = "Id", default)]
    pub(crate) id: String,
    #[serde(rename = "Driver", default)]
    pub(crate) driver: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_could_lead_elsewhere_in_a_path_is_none() {
        for id in ["", "../x", "0123456789a?", &"a".repeat(65), "web"] {
            assert!(Created { id: id.to_owned() }.checked().is_err(), "{id}");
        }
        assert!(Created { id: "0f".repeat(32) }.checked().is_ok());
    }

    #[test]
    fn a_state_that_docker_does_not_have_is_no_fault_of_a_list() {
        let list = r#"[{"Id":"0123456789ab","Names":["/web"],"State":"stopped","Labels":null}]"#;
        let list: Vec<Listed> = serde_json::from_str(list).unwrap();
        assert_eq!((list[0].name(), list[0].label("x")), ("web", None));
    }
}
