//! Connects to many ports at once, without sending a byte.

use dbg_sdk::connect::{Batch, Outcome};
use dbg_sdk::prelude::*;

/// How long to wait for one page of answers.
const PATIENCE: Duration = Duration::from_secs(1);

/// Lists which of these ports are open.
pub fn look(run: &Run, ports: &Endpoint) -> Result<(), Failure> {
    let pairs: Vec<(String, u16)> = ports.pairs().take(10_000).collect();
    let mut batch = Batch::open()?;
    for (host, port) in &pairs {
        batch.add(host, *port)?;
    }
    let attempts = batch.start()?;
    let mut table = run.table(
        "open-ports",
        "Open ports",
        (column::text("port"), column::duration("took")),
    );
    let mut open = 0_u32;
    while !run.cancelled() && !run.remaining().is_zero() {
        let page = attempts.next(1_000, PATIENCE)?;
        for attempt in page
            .attempts
            .iter()
            .filter(|attempt| attempt.outcome == Outcome::Connected)
        {
            let pair = usize::try_from(attempt.endpoint)
                .ok()
                .and_then(|place| pairs.get(place));
            let name = pair
                .map(|(host, port)| format!("{host}:{port}"))
                .unwrap_or_default();
            table.row((name, attempt.took));
            open += 1;
        }
        if page.last {
            break;
        }
    }
    run.pass(
        "open-ports",
        format!("{open} of {} ports are open", pairs.len()),
    )
    .evidence_table("they are", &table);
    Ok(())
}

#[cfg(test)]
mod tests {
    use dbg_sdk::fake::{Connect, Host};

    use super::*;

    #[test]
    fn the_open_ports_are_listed() {
        let ports: Endpoint = "10.0.0.1:80-81".parse().expect("an endpoint");
        let report = Host::new()
            .connect(Connect::new().open("10.0.0.1", 80))
            .run(|run| look(run, &ports));
        assert_eq!(report.verdict(), Severity::Pass);
        assert_eq!(
            report.table("open-ports").map(|table| table.rows.len()),
            Some(1)
        );
    }
}
