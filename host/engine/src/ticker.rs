//! The thread that makes running guests yield, so that siblings and deadlines have their turn. It lives while checks run.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wasmtime::EngineWeak;

/// How long a guest computes before others have their turn.
const TICK: Duration = Duration::from_millis(10);

/// Starts the thread with the first run and ends it after the last.
#[derive(Clone)]
pub(crate) struct Ticker {
    engine: EngineWeak,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    thread: bool,
}

/// Keeps the thread going.
pub(crate) struct Ticking(Ticker);

impl Ticker {
    pub(crate) fn new(engine: &wasmtime::Engine) -> Self {
        Self { engine: engine.weak(), state: Arc::default() }
    }

    /// For as long as what it returns is kept. Fails when no thread can be started.
    pub(crate) fn start(&self) -> std::io::Result<Ticking> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.thread {
            let ticker = self.clone();
            std::thread::Builder::new().name("dbg-ticker".into()).stack_size(64 << 10).spawn(move || ticker.tick())?;
            state.thread = true;
        }
        state.running += 1;
        Ok(Ticking(self.clone()))
    }

    fn tick(&self) {
        loop {
            std::thread::sleep(TICK);
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let engine = self.engine.upgrade().filter(|_| state.running > 0);
            let Some(engine) = engine else {
                state.thread = false;
                return;
            };
            engine.increment_epoch();
        }
    }
}

impl Drop for Ticking {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).running -= 1;
    }
}
