//! `dbg gc`: what runs have left behind is removed, from the container engine and from the cluster.

use anyhow::Error;
use dbg_placement::docker::LeftOver;
use dbg_placement::kube::{LeftObject, Namespaces};
use dbg_placement::{Asked, ClusterError, Clusters, EngineError, Engines};
use serde::Serialize;

use super::{block_on, print, print_json};
use crate::agents;
use crate::args::{Gc, ListFormat};
use crate::describe::Columns;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Paths, Site, Terminal, by_policy, cluster_settings, engine_settings};

/// One container, or one object of a cluster. Texts are raw.
#[derive(Serialize)]
struct Line {
    container: String,
    run: String,
    reason: &'static str,
    /// Whether it is gone now.
    removed: bool,
}

/// What was found in one place.
#[derive(Default)]
struct Found {
    lines: Vec<Line>,
    /// How many there are that are in use or somebody else's.
    others: usize,
    /// The first removal that failed; the rest is removed all the same.
    failed: Option<Error>,
}

impl Found {
    fn add(&mut self, other: Self) {
        self.lines.extend(other.lines);
        self.others += other.others;
        self.failed = self.failed.take().or(other.failed);
    }
}

pub(crate) fn gc(args: &Gc, terminal: &Terminal) -> Result<Exit, Fault> {
    let engines = Engines::new(engine_settings(), agents::carried(), Asked::default());
    let site = Site::open(Paths::of_this_user())?;
    let cluster = by_policy(&cluster_settings(&args.cluster, None)?, &site.policy);
    let clusters = Clusters::new(cluster, agents::carried());
    let names_cluster = args.all_namespaces || args.cluster.names_one();
    let namespaces = if args.all_namespaces { Namespaces::All } else { Namespaces::One };
    let (of_engine, of_cluster) = block_on(async {
        tokio::join!(in_engine(&engines, args.dry_run), in_cluster(&clusters, namespaces, args.dry_run))
    })?;
    let mut found = Found::default();
    let has_cluster = match of_cluster {
        Ok(in_cluster) => {
            found.add(in_cluster);
            true
        }
        Err(ClusterError::NoKubeconfig { .. }) if !names_cluster => false,
        Err(error) if !names_cluster => {
            printer::note(&format!("note: the cluster is not looked at: {error}"));
            false
        }
        Err(error) => return Err(Fault::unreachable(error)),
    };
    match of_engine {
        Ok(in_engine) => found.add(in_engine),
        Err(error) if has_cluster => printer::note(&format!("note: no container engine is looked at: {error}")),
        Err(error) => return Err(Fault::unreachable(error)),
    }
    show(&found.lines, args.output, terminal)?;
    if found.others > 0 {
        printer::note(&format!(
            "note: {} more of dbg's containers and pods belong to others, or to runs that go on",
            found.others
        ));
    }
    match found.failed {
        Some(error) => Err(Fault::unreachable(error)),
        None => Ok(Exit::Pass),
    }
}

fn show(lines: &[Line], output: ListFormat, terminal: &Terminal) -> Result<Exit, Fault> {
    match output {
        ListFormat::Json => print_json(&lines),
        ListFormat::Text if lines.is_empty() => print("nothing is left behind\n"),
        ListFormat::Text => {
            let mut columns = Columns::new(["CONTAINER", "RUN", "WHY", "REMOVED"]);
            for line in lines {
                let removed = if line.removed { "yes" } else { "no" };
                columns.row([line.container.as_str(), &line.run, line.reason, removed]);
            }
            print(&columns.render(terminal.width))
        }
    }
}

async fn in_engine(engines: &Engines, keeps: bool) -> Result<Found, EngineError> {
    let left = engines.left_overs().await?;
    let mut found = Found { others: left.live + left.foreign, ..Found::default() };
    for one in left.left {
        let removed = !keeps && found.removes(engines.remove(&one).await);
        let LeftOver { name, run, reason, .. } = one;
        found.lines.push(Line { container: name, run, reason, removed });
    }
    Ok(found)
}

async fn in_cluster(clusters: &Clusters, namespaces: Namespaces, keeps: bool) -> Result<Found, ClusterError> {
    let left = clusters.left_objects(namespaces).await?;
    let mut found = Found { others: left.live + left.foreign, ..Found::default() };
    for one in left.left {
        let removed = !keeps && found.removes(clusters.remove_object(&one).await);
        let LeftObject { name, run, reason, .. } = one;
        found.lines.push(Line { container: name, run, reason, removed });
    }
    Ok(found)
}

impl Found {
    /// Whether it was removed; keeps the first reason why one was not.
    fn removes(&mut self, removed: Result<(), impl Into<Error>>) -> bool {
        match removed {
            Ok(()) => true,
            Err(error) => {
                self.failed.get_or_insert_with(|| error.into());
                false
            }
        }
    }
}
