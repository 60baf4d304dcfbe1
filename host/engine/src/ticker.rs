//! The thread that makes running guests yield, so that siblings and deadlines have their turn. It lives while checks run.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use wasmtime::EngineWeak;

/// How long a guest computes before others have their turn.
const TICK: Duration = Duration::from_millis(10);

/// The thread ends after so many ticks without a run: checks that follow each other closely share one.
const IDLE_TICKS: u32 = 100;

/// Starts the thread with the first run, or a little before, and ends it after the last.
#[derive(Clone)]
pub(crate) struct Ticker {
    engine: EngineWeak,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    /// Ticks without a run, as long as there is a thread.
    thread: Option<u32>,
}

/// Keeps the thread going.
pub(crate) struct Ticking(Ticker);

impl Ticker {
    pub(crate) fn new(engine: &wasmtime::Engine) -> Self {
        Self { engine: engine.weak(), state: Arc::default() }
    }

    /// For as long as what it returns is kept. Fails when no thread can be started.
    pub(crate) fn start(&self) -> std::io::Result<Ticking> {
        let mut state = self.lock();
        self.start_thread(&mut state)?;
        state.running += 1;
        Ok(Ticking(self.clone()))
    }

    /// Starts the thread already now, because a run comes soon. Where that fails, the run will say so.
    pub(crate) fn expect_a_run(&self) {
        let _ = self.start_thread(&mut self.lock());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start_thread(&self, state: &mut State) -> std::io::Result<()> {
        if state.thread.is_none() {
            let ticker = self.clone();
            std::thread::Builder::new().name("dbg-ticker".into()).stack_size(64 << 10).spawn(move || ticker.tick())?;
        }
        state.thread = Some(0);
        Ok(())
    }

    fn tick(&self) {
        loop {
            std::thread::sleep(TICK);
            let mut state = self.lock();
            let idle = if state.running > 0 { 0 } else { state.thread.unwrap_or_default() + 1 };
            let Some(engine) = self.engine.upgrade().filter(|_| idle < IDLE_TICKS) else {
                state.thread = None;
                return;
            };
            state.thread = Some(idle);
            engine.increment_epoch();
        }
    }
}

impl Drop for Ticking {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
    }
}
