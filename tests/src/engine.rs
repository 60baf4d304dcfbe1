//! Real container engines, Docker and Podman, in namespaces of their own: nothing of them is the machine's, and all of it goes with the tests.

use std::process::Command;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, mpsc};

use crate::{Context, Invocation, LIMIT, Namespace, Running, is_root, skip, tool, until};

/// Starts both engines, each with an image `shop`.
const SET_UP: &str = include_str!("engine.sh");

/// One of the engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Docker.
    Docker,
    /// Podman.
    Podman,
}

impl Engine {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Docker, Self::Podman];

    /// Its socket.
    #[must_use]
    pub fn socket(self) -> &'static str {
        match self {
            Self::Docker => "/run/docker.sock",
            Self::Podman => "/run/podman/podman.sock",
        }
    }

    /// What `DOCKER_HOST` names it by.
    #[must_use]
    pub fn host(self) -> String {
        format!("unix://{}", self.socket())
    }
}

/// Both engines, for one test at a time: what is left is counted.
pub struct Site {
    /// Where `dbg` runs: in the engines' network and mounts, as whose root it may use them.
    pub context: Context,
    namespace: Namespace,
    /// Of the engines that all tests share.
    _turn: Option<MutexGuard<'static, ()>>,
}

/// The namespaces of the engines, once a test program. A thread of their own starts them: they end with the thread that did.
fn namespace() -> Option<Namespace> {
    static NAMESPACE: OnceLock<Option<Namespace>> = OnceLock::new();
    let start = || {
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            tell.send(Namespace::new(SET_UP)).ok();
            loop {
                std::thread::park();
            }
        });
        told.recv().ok().flatten()
    };
    NAMESPACE.get_or_init(start).clone()
}

impl Site {
    /// `None`, said aloud, where this machine has no engines or does not let them run.
    #[must_use]
    pub fn new() -> Option<Self> {
        static TURN: Mutex<()> = Mutex::new(());
        Self::with_tools(|| {
            let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
            namespace().map(|namespace| (namespace, Some(turn)))
        })
    }

    /// As [`Site::new`], with engines that nobody else uses: for a test that breaks them.
    #[must_use]
    pub fn apart() -> Option<Self> {
        Self::with_tools(|| Namespace::new(SET_UP).map(|namespace| (namespace, None)))
    }

    fn with_tools(start: impl FnOnce() -> Option<(Namespace, Option<MutexGuard<'static, ()>>)>) -> Option<Self> {
        if !is_root() {
            skip("container engines of its own need root");
            return None;
        }
        for (name, package) in [
            ("dockerd", "docker.io"),
            ("podman", "podman"),
            ("busybox", "busybox-static"),
            ("setpriv", "util-linux"),
            ("openssl", "openssl"),
        ] {
            tool(name, package)?;
        }
        let Some((namespace, turn)) = start() else {
            skip("container engines do not start on this machine");
            return None;
        };
        let context = Context::within(namespace.clone());
        Some(Self { context, namespace, _turn: turn })
    }

    /// `dbg` with these words, split at spaces, as root, with this engine.
    #[must_use]
    pub fn dbg(&self, engine: Engine, line: &str) -> Invocation<'_> {
        self.context.type_in(line).as_root().variable("DOCKER_HOST", engine.host())
    }

    /// A context in which neither engine answers, and what they run goes on.
    #[must_use]
    #[track_caller]
    pub fn without_engines(&self) -> Context {
        let hide = Engine::BOTH.map(|engine| format!("mount --bind /dev/null {}", engine.socket())).join("; ");
        Context::within(self.namespace.beside(&hide).expect("what could be mounted once can be mounted again"))
    }

    /// containerd, beside the engines and their own, until it is dropped with all that it runs. `None`, said aloud, where it is missing.
    #[must_use]
    #[track_caller]
    pub fn containerd(&self) -> Option<Running> {
        tool("containerd", "containerd")?;
        let within = "setpriv --pdeathsig KILL unshare --pid --fork --kill-child --mount-proc";
        let containerd = self.namespace.start(&format!("exec {within} containerd > /run/log/containerd 2>&1"));
        let answers = || self.command("ctr").arg("version").output().is_ok_and(|output| output.status.success());
        assert!(until(LIMIT, answers), "containerd does not answer");
        Some(containerd)
    }

    /// A container of containerd's, without an engine, that runs a command in the files of `shop`; it ends with containerd.
    #[track_caller]
    pub fn task(&self, id: &str, annotations: &[&str], command: &str) {
        let mut ctr = self.command("ctr");
        ctr.args(["run", "--detach", "--rootfs"]);
        for annotation in annotations {
            ctr.args(["--annotation", annotation]);
        }
        let output = ctr.args(["/run/image", id]).args(command.split_whitespace()).output().expect("it starts");
        assert!(output.status.success(), "`ctr run`: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// A command in the engines' namespaces, as root.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        self.namespace.command(program.as_ref(), false)
    }

    /// A script of `sh` in the engines' namespaces, as root, to its end; what it prints.
    #[track_caller]
    pub fn script(&self, script: &str) -> String {
        let output = self.command("sh").args(["-ec", script]).output().expect("it starts");
        assert!(output.status.success(), "`{script}`: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Starts a script of `sh` in the engines' namespaces, as root.
    #[must_use]
    pub fn start(&self, script: &str) -> Running {
        self.namespace.start(script)
    }

    /// The engine's own client with these words, split at spaces, to its end; what it prints.
    #[track_caller]
    pub fn client(&self, engine: Engine, line: &str) -> String {
        let (program, first): (_, &[&str]) = match engine {
            Engine::Docker => ("docker", &["-H", "unix:///run/docker.sock"]),
            Engine::Podman => ("podman", &["--remote", "--url", "unix:///run/podman/podman.sock"]),
        };
        let output = self.command(program).args(first).args(line.split_whitespace()).output().expect("it starts");
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        assert!(output.status.success(), "`{program} {line}`: {}", String::from_utf8_lossy(&output.stderr));
        text
    }

    /// A container of the image `shop` that is removed with what comes back.
    #[must_use]
    #[track_caller]
    pub fn container<'site>(
        &'site self,
        engine: Engine,
        name: &'site str,
        options: &str,
        command: &str,
    ) -> Shop<'site> {
        self.client(engine, &format!("run -d --name {name} {options} shop {command}"));
        Shop { site: self, engine, name }
    }

    /// Every container of dbg's that an engine has, whatever its state.
    #[must_use]
    pub fn left(&self, engine: Engine) -> Vec<String> {
        let list = self.client(engine, "ps -a --filter label=dbg.run/id --format {{.Names}}");
        list.lines().map(str::to_owned).collect()
    }

    /// No container of dbg's, no mount of its.
    #[track_caller]
    pub fn nothing_is_left(&self) {
        for engine in Engine::BOTH {
            assert_eq!(self.left(engine), [""; 0], "{engine:?} has containers of dbg's");
        }
        self.context.nothing_is_left();
    }
}

/// A container of a test's.
pub struct Shop<'site> {
    site: &'site Site,
    engine: Engine,
    name: &'site str,
}

impl Drop for Shop<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.site.client(self.engine, &format!("rm -f {}", self.name));
        } else {
            // A failed test has said enough.
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                self.site.client(self.engine, &format!("rm -f {}", self.name));
            }));
        }
    }
}
