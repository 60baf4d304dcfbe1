//! Native code for every component of the run: carried, cached, or compiled side by side.

use std::collections::HashMap;
use std::time::Instant;

use dbg_engine::{Cache, CacheOutcome, Engine, Fresh, NativeCode};
use dbg_model::Digest;
use dbg_plugin::Admitted;
use tokio::task::JoinSet;

use super::select::Selected;
use super::timing::Timing;
use crate::catalogue::Source;
use crate::diagnostic::Fault;
use crate::settings::Paths;

/// Native code by the component it was compiled from.
pub(super) type Codes = HashMap<Digest, NativeCode>;

/// Code on its way into the cache, while it runs already.
#[derive(Default)]
pub(super) struct Keeping(JoinSet<()>);

impl Keeping {
    fn start(&mut self, fresh: Fresh) {
        // The next run compiles again what could not be kept.
        self.0.spawn_blocking(|| fresh.keep().unwrap_or_default());
    }

    /// Waits until everything has its place. Without that, dbg could leave half a file behind.
    pub(super) async fn finish(mut self) {
        while self.0.join_next().await.is_some() {}
    }
}

/// The code of all checks; what two of them share is made once.
pub(super) async fn native(
    engine: &Engine,
    paths: &Paths,
    checks: &[Selected],
    timing: &Timing,
    keeping: &mut Keeping,
) -> Result<Codes, Fault> {
    let mut codes = Codes::new();
    let mut compiling = HashMap::new();
    for check in checks {
        let digest = check.admitted.component().digest();
        match &check.source {
            Source::Stock(stock) => {
                codes.entry(digest).or_insert_with(|| stock.native());
            }
            Source::Stored(_) | Source::File(_) => {
                compiling.entry(digest).or_insert_with(|| start(engine, paths, &check.admitted, *timing));
            }
        }
    }
    for (digest, task) in compiling {
        let (native, fresh) = task.await.map_err(|_| Fault::own(anyhow::anyhow!("the compiler broke off")))??;
        codes.insert(digest, native);
        if let Some(fresh) = fresh {
            keeping.start(fresh);
        }
    }
    Ok(codes)
}

fn start(
    engine: &Engine,
    paths: &Paths,
    admitted: &Admitted,
    timing: Timing,
) -> tokio::task::JoinHandle<Result<(NativeCode, Option<Fresh>), Fault>> {
    let (engine, admitted, dir) = (engine.clone(), admitted.clone(), paths.cache.clone());
    tokio::task::spawn_blocking(move || {
        let start = Instant::now();
        let cache = dir.map(|dir| Cache::open(&dir, env!("DBG_BUILD")));
        let (native, outcome) = match &cache {
            Some(cache) => cache.load_or_compile(&engine, &admitted).map(|(native, outcome)| (native, Some(outcome))),
            None => engine.compile(&admitted).map(|native| (native, None)),
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
        timing.say(how, start.elapsed());
        Ok((native, fresh))
    })
}
