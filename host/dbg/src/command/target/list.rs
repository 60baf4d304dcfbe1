//! `dbg target list`

use std::time::Duration;

use dbg_model::Target;
use dbg_placement::{Asked, Behind, ClusterError, Clusters, Engines, Unlisted, facts, unlisted};
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
    description: String,
    /// Only of a container that no engine lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<Behind>,
}

impl Line {
    fn new(target: impl ToString, description: &str) -> Self {
        Self { target: target.to_string(), description: description.to_owned(), container: None }
    }

    /// Of a container that no engine lists.
    fn unlisted(one: Unlisted, is_without_engine: bool) -> Self {
        let why = if is_without_engine { "no engine answers" } else { "not the engine's" };
        let name = one.container.name.as_ref().map(|name| format!(", {name}")).unwrap_or_default();
        let description = format!("{}{name} ({why})", one.container.runtime);
        Self { target: one.target.to_string(), description, container: Some(one.container) }
    }
}

/// A cluster that takes longer is not waited for, unless it was named.
const QUICK: Duration = Duration::from_secs(2);

/// The kinds, then what is there: network namespaces with a name, containers that run and networks, containers that no engine lists, and nodes of a
/// cluster, at most a thousand of each. Processes are `ps`'s to list. Where no engine answers there is a note.
pub(super) fn list(output: ListFormat, cluster: &ClusterArgs, terminal: &Terminal) -> Result<Exit, Fault> {
    let kinds = Target::kinds().iter().map(|kind| Line::new(kind.form, kind.doc));
    let namespaces =
        facts::names().into_iter().map(|name| Line::new(Target::Netns(name), "a network namespace of this machine"));
    let engines = Engines::new(engine_settings(), agents::carried(), Asked::default());
    let reachable = match block_on(engines.reachable())? {
        Ok(reachable) => Some(reachable),
        Err(error) => {
            printer::note(&format!("note: no engine lists containers and networks: {error}"));
            None
        }
    };
    let listed = reachable.as_ref().map(|reachable| reachable.ids.clone()).unwrap_or_default();
    let without = unlisted(&listed).into_iter().map(|one| Line::unlisted(one, reachable.is_none()));
    let of_engine = reachable.iter().flat_map(|reachable| &reachable.targets).map(|target| match target {
        Target::Network(_) => Line::new(target, "a network of the container engine"),
        _ => Line::new(target, "a container that runs"),
    });
    let nodes = nodes(cluster)?;
    let of_cluster = nodes.iter().map(|node| Line::new(node, "a node of the cluster"));
    let lines: Vec<Line> = kinds.chain(namespaces).chain(of_engine).chain(without).chain(of_cluster).collect();
    match output {
        ListFormat::Json => print_json(&lines),
        ListFormat::Text => {
            let mut columns = Columns::new(["TARGET", "WHAT IT IS"]);
            for line in &lines {
                columns.row([&line.target, &line.description]);
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
