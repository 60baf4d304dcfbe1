//! A pod as far as this check looks at it.

use dbg_sdk::cluster::Object;
use dbg_sdk::json::Value;

/// How one life of a container ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ended {
    pub(crate) code: i64,
    /// `OOMKilled`, `Error`, `Completed`, …
    pub(crate) reason: String,
    /// The last lines of its termination message.
    pub(crate) message: String,
    pub(crate) started: String,
    pub(crate) finished: String,
}

impl Ended {
    fn of(terminated: &Value) -> Self {
        let text = |pointer| terminated.text(pointer).unwrap_or_default().to_owned();
        Self {
            code: terminated.integer("/exitCode").unwrap_or_default(),
            reason: text("/reason"),
            message: text("/message"),
            started: text("/startedAt"),
            finished: text("/finishedAt"),
        }
    }

    /// Whether something went wrong.
    pub(crate) fn is_failure(&self) -> bool {
        self.code != 0 || self.reason == "OOMKilled"
    }
}

/// What a container is doing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum State {
    Running,
    /// It does not run, and why.
    Waiting {
        reason: String,
        message: String,
    },
    Ended(Ended),
    Unknown,
}

/// What part a container has in its pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Init,
    Main,
}

/// One container.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Container {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) image: String,
    pub(crate) state: State,
    /// Its life before the present one.
    pub(crate) last: Option<Ended>,
    pub(crate) restarts: i64,
    pub(crate) ready: bool,
    pub(crate) memory_limit: Option<String>,
    pub(crate) memory_request: Option<String>,
    /// How it is asked whether it lives: `http GET /healthz :8080 every 10 s, 3 failures`.
    pub(crate) liveness: Option<String>,
}

/// One pod.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pod {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) uid: String,
    pub(crate) node: String,
    pub(crate) phase: String,
    /// Of the whole pod: `Evicted`, `DeadlineExceeded`, `NodeShutdown`.
    pub(crate) reason: String,
    pub(crate) message: String,
    /// Why it has no node, where it has none.
    pub(crate) unscheduled: Option<String>,
    pub(crate) containers: Vec<Container>,
}

impl Pod {
    pub(crate) fn of(object: &Object) -> Self {
        let json = &object.json;
        let text = |pointer| json.text(pointer).unwrap_or_default().to_owned();
        let unscheduled = json
            .list("/status/conditions")
            .iter()
            .find(|one| one.text("/type") == Some("PodScheduled") && one.text("/status") == Some("False"))
            .map(|one| one.text("/message").unwrap_or("the scheduler does not say why").to_owned());
        let init = containers(json, "/spec/initContainers", "/status/initContainerStatuses", Role::Init);
        let main = containers(json, "/spec/containers", "/status/containerStatuses", Role::Main);
        Self {
            namespace: object.namespace.clone(),
            name: object.name.clone(),
            uid: text("/metadata/uid"),
            node: text("/spec/nodeName"),
            phase: text("/status/phase"),
            reason: text("/status/reason"),
            message: text("/status/message"),
            unscheduled,
            containers: init.chain(main).collect(),
        }
    }

    /// Whether there is anything to say of it.
    pub(crate) fn is_in_trouble(&self) -> bool {
        let waits = |container: &Container| match &container.state {
            State::Waiting { reason, .. } => !matches!(reason.as_str(), "ContainerCreating" | "PodInitializing" | ""),
            State::Ended(ended) => ended.is_failure(),
            State::Running | State::Unknown => false,
        };
        self.phase == "Failed"
            || self.unscheduled.is_some()
            || self.containers.iter().any(|one| one.restarts > 0 || waits(one))
    }
}

fn containers<'a>(
    pod: &'a Value,
    specs: &str,
    statuses: &str,
    role: Role,
) -> impl Iterator<Item = Container> + use<'a> {
    let statuses = pod.list(statuses);
    pod.list(specs).iter().map(move |spec| {
        let name = spec.text("/name").unwrap_or_default();
        let status = statuses.iter().find(|status| status.text("/name") == Some(name));
        container(spec, status.unwrap_or(&Value::Null), role)
    })
}

fn container(spec: &Value, status: &Value, role: Role) -> Container {
    let text = |pointer| spec.text(pointer).map(str::to_owned);
    let waiting = status.at("/state/waiting").map(|waiting| State::Waiting {
        reason: waiting.text("/reason").unwrap_or_default().to_owned(),
        message: waiting.text("/message").unwrap_or_default().to_owned(),
    });
    let ended = status.at("/state/terminated").map(|terminated| State::Ended(Ended::of(terminated)));
    let running = status.at("/state/running").map(|_| State::Running);
    Container {
        name: text("/name").unwrap_or_default(),
        role,
        image: text("/image").unwrap_or_default(),
        state: waiting.or(ended).or(running).unwrap_or(State::Unknown),
        last: status.at("/lastState/terminated").map(Ended::of),
        restarts: status.integer("/restartCount").unwrap_or_default(),
        ready: status.boolean("/ready").unwrap_or_default(),
        memory_limit: text("/resources/limits/memory"),
        memory_request: text("/resources/requests/memory"),
        liveness: spec.at("/livenessProbe").map(probe),
    }
}

/// A probe in a few words.
fn probe(probe: &Value) -> String {
    let port = |of: &Value| match of.integer("/port") {
        Some(port) => port.to_string(),
        None => of.text("/port").unwrap_or("?").to_owned(),
    };
    let how = if let Some(http) = probe.at("/httpGet") {
        format!("GET {} at port {}", http.text("/path").unwrap_or("/"), port(http))
    } else if let Some(tcp) = probe.at("/tcpSocket") {
        format!("a connect to port {}", port(tcp))
    } else if let Some(grpc) = probe.at("/grpc") {
        format!("gRPC at port {}", port(grpc))
    } else {
        "a command".to_owned()
    };
    let number = |pointer, usual| probe.integer(pointer).unwrap_or(usual);
    format!(
        "{how}, within {} s, every {} s; killed after {} failures",
        number("/timeoutSeconds", 1),
        number("/periodSeconds", 10),
        number("/failureThreshold", 3)
    )
}
