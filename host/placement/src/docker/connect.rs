//! The engine that answers: the one that was named, or the first of the usual ones.

use std::io::ErrorKind;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use dbg_agent::SiteRules;
use dbg_model::Architecture;
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::address::{Address, Candidates, EngineSettings, candidates};
use super::client::{Ask, Client, ConnectFault, on};
use super::engine::Engine;
use super::error::{EngineError, Tried, Words};
use super::facts::Asked;
use super::image::{self, Image};
use super::lease::Leases;
use crate::{Agents, AgentsError, LaunchError, ProgramError};

/// A ping is answered in a millisecond, by one that starts after some seconds.
const ANSWERING: Duration = Duration::from_secs(10);

/// The container engine of this machine: found when it is first needed, once for all targets. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engines(Arc<Inside>);

/// An image that an engine has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedImage {
    /// The engine, in a word or two.
    pub engine: String,
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Whether it was there before.
    pub was_there: bool,
}

#[derive(Debug)]
struct Inside {
    settings: EngineSettings,
    agents: Agents,
    asked: Asked,
    engine: OnceCell<Arc<Engine>>,
    /// Under which id the engine has the image, once it is known; the lock is held while it is loaded.
    loaded: tokio::sync::Mutex<()>,
    id: OnceLock<String>,
    leases: Leases,
}

impl Engines {
    /// `asked` counts for every container that is made. Nothing is opened yet.
    #[must_use]
    pub fn new(settings: EngineSettings, agents: Agents, asked: Asked) -> Self {
        let inside = Inside {
            settings,
            agents,
            asked,
            engine: OnceCell::new(),
            loaded: tokio::sync::Mutex::default(),
            id: OnceLock::new(),
            leases: Leases::default(),
        };
        Self(Arc::new(inside))
    }

    /// What the operator asks of every container.
    pub(crate) fn what_was_asked(&self) -> &Asked {
        &self.0.asked
    }

    /// Whether somebody said which engine it is: then it may be of another machine.
    pub(crate) fn is_named(&self) -> bool {
        let uid = rustix::process::geteuid().as_raw();
        !matches!(candidates(&self.0.settings, uid), Ok(Candidates::Usual(_)))
    }

    /// The engine.
    pub(crate) async fn engine(&self) -> Result<Arc<Engine>, EngineError> {
        let settings = &self.0.settings;
        self.0.engine.get_or_try_init(|| async { find(settings).await.map(Arc::new) }).await.cloned()
    }

    /// Under which id the engine likeliest has the agent's own image: as it was looked up, or as most engines have it.
    pub(crate) fn image_id(&self, engine: &Engine) -> Result<String, AgentsError> {
        let [likeliest, _] = self.0.agents.image(engine.facts.architecture)?;
        Ok(self.0.id.get().map_or_else(|| likeliest.to_owned(), Clone::clone))
    }

    /// Loads the image unless the engine has it by now; its id. Targets side by side load it once.
    pub(crate) async fn load(&self, engine: &Engine) -> Result<String, LaunchError> {
        let _loading = self.0.loaded.lock().await;
        let architecture = engine.facts.architecture;
        let ids = self.0.agents.image(architecture).map_err(ProgramError::from)?;
        let id = match engine.image(&ids).await? {
            Some(id) => id,
            None => {
                engine.load(self.archive(architecture).await?).await?;
                let missing = || EngineError::Garbage {
                    doing: "load an image",
                    reason: Words::of("it has it under no id that it can have"),
                };
                engine.image(&ids).await?.ok_or_else(missing)?
            }
        };
        Ok(self.0.id.get_or_init(|| id).clone())
    }

    /// The image as an archive.
    async fn archive(&self, architecture: Architecture) -> Result<Bytes, LaunchError> {
        let agents = self.0.agents;
        let make = move || Image::make(&agents, architecture, None)?.archive().map_err(AgentsError::Written);
        let made = tokio::task::spawn_blocking(make).await.map_err(|_| LaunchError::Broke)?;
        Ok(made.map_err(ProgramError::from)?)
    }

    /// The agent as a tar of one layer, to be put into a container of another image.
    pub(crate) async fn agent(&self, architecture: Architecture) -> Result<Bytes, LaunchError> {
        let agents = self.0.agents;
        let make = move || image::agent_alone(&agents, architecture);
        let made = tokio::task::spawn_blocking(make).await.map_err(|_| LaunchError::Broke)?;
        Ok(made.map_err(ProgramError::from)?)
    }

    /// Begins to look for the engine, beside whatever comes next. Called in a runtime.
    pub fn prepare(&self) {
        let engines = self.clone();
        tokio::spawn(async move {
            // Whoever needs it asks again, and is told why there is none.
            let _ = engines.engine().await;
        });
    }

    /// The agent's image for an architecture as one file, a docker archive and an OCI layout at once, and the name that it is loaded under; with what a site
    /// says of whom it trusts it is another image.
    ///
    /// # Errors
    /// This build carries no agent for it, or it is damaged.
    pub fn saved_image(
        &self,
        architecture: Architecture,
        site: Option<&SiteRules>,
    ) -> Result<(String, Bytes), AgentsError> {
        let made = Image::make(&self.0.agents, architecture, site)?;
        let archive = made.archive().map_err(AgentsError::Written)?;
        Ok((made.tag().to_owned(), archive))
    }

    /// Loads the agent's image into the engine unless it is there.
    ///
    /// # Errors
    /// No engine answers, there is no agent for it, or it does not take the image.
    pub async fn load_image(&self) -> Result<LoadedImage, LaunchError> {
        let engine = self.engine().await?;
        let ids = self.0.agents.image(engine.facts.architecture).map_err(ProgramError::from)?;
        let was_there = engine.image(&ids).await?.is_some();
        let id = self.load(&engine).await?;
        let engine = format!("{} {}", engine.facts.kind, engine.facts.version);
        Ok(LoadedImage { engine, name: image::tag(&ids), id, was_there })
    }

    pub(crate) fn leases(&self) -> &Leases {
        &self.0.leases
    }

    /// Removes every container that is still there, now: for an end that waits for nothing. It blocks, for some seconds at most.
    pub fn release_all(&self) {
        self.0.leases.release_all();
    }

    /// Waits until every container of this process is removed, for some seconds at most; what is then left, each with how to remove it.
    pub async fn settled(&self) -> Vec<String> {
        self.0.leases.settled().await
    }
}

async fn find(settings: &EngineSettings) -> Result<Engine, EngineError> {
    let uid = rustix::process::geteuid().as_raw();
    let all = match candidates(settings, uid)? {
        Candidates::Named(address) => vec![address],
        Candidates::Usual(all) => all,
    };
    let mut tried = Vec::new();
    for address in all {
        match ask(address).await? {
            Ok(engine) => return Ok(engine),
            Err(failed) => tried.push(failed),
        }
    }
    Err(EngineError::NoEngine(tried))
}

/// The engine at an address; why nobody answers there; or, where somebody answers that cannot be used, the error.
async fn ask(address: Address) -> Result<Result<Engine, Tried>, EngineError> {
    let client = Client::new(address.clone())?;
    let shown = client.address().to_string();
    let failed = |reason, is_forbidden| Ok(Err(Tried { address: shown.clone(), reason, is_forbidden }));
    let (stream, uid) = match client.connect().await {
        Ok(connected) => connected,
        Err(ConnectFault::Io(error)) => {
            let is_forbidden = error.kind() == ErrorKind::PermissionDenied;
            return failed(words(&address, &error), is_forbidden);
        }
        Err(ConnectFault::Engine(error)) => return Err(error),
        Err(ConnectFault::Silent) => return failed(Words::of("it does not answer"), false),
    };
    let ping = on(stream, Ask::get("/_ping".to_owned(), "say who it is"));
    match timeout(ANSWERING, ping).await {
        Ok(Ok(ping)) => Engine::meet(client, &ping, uid).await.map(Ok),
        Ok(Err(error @ (EngineError::TooLong { .. } | EngineError::Refused { .. }))) => Err(error),
        Ok(Err(error)) => failed(Words::of(&error.to_string()), false),
        Err(_) => failed(Words::of("it took the connection and does not answer"), false),
    }
}

/// The kernel's words, and for a socket that is left over from an engine what that means.
fn words(address: &Address, error: &std::io::Error) -> Words {
    match (address, error.kind()) {
        (_, ErrorKind::NotFound) => Words::of("there is no such socket"),
        (_, ErrorKind::PermissionDenied) => Words::of("permission denied"),
        (Address::Unix(_), ErrorKind::ConnectionRefused) => Words::of("nobody listens at the socket"),
        _ => Words::of(&error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agents() -> Agents {
        Agents::new(None, None)
    }

    async fn found(path: &std::path::Path) -> Result<Arc<Engine>, EngineError> {
        let host = Some(format!("unix://{}", path.display()));
        Engines::new(EngineSettings { host, ..EngineSettings::default() }, agents(), Asked::default()).engine().await
    }

    #[tokio::test]
    async fn a_socket_that_is_not_there_and_one_that_nobody_listens_at_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("engine.sock");
        let Err(EngineError::NoEngine(tried)) = found(&path).await else { panic!() };
        assert_eq!(tried[0].reason.as_str(), "there is no such socket");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let Err(EngineError::NoEngine(tried)) = found(&path).await else { panic!() };
        assert_eq!(tried[0].reason.as_str(), "nobody listens at the socket");
    }
}
