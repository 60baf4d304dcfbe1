//! A machine: namespaces of its own (network, mounts, name, IPC, processes) and a file system of its own, held by one process.
//!
//! The process is `pause`: it buries its dead, and when it ends the kernel ends all others in the machine, their mounts and their links.
//! The root is this machine's, with all that is written kept in memory.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::place::Place;
use super::wait::Wait;
use super::{network, processes};
use crate::{AlreadyTold, files, shell};

/// The three machines of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// API server, etcd, scheduler, controllers, DNS and registry.
    Control,
    /// The first node.
    N1,
    /// The second node.
    N2,
}

pub(super) const ALL: [Name; 3] = [Name::Control, Name::N1, Name::N2];
pub(super) const NODES: [Name; 2] = [Name::N1, Name::N2];

impl Name {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::N1 => "n1",
            Self::N2 => "n2",
        }
    }
}

/// What a machine's root is made of: `$1` is the cluster's folder, which stays where it is, `$2` the programs', `$3` the machine's name.
///
/// Kubelets set six settings of the kernel that are the whole machine's. Here each finds a file in that place, which says already what
/// it wants: nothing has to be restored, even after a kill.
const ROOT: &str = r#"
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
cd /mnt/root
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p run/lock var/lib/kubelet var/lib/containerd ".$1" ".$2"
mount -t tmpfs -o mode=755 tmpfs var/lib/kubelet
mount -t tmpfs -o mode=755 tmpfs var/lib/containerd
mount --bind "$1" ".$1"
mount --bind "$2" ".$2"
mount --rbind /sys sys
mount --rbind /dev dev
mount -t proc proc proc
for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
    kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
    file="run/sysctl-$(echo "${setting%=*}" | tr / -)"
    echo "${setting#*=}" > "$file"
    mount --bind "$file" "proc/sys/${setting%=*}"
done
rm -f etc/resolv.conf etc/hostname etc/hosts
cp "$1/resolv.conf" etc/resolv.conf
cp "$1/hosts" etc/hosts
echo "$3" > etc/hostname
hostname "$3"
pivot_root . mnt
umount --lazy /mnt
mount --make-rshared /
"#;

/// One that runs.
#[derive(Clone)]
pub(super) struct Machine {
    pub(super) name: Name,
    /// The process that holds it, as seen from outside.
    pub(super) holder: u32,
}

impl Machine {
    /// Starts the process that holds a new machine; its network is a loopback and its root is still everybody's.
    pub(super) fn start(name: Name, place: &Place) -> Result<Self> {
        let mut command = Command::new("unshare");
        command
            .args(["--net", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc", "--"])
            .arg(place.program("pause"));
        start(&mut command, name, &log(place, name, "machine")?)?;
        let wait = Wait::new(Duration::from_secs(20));
        wait.until(&format!("the machine `{}`", name.text()), || Self::find(name))
    }

    /// The one of this name, if it runs.
    pub(super) fn find(name: Name) -> Result<Option<Self>> {
        let holds =
            |it: &processes::Process| it.machine == name.text() && it.name() == "pause" && it.command.len() == 1;
        Ok(processes::all()?.into_iter().find(holds).map(|it| Self { name, holder: it.id }))
    }

    /// Gives it a root of its own.
    pub(super) fn make_root(&self, place: &Place) -> Result<()> {
        let mut command = self.command("sh");
        command.args(["-ec", ROOT, "root"]).arg(&place.run).arg(&place.programs).arg(self.name.text());
        shell::output(&mut command).with_context(|| format!("cannot make the root of `{}`", self.name.text())).map(drop)
    }

    /// A command in all of its namespaces, to be waited for.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        self.enter(&["--mount", "--net", "--uts", "--ipc", "--pid"], program)
    }

    /// A command in its network alone: it sees everybody's processes, and can give them links.
    pub(super) fn network_command(&self, program: impl AsRef<OsStr>) -> Command {
        self.enter(&["--net"], program)
    }

    fn enter(&self, namespaces: &[&str], program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.holder.to_string()]).args(namespaces).arg("--").arg(program);
        mark(&mut command, self.name);
        command
    }

    /// Starts a part that runs as long as the machine; what it says is in `log/<machine>-<part>.log`.
    pub(super) fn start_part(&self, program: &Path, arguments: &[OsString], place: &Place) -> Result<()> {
        let part = program.file_name().unwrap_or_default().to_string_lossy();
        let log = log(place, self.name, &part)?;
        // The shell leaves it to the machine's own first process: outside nobody has to wait for its end.
        let mut command = self.command("sh");
        command.args(["-c", r#""$@" & exit 0"#, "start"]).arg(program).args(arguments);
        let mut shell = start(&mut command, self.name, &log)?;
        let status = shell.wait().context("cannot wait for a shell")?;
        if status.success() { Ok(()) } else { bail!("`{part}` does not start on `{}`: {status}", self.name.text()) }
    }
}

/// Starts what nobody waits for: in a group of its own, so that Ctrl-C at the terminal is not for it.
fn start(command: &mut Command, name: Name, log: &File) -> Result<Child> {
    mark(command, name);
    let text = shell::shown(command);
    let context = || format!("cannot start `{text}`");
    command.stdin(Stdio::null()).process_group(0);
    command.stdout(log.try_clone().with_context(context)?).stderr(log.try_clone().with_context(context)?);
    command.spawn().with_context(context)
}

/// The environment of everything in a machine: nothing of the caller's.
fn mark(command: &mut Command, name: Name) {
    command
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("HOME", "/root")
        .env(processes::MARK, name.text());
}

fn log(place: &Place, name: Name, part: &str) -> Result<File> {
    let path = place.file(&format!("log/{}-{part}.log", name.text()));
    if let Some(folder) = path.parent() {
        files::make_folder(folder)?;
    }
    let mut options = File::options();
    options.create(true).append(true).open(&path).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Runs a command in `control`, `n1` or `n2`, in all of that machine's namespaces
#[derive(clap::Args)]
pub(crate) struct Enter {
    /// `control`, `n1` or `n2`
    #[arg(value_parser = ["control", "n1", "n2"])]
    machine: String,
    /// The command and its arguments
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

pub(super) fn enter(args: &Enter, place: &Place) -> Result<()> {
    super::tools::must_be_root()?;
    let found = ALL.into_iter().find(|name| name.text() == args.machine);
    let Some(machine) = found.map(Machine::find).transpose()?.flatten() else {
        bail!("no machine `{}` runs; `cargo xtask cluster up` brings it up", args.machine);
    };
    let Some((program, arguments)) = args.command.split_first() else { bail!("no command") };
    let mut command = machine.command(program);
    command.args(arguments).env("KUBECONFIG", place.kubeconfig());
    let text = shell::shown(&command);
    let status = command.status().with_context(|| format!("cannot start `{text}`"))?;
    if status.success() { Ok(()) } else { Err(AlreadyTold.into()) }
}

/// The text of `/etc/hosts` in every machine.
pub(super) fn hosts() -> String {
    let mut text = String::from("127.0.0.1 localhost\n");
    for name in ALL {
        text += &format!("{} {} {}.cluster.test\n", network::address(name), name.text(), name.text());
    }
    text
}
