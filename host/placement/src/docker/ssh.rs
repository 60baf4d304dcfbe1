//! An engine behind ssh: the system's own `ssh` carries each connection, with the user's configuration, keys and known hosts, and the
//! engine's own client at the other end passes it on. Source: docker's manual, "Protect the Docker daemon socket".

use std::fmt;
use std::io;
use std::pin::Pin;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::error::Words;

/// What is kept of what `ssh` says.
const SAID: usize = 4096;

/// Where to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SshHost {
    pub(super) user: Option<String>,
    /// A name of `ssh`'s configuration, or of the network, or an IP address.
    pub(super) host: String,
    pub(super) port: Option<u16>,
    /// The engine's socket there, where it is not the usual one.
    pub(super) socket: Option<String>,
}

impl fmt::Display for SshHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ssh://")?;
        if let Some(user) = &self.user {
            write!(f, "{}@", Words::of(user))?;
        }
        write!(f, "{}", Words::of(&self.host))?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "{}", Words::of(self.socket.as_deref().unwrap_or_default()))
    }
}

/// A word that `ssh` and a shell at the other end take as it is: no option, nothing that is expanded.
pub(super) fn is_plain(word: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:%/@+".contains(&byte);
    !word.is_empty() && !word.starts_with('-') && word.bytes().all(plain)
}

impl SshHost {
    fn command(&self) -> Command {
        #[expect(clippy::disallowed_methods, reason = "the user's own `ssh`, found as the user's shell finds it")]
        let mut command = std::process::Command::new("ssh");
        // A question could be asked of nobody: a run has many connections, and its terminal shows its progress.
        command.args(["-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-T"]);
        if let Some(user) = &self.user {
            command.args(["-l", user]);
        }
        if let Some(port) = self.port {
            command.args(["-p", &port.to_string()]);
        }
        command.args(["--", &self.host, &self.passing_on()]);
        Command::from(command)
    }

    /// Docker's client where it is, else Podman's.
    fn passing_on(&self) -> String {
        let (docker, podman) = match &self.socket {
            Some(socket) => (format!("--host unix://{socket}"), format!("--url unix://{socket}")),
            None => (String::new(), String::new()),
        };
        format!(
            "sh -c 'if command -v docker >/dev/null 2>&1; then exec docker {docker} system dial-stdio; else exec podman {podman} system \
             dial-stdio; fi'"
        )
    }

    /// A connection of its own.
    pub(super) fn connect(&self) -> io::Result<Tunnel> {
        let mut command = self.command();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        // Ctrl-C is for us: what carries the clean-up must outlive it.
        command.process_group(0);
        let mut child = command.spawn().map_err(|error| io::Error::new(error.kind(), format!("`ssh`: {error}")))?;
        let missing = || io::Error::other("`ssh` has no pipes");
        let (stdin, stdout) = (child.stdin.take().ok_or_else(missing)?, child.stdout.take().ok_or_else(missing)?);
        let stderr = child.stderr.take().ok_or_else(missing)?;
        let said = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&said);
        tokio::spawn(async move {
            let (mut stderr, mut piece) = (stderr, [0; 512]);
            // Until `ssh` ends; what is beyond the bound is read and dropped, so that it never waits for us.
            while let Ok(read @ 1..) = stderr.read(&mut piece).await {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let room = SAID.saturating_sub(kept.len()).min(read);
                kept.extend_from_slice(piece.get(..room).unwrap_or_default());
            }
        });
        Ok(Tunnel { stdin, stdout, said, answered: false, _child: child })
    }
}

/// A connection through `ssh`. Dropping it ends `ssh`.
pub(super) struct Tunnel {
    stdin: ChildStdin,
    stdout: ChildStdout,
    said: Arc<Mutex<Vec<u8>>>,
    answered: bool,
    _child: Child,
}

impl Tunnel {
    /// What `ssh` said, when it ended before anything came.
    fn failed(&self) -> io::Error {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&said);
        match text.lines().map(str::trim).rfind(|line| !line.is_empty()) {
            Some(line) => io::Error::other(format!("`ssh` says: {}", Words::of(line))),
            None => io::Error::new(io::ErrorKind::UnexpectedEof, "`ssh` ended without a word"),
        }
    }
}

impl AsyncRead for Tunnel {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stdout).poll_read(cx, buffer))?;
        if buffer.filled().len() > before {
            this.answered = true;
        } else if !this.answered && buffer.remaining() > 0 {
            return Poll::Ready(Err(this.failed()));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tunnel {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match ready!(Pin::new(&mut this.stdin).poll_write(cx, bytes)) {
            // Reading tells why it ended.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe && !this.answered => Poll::Ready(Ok(bytes.len())),
            written => Poll::Ready(written),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stdin).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stdin).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(host: &SshHost) -> Vec<String> {
        host.command().as_std().get_args().map(|word| word.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn what_is_typed_is_no_option_of_ssh_and_no_command_of_a_shell() {
        for bad in ["", "-oProxyCommand=x", "a b", "a;b", "a'b", "$(a)", "a`b`", "a\nb"] {
            assert!(!is_plain(bad), "{bad}");
        }
        assert!(is_plain("10.0.0.1") && is_plain("fe80::1%eth0") && is_plain("/run/podman/podman.sock"));
    }

    #[test]
    fn user_port_and_socket_are_told_and_nothing_is_asked() {
        let host = SshHost {
            user: Some("me".to_owned()),
            host: "there".to_owned(),
            port: Some(2222),
            socket: Some("/run/podman/podman.sock".to_owned()),
        };
        let words = words(&host);
        assert!(words.windows(2).any(|pair| pair == ["-o", "BatchMode=yes"]), "{words:?}");
        assert!(
            words.windows(2).any(|pair| pair == ["-l", "me"]) && words.windows(2).any(|pair| pair == ["-p", "2222"])
        );
        let [.., dashes, name, command] = &words[..] else { panic!() };
        assert_eq!((dashes.as_str(), name.as_str()), ("--", "there"));
        assert!(command.contains("docker --host unix:///run/podman/podman.sock system dial-stdio"), "{command}");
        assert_eq!(host.to_string(), "ssh://me@there:2222/run/podman/podman.sock");
    }
}
