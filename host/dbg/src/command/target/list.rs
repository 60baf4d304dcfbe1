//! `dbg target list`

use dbg_model::Target;
use dbg_placement::facts;
use serde::Serialize;

use crate::args::ListFormat;
use crate::command::{print, print_json};
use crate::describe::Columns;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::settings::Terminal;

/// One kind of target, or one target that is there. Texts are raw.
#[derive(Serialize)]
struct Line {
    target: String,
    description: &'static str,
}

/// The kinds, then what is there: the network namespaces with a name, at most a thousand. Processes are `ps`'s to list.
pub(super) fn list(output: ListFormat, terminal: &Terminal) -> Result<Exit, Fault> {
    let kinds = Target::kinds().iter().map(|kind| Line { target: kind.form.to_owned(), description: kind.doc });
    let namespaces = facts::names().into_iter().map(|name| Line {
        target: Target::Netns(name).to_string(),
        description: "a network namespace of this machine",
    });
    let lines: Vec<Line> = kinds.chain(namespaces).collect();
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
