//! The environment variables that dbg reads: all of them, and the only place that reads them.

use std::ffi::OsString;
use std::path::PathBuf;

/// One variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Variable {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) doc: &'static str,
}

/// Where the plugin store lies, below `dbg/plugins`.
pub(crate) const XDG_DATA_HOME: Variable =
    Variable { name: "XDG_DATA_HOME", doc: "folder of the plugin store; ~/.local/share without it; ignored for root" };
/// Where compiled plugins are kept, below `dbg`.
pub(crate) const XDG_CACHE_HOME: Variable =
    Variable { name: "XDG_CACHE_HOME", doc: "folder of compiled plugins; ~/.cache without it; ignored for root" };
/// Where the user's policy and trust lie, below `dbg`.
pub(crate) const XDG_CONFIG_HOME: Variable = Variable {
    name: "XDG_CONFIG_HOME",
    doc: "folder of the user's policy and trust; ~/.config without it; ignored for root",
};
/// Base of the folders.
pub(crate) const HOME: Variable = Variable { name: "HOME", doc: "base of the folders above; ignored for root" };
/// The container engine's address.
pub(crate) const DOCKER_HOST: Variable =
    Variable { name: "DOCKER_HOST", doc: "address of the container engine: unix:///PATH or tcp://HOST:PORT" };
/// The container engine by a context's name.
pub(crate) const DOCKER_CONTEXT: Variable =
    Variable { name: "DOCKER_CONTEXT", doc: "Docker context that names the container engine" };
/// Where contexts are.
pub(crate) const DOCKER_CONFIG: Variable =
    Variable { name: "DOCKER_CONFIG", doc: "folder of Docker's configuration; ~/.docker without it" };
/// Where certificates for the engine are.
pub(crate) const DOCKER_CERT_PATH: Variable =
    Variable { name: "DOCKER_CERT_PATH", doc: "folder of ca.pem, cert.pem and key.pem for the container engine" };
/// TLS to the engine.
pub(crate) const DOCKER_TLS_VERIFY: Variable =
    Variable { name: "DOCKER_TLS_VERIFY", doc: "TLS to the container engine, when set to anything" };
/// Where kubeconfigs are.
pub(crate) const KUBECONFIG: Variable =
    Variable { name: "KUBECONFIG", doc: "kubeconfigs, with `:` between them; ~/.kube/config without it" };
/// That dbg itself runs in a pod.
pub(crate) const KUBERNETES_SERVICE_HOST: Variable = Variable {
    name: "KUBERNETES_SERVICE_HOST",
    doc: "set in a pod, whose service account asks where there is no kubeconfig",
};
/// Where engines without root listen.
pub(crate) const XDG_RUNTIME_DIR: Variable =
    Variable { name: "XDG_RUNTIME_DIR", doc: "folder of the sockets of engines without root" };
/// Colour off.
pub(crate) const NO_COLOR: Variable = Variable { name: "NO_COLOR", doc: "no colour, when set to anything" };
/// Kind of terminal.
pub(crate) const TERM: Variable = Variable { name: "TERM", doc: "`dumb` means no colour and no progress line" };
/// Width of the text.
pub(crate) const COLUMNS: Variable = Variable { name: "COLUMNS", doc: "width of the text, where it is no terminal" };

/// Who runs it, for the audit log.
pub(crate) const USER: Variable =
    Variable { name: "USER", doc: "a name for the audit log: a claim beside the user's number" };
/// Who called sudo, for the audit log.
pub(crate) const SUDO_USER: Variable = Variable { name: "SUDO_USER", doc: "likewise, of who called sudo" };
/// The number of who called sudo, for the audit log.
pub(crate) const SUDO_UID: Variable = Variable { name: "SUDO_UID", doc: "likewise, their number" };

/// All of them, for help and documentation. A secret parameter given as `env:NAME` reads the variable it names besides.
pub(crate) const ALL: [Variable; 18] = [
    XDG_DATA_HOME,
    XDG_CACHE_HOME,
    XDG_CONFIG_HOME,
    HOME,
    DOCKER_HOST,
    DOCKER_CONTEXT,
    DOCKER_CONFIG,
    DOCKER_CERT_PATH,
    DOCKER_TLS_VERIFY,
    XDG_RUNTIME_DIR,
    KUBECONFIG,
    KUBERNETES_SERVICE_HOST,
    NO_COLOR,
    TERM,
    COLUMNS,
    USER,
    SUDO_USER,
    SUDO_UID,
];

impl Variable {
    /// Its value, when it is set and not empty.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub(crate) fn read(self) -> Option<OsString> {
        std::env::var_os(self.name).filter(|value| !value.is_empty())
    }

    /// Its value as an absolute path; the XDG rules say to ignore any other.
    pub(crate) fn path(self) -> Option<PathBuf> {
        self.read().map(PathBuf::from).filter(|path| path.is_absolute())
    }
}

/// The variable that a secret parameter names; the name is the operator's.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(crate) fn secret(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}
