//! Sockets for hickory that are connected to one server.
//!
//! Its own are not: they never see that a port is closed, so a dead server costs its whole timeout, and they lose the interface of a
//! link-local server.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use hickory_resolver::net::runtime::{DnsUdpSocket, RuntimeProvider, TokioHandle, TokioRuntimeProvider, TokioTime};
use tokio::io::{Interest, ReadBuf};
use tokio::net::UdpSocket;

/// Reaches one server, whatever address hickory says.
#[derive(Clone)]
pub(super) struct Connected {
    runtime: TokioRuntimeProvider,
    server: SocketAddr,
}

/// A datagram socket that talks to one server.
pub(super) struct ConnectedUdp {
    socket: UdpSocket,
    server: SocketAddr,
}

impl Connected {
    /// Nothing is opened yet.
    pub(super) fn to(server: SocketAddr) -> Self {
        Self { runtime: TokioRuntimeProvider::new(), server }
    }
}

impl RuntimeProvider for Connected {
    type Handle = TokioHandle;
    type Timer = TokioTime;
    type Udp = ConnectedUdp;
    type Tcp = <TokioRuntimeProvider as RuntimeProvider>::Tcp;

    fn create_handle(&self) -> Self::Handle {
        self.runtime.create_handle()
    }

    fn connect_tcp(
        &self,
        _: SocketAddr,
        bind_addr: Option<SocketAddr>,
        timeout: Option<Duration>,
    ) -> Pin<Box<dyn Send + Future<Output = io::Result<Self::Tcp>>>> {
        self.runtime.connect_tcp(self.server, bind_addr, timeout)
    }

    fn bind_udp(
        &self,
        local_addr: SocketAddr,
        _: SocketAddr,
    ) -> Pin<Box<dyn Send + Future<Output = io::Result<Self::Udp>>>> {
        let server = self.server;
        Box::pin(async move {
            let socket = UdpSocket::bind(local_addr).await?;
            socket.connect(server).await?;
            Ok(ConnectedUdp { socket, server })
        })
    }
}

#[async_trait]
impl DnsUdpSocket for ConnectedUdp {
    type Time = TokioTime;

    fn poll_recv_from(&self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<(usize, SocketAddr)>> {
        let mut buf = ReadBuf::new(buf);
        ready!(self.socket.poll_recv(cx, &mut buf))?;
        Poll::Ready(Ok((buf.filled().len(), self.server)))
    }

    /// As [`Self::poll_recv_from`], but a closed port is seen too: the kernel then reports an error and nothing to read, for which
    /// tokio's own receive does not wake.
    async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        loop {
            let ready = self.socket.ready(Interest::READABLE | Interest::ERROR).await?;
            if ready.is_error() {
                if let Some(error) = self.socket.take_error()? {
                    return Err(error);
                }
                // Somebody else took it: forget it, or this loop would spin.
                let _ = self.socket.try_io(Interest::ERROR, || io::Result::<()>::Err(io::ErrorKind::WouldBlock.into()));
            }
            match self.socket.try_recv(buf) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return Ok((result?, self.server)),
            }
        }
    }

    fn poll_send_to(&self, cx: &mut Context<'_>, buf: &[u8], _: SocketAddr) -> Poll<io::Result<usize>> {
        self.socket.poll_send(cx, buf)
    }
}
