//! What each verb does. Settings and arguments come in typed; no clap in sight.

mod audit;
mod check;
mod completion;
mod gc;
mod image;
mod key;
mod plugin;
mod run;
mod schema;
mod shell;
mod signing;
mod target;
mod trust;

pub(crate) use audit::audit;
pub(crate) use check::check;
pub(crate) use completion::completion;
pub(crate) use gc::gc;
pub(crate) use image::image;
pub(crate) use key::key;
pub(crate) use plugin::plugin;
pub(crate) use run::run;
pub(crate) use schema::schema;
pub(crate) use shell::shell;
pub(crate) use target::target;
pub(crate) use trust::trust;

use std::future::Future;

use anyhow::Context as _;
use serde::Serialize;

use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer;

/// Prints data; a reader that is gone is a good ending.
fn print(text: &str) -> Result<Exit, Fault> {
    printer::data(text).map(|_| Exit::Pass).map_err(Fault::own)
}

/// Prints a list for programs.
fn print_json<T: Serialize>(value: &T) -> Result<Exit, Fault> {
    print(&dbg_render::to_json_lines(value).map_err(Fault::own)?)
}

/// Waits for something that needs no thread beside.
fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("nothing can be waited for").map_err(Fault::own)?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    Ok(done)
}
