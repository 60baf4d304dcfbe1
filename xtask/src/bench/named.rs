//! A real name server on loopback with a tiny zone, for as long as the value lives.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::shell;

/// The one name that it knows.
pub(super) const NAME: &str = "www.bench.test";

const ZONE: &str = "$TTL 300\n\
    @ IN SOA ns.bench.test. hostmaster.bench.test. 1 3600 600 86400 300\n\
    @ IN NS ns.bench.test.\n\
    ns IN A 127.0.0.1\n\
    www IN A 192.0.2.80\n";

/// Where it listens.
pub(super) struct Place<'a> {
    pub(super) address: Ipv4Addr,
    /// What starts a program there.
    pub(super) within: &'a dyn Fn(&Path) -> Command,
}

/// bind9's `named`, running.
pub(super) struct Named {
    pub(super) port: u16,
    child: Child,
    /// Holds configuration and zone.
    _folder: tempfile::TempDir,
}

impl Named {
    /// Starts it on loopback and returns once it answers.
    pub(super) fn start() -> Result<Self> {
        Self::start_at(&Place { address: Ipv4Addr::LOCALHOST, within: &|program| Command::new(program) })
    }

    /// Starts it and returns once it answers.
    pub(super) fn start_at(place: &Place<'_>) -> Result<Self> {
        let Some(program) = shell::which("named") else {
            bail!("`named` is missing; get it by `cargo xtask doctor --install`");
        };
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let port = free_port()?;
        let configuration = folder.path().join("named.conf");
        std::fs::write(folder.path().join("bench.zone"), ZONE).context("cannot write the zone")?;
        std::fs::write(&configuration, configuration_text(&folder.path().to_string_lossy(), place.address, port))
            .context("cannot write named's configuration")?;
        let mut command = (place.within)(&program);
        command
            .arg("-g")
            .arg("-c")
            .arg(&configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let text = shell::shown(&command);
        let mut child = command.spawn().with_context(|| format!("cannot start `{text}`"))?;
        let stderr = child.stderr.take();
        let named = Self { port, child, _folder: folder };
        let mut said = String::new();
        for line in stderr.into_iter().flat_map(|it| BufReader::new(it).lines()) {
            let line = line.context("cannot read what `named` says")?;
            if line.ends_with(" running") {
                return Ok(named);
            }
            said += &line;
            said.push('\n');
        }
        std::io::stderr().write_all(said.as_bytes()).context("cannot write to stderr")?;
        bail!("`{text}` ended before it answered; what it said stands above");
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        // Already gone is as good: there is nobody left to tell.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

fn configuration_text(folder: &str, address: Ipv4Addr, port: u16) -> String {
    format!(
        "options {{ directory \"{folder}\"; pid-file none; session-keyfile none; listen-on port {port} {{ {address}; }};\n\
         listen-on-v6 {{ none; }}; recursion no; dnssec-validation no; notify no; }};\n\
         controls {{ }};\n\
         zone \"bench.test\" {{ type primary; file \"bench.zone\"; }};\n"
    )
}

/// A port that is free for UDP and TCP now.
fn free_port() -> Result<u16> {
    for _ in 0..16 {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot bind a UDP port on loopback")?;
        let port = udp.local_addr().context("a bound socket has no address")?.port();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port on loopback is free for both UDP and TCP");
}
