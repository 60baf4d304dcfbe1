//! `local`: the same agent, at the other end of an in-memory pipe.

use std::collections::BTreeSet;

use dbg_engine::Engine;
use dbg_session::{AgentFacts, Security};
use tokio::io::duplex;

use crate::Launched;

/// A piece of code at a time. A larger pipe would only be more memory that the kernel has to give for the first time.
const PIPE_BYTES: usize = 64 * 1024;

pub(crate) fn launch(build: &str, engine: &Engine) -> Launched {
    let (near, far) = duplex(PIPE_BYTES);
    let facts = AgentFacts { build: build.to_owned(), machine: dbg_agent::machine(), fences: BTreeSet::new() };
    let engine = engine.clone();
    let task = tokio::spawn(async move { dbg_agent::serve(far, Security::Process, facts, engine).await });
    Launched::in_process(Box::new(near), task)
}
