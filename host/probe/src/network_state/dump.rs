//! One table of rtnetlink, read up to a cap.

use dbg_capability::Capped;
use netlink_packet_route::RouteNetlinkMessage;
use netlink_sys::protocols::NETLINK_ROUTE;

use super::netlink::{Fault, Progress, Question};

/// Asks for a table and keeps what `row` makes of each message, up to `cap` rows.
pub(super) fn table<T, R: IntoIterator<Item = T>>(
    what: RouteNetlinkMessage,
    cap: usize,
    mut row: impl FnMut(RouteNetlinkMessage) -> R,
) -> Result<Capped<T>, Fault> {
    let mut question = Question::open(NETLINK_ROUTE)?;
    question.dump(what)?;
    let mut rows = Vec::new();
    loop {
        let progress = question.hear(|message| {
            rows.extend(row(message));
            Ok(())
        })?;
        let cut = rows.len() > cap;
        if cut || progress == Progress::Done {
            rows.truncate(cap);
            return Ok(Capped { rows, cut });
        }
    }
}
