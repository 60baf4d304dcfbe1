//! The clock: compared with a time server where one is named, else whether somebody keeps it.

use std::net::SocketAddr;

use dbg_sdk::prelude::*;
use dbg_sdk::{files, net};

use crate::fact::Facts;
use crate::parameters::NodeBaseline;
use crate::sntp;

/// What daemons leave behind while they keep the clock.
const KEEPERS: [(&str, &str); 4] = [
    ("/run/systemd/timesync/synchronized", "systemd-timesyncd, synchronized"),
    ("/run/chrony/chronyd.pid", "chrony"),
    ("/run/chronyd.pid", "chrony"),
    ("/run/ntpd.pid", "ntpd"),
];

pub(crate) fn read(parameters: &NodeBaseline, facts: &mut Facts, run: &Run) {
    let keeper = KEEPERS.into_iter().find(|(path, _)| files::stat(path).is_ok()).map(|(_, keeper)| keeper.to_owned());
    let Some(server) = &parameters.ntp else {
        facts.tell("clock kept by", Some(keeper.unwrap_or_else(|| "nobody who is known".to_owned())));
        return;
    };
    facts.tell("clock kept by", keeper);
    let port = server.port().unwrap_or(123);
    let address = match server.socket(port) {
        Some(address) => Ok(address),
        None => net::look_up(server.host(), port)
            .and_then(|found| found.first().copied().ok_or_else(|| std::io::Error::other("it has no address"))),
    };
    match address.and_then(|address: SocketAddr| sntp::ahead(address)) {
        Ok(ahead) => compare(server, ahead, parameters, facts, run),
        Err(error) => {
            run.unknown("node-clock-unknown", format!("the time server `{server}` cannot be asked: {error}"))
                .about(server)
                .next_step("see whether port 123 of UDP is open between here and the server");
        }
    }
}

fn compare(server: &Address, ahead: f64, parameters: &NodeBaseline, facts: &mut Facts, run: &Run) {
    let milliseconds = ahead * 1e3;
    facts.tell("clock, ahead of the time server", Some(format!("{milliseconds:.0} ms")));
    run.metric("node-clock-ahead", Unit::Milliseconds, milliseconds, &[]);
    if ahead.abs() <= parameters.clock_offset.as_secs_f64() {
        return;
    }
    let direction = if ahead > 0.0 { "ahead of" } else { "behind" };
    run.fail("node-clock", format!("the clock is {:.3} s {direction} `{server}`", ahead.abs()))
        .about(server)
        .many("have a clock that is off")
        .evidence("allowed", format!("{} ms", parameters.clock_offset.as_millis()))
        .next_step("see the daemon that should keep it (`timedatectl`, `chronyc tracking`): certificates and leases depend on it");
}
