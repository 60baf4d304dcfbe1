//! One run of one check: a fresh instance, bounded in memory and time, whose every end becomes an [`Ending`].

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dbg_capability::Capabilities;
use dbg_model::{
    CheckName, Counts, Effective, Ending, Event, Failure, FailureCode, Limits, Progress, RedactPattern, Redactor,
    Scalar, format_duration,
};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use wasmtime::Store;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::WasiCtx;

use crate::bindings::dbg::check::check_types as wit;
use crate::capability::cluster::ClusterState;
use crate::capability::connect::ConnectState;
use crate::capability::context::Context;
use crate::capability::files::FilesState;
use crate::capability::names::Names;
use crate::capability::network_state::NetworkStateState;
use crate::capability::processes::ProcessesState;
use crate::capability::report::Report;
use crate::capability::resolver::ResolverState;
use crate::capability::sockets::{Judge, LiveSockets};
use crate::fault;
use crate::limiter::Limiter;
use crate::load::Loaded;
use crate::report::Collector;
use crate::stderr::Stderr;
use crate::store::{CALL_BYTES, GUEST_HANDLES, RANDOM_BYTES, State, WASI_HANDLES};

/// How long a check may still say what it knows after it was cancelled: `run-context.cancelled` promises it.
const GRACE: Duration = Duration::from_secs(1);

/// How often the newest progress is sent.
const PROGRESS: Duration = Duration::from_millis(100);

/// Bytes of a failure's text that a guest gives.
const FAILURE_TEXT: usize = 4 << 10;

/// What to run.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// The check, as declared.
    pub check: CheckName,
    /// Its parameters in the declaration's order, validated, defaults applied.
    pub arguments: Vec<(String, Vec<Scalar>)>,
    /// What it may use.
    pub grants: Effective,
    /// How long and how large.
    pub limits: Limits,
    /// The target as the operator wrote it.
    pub target: String,
    /// What is masked besides what is built in.
    pub redact: Vec<RedactPattern>,
}

/// How the guest's part came to its end.
enum Outcome {
    Returned(Result<Result<(), wit::Failure>, wasmtime::Error>),
    TimedOut,
    Cancelled,
}

impl Loaded {
    /// Runs one check and sends what it says, all but [`Event::Ended`], which is the caller's: it is made of what this returns.
    /// When `cancel` becomes true the guest is told, and ended a second later. Needs tokio with time and I/O.
    pub async fn run(
        &self,
        request: RunRequest,
        capabilities: &Capabilities,
        events: mpsc::Sender<Event>,
        cancel: watch::Receiver<bool>,
    ) -> Ending {
        let started = Instant::now();
        let RunRequest { check, arguments, grants, limits, target, redact } = request;
        let redactor = Redactor::new(redact);
        let limits = limits_within_ceiling(limits);
        let context = Context::new(&target, started + limits.time, cancel).masking(redactor.clone());
        let progress = Arc::new(Mutex::new(None));
        let secrets = arguments.iter().flat_map(|(_, values)| values).filter_map(|value| match value {
            Scalar::Secret(secret) => Some(secret),
            Scalar::Text(_) | Scalar::Integer(_) | Scalar::Boolean(_) => None,
        });
        let report = Report::new(Collector::new(secrets, redactor), events.clone(), Arc::clone(&progress));
        let stderr = Stderr::default();

        // What the place is asked before the guest starts counts into its time.
        let state = self.state(&grants, limits, capabilities, context.clone(), report, &stderr);
        let Some(mut state) = context.pull(u32::MAX, state).await else {
            let failure = Some(if context.is_cancelled() { cancelled() } else { timed_out(limits) });
            return Ending { failure, counts: Default::default(), took: started.elapsed(), peak_memory: 0 };
        };
        let ticking = self.engine.inner.ticker.start();
        let mut store = match ticking {
            Ok(_) => self.store(state),
            Err(cause) => {
                let text = format!("the check was not started, because no thread can be: {cause}");
                let failure = Some(Failure { code: FailureCode::NotLoadable, text });
                let counts = state.report().collector().counts();
                return Ending { failure, counts, took: started.elapsed(), peak_memory: 0 };
            }
        };

        let arguments: Vec<_> = arguments.into_iter().map(|(name, values)| argument(name, values)).collect();
        let outcome = {
            let call = async {
                let plugin = self.plugin.instantiate_async(&mut store).await?;
                plugin.dbg_check_guest().call_run(&mut store, check.as_str(), &arguments).await
            };
            until_ended(call, &context, &progress, &events).await
        };
        let state = store.data_mut();
        state.files.release().await;
        state.connect.release().await;
        state.network_state.release().await;
        state.processes.release().await;
        state.report.finish().await;
        let failure = match outcome {
            Outcome::Returned(Ok(Ok(()))) => None,
            Outcome::Returned(Ok(Err(failure))) => Some(told(failure)),
            Outcome::Returned(Err(error)) => {
                Some(fault::failure(&error, state.limiter.refused(), stderr.last_line().as_deref()))
            }
            Outcome::TimedOut => Some(timed_out(limits)),
            Outcome::Cancelled => Some(cancelled()),
        };
        // The guest's own words may hold a secret as much as its findings.
        let mask = state.report.collector().mask();
        let failure = failure.map(|Failure { code, text }| Failure { code, text: mask.text(text, FAILURE_TEXT) });
        let (counts, tally) = (state.report.collector().counts(), context.tally());
        let counts = Counts {
            touched: tally.touched(),
            refused: tally.refused(),
            redacted: counts.redacted.saturating_add(tally.redacted()),
            ..counts
        };
        Ending { failure, counts, took: started.elapsed(), peak_memory: state.limiter.peak() }
    }

    async fn state(
        &self,
        grants: &Effective,
        limits: Limits,
        capabilities: &Capabilities,
        context: Context,
        report: Report,
        stderr: &Stderr,
    ) -> State {
        let judge = Arc::new(Judge::new(grants.sockets(), &*capabilities.sockets, context.tally()).await);
        let connect = ConnectState::new(grants, capabilities, context.clone()).await;
        let mut wasi = WasiCtx::builder();
        judge.install(&mut wasi);
        wasi.stderr(stderr.clone()).max_random_size(RANDOM_BYTES);
        let mut table = ResourceTable::new();
        table.set_max_capacity(WASI_HANDLES);
        State {
            wasi: wasi.build(),
            table,
            limiter: Limiter::new(limits.memory),
            report,
            files: FilesState::new(grants, &capabilities.files, context.clone()),
            connect,
            network_state: NetworkStateState::new(grants, &capabilities.network_state, context.clone()),
            processes: ProcessesState::new(grants, &capabilities.processes, context.clone()),
            cluster: ClusterState::new(grants, &capabilities.cluster, context.clone()),
            resolver: ResolverState::new(grants, &capabilities.resolver, Arc::clone(context.tally())),
            names: Names::new(&capabilities.sockets, &judge),
            live: LiveSockets::new(&self.engine.inner.sockets),
            context,
        }
    }

    fn store(&self, state: State) -> Store<State> {
        let mut store = Store::new(&self.engine.inner.wasmtime, state);
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(CALL_BYTES);
        store.set_max_component_handles(GUEST_HANDLES);
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        store
    }
}

/// Waits for the guest, its deadline or the end of its grace, and sends its progress meanwhile. Dropping the call ends the guest
/// wherever it is, also inside a host function.
async fn until_ended(
    call: impl Future<Output = Result<Result<(), wit::Failure>, wasmtime::Error>>,
    context: &Context,
    progress: &Mutex<Option<Progress>>,
    events: &mpsc::Sender<Event>,
) -> Outcome {
    let grace = async {
        context.until_cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    let deadline = tokio::time::sleep_until(context.deadline());
    let mut ticks = tokio::time::interval_at(Instant::now() + PROGRESS, PROGRESS);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    tokio::pin!(call, grace, deadline);
    loop {
        tokio::select! {
            biased;
            () = &mut deadline => return Outcome::TimedOut,
            () = &mut grace => return Outcome::Cancelled,
            _ = ticks.tick() => {
                // A reader that is behind misses this one and gets a newer.
                if let Ok(room) = events.try_reserve() {
                    let newest = progress.lock().unwrap_or_else(PoisonError::into_inner).take();
                    if let Some(newest) = newest {
                        room.send(Event::Progress(newest));
                    }
                }
            }
            returned = &mut call => return Outcome::Returned(returned),
        }
    }
}

fn argument(name: String, values: Vec<Scalar>) -> wit::Arg {
    let scalar = |value| match value {
        Scalar::Text(text) => wit::Scalar::Text(text),
        Scalar::Integer(value) => wit::Scalar::Integer(value),
        Scalar::Boolean(value) => wit::Scalar::Boolean(value),
        Scalar::Secret(secret) => wit::Scalar::Text(secret.reveal().to_owned()),
    };
    wit::Arg { name, values: values.into_iter().map(scalar).collect() }
}

/// What the guest itself says of why it could not.
fn told(failure: wit::Failure) -> Failure {
    let code = match failure.code {
        wit::FailureCode::NoSuchCheck => FailureCode::NoSuchCheck,
        wit::FailureCode::BadArguments => FailureCode::BadArguments,
        wit::FailureCode::Denied => FailureCode::Denied,
        wit::FailureCode::Unsupported => FailureCode::Unsupported,
        wit::FailureCode::TimedOut => FailureCode::TimedOut,
        wit::FailureCode::Cancelled => FailureCode::Cancelled,
        wit::FailureCode::Other => FailureCode::Other,
    };
    Failure { code, text: failure.text }
}

/// What the caller allows, and never more than any check may have.
fn limits_within_ceiling(limits: Limits) -> Limits {
    let Limits { time, memory } = limits;
    Limits { time: time.min(Limits::CEILING.time), memory: memory.min(Limits::CEILING.memory) }
}

fn cancelled() -> Failure {
    let text = "the check was cancelled and did not return in time".into();
    Failure { code: FailureCode::Cancelled, text }
}

fn timed_out(limits: Limits) -> Failure {
    let text = format!("the time was up: it had {}", format_duration(limits.time));
    Failure { code: FailureCode::TimedOut, text }
}

#[cfg(test)]
mod tests {
    use dbg_capability::{Configuration, LookupError, Resolver, ResolverError, Sockets};
    use dbg_plugin::{Admitted, AllowUnsigned, Component};

    use super::*;
    use crate::Engine;
    use crate::capability::{cluster, network_state, processes};
    use crate::samples::{self, NoConnect, NoFiles, with};

    /// A place where there is nothing to ask.
    struct Nowhere;

    #[async_trait::async_trait]
    impl Sockets for Nowhere {
        async fn lookup(&self, _name: &str) -> Result<Vec<std::net::IpAddr>, LookupError> {
            std::future::pending().await
        }

        async fn resolvers(&self) -> Vec<std::net::SocketAddr> {
            Vec::new()
        }

        async fn own_addresses(&self) -> Vec<std::net::IpAddr> {
            Vec::new()
        }
    }

    #[async_trait::async_trait]
    impl Resolver for Nowhere {
        async fn read(&self) -> Result<Configuration, ResolverError> {
            std::future::pending().await
        }
    }

    fn load(engine: &Engine, bytes: Vec<u8>) -> Loaded {
        let admitted = Admitted::unsigned(Component::read(bytes.into()).unwrap(), AllowUnsigned::by_operator());
        engine.load(&engine.compile(&admitted).unwrap()).unwrap()
    }

    fn request(limits: Limits) -> RunRequest {
        let grants = Effective::default();
        RunRequest {
            check: "look".parse().unwrap(),
            arguments: Vec::new(),
            grants,
            limits,
            target: "local".into(),
            redact: Vec::new(),
        }
    }

    struct Running {
        ending: tokio::task::JoinHandle<Ending>,
        cancel: watch::Sender<bool>,
    }

    fn start(loaded: &Loaded, limits: Limits) -> Running {
        let (events, mut reader) = mpsc::channel(1);
        let (cancel, cancelled) = watch::channel(false);
        let loaded = loaded.clone();
        tokio::spawn(async move { while reader.recv().await.is_some() {} });
        let ending = tokio::spawn(async move {
            let place = dbg_capability::Capabilities {
                sockets: Arc::new(Nowhere),
                resolver: Arc::new(Nowhere),
                files: Arc::new(NoFiles),
                connect: Arc::new(NoConnect),
                network_state: Arc::new(network_state::tests::Target::default()),
                processes: Arc::new(processes::tests::Target::default()),
                cluster: Arc::new(cluster::tests::Target::default()),
            };
            loaded.run(request(limits), &place, events, cancelled).await
        });
        Running { ending, cancel }
    }

    async fn ending(bytes: Vec<u8>, limits: Limits) -> Ending {
        start(&load(&Engine::new().unwrap(), bytes), limits).ending.await.unwrap()
    }

    fn code(ending: &Ending) -> Option<FailureCode> {
        ending.failure.as_ref().map(|failure| failure.code)
    }

    const SOON: Limits = Limits { time: Duration::from_millis(50), memory: 1 << 20 };

    #[tokio::test]
    async fn a_check_that_returns_has_no_failure_and_a_peak() {
        let ending = ending(samples::plugin("(i32.const 16)"), Limits::DEFAULT).await;
        assert_eq!(ending.failure, None);
        assert_eq!(ending.peak_memory, 64 << 10);
    }

    #[tokio::test]
    async fn a_trap_is_told_by_its_reason() {
        for (run, reason) in [
            ("unreachable", "gave up"),
            ("(i32.load (i32.const -8))", "out of bounds"),
            ("(i32.div_s (i32.const 1) (i32.const 0))", "divided by zero"),
            ("call $recurse (i32.const 16)", "call stack"),
        ] {
            let ending = ending(samples::plugin(run), Limits::DEFAULT).await;
            let failure = ending.failure.unwrap();
            assert_eq!(failure.code, FailureCode::Trapped, "{run}");
            assert!(failure.text.contains(reason), "{run}: {}", failure.text);
        }
    }

    #[tokio::test]
    async fn an_endless_loop_ends_at_its_deadline() {
        let ending = ending(samples::plugin("(loop (br 0)) (i32.const 16)"), SOON).await;
        assert_eq!(code(&ending), Some(FailureCode::TimedOut));
    }

    #[tokio::test]
    async fn a_sibling_returns_beside_an_endless_loop_on_one_thread() {
        let engine = Engine::new().unwrap();
        let endless = start(&load(&engine, samples::plugin("(loop (br 0)) (i32.const 16)")), Limits::DEFAULT);
        let brief = start(&load(&engine, samples::plugin("(i32.const 16)")), Limits::DEFAULT);
        assert_eq!(brief.ending.await.unwrap().failure, None);
        endless.cancel.send(true).unwrap();
        assert_eq!(code(&endless.ending.await.unwrap()), Some(FailureCode::Cancelled));
    }

    #[tokio::test]
    async fn memory_without_end_is_refused_at_the_limit_and_named() {
        let run = "(loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable";
        let ending = ending(samples::plugin(run), Limits { memory: 1 << 20, ..Limits::DEFAULT }).await;
        assert_eq!(code(&ending), Some(FailureCode::OutOfMemory));
        assert_eq!(ending.peak_memory, 1 << 20);
        assert!(ending.failure.unwrap().text.contains("1MiB"));
    }

    #[tokio::test]
    async fn a_memory_that_begins_over_the_limit_does_not_begin() {
        let bytes = with("", "(memory (export \"memory\") 32)", "(i32.const 16)");
        let ending = ending(bytes, Limits { memory: 1 << 20, ..Limits::DEFAULT }).await;
        assert_eq!(code(&ending), Some(FailureCode::OutOfMemory));
    }

    #[tokio::test]
    async fn what_the_guest_says_of_its_failure_is_kept() {
        let data =
            r#"(data (i32.const 16) "\01\00\00\00\03\00\00\00\28\00\00\00\03\00\00\00\00\00\00\00\00\00\00\00no!")"#;
        let bytes = with("", &format!("(memory (export \"memory\") 1) {data}"), "(i32.const 16)");
        let failure = ending(bytes, Limits::DEFAULT).await.failure.unwrap();
        assert_eq!(failure, Failure { code: FailureCode::Unsupported, text: "no!".into() });
    }
}
