//! Checks that ask for more of the network's state than there is.

use dbg_sdk::bindings::dbg::network_state::socket_table::{self, SocketProtocol, Sockets};
use dbg_sdk::network_state;
use dbg_sdk::prelude::*;

/// A handle that nobody gave out.
const NOBODYS: u32 = 4_711;

/// Begins dumps until there is no handle left, and pulls with numbers that no author would write.
#[check(name = "dumps-without-end", grant(capability = "network-state", reason = "begins dumps without end"))]
fn dumps_without_end(run: &Run) -> Result<(), Failure> {
    let mut open = Vec::new();
    let error = loop {
        match socket_table::start(SocketProtocol::Tcp) {
            Ok(dump) => open.push(dump),
            Err(error) => break error,
        }
        if open.len() == 1_000 {
            return Err(Failure::other("began 1000 dumps"));
        }
    };
    run.finding("no-more", Severity::Pass, "no more dumps").evidence("open", open.len()).evidence("error", error.text);
    for dump in &open {
        dump.next(0, 0).map_err(network_state::Error::from)?;
        let page = dump.next(u32::MAX, u32::MAX).map_err(network_state::Error::from)?;
        if page.state.len() > 10_000 {
            return Err(Failure::other("a page of more than 10000 sockets"));
        }
        dump.close();
        dump.close();
        match dump.next(1, 1) {
            Ok(_) => return Err(Failure::other("a closed dump gave a page")),
            Err(error) => run.pass("closed", format!("a closed dump says that {}", error.text)),
        };
    }
    drop(open);
    network_state::sockets(network_state::Protocol::Udp)?;
    run.pass("again", "after closing them there are some again");
    Ok(())
}

/// Pulls from a dump that nobody began.
#[check(
    name = "pulls-from-no-dump",
    grant(capability = "network-state", reason = "pulls from a dump that nobody began")
)]
fn pulls_from_no_dump(_: &Run) -> Result<(), Failure> {
    // SAFETY: none; the number goes to the host, which has to notice.
    let dump = unsafe { Sockets::from_handle(NOBODYS) };
    dump.next(1, 1).map_err(network_state::Error::from)?;
    Ok(())
}

/// Reads every table, also when it may not.
#[check(name = "reads-the-network", grant(capability = "network-state", optional, reason = "reads every table"))]
fn reads_the_network(run: &Run) -> Result<(), Failure> {
    let told = [
        network_state::sockets(network_state::Protocol::Tcp).map(|sockets| sockets.count()),
        network_state::sockets(network_state::Protocol::Udp).map(|sockets| sockets.count()),
        network_state::interfaces().map(|list| list.rows.len()),
        network_state::addresses().map(|list| list.rows.len()),
        network_state::routes().map(|list| list.rows.len()),
        network_state::neighbours().map(|list| list.rows.len()),
        network_state::local_ports().map(|ports| usize::from(ports.last)),
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

dbg_sdk::plugin!(dumps_without_end, pulls_from_no_dump, reads_the_network);
