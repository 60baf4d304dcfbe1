//! Which parts of a cluster run.

use anyhow::Result;

use super::machine::{ALL, Name};
use super::place::{self, Lock, Place};
use super::{control, down, node, processes, tools};
use crate::AlreadyTold;

/// Says which parts run; fails when one that should does not.
pub(super) fn run(place: &Place) -> Result<()> {
    tools::must_be_root()?;
    let _lock = Lock::take()?;
    if !down::is_anything_there(place)? {
        println!("no cluster is up");
        return Ok(());
    }
    if let Some(run) = place::marked()? {
        println!("files: {}", run.display());
    }
    for process in processes::all()?.iter().filter(|process| process.name() != "nsenter") {
        println!("{:<8} {:<28} {}", process.machine, process.name(), process.id);
    }
    let missing = missing(place)?;
    if missing.is_empty() {
        return Ok(());
    }
    println!("not whole: {}", missing.join(", "));
    Err(AlreadyTold.into())
}

/// What a whole cluster has and this one has not, each as `part on machine`.
pub(super) fn missing(place: &Place) -> Result<Vec<String>> {
    let running = processes::all()?;
    let mut missing: Vec<String> = wanted()
        .into_iter()
        .filter(|(machine, part)| !running.iter().any(|it| it.machine == machine.text() && it.name() == *part))
        .map(|(machine, part)| format!("no `{part}` on `{}`", machine.text()))
        .collect();
    if missing.is_empty() && !place.is_whole() {
        missing.push("it did not come up to its end".to_owned());
    }
    Ok(missing)
}

fn wanted() -> Vec<(Name, &'static str)> {
    let control = control::FIRST.into_iter().chain(control::SECOND);
    let parts = |machine: Name| -> Vec<&'static str> {
        if machine == Name::Control { control.clone().collect() } else { node::PARTS.to_vec() }
    };
    ALL.into_iter().flat_map(|machine| parts(machine).into_iter().map(move |part| (machine, part))).collect()
}
