//! Where an engine may be: what the environment says, a Docker context, or the usual sockets.

use std::fmt;
use std::path::{Path, PathBuf};

use super::context;
use super::error::{EngineError, Words};
use super::ssh::{self, SshHost};

/// What the environment says of engines. It is read by whoever reads environments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineSettings {
    /// `DOCKER_HOST`: an address, which is then the only one.
    pub host: Option<String>,
    /// `DOCKER_CONTEXT`: the name of a context of Docker's configuration.
    pub context: Option<String>,
    /// The folder of Docker's configuration.
    pub config: Option<PathBuf>,
    /// `DOCKER_CERT_PATH`: the folder of the certificates.
    pub certificates: Option<PathBuf>,
    /// `DOCKER_TLS_VERIFY`.
    pub tls: Tls,
    /// `XDG_RUNTIME_DIR`, where engines without root have their sockets.
    pub runtime: Option<PathBuf>,
}

/// Whether an engine behind TCP is spoken to over TLS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tls {
    /// It is; its certificate is always verified.
    Yes,
    /// In clear.
    #[default]
    No,
}

/// Where an engine listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// A socket of this machine.
    Unix(PathBuf),
    /// A port.
    Tcp {
        /// A name or an IP address, without brackets.
        host: String,
        /// The port.
        port: u16,
        /// With what it is verified; in clear without.
        tls: Option<TlsFiles>,
    },
    /// A machine that `ssh` logs in to.
    Ssh(SshHost),
}

/// PEM files, of which each may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsFiles {
    /// The folder with `ca.pem`, `cert.pem` and `key.pem`.
    pub(crate) folder: PathBuf,
}

/// Ports of the API in clear and over TLS, where none is said.
const PORTS: (u16, u16) = (2375, 2376);

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => f.write_str(Words::of(&path.to_string_lossy()).as_str()),
            Self::Tcp { host, port, tls } => {
                let host = Words::of(host);
                write!(f, "tcp://{host}:{port}{}", if tls.is_some() { " (TLS)" } else { "" })
            }
            Self::Ssh(host) => host.fmt(f),
        }
    }
}

impl Address {
    /// Reads an address as `DOCKER_HOST` has it; `tls` is for ports.
    pub(crate) fn parse(text: &str, tls: Option<TlsFiles>) -> Result<Self, EngineError> {
        let bad = || EngineError::Address { shown: Words::of(text) };
        let (scheme, rest) = text.split_once("://").ok_or_else(bad)?;
        match scheme {
            "unix" if rest.starts_with('/') => Ok(Self::Unix(PathBuf::from(rest))),
            "tcp" | "http" | "https" => {
                let usual = if tls.is_some() { PORTS.1 } else { PORTS.0 };
                let (host, port) = host_and_port(rest.trim_end_matches('/'), usual).ok_or_else(bad)?;
                // The word promises more than there are certificates for.
                if scheme == "https" && tls.is_none() {
                    return Err(EngineError::Certificates { reason: Words::of("none are named for this address") });
                }
                Ok(Self::Tcp { host, port, tls })
            }
            "ssh" => ssh_host(rest).map(Self::Ssh).ok_or_else(bad),
            _ => Err(bad()),
        }
    }
}

/// `[USER@]HOST[:PORT][/SOCKET]`.
fn ssh_host(text: &str) -> Option<SshHost> {
    let (place, socket) = match text.find('/') {
        Some(at) => text.split_at_checked(at)?,
        None => (text, ""),
    };
    let (user, place) = match place.rsplit_once('@') {
        Some((user, place)) => (Some(user.to_owned()), place),
        None => (None, place),
    };
    // Without a port `ssh` takes the one of its configuration.
    let (host, port) = host_and_port(place, 0)?;
    let socket = Some(socket.trim_end_matches('/').to_owned()).filter(|socket| !socket.is_empty());
    let are_plain = user.iter().chain([&host]).chain(&socket).all(|word| ssh::is_plain(word));
    are_plain.then_some(SshHost { user, host, port: Some(port).filter(|port| *port != 0), socket })
}

fn host_and_port(text: &str, usual: u16) -> Option<(String, u16)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            (host, if port.is_empty() { None } else { Some(port.strip_prefix(':')?) })
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let port = port.map_or(Some(usual), |port| port.parse().ok())?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'%');
    (!host.is_empty() && host.bytes().all(is_plain)).then(|| (host.to_owned(), port))
}

/// Whether the addresses were said or guessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Candidates {
    /// The one that was named.
    Named(Address),
    /// The usual ones, in the order in which they are tried.
    Usual(Vec<Address>),
}

/// Where to look, in this order.
pub(crate) fn candidates(settings: &EngineSettings, uid: u32) -> Result<Candidates, EngineError> {
    let tls = match settings.tls {
        Tls::Yes => {
            let folder = settings.certificates.clone().or_else(|| settings.config.clone());
            Some(TlsFiles { folder: folder.unwrap_or_default() })
        }
        Tls::No => None,
    };
    if let Some(host) = &settings.host {
        return Address::parse(host, tls).map(Candidates::Named);
    }
    if let Some(address) = context::address(settings)? {
        return Ok(Candidates::Named(address));
    }
    Ok(Candidates::Usual(usual(settings.runtime.as_deref(), uid)))
}

/// Docker's and Podman's sockets, those of this user first: they give no right that the user does not have.
fn usual(runtime: Option<&Path>, uid: u32) -> Vec<Address> {
    let mut paths = Vec::new();
    if uid != 0 {
        let runtime = runtime.map_or_else(|| PathBuf::from(format!("/run/user/{uid}")), Path::to_path_buf);
        paths.extend([runtime.join("docker.sock"), runtime.join("podman/podman.sock")]);
    }
    paths.extend(["/var/run/docker.sock", "/run/podman/podman.sock"].map(PathBuf::from));
    paths.into_iter().map(Address::Unix).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> EngineSettings {
        EngineSettings::default()
    }

    #[test]
    fn the_sockets_of_both_engines_are_found_by_themselves() {
        let Ok(Candidates::Usual(root)) = candidates(&settings(), 0) else { panic!() };
        assert_eq!(
            root.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["/var/run/docker.sock", "/run/podman/podman.sock"]
        );
        let Ok(Candidates::Usual(user)) = candidates(&settings(), 1000) else { panic!() };
        assert_eq!(user[1].to_string(), "/run/user/1000/podman/podman.sock");
        assert_eq!(user.len(), 4);
    }

    #[test]
    fn a_named_engine_is_the_only_one() {
        let named = |host: &str| candidates(&EngineSettings { host: Some(host.into()), ..settings() }, 0);
        assert_eq!(named("unix:///x/y.sock"), Ok(Candidates::Named(Address::Unix("/x/y.sock".into()))));
        let tcp = |host: &str, port| Ok(Candidates::Named(Address::Tcp { host: host.into(), port, tls: None }));
        assert_eq!(named("tcp://10.0.0.1"), tcp("10.0.0.1", 2375));
        assert_eq!(named("tcp://[::1]:99/"), tcp("::1", 99));
        for bad in ["", "docker.sock", "unix://x", "tcp://", "tcp://a:b", "tcp://a b:1", "fd://", "tcp://[::1"] {
            assert!(matches!(named(bad), Err(EngineError::Address { .. })), "{bad}");
        }
        let ssh = |user: Option<&str>, port, socket: Option<&str>| {
            let (user, socket) = (user.map(str::to_owned), socket.map(str::to_owned));
            Ok(Candidates::Named(Address::Ssh(SshHost { user, host: "host".into(), port, socket })))
        };
        assert_eq!(named("ssh://host"), ssh(None, None, None));
        assert_eq!(named("ssh://me@host:22/run/x.sock"), ssh(Some("me"), Some(22), Some("/run/x.sock")));
        for bad in ["ssh://", "ssh://-oProxyCommand=x", "ssh://me@", "ssh://-l@host", "ssh://host/run/$(x)"] {
            assert!(matches!(named(bad), Err(EngineError::Address { .. })), "{bad}");
        }
        assert!(matches!(named("https://host"), Err(EngineError::Certificates { .. })));
    }

    #[test]
    fn tls_takes_its_own_port_and_the_named_folder() {
        let settings = EngineSettings {
            host: Some("tcp://engine".into()),
            certificates: Some("/certs".into()),
            tls: Tls::Yes,
            ..settings()
        };
        let Ok(Candidates::Named(Address::Tcp { port, tls, .. })) = candidates(&settings, 0) else { panic!() };
        assert_eq!((port, tls), (2376, Some(TlsFiles { folder: "/certs".into() })));
    }
}
