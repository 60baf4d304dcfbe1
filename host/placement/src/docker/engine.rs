//! An engine that answered: who it is, and what dbg asks of it.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use dbg_model::Architecture;
use serde::Deserialize;

use super::address::Address;
use super::answers::{Created, Ended, Info, Inspected, Listed, ListedNetwork};
use super::client::{Answer, Ask, Body, Client};
use super::error::{EngineError, Words};
use super::version::ApiVersion;
use crate::launch::Stream;

/// Whose engine it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineKind {
    /// Docker's, or one that does not say that it is another.
    Docker,
    /// Podman's, by its compatible API.
    Podman,
}

impl fmt::Display for EngineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Docker => "Docker",
            Self::Podman => "Podman",
        })
    }
}

/// What is known of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineFacts {
    /// Whose.
    pub kind: EngineKind,
    /// Its version, as shown.
    pub version: Words,
    /// Where it answered, as shown.
    pub address: String,
    /// Whose user it runs as; not known of one behind a port.
    pub uid: Option<u32>,
    /// What its containers run on.
    pub architecture: Architecture,
    /// Which limits it can hold a container to.
    pub limits: LimitsHold,
}

/// Which limits an engine can hold a container to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitsHold {
    /// All.
    All,
    /// Memory and processes: an engine without root is seldom given the processor.
    NoProcessor,
    /// None: an engine without root, where the kernel gives control groups to root alone.
    None,
}

/// Where the kernel has one hierarchy of control groups, of which parts can be given away. Source: man 7 cgroups.
const UNIFIED: &str = "/sys/fs/cgroup/cgroup.controllers";

fn limits_of(uid: Option<u32>) -> LimitsHold {
    match uid {
        None | Some(0) => LimitsHold::All,
        Some(_) if rustix::fs::stat(UNIFIED).is_ok() => LimitsHold::NoProcessor,
        Some(_) => LimitsHold::None,
    }
}

impl EngineFacts {
    /// Whether root's rights in its containers are root's on the machine.
    #[must_use]
    pub fn is_of_root(&self) -> bool {
        self.uid.is_none_or(|uid| uid == 0)
    }
}

/// An engine that answered.
#[derive(Debug)]
pub(crate) struct Engine {
    client: Client,
    api: ApiVersion,
    pub(crate) facts: EngineFacts,
}

/// Loading moves some MiB, on disks of any kind.
const LOADING: Duration = Duration::from_secs(120);
/// A kernel that frees much memory, or a disk that is busy.
const REMOVING: Duration = Duration::from_secs(30);

impl Engine {
    /// Meets the engine that a ping came back from.
    pub(super) async fn meet(client: Client, ping: &Answer, uid: Option<u32>) -> Result<Self, EngineError> {
        let doing = "say who it is";
        let header = |name: &str| ping.headers.get(name).and_then(|value| value.to_str().ok());
        let reason = || Words::of("it has no header `Api-Version`");
        let theirs = header("Api-Version").and_then(|version| version.parse().ok());
        let theirs: ApiVersion = theirs.ok_or_else(|| EngineError::Garbage { doing, reason: reason() })?;
        if theirs < ApiVersion::OLDEST {
            return Err(EngineError::TooOld { theirs, needed: ApiVersion::OLDEST });
        }
        let server = header("Server").unwrap_or_default();
        let (kind, version) = server_of(server);
        let address = client.address().to_string();
        let is_here = matches!(client.address(), Address::Unix(_));
        let limits = limits_of(uid);
        let facts = EngineFacts { kind, version, address, uid, architecture: Architecture::OWN, limits };
        let mut engine = Self { client, api: theirs.min(ApiVersion::NEWEST), facts };
        if !is_here {
            engine.facts.architecture = engine.info().await?;
        }
        Ok(engine)
    }

    /// The version in which it is asked.
    pub(crate) fn api(&self) -> ApiVersion {
        self.api
    }

    fn path(&self, rest: &str) -> String {
        format!("/v{}{rest}", self.api)
    }

    /// What an engine elsewhere runs on.
    async fn info(&self) -> Result<Architecture, EngineError> {
        let info: Info = self.client.ask(Ask::get(self.path("/info"), "say who it is")).await?.json()?;
        match info.architecture.as_str() {
            "x86_64" | "amd64" => Ok(Architecture::X86_64),
            "aarch64" | "arm64" => Ok(Architecture::Aarch64),
            other => Err(EngineError::Architecture { shown: Words::of(other) }),
        }
    }

    /// Creates a container; its id.
    pub(crate) async fn create(&self, name: &str, body: Vec<u8>) -> Result<String, EngineError> {
        let ask =
            Ask::post(self.path(&format!("/containers/create?name={name}")), Body::Json(body), "create a container");
        let created: Created = self.client.ask(ask).await?.json()?;
        created.checked()
    }

    /// Puts what a tar holds into a container that does not run yet, below its root.
    pub(crate) async fn put(&self, id: &str, tar: Bytes) -> Result<(), EngineError> {
        let path = self.path(&format!("/containers/{id}/archive?path=/"));
        let ask = Ask::put(path, Body::Tar(tar), "put the agent into a container");
        self.client.ask(ask.within(LOADING)).await.map(drop)
    }

    /// The streams of a container: what it says on stdout and stderr, in frames, and its stdin.
    pub(crate) async fn attach(&self, id: &str) -> Result<Stream, EngineError> {
        let path = self.path(&format!("/containers/{id}/attach?stream=1&stdin=1&stdout=1&stderr=1"));
        self.client.upgrade(Ask::post(path, Body::Empty, "attach to a container")).await
    }

    /// Starts a container.
    pub(crate) async fn start(&self, id: &str) -> Result<(), EngineError> {
        let ask = Ask::post(self.path(&format!("/containers/{id}/start")), Body::Empty, "start a container");
        self.client.ask(ask.within(Duration::from_secs(60))).await.map(drop)
    }

    /// Waits until a container that is yet to start has ended, and where the engine can tell until it is removed by that; its code.
    pub(crate) async fn wait(&self, id: &str) -> Result<i64, EngineError> {
        let condition = match self.removal() {
            Removal::ByItself => "removed",
            Removal::Asked => "next-exit",
        };
        let path = self.path(&format!("/containers/{id}/wait?condition={condition}"));
        // As long as the run, which has deadlines of its own.
        let ask = Ask::post(path, Body::Empty, "wait for a container").within(Duration::MAX);
        let ended: Ended = self.client.ask(ask).await?.json()?;
        Ok(ended.code)
    }

    /// How a container whose process is about to end is removed soonest. Docker does it by itself, and to kill would cost it another process;
    /// Podman starts one for the end of each container, and not for one that it is asked to remove.
    pub(crate) fn removal(&self) -> Removal {
        match self.facts.kind {
            EngineKind::Docker => Removal::ByItself,
            EngineKind::Podman => Removal::Asked,
        }
    }

    /// Ends and removes a container.
    pub(crate) async fn remove(&self, id: &str) -> Result<Removed, EngineError> {
        let path = self.path(&format!("/containers/{id}?force=1&v=1"));
        match self.client.ask(Ask::delete(path, "remove a container").within(REMOVING)).await {
            Ok(_) => Ok(Removed::Now),
            Err(EngineError::Refused { status: 404, .. }) => Ok(Removed::WasGone),
            // Its own end removes it as well.
            Err(EngineError::Refused { status: 409, text, .. }) if text.as_str().contains("in progress") => {
                Ok(Removed::Going)
            }
            // Podman, of one that ends at this very moment.
            Err(EngineError::Refused { text, .. }) if text.as_str().contains("container state improper") => {
                Ok(Removed::Going)
            }
            Err(error) => Err(error),
        }
    }

    /// What a container is, by name or id.
    pub(crate) async fn inspect(&self, name: &str) -> Result<Inspected, EngineError> {
        let ask = Ask::get(self.path(&format!("/containers/{name}/json")), "look at a container");
        self.client.ask(ask).await?.json::<Inspected>()?.checked()
    }

    /// Whether there is such a container.
    pub(crate) async fn has(&self, id: &str) -> Result<bool, EngineError> {
        match self.inspect(id).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_there() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The containers that have a label, also those that do not run; `label` is `KEY` or `KEY=VALUE`.
    pub(crate) async fn labelled(&self, label: &str) -> Result<Vec<Listed>, EngineError> {
        self.list(&format!("{{\"label\":[{}]}}", serde_json::Value::from(label)), true).await
    }

    /// The containers that run.
    pub(crate) async fn running(&self) -> Result<Vec<Listed>, EngineError> {
        self.list("{\"status\":[\"running\"]}", false).await
    }

    async fn list(&self, filters: &str, all: bool) -> Result<Vec<Listed>, EngineError> {
        let path = format!("/containers/json?all={all}&filters={}", escaped(filters));
        let list: Vec<Listed> = self.client.ask(Ask::get(self.path(&path), "list containers")).await?.json()?;
        Ok(list.into_iter().filter(Listed::is_sane).collect())
    }

    /// The names of its networks.
    pub(crate) async fn networks(&self) -> Result<Vec<ListedNetwork>, EngineError> {
        self.client.ask(Ask::get(self.path("/networks"), "list networks")).await?.json()
    }

    /// A network by its name; its driver.
    pub(crate) async fn network(&self, name: &str) -> Result<ListedNetwork, EngineError> {
        self.client.ask(Ask::get(self.path(&format!("/networks/{name}")), "look at a network")).await?.json()
    }

    /// The first of these images that it has; its id.
    pub(crate) async fn image(&self, ids: &[&str]) -> Result<Option<String>, EngineError> {
        for id in ids {
            match self.client.ask(Ask::get(self.path(&format!("/images/{id}/json")), "look for an image")).await {
                Ok(_) => return Ok(Some((*id).to_owned())),
                Err(error) if error.is_not_there() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Loads an image from a docker archive.
    pub(crate) async fn load(&self, archive: Bytes) -> Result<(), EngineError> {
        let doing = "load an image";
        let ask = Ask::post(self.path("/images/load?quiet=1"), Body::Tar(archive), doing);
        let answer = self.client.ask(ask.within(LOADING)).await?;
        // The status was sent before it began: what went wrong stands in a line of the answer.
        match failed_line(&answer.body) {
            Some(text) => Err(EngineError::Refused { doing, status: 500, text: Words::of(&text) }),
            None => Ok(()),
        }
    }
}

/// What removes a container soonest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removal {
    /// The end of its process.
    ByItself,
    /// A request.
    Asked,
}

/// What became of a removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removed {
    /// It is gone by it.
    Now,
    /// It was gone before.
    WasGone,
    /// The engine is at it already.
    Going,
}

fn server_of(header: &str) -> (EngineKind, Words) {
    let (name, rest) = header.split_once('/').unwrap_or(("", ""));
    let version = Words::of(rest.split(' ').next().unwrap_or_default());
    let kind = if name.eq_ignore_ascii_case("libpod") { EngineKind::Podman } else { EngineKind::Docker };
    (kind, version)
}

/// Everything but what a query may hold as it is. Source: RFC 3986.
pub(crate) fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn failed_line(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Line {
        error: Option<String>,
    }
    let lines = serde_json::Deserializer::from_slice(body).into_iter::<Line>();
    // What is no JSON is progress for people.
    lines.map_while(Result::ok).find_map(|line| line.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_is_known_by_its_servers_name() {
        assert_eq!(server_of("Libpod/4.3.1 (linux)"), (EngineKind::Podman, Words::of("4.3.1")));
        assert_eq!(server_of("Docker/20.10.24+dfsg1 (linux)"), (EngineKind::Docker, Words::of("20.10.24+dfsg1")));
        assert_eq!(server_of("").0, EngineKind::Docker);
    }

    #[test]
    fn an_error_in_the_middle_of_a_load_is_found() {
        let said = b"{\"stream\":\"Loading\"}\r\n{\"errorDetail\":{\"message\":\"full\"},\"error\":\"no space left on device\"}\n";
        assert_eq!(failed_line(said).as_deref(), Some("no space left on device"));
        assert_eq!(failed_line(b"{\"stream\":\"Loaded image: x\"}\n"), None);
        assert_eq!(failed_line(b"plain text"), None);
    }

    #[test]
    fn a_query_holds_no_sign_that_ends_it() {
        assert_eq!(escaped("{\"a\":[\"b=c&d\"]}"), "%7B%22a%22%3A%5B%22b%3Dc%26d%22%5D%7D");
    }
}
