//! `cargo xtask bench sockets`: `sock-summary` over many sockets on loopback, whole process, beside `ss -tanp`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::local::{Lane, build_apart};
use super::measure;
use super::stage::Stage;
use crate::shell;
use crate::workspace::Workspace;

/// `sock-summary` over many sockets, beside `ss`: time and peak memory
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many sockets there are, two for each connection
    #[arg(long, default_value_t = 20_000)]
    sockets: usize,
    /// How often each command runs; they take turns
    #[arg(long, default_value_t = 15)]
    runs: usize,
}

pub(crate) fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    let Some(ss) = shell::which("ss") else {
        bail!("`ss` is missing; get it by `cargo xtask doctor --install`");
    };
    build_apart(workspace)?;
    let stage = Stage::new(&workspace.dist().join("dbg"))?;
    let network = Network::new()?;
    let connections = args.sockets / 2;
    // Two processes, since many systems let one have fewer files than that.
    let server = Holder::start(&network, connections, None)?;
    let client = Holder::start(&network, connections, Some(server.port))?;
    println!("machine: {}", measure::machine());
    println!("{} sockets, each command {} times, in turns", connections * 2, args.runs);

    let mut lanes = vec![
        Lane::new("ss -tanp", network.command(Command::new(ss), &["-tanp"])),
        Lane::new("dbg run sock-summary", network.command(stage.dbg(), &["run", "sock-summary"])),
    ];
    for lane in &mut lanes {
        lane.step()?;
        lane.samples.clear();
    }
    for _ in 0..args.runs {
        for lane in &mut lanes {
            lane.step()?;
        }
    }
    drop((server, client));
    let [peer, check] = &*lanes else { bail!("there are two lanes") };
    peer.print(None)?;
    check.print(Some(peer))?;
    println!("    asked for: at most 1.0x ss");
    Ok(())
}

/// A network of its own where we may make one, else the machine's. All in it runs as the same user without rights.
struct Network {
    holder: Option<Child>,
}

/// The user and group `nobody`.
const NOBODY: &str = "65534";

impl Network {
    fn new() -> Result<Self> {
        let mut command = Command::new("unshare");
        command.args(["--net", "sh", "-c", "ip link set lo up && echo ready && exec cat"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut holder = command.spawn().context("cannot start `unshare`")?;
        let mut said = String::new();
        if let Some(stdout) = holder.stdout.take() {
            BufReader::new(stdout).read_line(&mut said).context("cannot read what `unshare` says")?;
        }
        if said == "ready\n" {
            return Ok(Self { holder: Some(holder) });
        }
        holder.wait().context("cannot wait for `unshare`")?;
        println!("not root: on the machine's own network, whose other sockets are counted too");
        Ok(Self { holder: None })
    }

    /// The same command in this network.
    fn command(&self, command: Command, arguments: &[&str]) -> Command {
        let Some(holder) = &self.holder else {
            let mut command = command;
            command.args(arguments);
            return command;
        };
        let mut inside = Command::new("/usr/bin/nsenter");
        inside.args(["--target", &holder.id().to_string(), "--net", "--setuid", NOBODY, "--setgid", NOBODY, "--"]);
        inside.arg(command.get_program()).args(arguments);
        inside.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir("/");
        inside
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        if let Some(holder) = &mut self.holder {
            // Already gone is as good: there is nobody left to tell.
            let _gone = holder.kill();
            let _gone = holder.wait();
        }
    }
}

/// A process that holds one end of all connections, for as long as the value lives.
struct Holder {
    port: u16,
    child: Child,
}

impl Holder {
    /// The server's end, or with a port the clients'; ready once all are there.
    fn start(network: &Network, connections: usize, port: Option<u16>) -> Result<Self> {
        let xtask = std::env::current_exe().context("cannot tell where xtask lies")?;
        let copy =
            tempfile::Builder::new().prefix("hold-sockets").tempfile().context("cannot make a temporary file")?;
        std::fs::copy(&xtask, copy.path()).context("cannot copy xtask")?;
        let port = port.map(|port| format!("--port {port}")).unwrap_or_default();
        let script = format!(
            "ulimit -n $(ulimit -Hn); exec {} hold-sockets --connections {connections} {port}",
            copy.path().display()
        );
        let mut permissions = std::fs::metadata(copy.path()).context("cannot look at the copy of xtask")?.permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
        std::fs::set_permissions(copy.path(), permissions).context("cannot make the copy of xtask a program")?;
        // A program that is still open for writing by somebody is not run.
        let copy = copy.into_temp_path();
        let mut command = network.command(Command::new("/bin/sh"), &["-c", &script]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("cannot start a holder of sockets")?;
        let mut said = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut said).context("cannot read what a holder of sockets says")?;
        }
        drop(copy);
        let holder = Self { port: said.trim().parse().unwrap_or(0), child };
        if holder.port == 0 {
            bail!("a holder of sockets ended: is `ulimit -Hn` above {connections}?");
        }
        Ok(holder)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // Already gone is as good: there is nobody left to tell.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// Holds the sockets of `sockets`
#[derive(clap::Args)]
pub(crate) struct Hold {
    #[arg(long)]
    connections: usize,
    /// Connects there; without it listens
    #[arg(long)]
    port: Option<u16>,
}

/// Says the port once it can be reached, or once all connections are made, and holds them until stdin ends.
pub(crate) fn hold(args: &Hold) -> Result<()> {
    let mut kept = Vec::new();
    let say = |port: u16| {
        let mut stdout = std::io::stdout();
        writeln!(stdout, "{port}").and_then(|()| stdout.flush()).context("nobody listens")
    };
    match args.port {
        Some(port) => {
            let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            for _ in 0..args.connections {
                kept.push(TcpStream::connect(server).context("cannot connect on loopback")?);
            }
            say(port)?;
        }
        None => {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen on loopback")?;
            say(listener.local_addr().context("a bound socket has no address")?.port())?;
            for _ in 0..args.connections {
                kept.push(listener.accept().context("cannot accept")?.0);
            }
        }
    }
    std::io::stdin().read_to_end(&mut Vec::new()).context("stdin cannot be read")?;
    drop(kept);
    Ok(())
}
