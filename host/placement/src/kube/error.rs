//! Why a cluster cannot be spoken to, or did not do what it was asked.

use crate::docker::Words;

/// What is wrong with a server's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateDefect {
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// Another authority than the kubeconfig's signed it.
    OtherAuthority,
    /// It is for other names than the server's.
    OtherName,
    /// Something else, in the library's words.
    Other(Words),
}

impl std::fmt::Display for CertificateDefect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Expired => f.write_str("has expired"),
            Self::NotYetValid => f.write_str("is not valid yet"),
            Self::OtherAuthority => f.write_str("is signed by another authority than the one in the kubeconfig"),
            Self::OtherName => f.write_str("is for other names than the one in the kubeconfig"),
            Self::Other(words) => write!(f, "cannot be verified: {words}"),
        }
    }
}

/// What went wrong with a cluster. Everything in it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClusterError {
    /// Nobody says which cluster.
    #[error("there is no kubeconfig{}", looked.as_ref().map_or_else(String::new, |path| format!(": `{path}` is not there")))]
    NoKubeconfig {
        /// Where it would be.
        looked: Option<Words>,
    },
    /// A kubeconfig cannot be read, or makes no sense.
    #[error("the kubeconfig `{path}` cannot be used: {reason}")]
    Kubeconfig {
        /// The file, or its files.
        path: Words,
        /// Why.
        reason: Words,
    },
    /// The context is not in it.
    #[error("the kubeconfig has no context `{name}`")]
    NoContext {
        /// Its name.
        name: Words,
        /// Those that it has; raw.
        known: Vec<String>,
    },
    /// It names no context to be used.
    #[error("the kubeconfig names no current context")]
    NoCurrentContext {
        /// Those that it has; raw.
        known: Vec<String>,
    },
    /// It wants a program started, and may not.
    #[error(
        "the kubeconfig gets its credentials from the program `{command}`, and `--no-exec-auth` forbids to start one"
    )]
    ExecRefused {
        /// The program with its arguments.
        command: Words,
    },
    /// The program brought no credentials.
    #[error("the program `{command}` of the kubeconfig brought no credentials: {reason}")]
    Exec {
        /// The program with its arguments.
        command: Words,
        /// Why.
        reason: Words,
    },
    /// Credentials cannot be used.
    #[error("the credentials of the kubeconfig cannot be used: {reason}")]
    Credentials {
        /// Why.
        reason: Words,
    },
    /// The proxy is of no kind that is known.
    #[error("`{shown}` is no proxy that can be used: it is `http://`, `https://` or `socks5://`")]
    Proxy {
        /// What was given.
        shown: Words,
    },
    /// Nobody answers.
    #[error("no API server answers at `{server}`: {reason}")]
    Unreachable {
        /// Its address.
        server: Words,
        /// Why.
        reason: Words,
    },
    /// Who answers does not prove who it is.
    #[error("the certificate of the API server at `{server}` {defect}")]
    Certificate {
        /// Its address.
        server: Words,
        /// What is wrong with it.
        defect: CertificateDefect,
    },
    /// It does not take our certificate.
    #[error("the API server at `{server}` does not take the client certificate of the kubeconfig: {reason}")]
    ClientCertificate {
        /// Its address.
        server: Words,
        /// What it said.
        reason: Words,
    },
    /// It does not know who we are.
    #[error("the API server at `{server}` does not accept the credentials of the context `{context}`{}", why.as_ref().map_or_else(String::new, |why| format!(": {why}")))]
    Unauthorized {
        /// Its address.
        server: Words,
        /// The context.
        context: Words,
        /// What can be told from here.
        why: Option<Words>,
    },
    /// We may not.
    #[error("the cluster does not let this user {doing}: {text}")]
    Forbidden {
        /// What was asked.
        doing: &'static str,
        /// What it said.
        text: Words,
    },
    /// It said no.
    #[error("the cluster cannot {doing}: {text}")]
    Refused {
        /// What it was asked.
        doing: &'static str,
        /// The status of its answer.
        status: u16,
        /// Its word for the reason.
        reason: Words,
        /// What it said.
        text: Words,
    },
    /// The answer is above the bound.
    #[error("the cluster's answer has more than {limit} bytes when asked to {doing}")]
    TooLong {
        /// What it was asked.
        doing: &'static str,
        /// The bound.
        limit: usize,
    },
    /// A list goes on and on.
    #[error("the cluster's list does not come to an end when asked to {doing}: there is more behind {objects} objects")]
    Endless {
        /// What it was asked.
        doing: &'static str,
        /// How many came.
        objects: usize,
    },
    /// What answers is no API server, or says what none says.
    #[error("the cluster's answer makes no sense when asked to {doing}: {reason}")]
    Garbage {
        /// What it was asked.
        doing: &'static str,
        /// What is wrong with it.
        reason: Words,
    },
    /// The connection broke.
    #[error("the connection to the cluster broke when it was asked to {doing}: {reason}")]
    Broke {
        /// What it was asked.
        doing: &'static str,
        /// How.
        reason: Words,
    },
    /// It did not answer.
    #[error("the cluster did not {doing} within {seconds} s")]
    Silent {
        /// What it was asked.
        doing: &'static str,
        /// How long.
        seconds: u64,
    },
}

impl ClusterError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoKubeconfig { .. } => "name one with `--kubeconfig FILE` or `KUBECONFIG`".into(),
            Self::Kubeconfig { .. } => "`kubectl config view --kubeconfig FILE` reads it the same way".into(),
            Self::NoContext { name, known } => {
                match dbg_model::nearest(name.as_str(), known.iter().map(String::as_str)) {
                    Some(nearest) => format!("did you mean `--context {}`?", Words::of(nearest)),
                    None => contexts(known),
                }
            }
            Self::NoCurrentContext { known } => contexts(known),
            Self::ExecRefused { .. } => {
                "leave `--no-exec-auth` out, or use a kubeconfig with a token or a certificate".into()
            }
            Self::Exec { command, .. } => format!("`{command}` has to work by itself; it may want you to log in"),
            Self::Credentials { .. } => "see the `user` of the context in the kubeconfig".into(),
            Self::Proxy { .. } => "`proxy-url` of the kubeconfig or `HTTPS_PROXY` names it".into(),
            Self::Unreachable { .. } => {
                "see whether the API server runs and can be reached from here; `--context` names another cluster".into()
            }
            Self::Certificate { defect, .. } => match defect {
                CertificateDefect::Expired => {
                    "the cluster's administrator renews it; see this machine's clock too".into()
                }
                CertificateDefect::NotYetValid => "see this machine's clock".into(),
                CertificateDefect::OtherAuthority => {
                    "get the cluster's kubeconfig again: its `certificate-authority` is not that of this server".into()
                }
                CertificateDefect::OtherName => {
                    "use a `server` of the kubeconfig that the certificate names, or `tls-server-name`".into()
                }
                CertificateDefect::Other(_) => "see `certificate-authority` of the kubeconfig".into(),
            },
            Self::ClientCertificate { .. } => "get a new certificate for the kubeconfig's user".into(),
            Self::Unauthorized { .. } => {
                "log in again, or get a new token or certificate for the kubeconfig's user".into()
            }
            Self::Forbidden { .. } => "`dbg target rbac TARGET CHECK` prints the role that it takes".into(),
            Self::Silent { .. } => "`--request-timeout` waits longer".into(),
            Self::Garbage { .. } | Self::TooLong { .. } | Self::Endless { .. } => {
                "see what listens at the `server` of the kubeconfig: it does not answer as an API server does".into()
            }
            Self::Refused { .. } | Self::Broke { .. } => return None,
        })
    }

    /// Whether the cluster said that what it was asked about is not there.
    #[must_use]
    pub fn is_not_there(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// Whether the cluster said that something of this name is there, or has changed.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Refused { status: 409, .. })
    }

    /// Whether the cluster answered at all: then what it refused was not done.
    #[must_use]
    pub fn is_answer(&self) -> bool {
        // A gateway in between says 502 and 504 of what the server may have done all the same.
        matches!(self, Self::Forbidden { .. } | Self::Unauthorized { .. })
            || matches!(self, Self::Refused { status, .. } if (400..500).contains(status))
    }
}

fn contexts(known: &[String]) -> String {
    if known.is_empty() {
        return "`kubectl config get-contexts` lists contexts".to_owned();
    }
    let names: Vec<String> = known.iter().take(8).map(|name| format!("`{}`", Words::of(name))).collect();
    let more = if known.len() > names.len() { ", …" } else { "" };
    format!("`--context` names one; there is {}{more}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_that_is_almost_one_suggests_it_and_another_lists_those_there_are() {
        let known = vec!["staging".to_owned(), "production".to_owned()];
        let hint = |name: &str| ClusterError::NoContext { name: Words::of(name), known: known.clone() }.hint().unwrap();
        assert_eq!(hint("stagin"), "did you mean `--context staging`?");
        assert_eq!(hint("x"), "`--context` names one; there is `staging`, `production`");
    }

    #[test]
    fn only_an_answer_of_the_server_itself_says_that_nothing_was_done() {
        let refused = |status| ClusterError::Refused {
            doing: "create a pod",
            status,
            reason: Words::of(""),
            text: Words::of("no"),
        };
        assert!(refused(409).is_answer() && refused(422).is_answer());
        assert!(!refused(500).is_answer() && !refused(504).is_answer());
        assert!(!ClusterError::Silent { doing: "create a pod", seconds: 1 }.is_answer());
    }
}
