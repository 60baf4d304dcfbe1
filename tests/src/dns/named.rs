//! bind9's `named` on loopback, with a folder of its own.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::process::die_with_the_test;
use crate::{LIMIT, tool, until};

/// A server that is ended, and its folder removed, when it is dropped.
pub struct Named {
    /// Where it answers, over UDP and TCP.
    pub address: SocketAddr,
    process: Child,
    folder: TempDir,
}

/// What a server serves: files in its folder, and what stands in its configuration besides the address.
pub(super) struct Content {
    /// Statements inside `options`.
    pub(super) options: String,
    /// Statements after it.
    pub(super) zones: String,
    /// Name and text of each file.
    pub(super) files: Vec<(String, String)>,
}

impl Named {
    /// Starts one on a free port and waits until it answers. `None`, said aloud, where there is no `named`.
    pub(super) fn start(content: &Content) -> Option<Self> {
        let program = tool("named", "bind9")?;
        // Between choosing a port and taking it somebody else may have taken it.
        (0..5).find_map(|_| Self::attempt(&program, content)).or_else(|| panic!("`named` does not answer"))
    }

    fn attempt(program: &Path, content: &Content) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("dbg-named-").tempdir().expect("a temporary folder");
        let address = free_port();
        for (name, text) in &content.files {
            std::fs::write(folder.path().join(name), text).expect("our own folder");
        }
        let configuration = configuration(folder.path(), address.port(), content);
        let path = folder.path().join("named.conf");
        std::fs::write(&path, configuration).expect("our own folder");
        let log = std::fs::File::create(folder.path().join("log")).expect("our own folder");
        let mut command = Command::new(program);
        command.args(["-g", "-n", "1", "-c"]).arg(&path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        die_with_the_test(&mut command);
        let process = command.spawn().expect("`named` starts");
        let mut named = Self { address, process, folder };
        named.is_ready().then_some(named)
    }

    /// Whether all zones are loaded, before it ends or the limit is over. It answers before that, with SERVFAIL.
    fn is_ready(&mut self) -> bool {
        let log = self.folder.path().join("log");
        let mut ended = false;
        let ready = until(LIMIT, || {
            ended = !matches!(self.process.try_wait(), Ok(None));
            ended || std::fs::read_to_string(&log).is_ok_and(|text| text.lines().any(|line| line.ends_with(" running")))
        });
        ready && !ended
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default());
        }
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn configuration(folder: &Path, port: u16, content: &Content) -> String {
    format!(
        r#"options {{
    directory "{folder}";
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    pid-file none;
    session-keyfile none;
    managed-keys-directory "{folder}";
    empty-zones-enable no;
    {options}
}};
controls {{ }};
{zones}
"#,
        folder = folder.display(),
        options = content.options,
        zones = content.zones,
    )
}

/// A port that is free over both protocols right now.
fn free_port() -> SocketAddr {
    loop {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has free ports");
        let address = udp.local_addr().expect("a bound socket has an address");
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
