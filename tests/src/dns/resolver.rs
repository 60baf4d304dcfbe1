//! A recursive, validating `named` in front of an authority.

use std::net::SocketAddr;

use super::named::{Content, Named};
use super::signed::Signed;

/// A port on which nobody ever answers: discard, and privileged.
const DEAD: u16 = 9;

/// Forwards everything to `authority`, except `dead.test`, which it forwards to nobody.
pub(super) fn start(authority: SocketAddr, signed: &Signed) -> Option<Named> {
    let forward = format!("forward only; forwarders {{ {} port {}; }};", authority.ip(), authority.port());
    let dead = format!("forward only; forwarders {{ {} port {DEAD}; }};", authority.ip());
    Named::start(&Content {
        options: format!("recursion yes; allow-recursion {{ any; }}; dnssec-validation yes; {forward}"),
        zones: format!(
            "zone \"dead.test\" {{ type forward; {dead} }};\n\
             trust-anchors {{ signed.test. static-key {}; }};\n",
            signed.key
        ),
        files: Vec::new(),
    })
}
