//! `dbg gc`: what runs have left behind is removed.

use dbg_placement::{Asked, docker::LeftOver};
use dbg_placement::{EngineError, Engines};
use serde::Serialize;

use super::{block_on, print, print_json};
use crate::agents;
use crate::args::{Gc, ListFormat};
use crate::describe::Columns;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Terminal, engine_settings};

/// One container. Texts are raw.
#[derive(Serialize)]
struct Line {
    container: String,
    run: String,
    reason: &'static str,
    /// Whether it is gone now.
    removed: bool,
}

pub(crate) fn gc(args: &Gc, terminal: &Terminal) -> Result<Exit, Fault> {
    let engines = Engines::new(engine_settings(), agents::carried(), Asked::default());
    let (lines, others, failed) = block_on(collect(&engines, args.dry_run))?.map_err(Fault::unreachable)?;
    match args.output {
        ListFormat::Json => print_json(&lines)?,
        ListFormat::Text if lines.is_empty() => print("nothing is left behind\n")?,
        ListFormat::Text => {
            let mut columns = Columns::new(["CONTAINER", "RUN", "WHY", "REMOVED"]);
            for line in &lines {
                let removed = if line.removed { "yes" } else { "no" };
                columns.row([line.container.as_str(), &line.run, line.reason, removed]);
            }
            print(&columns.render(terminal.width))?
        }
    };
    if others > 0 {
        printer::note(&format!("note: {others} more of dbg's containers belong to others, or to runs that go on"));
    }
    match failed {
        Some(error) => Err(Fault::unreachable(error)),
        None => Ok(Exit::Pass),
    }
}

/// What is left, how many others there are, and the first removal that failed; the rest is removed all the same.
async fn collect(engines: &Engines, keeps: bool) -> Result<(Vec<Line>, usize, Option<EngineError>), EngineError> {
    let found = engines.left_overs().await?;
    let (mut lines, mut failed) = (Vec::new(), None);
    for left in found.left {
        let removed = if keeps { false } else { remove(engines, &left, &mut failed).await };
        lines.push(Line { container: left.name, run: left.run, reason: left.reason, removed });
    }
    Ok((lines, found.live + found.foreign, failed))
}

async fn remove(engines: &Engines, left: &LeftOver, failed: &mut Option<EngineError>) -> bool {
    match engines.remove(left).await {
        Ok(()) => true,
        Err(error) => {
            failed.get_or_insert(error);
            false
        }
    }
}
