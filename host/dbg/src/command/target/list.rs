//! `dbg target list`

use std::time::Duration;

use dbg_model::Target;
use dbg_placement::{ClusterError, Clusters, Engines, facts};
use serde::Serialize;

use crate::agents;
use crate::args::{ClusterArgs, ListFormat};
use crate::command::{block_on, print, print_json};
use crate::describe::Columns;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Terminal, cluster_settings, engine_settings};

/// One kind of target, or one target that is there. Texts are raw.
#[derive(Serialize)]
struct Line {
    target: String,
    description: &'static str,
}

/// A cluster that takes longer is not waited for, unless it was named.
const QUICK: Duration = Duration::from_secs(2);

/// The kinds, then what is there: network namespaces with a name, containers that run, networks, and nodes of a cluster, at most a thousand of each. Processes are
/// `ps`'s to list. Where no engine answers there is a note.
pub(super) fn list(output: ListFormat, cluster: &ClusterArgs, terminal: &Terminal) -> Result<Exit, Fault> {
    let kinds = Target::kinds().iter().map(|kind| Line { target: kind.form.to_owned(), description: kind.doc });
    let namespaces = facts::names().into_iter().map(|name| Line {
        target: Target::Netns(name).to_string(),
        description: "a network namespace of this machine",
    });
    let engines = Engines::new(engine_settings(), agents::carried());
    let reachable = match block_on(engines.reachable())? {
        Ok(reachable) => reachable.targets,
        Err(error) => {
            printer::note(&format!("note: containers and networks are not listed: {error}"));
            Vec::new()
        }
    };
    let of_engine = reachable.iter().map(|target| Line {
        target: target.to_string(),
        description: match target {
            Target::Network(_) => "a network of the container engine",
            _ => "a container that runs",
        },
    });
    let nodes = nodes(cluster)?;
    let of_cluster = nodes.iter().map(|node| Line { target: node.to_string(), description: "a node of the cluster" });
    let lines: Vec<Line> = kinds.chain(namespaces).chain(of_engine).chain(of_cluster).collect();
    match output {
        ListFormat::Json => print_json(&lines),
        ListFormat::Text => {
            let mut columns = Columns::new(["TARGET", "WHAT IT IS"]);
            for line in &lines {
                columns.row([&line.target, line.description]);
            }
            print(&columns.render(terminal.width))
        }
    }
}

/// The nodes of the cluster; where there is none nothing is said, and where it does not answer a note.
fn nodes(args: &ClusterArgs) -> Result<Vec<Target>, Fault> {
    let mut settings = cluster_settings(args, None)?;
    settings.timeout.get_or_insert(QUICK);
    let clusters = Clusters::new(settings, agents::carried());
    Ok(match block_on(clusters.nodes(None))? {
        Ok(nodes) => nodes.targets,
        Err(ClusterError::NoKubeconfig { .. }) if !args.names_one() => Vec::new(),
        Err(error) => {
            printer::note(&format!("note: nodes are not listed: {error}"));
            Vec::new()
        }
    })
}
