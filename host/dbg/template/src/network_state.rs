//! Reads the target's table of sockets.

use dbg_sdk::network_state::{self, Protocol, State};
use dbg_sdk::prelude::*;

/// Says how many connections the target's programs forgot to close.
pub fn look(run: &Run, most_unclosed: u32) -> Result<(), Failure> {
    let (mut all, mut unclosed) = (0_u32, 0_u32);
    for socket in network_state::sockets(Protocol::Tcp)? {
        all += 1;
        unclosed += u32::from(socket?.state == State::CloseWait);
    }
    run.metric("tcp-sockets", Unit::Count, f64::from(all), &[]);
    if unclosed > most_unclosed {
        run.warn(
            "unclosed",
            format!("{unclosed} connections were closed by their peers and not by the target"),
        )
        .evidence("TCP sockets", all)
        .next_step("look which process holds them: `dbg run sock-summary`");
    } else {
        run.pass(
            "sockets",
            format!("{all} TCP sockets, {unclosed} of them unclosed"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use dbg_sdk::fake::Host;
    use dbg_sdk::network_state::Socket;

    use super::*;

    fn unclosed() -> Socket {
        let at = |text: &str| text.parse().expect("an address");
        Socket::new(at("10.0.0.1:80"), at("10.0.0.2:40000"), State::CloseWait)
    }

    #[test]
    fn more_unclosed_connections_than_allowed_warn() {
        let report = Host::new()
            .socket(Protocol::Tcp, unclosed())
            .run(|run| look(run, 0));
        assert_eq!(report.verdict(), Severity::Warn);
    }

    #[test]
    fn as_many_as_allowed_pass() {
        let report = Host::new()
            .socket(Protocol::Tcp, unclosed())
            .run(|run| look(run, 1));
        assert_eq!(report.verdict(), Severity::Pass);
        assert_eq!(report.metric("tcp-sockets"), Some(1.0));
    }
}
