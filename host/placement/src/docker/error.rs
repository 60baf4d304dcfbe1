//! Why an engine cannot be spoken to, or did not do what it was asked.

use std::fmt;

use dbg_model::{Cell, truncate_at_char};

use super::ApiVersion;

/// Foreign text that may be shown: one line, escaped, cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(String);

/// Bytes of foreign text that are shown.
const SHOWN: usize = 512;

impl Words {
    /// Escapes and cuts it.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Cell(truncate_at_char(text.trim(), SHOWN)).to_string())
    }

    /// The error with its causes.
    pub(crate) fn with_causes(error: &(dyn std::error::Error + 'static)) -> Self {
        let (mut text, mut cause) = (error.to_string(), error.source());
        while let Some(error) = cause {
            let one = error.to_string();
            if !text.contains(&one) {
                text = format!("{text}: {one}");
            }
            cause = error.source();
        }
        Self::of(&text)
    }

    /// As it may be shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One address that was tried, and why no engine answered there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The address, as shown.
    pub address: String,
    /// Why.
    pub reason: Words,
    /// Whether the socket is there and this user may not open it.
    pub is_forbidden: bool,
}

/// What went wrong with an engine. Everything in it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// Nobody answered.
    #[error("no container engine answered: {}", tried(.0))]
    NoEngine(Vec<Tried>),
    /// `DOCKER_HOST`, or a context, names no address that is known.
    #[error("`{shown}` is no address of an engine: it is `unix:///PATH`, `tcp://HOST:PORT` or `ssh://USER@HOST`")]
    Address {
        /// What was given.
        shown: Words,
    },
    /// The context is not there or damaged.
    #[error("the Docker context `{name}` cannot be used: {reason}")]
    Context {
        /// Its name.
        name: Words,
        /// Why.
        reason: Words,
    },
    /// Certificates cannot be read or used.
    #[error("the certificates for the engine cannot be used: {reason}")]
    Certificates {
        /// Why.
        reason: Words,
    },
    /// What answers speaks an API that is too old.
    #[error("the engine is too old: it speaks version {theirs} of the API, and {needed} is needed")]
    TooOld {
        /// What it speaks.
        theirs: ApiVersion,
        /// What is needed.
        needed: ApiVersion,
    },
    /// The engine runs on an architecture that no agent is built for.
    #[error("the engine runs on `{shown}`, and agents are built for `x86_64` and `aarch64`")]
    Architecture {
        /// What it says.
        shown: Words,
    },
    /// What answers is no engine, or says what no engine says.
    #[error("the engine's answer makes no sense when asked to {doing}: {reason}")]
    Garbage {
        /// What it was asked.
        doing: &'static str,
        /// What is wrong with it.
        reason: Words,
    },
    /// The answer is above the bound.
    #[error("the engine's answer has more than {limit} bytes when asked to {doing}")]
    TooLong {
        /// What it was asked.
        doing: &'static str,
        /// The bound.
        limit: usize,
    },
    /// It said no.
    #[error("the engine cannot {doing}: {text}")]
    Refused {
        /// What it was asked.
        doing: &'static str,
        /// The status of its answer.
        status: u16,
        /// What it said.
        text: Words,
    },
    /// The connection broke.
    #[error("the connection to the engine broke when it was asked to {doing}: {reason}")]
    Broke {
        /// What it was asked.
        doing: &'static str,
        /// How.
        reason: Words,
    },
    /// It did not answer.
    #[error("the engine did not {doing} within {seconds} s")]
    Silent {
        /// What it was asked.
        doing: &'static str,
        /// How long.
        seconds: u64,
    },
}

/// What TLS to an engine takes.
const CERTIFICATES: &str = "`DOCKER_CERT_PATH` names a folder with `ca.pem`, `cert.pem` and `key.pem`";

fn tried(all: &[Tried]) -> String {
    let one = |tried: &Tried| format!("tried `{}`: {}", tried.address, tried.reason);
    all.iter().map(one).collect::<Vec<_>>().join("; ")
}

impl EngineError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoEngine(tried) if tried.iter().any(|tried| tried.is_forbidden) => {
                "join the group that owns the socket, often `docker`, or name another engine with `DOCKER_HOST`".into()
            }
            Self::NoEngine(tried) if tried.iter().any(|tried| tried.reason.as_str().contains("ertificate")) => {
                CERTIFICATES.into()
            }
            Self::NoEngine(tried) if tried.iter().any(|tried| tried.address.starts_with("ssh://")) => {
                "`ssh` has to log in there without asking: by a key, an agent, and a known host".into()
            }
            Self::NoEngine(_) => {
                "start Docker or `podman system service`, or name an engine with `DOCKER_HOST`; `--target local` needs none".into()
            }
            Self::Address { .. } => "set `DOCKER_HOST` to `unix:///var/run/docker.sock`, for example".into(),
            Self::Context { .. } => "`docker context ls` lists contexts; `DOCKER_CONTEXT=default` takes the local engine".into(),
            Self::Certificates { .. } => CERTIFICATES.into(),
            Self::TooOld { .. } => "Docker 19.03 and Podman 3.0 are the oldest that do".into(),
            Self::Refused { text, .. } if text.as_str().contains("no space left") => {
                "free the disk of the engine: `docker system df` says what is on it".into()
            }
            Self::Silent { .. } => "see whether the engine's machine is overloaded".into(),
            Self::Garbage { .. } | Self::TooLong { .. } => {
                "see what listens at the engine's address: it does not answer as an engine does".into()
            }
            Self::Architecture { .. } | Self::Refused { .. } | Self::Broke { .. } => return None,
        })
    }

    /// Whether the engine said that what it was asked about is not there.
    #[must_use]
    pub fn is_not_there(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_that_was_tried_is_told_with_its_reason() {
        let tried = |address: &str, reason: &str, is_forbidden| Tried {
            address: address.into(),
            reason: Words::of(reason),
            is_forbidden,
        };
        let error = EngineError::NoEngine(vec![
            tried("/var/run/docker.sock", "permission denied", true),
            tried("/run/podman/podman.sock", "no such file", false),
        ]);
        let text = error.to_string();
        assert!(text.contains("`/var/run/docker.sock`: permission denied; tried `/run/podman/podman.sock`"), "{text}");
        assert!(error.hint().unwrap().contains("group"));
    }

    #[test]
    fn what_an_engine_says_cannot_move_the_cursor_or_fill_the_screen() {
        let words = Words::of(&format!("\u{1b}[2J\n{}", "x".repeat(4000)));
        assert!(!words.as_str().contains(['\u{1b}', '\n']) && words.as_str().len() < 1000);
    }
}
