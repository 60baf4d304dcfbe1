//! Opens a connection to a server of the operator's choice.

use dbg_sdk::net::{TcpStream, look_up};
use dbg_sdk::prelude::*;

/// For the connection alone.
const PATIENCE: Duration = Duration::from_secs(3);

/// Says whether the server accepts connections, at the first of its addresses that does.
pub fn look(run: &Run, server: Option<&Address>) -> Result<(), Failure> {
    let Some(server) = server else {
        run.info("no-server", "no server was named")
            .next_step("name one with `server=HOST:PORT`");
        return Ok(());
    };
    let addresses = look_up(server.host(), server.port().unwrap_or(443))?;
    let mut refusal = "it has no address".to_owned();
    for address in addresses {
        match TcpStream::connect(address, run.until(PATIENCE)) {
            Ok(_) => {
                run.pass("server-accepts", format!("{server} accepts connections"))
                    .about(server);
                return Ok(());
            }
            Err(error) => refusal = format!("{address}: {error}"),
        }
    }
    run.fail("server-silent", format!("{server} accepts no connection"))
        .about(server)
        .evidence("because", refusal)
        .next_step("look whether the server runs: `dbg run tcp-reach` tells refused from filtered");
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use dbg_sdk::fake::Host;

    use super::*;

    // Sockets are real in tests: each opens a server of its own on loopback.
    #[test]
    fn a_server_that_listens_passes() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let server = Address::from(listener.local_addr().expect("its address"));
        let report = Host::new().run(|run| look(run, Some(&server)));
        assert_eq!(report.verdict(), Severity::Pass);
    }

    #[test]
    fn a_port_that_nobody_listens_on_fails() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let server = Address::from(listener.local_addr().expect("its address"));
        drop(listener);
        let report = Host::new().run(|run| look(run, Some(&server)));
        assert_eq!(report.verdict(), Severity::Fail);
    }
}
