//! Checks that ask for more of the processes than there is.

use dbg_sdk::bindings::dbg::processes::{process_table, socket_owners};
use dbg_sdk::prelude::*;
use dbg_sdk::processes;

/// Begins scans of both kinds until there is no handle left, and pulls with numbers that no author would write.
#[check(name = "scans-without-end", grant(capability = "processes", reason = "begins scans without end"))]
fn scans_without_end(run: &Run) -> Result<(), Failure> {
    let (mut tables, mut owners) = (Vec::new(), Vec::new());
    let error = loop {
        match process_table::start() {
            Ok(table) => tables.push(table),
            Err(error) => break error,
        }
        match socket_owners::start() {
            Ok(search) => owners.push(search),
            Err(error) => break error,
        }
        if tables.len() == 1_000 {
            return Err(Failure::other("began 1000 scans"));
        }
    };
    let open = tables.len() + owners.len();
    run.finding("no-more", Severity::Pass, "no more scans").evidence("open", open).evidence("error", error.text);
    for table in &tables {
        table.next(0, 0).map_err(processes::Error::from)?;
        if table.next(u32::MAX, u32::MAX).map_err(processes::Error::from)?.processes.len() > 1_000 {
            return Err(Failure::other("a page of more than 1000 processes"));
        }
        table.close();
        table.close();
        if table.next(1, 1).is_ok() {
            return Err(Failure::other("a closed table gave a page"));
        }
    }
    for search in &owners {
        search.next(0, 0).map_err(processes::Error::from)?;
        if search.next(u32::MAX, u32::MAX).map_err(processes::Error::from)?.pid.len() > 10_000 {
            return Err(Failure::other("a page of more than 10000 owners"));
        }
        search.close();
        search.close();
        if search.next(1, 1).is_ok() || search.unreadable() != 0 {
            return Err(Failure::other("a closed search told something"));
        }
    }
    drop((tables, owners));
    processes::all()?;
    run.pass("again", "after closing them there are some again");
    Ok(())
}

/// Asks for a million processes by number, most of which nobody has.
#[check(name = "finds-a-million", grant(capability = "processes", reason = "asks for a million processes"))]
fn finds_a_million(run: &Run) -> Result<(), Failure> {
    let pids: Vec<u32> = (0..1_000_000).collect();
    match process_table::find(&pids) {
        Ok(found) => run.fail("found", format!("found {} processes at once", found.len())),
        Err(error) => run.pass("refused", format!("a million was refused: {}", error.text)),
    };
    let found = processes::find(&[0, 1, u32::MAX])?;
    run.pass("few", format!("few are found: {}", found.iter().map(|one| one.pid).max().unwrap_or(0)));
    Ok(())
}

/// Reads every table, also when it may not.
#[check(name = "reads-processes", grant(capability = "processes", optional, reason = "reads every table"))]
fn reads_processes(run: &Run) -> Result<(), Failure> {
    let told = [
        processes::all().map(|all| all.count()),
        processes::find(&[1]).map(|found| found.len()),
        processes::socket_owners().map(|_| 0),
    ];
    for (number, result) in told.into_iter().enumerate() {
        match result {
            Ok(count) => run.info("read", format!("table {number} told {count}")),
            Err(error) => run.pass("refused", format!("table {number}: {}", error.text)),
        };
    }
    run.pass("ended", "all tables were asked for");
    Ok(())
}

dbg_sdk::plugin!(scans_without_end, finds_a_million, reads_processes);
