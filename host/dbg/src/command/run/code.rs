//! Native code for every component of the run. That for this architecture is made before any agent is launched; that for another once
//! an agent of it has said what it runs on.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use dbg_agent::tell;
use dbg_engine::{Cache, CacheOutcome, CompileError, Engine, Fresh, NativeCode};
use dbg_model::{Architecture, Digest, Machine};
use dbg_plugin::Admitted;
use dbg_plugin::trust::Grounds;
use dbg_session::{CodeId, Payload, Trust};
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

use super::select::Selected;
use super::timing::Timing;
use crate::catalogue::Source;
use crate::diagnostic::Fault;
use crate::settings::Paths;
use crate::stock::Stock;

/// Native code for one machine, by the component it was compiled from.
type Natives = Arc<HashMap<Digest, NativeCode>>;

/// Code on its way into the cache, while it runs already.
#[derive(Default)]
pub(super) struct Keeping(JoinSet<()>);

impl Keeping {
    fn start(&mut self, fresh: Fresh) {
        // The next run compiles again what could not be kept.
        self.0.spawn_blocking(|| drop(fresh.keep()));
    }

    /// Waits until everything has its place. Without that, dbg could leave half a file behind.
    pub(super) async fn finish(mut self) {
        while self.0.join_next().await.is_some() {}
    }
}

/// The code of all checks, for every machine that turns up. Cheap to clone.
#[derive(Clone)]
pub(super) struct Codes(Arc<Inside>);

struct Inside {
    own: Natives,
    foreign: Mutex<HashMap<Machine, Arc<OnceCell<Natives>>>>,
    components: HashMap<Digest, Admitted>,
    /// What this binary carries packed.
    stock: HashMap<Digest, Stock>,
    maker: Maker,
}

/// Where an agent is, as far as it matters to what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// In this process or a child of it: nobody carries what is sent.
    Process,
    /// At the other end of a stream, which others carry.
    Stream,
}

/// One code, as it is sent.
pub(super) struct Sent {
    pub(super) code: CodeId,
    pub(super) component: Digest,
    pub(super) file: Payload,
    pub(super) native: Payload,
}

/// Why there is no code for an agent's machine.
#[derive(Debug, thiserror::Error)]
pub(super) enum CodeError {
    /// It cannot be compiled for it.
    #[error("a check cannot be compiled for the agent's machine")]
    Compile(#[from] CompileError),
    /// The compiler did not come back.
    #[error("the compiler broke off")]
    Broke,
}

impl Codes {
    /// Makes the code for this architecture; what two checks share is made once. What does not fit this dbg is told here, whatever the
    /// targets run on: code for another architecture cannot be linked before it is there.
    pub(super) async fn make(
        engine: &Engine,
        paths: &Paths,
        checks: &[Selected],
        timing: Timing,
        keeping: &mut Keeping,
    ) -> Result<Self, Fault> {
        let maker = Maker { engine: engine.clone(), cache: paths.cache.clone(), timing };
        let mut own = HashMap::new();
        let mut making = HashMap::new();
        let mut components = HashMap::new();
        let mut stock = HashMap::new();
        for check in checks {
            let digest = check.admitted.component().digest();
            components.entry(digest).or_insert_with(|| check.admitted.clone());
            making.entry(digest).or_insert_with(|| match &check.source {
                Source::Stock(one) => {
                    stock.insert(digest, one.clone());
                    let stock = one.clone();
                    tokio::task::spawn_blocking(move || Ok((stock.native()?, None)))
                }
                Source::Stored(_) | Source::File(_) => {
                    let (maker, admitted) = (maker.clone(), check.admitted.clone());
                    tokio::task::spawn_blocking(move || maker.own(&admitted))
                }
            });
        }
        for (digest, task) in making {
            let (native, fresh) = task.await.map_err(|_| Fault::own(anyhow::Error::new(CodeError::Broke)))??;
            own.insert(digest, native);
            if let Some(fresh) = fresh {
                keeping.start(fresh);
            }
        }
        Ok(Self(Arc::new(Inside { own: Arc::new(own), foreign: Mutex::default(), components, stock, maker })))
    }

    /// Whom the run stands on: an agent verifies by itself what it is sent.
    pub(super) fn trust(&self) -> Trust {
        let mut vendors: Vec<&Grounds> = Vec::new();
        let mut unsigned = Vec::new();
        for (digest, admitted) in &self.0.components {
            match admitted.grounds() {
                Some(grounds) if vendors.contains(&grounds) => {}
                Some(grounds) => vendors.push(grounds),
                None => unsigned.push(*digest),
            }
        }
        tell(vendors, unsigned)
    }

    /// The whole files of these components, each with its signature where it has one, and their code for a machine. What this binary carries packed
    /// goes packed over a stream: a third of the bytes.
    pub(super) async fn payloads(
        &self,
        machine: &Machine,
        link: Link,
        components: &[(CodeId, Digest)],
    ) -> Result<Vec<Sent>, CodeError> {
        let natives = self.natives(machine).await?;
        let payload = |(code, component): &(CodeId, Digest)| {
            let (file, native) = (self.0.components.get(component)?.file(), natives.get(component)?);
            let stock = self.0.stock.get(component).filter(|_| link == Link::Stream);
            let file = stock.map_or_else(|| file.clone().into(), Stock::packed_file);
            let stock = stock.filter(|_| machine.architecture == Architecture::OWN);
            let native = stock.map_or_else(|| native.bytes().clone().into(), Stock::packed_native);
            Some(Sent { code: *code, component: *component, file, native })
        };
        Ok(components.iter().filter_map(payload).collect())
    }

    /// The code of all checks for a machine. Agents of one machine share it, also while it is made.
    async fn natives(&self, machine: &Machine) -> Result<Natives, CodeError> {
        if machine.architecture == Architecture::OWN {
            return Ok(Arc::clone(&self.0.own));
        }
        let cell = {
            // Nothing that holds the lock can leave the map half-changed.
            let mut foreign = self.0.foreign.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(foreign.entry(machine.clone()).or_default())
        };
        cell.get_or_try_init(|| self.make_for(machine)).await.cloned()
    }

    async fn make_for(&self, machine: &Machine) -> Result<Natives, CodeError> {
        let Inside { components, maker, .. } = &*self.0;
        let making: Vec<_> = components
            .iter()
            .map(|(digest, admitted)| {
                let (maker, machine, admitted) = (maker.clone(), machine.clone(), admitted.clone());
                (*digest, tokio::task::spawn_blocking(move || maker.foreign(&machine, &admitted)))
            })
            .collect();
        let mut natives = HashMap::new();
        for (digest, task) in making {
            natives.insert(digest, task.await.map_err(|_| CodeError::Broke)??);
        }
        Ok(Arc::new(natives))
    }
}

/// What code is made with.
#[derive(Clone)]
struct Maker {
    engine: Engine,
    cache: Option<PathBuf>,
    timing: Timing,
}

impl Maker {
    fn cache(&self) -> Option<Cache> {
        self.cache.as_ref().map(|dir| Cache::open(dir, env!("DBG_BUILD")))
    }

    /// Code for this architecture, linked, and what is yet to be kept of it. It blocks.
    fn own(&self, admitted: &Admitted) -> Result<(NativeCode, Option<Fresh>), Fault> {
        let (engine, start) = (&self.engine, Instant::now());
        let (native, outcome) = match self.cache() {
            Some(cache) => cache.load_or_compile(engine, admitted).map(|(native, outcome)| (native, Some(outcome))),
            None => engine.compile(admitted).map(|native| (native, None)),
        }
        .map_err(Fault::usage)?;
        let (how, fresh) = match outcome {
            Some(CacheOutcome::Hit) => ("load-cached", None),
            compiled => {
                // Code from the cache was linked before it was kept; what is new is linked now, for a clear error before anything runs.
                engine.load(&native).map_err(Fault::usage)?;
                let fresh = match compiled {
                    Some(CacheOutcome::Compiled(fresh)) => Some(fresh),
                    Some(CacheOutcome::Hit) | None => None,
                };
                ("load-compiled", fresh)
            }
        };
        self.timing.say(how, start.elapsed());
        Ok((native, fresh))
    }

    /// Code for an agent's machine of another architecture. It blocks.
    fn foreign(&self, machine: &Machine, admitted: &Admitted) -> Result<NativeCode, CompileError> {
        let start = Instant::now();
        let (native, how) = match self.cache() {
            Some(cache) => match cache.load_or_compile_for(&self.engine, machine, admitted)? {
                (native, CacheOutcome::Hit) => (native, "load-cached"),
                (native, CacheOutcome::Compiled(fresh)) => {
                    // The next run compiles again what could not be kept.
                    let _ = fresh.keep();
                    (native, "compile")
                }
            },
            // What is not kept is made quickly, whatever it is worth.
            None => (self.engine.compile_for(machine, admitted)?, "compile"),
        };
        self.timing.say(&format!("{how} for {}", machine.architecture), start.elapsed());
        Ok(native)
    }
}
