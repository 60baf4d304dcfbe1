//! The one configuration of wasmtime: what compiles, what loads and what runs all use it, or an artifact would not fit.

use dbg_model::Architecture;

use crate::EngineError;

/// Where guests run: always the static flavour of an architecture. Naming it turns the inference of CPU features off, so that
/// code made on one machine runs on every other of its architecture.
fn target(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "x86_64-unknown-linux-musl",
        Architecture::Aarch64 => "aarch64-unknown-linux-musl",
    }
}

/// A guest's call stack: four times what the deepest of the tried guests (a Python interpreter) takes at its start.
const WASM_STACK: usize = 1 << 20;

/// The fiber's stack: the guest's part, and the host's functions on top of it.
const FIBER_STACK: usize = WASM_STACK + (1 << 20);

/// Address space, not memory: with 4 GiB reserved no access needs a bounds check, and a memory never moves.
const MEMORY_RESERVATION: u64 = 4 << 30;

/// Behind the reservation, for the constant offset of an access. Half of wasmtime's own guard is still ample.
const MEMORY_GUARD: u64 = 16 << 20;

/// What loads and runs code here, and what compiles it for here.
pub(crate) fn config() -> Result<wasmtime::Config, EngineError> {
    of(Architecture::OWN)
}

/// What code for an architecture is compiled by. On a machine of it the code loads under [`config`].
pub(crate) fn of(architecture: Architecture) -> Result<wasmtime::Config, EngineError> {
    let mut config = wasmtime::Config::new();
    config.target(target(architecture)).map_err(|cause| EngineError::Configuration(cause.into()))?;
    config
        .wasm_component_model(true)
        // WASI 0.3 and async lifts are not for the first ABI; without them a store is smaller and faster to make.
        .concurrency_support(false)
        .epoch_interruption(true)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(FIBER_STACK)
        .memory_reservation(MEMORY_RESERVATION)
        .memory_reservation_for_growth(0)
        .memory_guard_size(MEMORY_GUARD)
        .memory_may_move(false)
        // Its data copied, a guest starts with less to do for the kernel than with an image mapped; `docs/decisions.md` has the figures.
        .memory_init_cow(false)
        // A trap is told by its reason; addresses in a stripped guest help nobody, and their map is a fifth of the artifact.
        .generate_address_map(false)
        .wasm_backtrace_max_frames(None)
        .native_unwind_info(false)
        // What the toolchains of Rust, C, Python and JavaScript emit for WASI 0.2, and no more.
        .wasm_simd(true)
        .wasm_bulk_memory(true)
        .wasm_multi_value(true)
        .wasm_extended_const(true)
        // QuickJS is compiled with them.
        .wasm_tail_call(true)
        .wasm_relaxed_simd(false)
        // Components within a component are joined by adapters of wasmtime's own that see two memories (QuickJS is one); without this it
        // panics on them. The limiter counts all memories together.
        .wasm_multi_memory(true)
        .wasm_memory64(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false);
    compiler(&mut config);
    Ok(config)
}

/// Plugins that are compiled while somebody waits: three times as fast as [`thorough`], and a check mostly waits for others anyhow.
#[cfg(feature = "compiler")]
fn compiler(config: &mut wasmtime::Config) {
    config
        .cranelift_opt_level(wasmtime::OptLevel::None)
        .cranelift_regalloc_algorithm(wasmtime::RegallocAlgorithm::SinglePass)
        .parallel_compilation(true);
}

#[cfg(not(feature = "compiler"))]
fn compiler(_config: &mut wasmtime::Config) {}

/// Plugins that come with dbg. Their code loads under [`config`]: neither setting changes what code means.
#[cfg(feature = "compiler")]
pub(crate) fn thorough(config: &mut wasmtime::Config) {
    config
        .cranelift_opt_level(wasmtime::OptLevel::Speed)
        .cranelift_regalloc_algorithm(wasmtime::RegallocAlgorithm::Backtracking);
}
