//! Sockets with deadlines: what `std::net` lacks on wasm32-wasip2. Needs a grant of `sockets` whose bounds cover the address.
//!
//! A read or receive timeout of `std` is not kept there, so each function takes the moment until which it may wait; [`crate::Run::until`]
//! makes one that also keeps to the end of the run. An address that was not granted is `PermissionDenied`.
//!
//! ```no_run
//! # use dbg_sdk::prelude::*;
//! use dbg_sdk::net::UdpSocket;
//! # fn ask(run: &Run, server: std::net::SocketAddr, one: &[u8], other: &[u8]) -> Result<(), Failure> {
//! let socket = UdpSocket::connect(server)?;
//! socket.send(one)?;
//! socket.send(other)?;
//! let deadline = run.until(Duration::from_secs(2));
//! let mut buffer = [0; 4096];
//! while let Some(datagram) = socket.receive(&mut buffer, deadline)? {
//!     run.info("answered", format!("{} bytes from {}", datagram.bytes.len(), datagram.from));
//! }
//! # Ok(())
//! # }
//! ```

mod ready;
mod tcp;
mod udp;

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

pub use tcp::TcpStream;
pub use udp::{Datagram, UdpSocket, first_ready};

/// The addresses of a name, by the target's own resolver. An IP address is answered without asking.
///
/// # Errors
/// What the resolver answers.
pub fn look_up(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok((host, port).to_socket_addrs()?.collect())
}
