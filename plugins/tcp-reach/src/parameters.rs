//! What an operator can say.

use dbg_sdk::prelude::*;

/// Whom to reach, and how.
#[derive(Clone, Debug, Parameters)]
pub struct TcpReach {
    /// Hosts with ports: `db:5432`, `127.0.0.1:1-1024`, `10.0.0.0/28:80`, `[2001:db8::1]:443`. Names are resolved by the target's resolver,
    /// and every address of them is tried. 100,000 connects in all.
    #[parameter(required, max_values = 256)]
    pub to: Vec<Endpoint>,
    /// Connects a second at most; 0 for no limit.
    #[parameter(default = 500, min = 0, max = 1_000_000)]
    pub rate: u32,
    /// How long to wait for the answer to one connect.
    #[parameter(default = "3s", min = "1ms", max = "1m")]
    pub timeout: Duration,
    /// How long to listen for what a server says first, as SSH, SMTP and MySQL do: a table shows it. Nothing is sent. Without it up to 16
    /// single ports are listened to for 100 ms, to notice who accepts and hangs up; 0 for not at all.
    #[parameter(min = "0ms", max = "10s")]
    pub banner: Option<Duration>,
    /// What every port of `to` must be. Without it a single port must be open, and a range or network is only looked at.
    #[parameter(choices = ["open", "closed"])]
    pub expect: Option<String>,
}
