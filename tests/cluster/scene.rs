//! The cluster of one test, and scripts that run in it.

use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dbg_tests::{Context, Invocation, is_root, skip, until};

/// The machine has one cluster, so one test at a time has it.
static ONE: Mutex<()> = Mutex::new(());

/// A cluster that answers; one that was brought up for the test goes with the value.
pub(crate) struct Scene {
    /// Lines for a shell, so that `kubectl` reaches it.
    exports: String,
    pub(crate) image: String,
    brought_up: bool,
    _alone: MutexGuard<'static, ()>,
}

/// Which cluster the tests were told to use.
fn told() -> Option<String> {
    std::env::var("DBG_TEST_CLUSTER").ok()
}

/// Whether tests may bring a cluster up and take it down; says why not.
pub(crate) fn may_bring_up() -> Option<MutexGuard<'static, ()>> {
    if told().as_deref() != Some("up") || !is_root() {
        skip("it brings up a cluster, which takes root and `DBG_TEST_CLUSTER=up`");
        return None;
    }
    Some(ONE.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Scene {
    pub(crate) fn new() -> Option<Self> {
        if told().as_deref() == Some("existing") {
            let Ok(image) = std::env::var("DBG_TEST_IMAGE") else {
                skip("an existing cluster needs `DBG_TEST_IMAGE`, an image with busybox");
                return None;
            };
            let alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
            return Some(Self { exports: String::new(), image, brought_up: false, _alone: alone });
        }
        let alone = may_bring_up()?;
        let output = shell(&format!("{} up", xtask()), "");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let exports = String::from_utf8(output.stdout).expect("lines for a shell");
        // One that was up before is somebody's who needs it afterwards.
        let brought_up = !String::from_utf8_lossy(&output.stderr).contains("is up already");
        Some(Self { exports, image: "dbg.test/busybox:1".into(), brought_up, _alone: alone })
    }

    /// A namespace for one test, with a context in which `dbg` runs as nobody with a kubeconfig of its own.
    pub(crate) fn namespace(&self, name: &'static str) -> Space<'_> {
        let made = format!(
            "kubectl create namespace {name} >&2; kubectl -n {name} wait --timeout 30s --for jsonpath='{{.metadata.name}}'=default serviceaccount/default >&2"
        );
        self.run(&made, "");
        let context = Context::new();
        let kubeconfig =
            context.home.write("kubeconfig", self.run("kubectl config view --raw --flatten", "").as_bytes());
        Space { scene: self, context, kubeconfig, name }
    }

    /// Runs a script that succeeds, and gives what it wrote to stdout.
    pub(crate) fn run(&self, script: &str, stdin: &str) -> String {
        let output = shell(&format!("set -e\n{}\n{script}", self.exports), stdin);
        assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Starts a pod that runs a script of sh, and waits until it is in a phase.
    pub(crate) fn pod(&self, name: &str, script: &str, phase: &str) {
        let image = &self.image;
        let overrides = r#"{"spec":{"terminationGracePeriodSeconds":0}}"#;
        self.run(
            &format!(
                "kubectl run {name} --image {image} --image-pull-policy IfNotPresent --restart Never --overrides '{overrides}' --command -- sh -c '{script}'
                 kubectl wait --timeout 60s --for jsonpath='{{.status.phase}}'={phase} pod/{name}"
            ),
            "",
        );
    }
}

/// The agent's image on both nodes; it is removed from them with the value, since other tests count on nodes that have never seen it.
pub(crate) struct AgentImage<'scene> {
    scene: &'scene Scene,
    pub(crate) reference: String,
}

impl<'scene> AgentImage<'scene> {
    /// None where the nodes are somebody else's.
    pub(crate) fn load(space: &Space<'scene>) -> Option<Self> {
        if told().as_deref() == Some("existing") {
            skip("it loads an image onto nodes, which an existing cluster's may not be given");
            return None;
        }
        let archive = space.context.home.path().join("agent.tar");
        let saved = space.context.type_in("image save agent.tar").run();
        let name = saved.stdout().split_whitespace().nth(1).expect("a name").to_owned();
        space.scene.run(&format!("{} load '{}' >&2", xtask(), archive.display()), "");
        Some(Self { scene: space.scene, reference: format!("docker.io/library/{name}") })
    }
}

impl Drop for AgentImage<'_> {
    fn drop(&mut self) {
        for node in ["n1", "n2"] {
            let remove = format!("{} enter {node} -- ctr -n k8s.io images rm {}", xtask(), self.reference);
            shell(&format!("{}\n{remove}", self.scene.exports), "");
        }
    }
}

/// A namespace of the cluster that goes with the value.
pub(crate) struct Space<'scene> {
    pub(crate) scene: &'scene Scene,
    pub(crate) context: Context,
    kubeconfig: std::path::PathBuf,
    pub(crate) name: &'static str,
}

impl Space<'_> {
    /// `dbg` with these words, split at spaces, for this namespace.
    pub(crate) fn dbg(&self, line: &str) -> Invocation<'_> {
        self.with(self.context.type_in(line))
    }

    /// A guest that nobody signed, likewise.
    pub(crate) fn guest(&self, guest: &str, line: &str) -> Invocation<'_> {
        self.with(self.context.run_guest(guest, &line.split_whitespace().collect::<Vec<_>>()))
    }

    /// `dbg` with these words, split at spaces, and nothing behind them.
    pub(crate) fn plain(&self, line: &str) -> Invocation<'_> {
        let invocation = self.context.type_in(line);
        invocation.variable("KUBECONFIG", &self.kubeconfig).within(Duration::from_secs(120))
    }

    fn with<'own>(&'own self, invocation: Invocation<'own>) -> Invocation<'own> {
        invocation.args(["-n", self.name]).variable("KUBECONFIG", &self.kubeconfig).within(Duration::from_secs(120))
    }

    /// What its kubeconfig says.
    pub(crate) fn kubeconfig(&self) -> String {
        std::fs::read_to_string(&self.kubeconfig).expect("it is there")
    }

    /// Runs `kubectl` with these words for this namespace; what it writes to stdout.
    pub(crate) fn kubectl(&self, words: &str) -> String {
        self.scene.run(&format!("kubectl -n {} {words}", self.name), "")
    }

    /// As [`Space::kubectl`], with this on stdin.
    pub(crate) fn apply(&self, objects: &str) {
        self.scene.run(&format!("kubectl -n {} apply -f - >&2", self.name), objects);
    }

    /// Everything of dbg's that this namespace has, and the agents and loaders that run on the nodes in no pod of another namespace.
    pub(crate) fn left(&self) -> Vec<String> {
        let objects = self.kubectl("get jobs,pods,configmaps -l dbg.run/id -o name");
        let running = format!(
            "kubectl get pods -A --field-selector metadata.namespace!={} -o jsonpath='{{range .items[*]}}{{.metadata.uid}}{{\"\\n\"}}{{end}}' > /tmp/$$.others
             for group in $(find /sys/fs/cgroup -path '*dbg-cluster*' -name cgroup.procs); do cat $group; done 2>/dev/null | sort -u |
             while read -r pid; do
                 grep -q -F -f /tmp/$$.others /proc/$pid/cgroup 2>/dev/null && continue
                 tr '\\0' ' ' < /proc/$pid/cmdline 2>/dev/null; echo
             done | grep -E '^/dbg-(agent|loader)' || true
             rm -f /tmp/$$.others",
            self.name
        );
        objects.lines().map(str::to_owned).chain(self.scene.run(&running, "").lines().map(str::to_owned)).collect()
    }

    /// The kubelet needs a moment to end what was deleted.
    #[track_caller]
    pub(crate) fn nothing_is_left(&self) {
        assert!(until(Duration::from_secs(20), || self.left().is_empty()), "{:?}", self.left());
        self.context.nothing_is_left();
    }
}

impl Drop for Space<'_> {
    fn drop(&mut self) {
        // It goes behind us.
        shell(&format!("{}\nkubectl delete namespace {} --wait=false", self.scene.exports, self.name), "");
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if self.brought_up {
            shell(&format!("{} down", xtask()), "");
        }
    }
}

/// The verb's beginning, from wherever the test runs.
pub(crate) fn xtask() -> String {
    format!("cd '{}/..' && cargo xtask cluster", env!("CARGO_MANIFEST_DIR"))
}

fn shell(script: &str, stdin: &str) -> Output {
    use std::io::Write as _;
    let mut command = Command::new("sh");
    command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("`sh` starts");
    // A script that reads nothing may have ended before this.
    child.stdin.take().expect("it is piped").write_all(stdin.as_bytes()).ok();
    child.wait_with_output().expect("it ends")
}
