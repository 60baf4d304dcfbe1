//! `wasi:sockets` under a grant: wasmtime-wasi's sockets, every address judged, and no more of them than the host can spare.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use dbg_capability::Sockets;
use dbg_model::{HostRule, Protocol, SocketsGrant};
use wasmtime::component::{Linker, Resource, ResourceType};
use wasmtime_wasi::p2::bindings::sockets::network::{ErrorCode, IpAddressFamily};
use wasmtime_wasi::p2::bindings::sockets::{tcp_create_socket, udp_create_socket};
use wasmtime_wasi::p2::{SocketResult, TcpSocket, UdpSocket};
use wasmtime_wasi::sockets::SocketAddrUse;

use super::address::{Act, Pins, Rules, Special, To};
use crate::store::State;
use crate::tally::Tally;

/// The version of WASI that wasmtime-wasi links; a guest built for another 0.2 is served by the same functions.
pub(crate) const WASI: &str = "0.2.12";

/// Sockets that one run may hold at once.
const SOCKETS_A_RUN: usize = 256;
/// Sockets of all runs together: half of the 1,024 files that most systems give a process.
const SOCKETS: usize = 512;

/// The grant of one run, with what names turned out to be.
#[derive(Debug, Default)]
pub(crate) struct Judge {
    rules: Rules,
    pins: RwLock<Pins>,
    tally: Arc<Tally>,
}

impl Judge {
    /// Once a run: asks the place for what the rules refer to.
    pub(crate) async fn new(grant: Option<&SocketsGrant>, sockets: &dyn Sockets, tally: &Arc<Tally>) -> Self {
        let tally = Arc::clone(tally);
        let Some(grant) = grant else { return Self { tally, ..Self::default() } };
        let hosts = || grant.rules.iter().map(|rule| &rule.host);
        let own = match hosts().any(|host| matches!(host, HostRule::Name(_) | HostRule::Anything)) {
            true => sockets.own_addresses().await,
            false => Vec::new(),
        };
        let resolvers = match hosts().any(|host| matches!(host, HostRule::Resolvers)) {
            true => sockets.resolvers().await,
            false => Vec::new(),
        };
        let mut rules = Rules::new(own);
        for rule in &grant.rules {
            let to = match &rule.host {
                HostRule::Resolvers => To::Resolvers(resolvers.clone()),
                HostRule::Net(net) => To::Net(*net),
                HostRule::Name(name) => To::Name(normal(name)),
                HostRule::Localhost(name) => To::Localhost(normal(name)),
                HostRule::Anything => To::Anything,
                HostRule::Scoped(address, zone) => match link(zone) {
                    Some(link) => To::Scoped(*address, link),
                    // No such link here: nothing to reach.
                    None => continue,
                },
            };
            rules.add(rule.protocol, to, rule.ports);
        }
        Self { rules, pins: RwLock::default(), tally }
    }

    /// Whether `name`, in its normal form, may be looked up.
    pub(crate) fn lists(&self, name: &str) -> bool {
        let listed = self.rules.lists(name);
        self.tally.judged(listed);
        listed
    }

    /// Whether anything was granted.
    pub(crate) fn any(&self) -> bool {
        self.rules.any(Protocol::Tcp) || self.rules.any(Protocol::Udp)
    }

    /// Keeps what a name was said to be, for the rest of the run.
    pub(crate) fn pin(&self, name: &str, addresses: &[IpAddr]) {
        let mut pins = self.pins.write().unwrap_or_else(PoisonError::into_inner);
        pins.entry(name.to_owned()).or_default().extend(addresses.iter().map(IpAddr::to_canonical));
    }

    /// Why no name covers `ip`; none where one could.
    pub(crate) fn special(&self, ip: IpAddr) -> Option<Special> {
        self.rules.special(ip)
    }

    /// Whether a connect to `address` by TCP is allowed.
    pub(crate) fn reaches(&self, address: SocketAddr) -> bool {
        self.allow(address, SocketAddrUse::TcpConnect)
    }

    fn allow(&self, address: SocketAddr, used: SocketAddrUse) -> bool {
        let local = |protocol| address.ip().is_unspecified() && address.port() == 0 && self.rules.any(protocol);
        let remote = |protocol, act| {
            let pins = self.pins.read().unwrap_or_else(PoisonError::into_inner);
            self.rules.allow(protocol, address, act, &pins)
        };
        let allowed = match used {
            // Connecting and sending bind first, to any address and any port; a guest serves nobody.
            SocketAddrUse::TcpBind => local(Protocol::Tcp),
            SocketAddrUse::UdpBind => local(Protocol::Udp),
            SocketAddrUse::TcpListen | SocketAddrUse::TcpAccept => false,
            SocketAddrUse::TcpConnect => remote(Protocol::Tcp, Act::Reach),
            SocketAddrUse::UdpSend => remote(Protocol::Udp, Act::Reach),
            SocketAddrUse::UdpReceive => remote(Protocol::Udp, Act::Hear),
        };
        if matches!(used, SocketAddrUse::TcpConnect | SocketAddrUse::UdpSend) {
            self.tally.judged(allowed);
        }
        allowed
    }

    /// Gives the judge to wasmtime-wasi.
    pub(crate) fn install(self: &Arc<Self>, wasi: &mut wasmtime_wasi::WasiCtxBuilder) {
        let judge = Arc::clone(self);
        wasi.allow_tcp(self.rules.any(Protocol::Tcp))
            .allow_udp(self.rules.any(Protocol::Udp))
            .allow_ip_name_lookup(false)
            .socket_addr_check(move |address, used| Box::pin(std::future::ready(judge.allow(address, used))));
    }
}

/// A name as rules hold it.
pub(crate) fn normal(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// The number of a link, by its name or as it was written.
pub(crate) fn link(zone: &str) -> Option<u32> {
    if let Ok(number) = zone.parse() {
        return Some(number);
    }
    let any = rustix::net::socket(rustix::net::AddressFamily::INET, rustix::net::SocketType::DGRAM, None).ok()?;
    rustix::net::netdevice::name_to_index(any, zone).ok()
}

/// How many sockets are open in all runs of one engine.
pub(crate) type OpenSockets = Arc<AtomicUsize>;

/// The sockets of one run.
#[derive(Debug)]
pub(crate) struct LiveSockets {
    mine: usize,
    all: OpenSockets,
}

impl LiveSockets {
    pub(crate) fn new(all: &OpenSockets) -> Self {
        Self { mine: 0, all: Arc::clone(all) }
    }

    fn take(&mut self) -> bool {
        if self.mine >= SOCKETS_A_RUN {
            return false;
        }
        if self.all.fetch_add(1, Ordering::Relaxed) >= SOCKETS {
            self.all.fetch_sub(1, Ordering::Relaxed);
            return false;
        }
        self.mine += 1;
        true
    }

    pub(crate) fn free(&mut self) {
        if self.mine > 0 {
            self.mine -= 1;
            self.all.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// What wasmtime-wasi made, as the guest gets it; what it did not make counts no longer.
    fn made<T>(&mut self, made: SocketResult<T>) -> wasmtime::Result<Result<T, ErrorCode>> {
        match made {
            Ok(socket) => Ok(Ok(socket)),
            Err(error) => {
                self.free();
                Ok(Err(error.downcast()?))
            }
        }
    }
}

impl Drop for LiveSockets {
    fn drop(&mut self) {
        self.all.fetch_sub(self.mine, Ordering::Relaxed);
    }
}

/// Puts the counting in front of wasmtime-wasi's own functions, which must be linked already.
pub(crate) fn link_counted(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.instance(&format!("wasi:sockets/tcp-create-socket@{WASI}"))?.func_wrap(
        "create-tcp-socket",
        |mut store, (family,): (IpAddressFamily,)| {
            let (live, mut wasi) = store.data_mut().live_and_sockets();
            if !live.take() {
                return Ok((Err(ErrorCode::NewSocketLimit),));
            }
            let made = tcp_create_socket::Host::create_tcp_socket(&mut wasi, family);
            Ok((live.made(made)?,))
        },
    )?;
    linker.instance(&format!("wasi:sockets/udp-create-socket@{WASI}"))?.func_wrap_async(
        "create-udp-socket",
        |mut store, (family,): (IpAddressFamily,)| {
            Box::new(async move {
                let (live, mut wasi) = store.data_mut().live_and_sockets();
                if !live.take() {
                    return Ok((Err(ErrorCode::NewSocketLimit),));
                }
                let made = udp_create_socket::Host::create_udp_socket(&mut wasi, family).await;
                Ok((live.made(made)?,))
            })
        },
    )?;
    linker.instance(&format!("wasi:sockets/tcp@{WASI}"))?.resource(
        "tcp-socket",
        ResourceType::host::<TcpSocket>(),
        |mut store, number| store.data_mut().drop_socket(Resource::<TcpSocket>::new_own(number)),
    )?;
    linker.instance(&format!("wasi:sockets/udp@{WASI}"))?.resource(
        "udp-socket",
        ResourceType::host::<UdpSocket>(),
        |mut store, number| store.data_mut().drop_socket(Resource::<UdpSocket>::new_own(number)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_holds_256_sockets_and_all_runs_512() {
        let all = OpenSockets::default();
        let mut first = LiveSockets::new(&all);
        assert_eq!((0..1000).filter(|_| first.take()).count(), SOCKETS_A_RUN);
        let mut second = LiveSockets::new(&all);
        assert_eq!((0..1000).filter(|_| second.take()).count(), SOCKETS_A_RUN);
        let mut third = LiveSockets::new(&all);
        assert!(!third.take());
        first.free();
        assert!(third.take());
        assert!(!first.take());
        drop((first, second, third));
        assert_eq!(all.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_name_has_one_form() {
        assert_eq!(normal("Shop.TEST."), "shop.test");
    }
}
