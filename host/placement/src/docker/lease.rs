//! The hold on a container: taken before the container is created, and given back when it is removed, on whatever way.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::engine::{Engine, Removed};
use super::error::EngineError;
use super::owner::RUN;

/// How long a removal that nobody waits for any more may take.
const REMOVAL: Duration = Duration::from_secs(15);
/// A container that was asked for and is not in the list: the engine may be about to create it for so long.
const CREATION: Duration = Duration::from_secs(3);
/// Between two looks whether it is gone: engines announce it to nobody but by streams.
const PAUSE: Duration = Duration::from_millis(10);

/// Every container of this process that is there, or may be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Leases(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    held: Mutex<Table>,
    fewer: Condvar,
}

#[derive(Debug, Default)]
struct Table {
    next: u64,
    held: BTreeMap<u64, Held>,
    /// What could not be removed.
    left: Vec<String>,
}

#[derive(Debug, Clone)]
struct Held {
    engine: Arc<Engine>,
    name: String,
    run: String,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// The engine was, or is about to be, asked to create it.
    Asked,
    /// It has this id.
    Created(String),
}

/// The hold on one container. Dropping it removes the container; whoever wants to know waits by [`Lease::remove`].
#[derive(Debug)]
pub(crate) struct Lease {
    leases: Leases,
    number: u64,
}

impl Leases {
    fn table(&self) -> MutexGuard<'_, Table> {
        // Nothing that holds the lock can leave the table half-changed.
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the hold on a container that is yet to be created.
    pub(crate) fn take(&self, engine: &Arc<Engine>, name: &str, run: &str) -> Lease {
        let mut table = self.table();
        let number = table.next;
        table.next += 1;
        let held = Held { engine: Arc::clone(engine), name: name.to_owned(), run: run.to_owned(), state: State::Asked };
        table.held.insert(number, held);
        Lease { leases: self.clone(), number }
    }

    fn held(&self, number: u64) -> Option<Held> {
        self.table().held.get(&number).cloned()
    }

    fn give_back(&self, number: u64) {
        self.table().held.remove(&number);
        self.0.fewer.notify_all();
    }

    /// Removes what `number` holds, in a thread of its own: also where the runtime is about to end.
    fn remove_in_thread(&self, number: u64) {
        let leases = self.clone();
        let work = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                // What is left is told by whoever waits for all.
                let _ = runtime.block_on(leases.removal(number));
            }
        };
        // Without a thread the agent still ends by its closed stdin, and the engine removes it.
        let _ = thread::Builder::new().name("lease".to_owned()).stack_size(512 * 1024).spawn(work);
    }

    /// Removes what `number` holds, and waits until it is gone. What cannot be removed is held no longer, and told in the end.
    async fn removal(&self, number: u64) -> Result<(), EngineError> {
        let start = Instant::now();
        loop {
            let Some(held) = self.held(number) else { return Ok(()) };
            let late = EngineError::Silent { doing: "remove a container", seconds: REMOVAL.as_secs() };
            match held.remove().await {
                Ok(Progress::Gone) => break,
                // Nobody created it in the end.
                Ok(Progress::NotThere) if start.elapsed() >= CREATION => break,
                Ok(_) if start.elapsed() < REMOVAL => tokio::time::sleep(PAUSE).await,
                Ok(_) => return Err(self.give_up(number, &held, late)),
                Err(error) => return Err(self.give_up(number, &held, error)),
            }
        }
        self.give_back(number);
        Ok(())
    }

    fn give_up(&self, number: u64, held: &Held, error: EngineError) -> EngineError {
        self.table().left.push(format!("the container `{}` may be left: {error}; `dbg gc` removes it", held.name));
        self.give_back(number);
        error
    }

    /// Removes everything at once, and waits for it, at most so long as a removal takes.
    pub(crate) fn release_all(&self) {
        let numbers: Vec<u64> = self.table().held.keys().copied().collect();
        for number in numbers {
            self.remove_in_thread(number);
        }
        self.wait();
    }

    fn wait(&self) {
        let some = |table: &mut Table| !table.held.is_empty();
        drop(self.0.fewer.wait_timeout_while(self.table(), REMOVAL, some));
    }

    /// Waits until nothing is held; what is then still, each with how to remove it.
    pub(crate) async fn settled(&self) -> Vec<String> {
        if !self.table().held.is_empty() {
            let leases = self.clone();
            // A wait that breaks off is as good as one that is over.
            let _ = tokio::task::spawn_blocking(move || leases.wait()).await;
        }
        let mut table = self.table();
        let late = |held: &Held| format!("the container `{}` may be left; `dbg gc` removes it", held.name);
        let late: Vec<String> = table.held.values().map(late).collect();
        std::mem::take(&mut table.left).into_iter().chain(late).collect()
    }
}

/// How far a removal is.
enum Progress {
    Gone,
    /// The engine is at it.
    Going,
    /// The engine knows of none.
    NotThere,
}

impl Held {
    /// Asks for it to be removed.
    async fn remove(&self) -> Result<Progress, EngineError> {
        let engine = &self.engine;
        let id = match &self.state {
            State::Created(id) => id.clone(),
            State::Asked => {
                // A name may be anybody's; the label is this run's.
                let all = engine.labelled(&format!("{RUN}={}", self.run)).await?;
                let Some(one) = all.into_iter().find(|one| one.name() == self.name) else {
                    return Ok(Progress::NotThere);
                };
                one.id
            }
        };
        Ok(match engine.remove(&id).await? {
            Removed::Now | Removed::WasGone => Progress::Gone,
            Removed::Going if engine.has(&id).await? => Progress::Going,
            Removed::Going => Progress::Gone,
        })
    }
}

impl Lease {
    /// The engine created it under this id.
    pub(crate) fn created(&self, id: &str) {
        if let Some(held) = self.leases.table().held.get_mut(&self.number) {
            held.state = State::Created(id.to_owned());
        }
    }

    /// The engine said that it did not create it: what has its name is somebody else's.
    pub(crate) fn not_created(self) {
        self.leases.give_back(self.number);
    }

    /// The engine said that it is gone.
    pub(crate) fn removed(self) {
        self.leases.give_back(self.number);
    }

    /// Removes it, and waits until it is gone.
    pub(crate) async fn remove(self) -> Result<(), EngineError> {
        self.leases.removal(self.number).await
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.leases.held(self.number).is_some() {
            self.leases.remove_in_thread(self.number);
        }
    }
}
