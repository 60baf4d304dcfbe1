//! `dbg target list`

use dbg_model::Target;
use serde::Serialize;

use super::{print, print_json};
use crate::args::{ListFormat, TargetCommand};
use crate::describe::Columns;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::settings::Terminal;

#[derive(Serialize)]
struct Line {
    target: &'static str,
    description: &'static str,
}

pub(crate) fn target(args: &TargetCommand, terminal: &Terminal) -> Result<Exit, Fault> {
    let TargetCommand::List { output } = args;
    let lines: Vec<Line> =
        Target::kinds().iter().map(|kind| Line { target: kind.word, description: kind.doc }).collect();
    match output {
        ListFormat::Json => print_json(&lines),
        ListFormat::Text => {
            let mut columns = Columns::new(["TARGET", "WHAT IT IS"]);
            for line in &lines {
                columns.row([line.target, line.description]);
            }
            print(&columns.render(terminal.width))
        }
    }
}
