//! Reads how the target resolves names.

use dbg_sdk::prelude::*;
use dbg_sdk::resolver::{self, ErrorCode};

/// Says which name servers the target asks, and whether there are enough.
pub fn look(run: &Run, fewest: u8) -> Result<(), Failure> {
    let configuration = match resolver::read() {
        Ok(configuration) => configuration,
        Err(error) if error.code == ErrorCode::NotFound => {
            run.warn("no-resolver", "the target has no resolver configuration");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let servers = configuration.nameservers();
    let mut table = run.table(
        "name-servers",
        "Name servers",
        (column::text("address"), column::integer("port")),
    );
    for server in &servers {
        table.row((server.address.as_str(), i64::from(server.port)));
    }
    let count = servers.len();
    if count < usize::from(fewest) {
        run.warn(
            "few-name-servers",
            format!("{count} name servers are configured, fewer than {fewest}"),
        )
        .evidence_table("they are", &table)
        .next_step("add a `nameserver` line to `/etc/resolv.conf`");
    } else {
        run.pass(
            "name-servers",
            format!("{count} name servers are configured"),
        )
        .evidence_table("they are", &table);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use dbg_sdk::fake::{Host, Resolver};

    use super::*;

    #[test]
    fn enough_name_servers_pass() {
        let host = Host::new().resolver(Resolver::new().nameserver("10.0.0.10", 53));
        let report = host.run(|run| look(run, 1));
        assert_eq!(report.verdict(), Severity::Pass);
        assert_eq!(
            report.table("name-servers").map(|table| table.rows.len()),
            Some(1)
        );
    }

    #[test]
    fn too_few_name_servers_warn() {
        let host = Host::new().resolver(Resolver::new().nameserver("10.0.0.10", 53));
        let report = host.run(|run| look(run, 2));
        assert_eq!(report.verdict(), Severity::Warn);
    }
}
