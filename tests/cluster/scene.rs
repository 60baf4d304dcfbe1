//! The cluster of one test, and scripts that run in it.

use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dbg_tests::{is_root, skip};

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
        Some(Self { exports, image: "dbg.test/busybox:1".into(), brought_up: true, _alone: alone })
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
