use std::sync::Mutex;
use std::time::Duration;

use dbg_capability::{
    Capped, InterfaceAddress, LocalPorts, Neighbour, NetworkInterface, Route, SocketPage, SocketState,
};
use dbg_model::Grant;
use tokio::sync::watch;
use tokio::time::Instant;

use super::*;

/// A target without end of sockets. It remembers which dumps it was asked for and which were closed.
#[derive(Default)]
pub(crate) struct Target {
    begun: Mutex<u64>,
    closed: Mutex<Vec<u64>>,
}

fn nothing<T>() -> Result<T, NetworkStateError> {
    Err(NetworkStateError { code: NetworkStateErrorCode::Unsupported, text: "not here".into() })
}

#[async_trait::async_trait]
impl NetworkState for Target {
    async fn dump(&self, _protocol: SocketProtocol) -> Result<SocketDumpId, NetworkStateError> {
        let mut begun = self.begun.lock().unwrap();
        *begun += 1;
        Ok(SocketDumpId(*begun))
    }

    async fn next(&self, _dump: SocketDumpId, max: u32) -> Result<SocketPage, NetworkStateError> {
        let nobody = ([0, 0, 0, 0], 0).into();
        let socket = SocketEntry {
            local: nobody,
            remote: nobody,
            state: SocketState::Closed,
            receive_queue: 0,
            send_queue: 0,
            backlog: 0,
            resending: 0,
            retransmits: 0,
            segments: 0,
            rtt_us: 0,
            uid: 0,
            interface_index: 0,
            inode: 0,
        };
        Ok(SocketPage { sockets: vec![socket; max as usize], last: false })
    }

    async fn close(&self, dump: SocketDumpId) {
        self.closed.lock().unwrap().push(dump.0);
    }

    async fn interfaces(&self, _cap: usize) -> Result<Capped<NetworkInterface>, NetworkStateError> {
        nothing()
    }

    async fn addresses(&self, _cap: usize) -> Result<Capped<InterfaceAddress>, NetworkStateError> {
        nothing()
    }

    async fn routes(&self, _cap: usize) -> Result<Capped<Route>, NetworkStateError> {
        nothing()
    }

    async fn neighbours(&self, _cap: usize) -> Result<Capped<Neighbour>, NetworkStateError> {
        nothing()
    }

    async fn local_ports(&self) -> Result<LocalPorts, NetworkStateError> {
        nothing()
    }
}

fn state(grants: Vec<Grant>) -> (Arc<Target>, NetworkStateState) {
    let target = Arc::new(Target::default());
    let network: Arc<dyn NetworkState> = Arc::clone(&target) as _;
    let context = Context::new("local", Instant::now() + Duration::from_secs(60), watch::channel(false).1);
    let grants = Effective { grants, withheld: Vec::new() };
    (target, NetworkStateState::new(&grants, &network, context))
}

async fn start(state: &mut NetworkStateState) -> Result<Resource<SocketDumpHandle>, errors::Error> {
    wit::Host::start(state, wit::SocketProtocol::Tcp).await.unwrap()
}

#[tokio::test]
async fn without_the_grant_the_target_is_not_asked() {
    let (target, mut state) = state(vec![Grant::Processes, Grant::Resolver]);
    assert_eq!(start(&mut state).await.unwrap_err().code, errors::ErrorCode::Denied);
    let routes = tables::Host::routes(&mut state).await.unwrap();
    assert_eq!(routes.unwrap_err().code, errors::ErrorCode::Denied);
    let ports = tables::Host::local_port_range(&mut state).await.unwrap();
    assert_eq!(ports.unwrap_err().code, errors::ErrorCode::Denied);
    assert_eq!(*target.begun.lock().unwrap(), 0);
}

#[tokio::test]
async fn a_page_is_bounded_whatever_is_asked_for() {
    let (_target, mut state) = state(vec![Grant::NetworkState]);
    let dump = start(&mut state).await.unwrap();
    let page = state.next(&dump, u32::MAX, u32::MAX).await.unwrap();
    assert_eq!((page.rows.len(), page.last), (10_000, false));
}

#[tokio::test]
async fn eight_dumps_are_open_at_once_and_all_are_closed_at_the_target_in_the_end() {
    let (target, mut state) = state(vec![Grant::NetworkState]);
    let mut dumps = Vec::new();
    for _ in 0..OPEN {
        dumps.push(start(&mut state).await.unwrap());
    }
    assert_eq!(start(&mut state).await.unwrap_err().code, errors::ErrorCode::OverBudget);
    wit::HostSockets::close(&mut state, Resource::new_own(dumps[0].rep())).await.unwrap();
    assert_eq!(*target.closed.lock().unwrap(), [1]);
    let closed = state.next(&dumps[0], 1, 1).await.err().unwrap();
    assert_eq!(closed.code, NetworkStateErrorCode::Closed);
    assert!(start(&mut state).await.is_ok());
    state.release().await;
    let mut closed = target.closed.lock().unwrap().clone();
    closed.sort_unstable();
    assert_eq!(closed, (1..=9).collect::<Vec<u64>>());
}
