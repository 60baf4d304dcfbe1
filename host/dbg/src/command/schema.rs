//! `dbg schema`: what programs may rely on, also offline.

use super::print;
use crate::args::{Schema, SchemaName};
use crate::diagnostic::Fault;
use crate::exit::Exit;

pub(crate) fn schema(args: &Schema) -> Result<Exit, Fault> {
    match args.schema {
        SchemaName::Report => print(&dbg_render::report_schema()),
        SchemaName::Event => print(&dbg_render::event_schema()),
    }
}
