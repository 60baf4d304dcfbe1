//! Our own `wasi:sockets/ip-name-lookup`: the target's resolver instead of this process's, only names that the grant lists, and the
//! answers pinned for the run. It takes the place of wasmtime-wasi's.

use std::net::IpAddr;
use std::sync::Arc;

use dbg_capability::{LookupErrorCode, Sockets};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use wasmtime::component::{Linker, Resource, ResourceTable, ResourceType};
use wasmtime_wasi::p2::bindings::sockets::network::{ErrorCode, IpAddress, Network};
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};

use super::sockets::{Judge, WASI, normal};
use crate::store::State;

/// Look-ups of one run at the same time.
const IN_FLIGHT: usize = 64;
/// Look-ups of one run in all.
const LOOKUPS: u32 = 1000;
/// Addresses of one answer; the rest is left out.
const ADDRESSES: usize = 256;

/// One run's look-ups.
pub(crate) struct Names {
    sockets: Arc<dyn Sockets>,
    judge: Arc<Judge>,
    in_flight: Arc<Semaphore>,
    left: u32,
}

type Answer = Result<std::vec::IntoIter<IpAddr>, ErrorCode>;

/// What a `resolve-address-stream` is to the guest.
enum AddressStream {
    Asking(JoinHandle<Answer>),
    Known(Answer),
}

#[async_trait::async_trait]
impl Pollable for AddressStream {
    async fn ready(&mut self) {
        if let Self::Asking(asking) = self {
            *self = Self::Known(asking.await.unwrap_or(Err(ErrorCode::PermanentResolverFailure)));
        }
    }
}

impl Drop for AddressStream {
    fn drop(&mut self) {
        if let Self::Asking(asking) = self {
            asking.abort();
        }
    }
}

impl Names {
    /// Once a run.
    pub(crate) fn new(sockets: &Arc<dyn Sockets>, judge: &Arc<Judge>) -> Self {
        Self {
            sockets: Arc::clone(sockets),
            judge: Arc::clone(judge),
            in_flight: Arc::new(Semaphore::new(IN_FLIGHT)),
            left: LOOKUPS,
        }
    }

    fn resolve(&mut self, name: &str) -> Result<AddressStream, ErrorCode> {
        if !self.judge.any() {
            return Err(ErrorCode::AccessDenied);
        }
        if let Some(address) = literal(name) {
            return Ok(AddressStream::Known(Ok(vec![address].into_iter())));
        }
        let name = normal(name);
        if !self.judge.lists(&name) {
            return Err(ErrorCode::AccessDenied);
        }
        if self.left == 0 {
            return Err(ErrorCode::PermanentResolverFailure);
        }
        let Ok(permit) = Arc::clone(&self.in_flight).try_acquire_owned() else {
            return Err(ErrorCode::TemporaryResolverFailure);
        };
        self.left -= 1;
        let (sockets, judge) = (Arc::clone(&self.sockets), Arc::clone(&self.judge));
        Ok(AddressStream::Asking(tokio::spawn(async move {
            let _permit = permit;
            let mut addresses = sockets.lookup(&name).await.map_err(|error| match error.code {
                LookupErrorCode::NameUnresolvable => ErrorCode::NameUnresolvable,
                LookupErrorCode::TemporaryResolverFailure => ErrorCode::TemporaryResolverFailure,
                LookupErrorCode::PermanentResolverFailure => ErrorCode::PermanentResolverFailure,
            })?;
            addresses.truncate(ADDRESSES);
            judge.pin(&name, &addresses);
            Ok(addresses.into_iter())
        })))
    }
}

/// An address instead of a name, also in the brackets of a URL.
fn literal(name: &str) -> Option<IpAddr> {
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    bare.parse().ok()
}

/// The next address, none at the end.
fn next(
    table: &mut ResourceTable,
    stream: &Resource<AddressStream>,
) -> wasmtime::Result<Result<Option<IpAddress>, ErrorCode>> {
    let stream = table.get_mut(stream)?;
    if let AddressStream::Asking(asking) = stream {
        if !asking.is_finished() {
            return Ok(Err(ErrorCode::WouldBlock));
        }
        // Finished: this future is ready at once.
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let std::task::Poll::Ready(answer) = std::pin::Pin::new(asking).poll(&mut context) else {
            return Ok(Err(ErrorCode::WouldBlock));
        };
        *stream = AddressStream::Known(answer.unwrap_or(Err(ErrorCode::PermanentResolverFailure)));
    }
    Ok(match stream {
        AddressStream::Known(Ok(addresses)) => Ok(addresses.next().map(Into::into)),
        AddressStream::Known(Err(code)) => Err(*code),
        AddressStream::Asking(_) => Err(ErrorCode::WouldBlock),
    })
}

/// Puts this look-up in the place of wasmtime-wasi's.
pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut instance = linker.instance(&format!("wasi:sockets/ip-name-lookup@{WASI}"))?;
    instance.resource("resolve-address-stream", ResourceType::host::<AddressStream>(), |mut store, number| {
        store.data_mut().table().delete(Resource::<AddressStream>::new_own(number))?;
        Ok(())
    })?;
    instance.func_wrap("resolve-addresses", |mut store, (network, name): (Resource<Network>, String)| {
        let state = store.data_mut();
        state.table().get(&network)?;
        let resolved = match state.names().resolve(&name) {
            Ok(stream) => Ok(state.table().push(stream)?),
            Err(code) => Err(code),
        };
        Ok((resolved,))
    })?;
    instance.func_wrap(
        "[method]resolve-address-stream.resolve-next-address",
        |mut store, (stream,): (Resource<AddressStream>,)| Ok((next(store.data_mut().table(), &stream)?,)),
    )?;
    instance.func_wrap(
        "[method]resolve-address-stream.subscribe",
        |mut store, (stream,): (Resource<AddressStream>,)| -> wasmtime::Result<(Resource<DynPollable>,)> {
            Ok((subscribe(store.data_mut().table(), stream)?,))
        },
    )
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use dbg_capability::LookupError;
    use dbg_model::{Effective, Grant, HostRule, PortRange, Protocol, SocketRule, SocketsGrant};

    use super::*;

    /// Answers nothing, ever, and counts who asks.
    #[derive(Default)]
    struct Silent(AtomicUsize);

    #[async_trait::async_trait]
    impl Sockets for Silent {
        async fn lookup(&self, _name: &str) -> Result<Vec<IpAddr>, LookupError> {
            self.0.fetch_add(1, Ordering::SeqCst);
            std::future::pending().await
        }

        async fn resolvers(&self) -> Vec<std::net::SocketAddr> {
            Vec::new()
        }

        async fn own_addresses(&self) -> Vec<IpAddr> {
            Vec::new()
        }
    }

    async fn names(sockets: &Arc<Silent>) -> Names {
        let rule =
            SocketRule { protocol: Protocol::Tcp, host: HostRule::Name("shop.test".into()), ports: PortRange::ALL };
        let grants =
            Effective { grants: vec![Grant::Sockets(SocketsGrant { rules: vec![rule] })], withheld: Vec::new() };
        let judge = Arc::new(Judge::new(grants.sockets(), &**sockets, &Arc::default()).await);
        let sockets: Arc<dyn Sockets> = Arc::clone(sockets) as _;
        Names::new(&sockets, &judge)
    }

    #[tokio::test]
    async fn ten_thousand_lookups_at_once_ask_sixty_four_times() {
        let sockets = Arc::new(Silent::default());
        let mut names = names(&sockets).await;
        let streams: Vec<_> = (0..10_000).map(|_| names.resolve("Shop.TEST.")).collect();
        for _ in 0..IN_FLIGHT {
            tokio::task::yield_now().await;
        }
        assert_eq!(streams.iter().filter(|stream| stream.is_ok()).count(), IN_FLIGHT);
        assert!(sockets.0.load(Ordering::SeqCst) <= IN_FLIGHT);
    }

    #[tokio::test]
    async fn a_name_that_no_rule_lists_is_denied_and_an_address_is_itself() {
        let sockets = Arc::new(Silent::default());
        let mut names = names(&sockets).await;
        assert!(matches!(names.resolve("other.test"), Err(ErrorCode::AccessDenied)));
        assert!(matches!(names.resolve("[::1]"), Ok(AddressStream::Known(Ok(_)))));
        assert_eq!(sockets.0.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn a_run_has_a_thousand_lookups() {
        let sockets = Arc::new(Silent::default());
        let mut names = names(&sockets).await;
        let mut asked = 0;
        for _ in 0..LOOKUPS * 2 {
            match names.resolve("shop.test") {
                // Dropped at once, which stops the asking and frees its place.
                Ok(stream) => drop(stream),
                Err(ErrorCode::PermanentResolverFailure) => break,
                Err(ErrorCode::TemporaryResolverFailure) => {
                    tokio::task::yield_now().await;
                    continue;
                }
                Err(other) => panic!("{other:?}"),
            }
            asked += 1;
        }
        assert_eq!(asked, LOOKUPS);
    }
}
