use std::sync::Mutex;
use std::time::Duration;

use dbg_capability::{OwnerPage, ProcessPage};
use dbg_model::Grant;
use tokio::sync::watch;
use tokio::time::Instant;

use super::*;

/// A target with two pages of owners. It remembers what was begun and closed.
#[derive(Default)]
pub(crate) struct Target {
    begun: Mutex<u64>,
    pages: Mutex<u32>,
    closed: Mutex<Vec<u64>>,
}

impl Target {
    fn begin(&self) -> u64 {
        let mut begun = self.begun.lock().unwrap();
        *begun += 1;
        *begun
    }
}

#[async_trait::async_trait]
impl Processes for Target {
    async fn scan(&self) -> Result<ProcessScanId, ProcessesError> {
        Ok(ProcessScanId(self.begin()))
    }

    async fn next(&self, _scan: ProcessScanId, _max: u32) -> Result<ProcessPage, ProcessesError> {
        Ok(ProcessPage { processes: Vec::new(), last: true })
    }

    async fn close(&self, scan: ProcessScanId) {
        self.closed.lock().unwrap().push(scan.0);
    }

    async fn find(&self, pids: &[u32]) -> Result<Vec<Process>, ProcessesError> {
        assert!(pids.len() <= 1_000);
        Ok(Vec::new())
    }

    async fn scan_owners(&self) -> Result<OwnerScanId, ProcessesError> {
        Ok(OwnerScanId(self.begin()))
    }

    async fn next_owners(&self, _scan: OwnerScanId, _max: u32) -> Result<OwnerPage, ProcessesError> {
        let mut pages = self.pages.lock().unwrap();
        *pages += 1;
        Ok(OwnerPage {
            owners: vec![SocketOwner { inode: 7, pid: *pages }],
            unreadable: *pages * 10,
            last: *pages == 2,
        })
    }

    async fn close_owners(&self, scan: OwnerScanId) {
        self.closed.lock().unwrap().push(scan.0);
    }
}

fn state(grants: Vec<Grant>) -> (Arc<Target>, ProcessesState) {
    let target = Arc::new(Target::default());
    let processes: Arc<dyn Processes> = Arc::clone(&target) as _;
    let context = Context::new("local", Instant::now() + Duration::from_secs(60), watch::channel(false).1);
    let grants = Effective { grants, withheld: Vec::new() };
    (target, ProcessesState::new(&grants, &processes, context))
}

#[tokio::test]
async fn without_the_grant_the_target_is_not_asked() {
    let (target, mut state) = state(vec![Grant::NetworkState]);
    let denied = errors::ErrorCode::Denied;
    assert_eq!(wit::Host::start(&mut state).await.unwrap().unwrap_err().code, denied);
    assert_eq!(wit::Host::find(&mut state, vec![1]).await.unwrap().unwrap_err().code, denied);
    assert_eq!(owners::Host::start(&mut state).await.unwrap().unwrap_err().code, denied);
    assert_eq!(*target.begun.lock().unwrap(), 0);
}

#[tokio::test]
async fn what_could_not_be_seen_is_counted_to_the_end() {
    let (_target, mut state) = state(vec![Grant::Processes]);
    let search = owners::Host::start(&mut state).await.unwrap().unwrap();
    let borrowed = || Resource::new_borrow(search.rep());
    let first = owners::HostOwners::next(&mut state, borrowed(), 10, 10_000).await.unwrap().unwrap();
    assert_eq!((first.inode, first.pid, first.last), (vec!["7".to_owned()], vec![1], false));
    let second = owners::HostOwners::next(&mut state, borrowed(), 10, 10_000).await.unwrap().unwrap();
    assert_eq!((second.pid, second.last), (vec![2], true));
    assert_eq!(owners::HostOwners::unreadable(&mut state, borrowed()).unwrap(), 20);
}

#[tokio::test]
async fn more_pids_than_a_thousand_are_refused() {
    let (_target, mut state) = state(vec![Grant::Processes]);
    assert!(wit::Host::find(&mut state, vec![1; 1_000]).await.unwrap().is_ok());
    let error = wit::Host::find(&mut state, vec![1; 1_001]).await.unwrap().unwrap_err();
    assert_eq!(error.code, errors::ErrorCode::OverBudget);
}

#[tokio::test]
async fn scans_of_both_kinds_count_together_and_all_are_closed_at_the_target_in_the_end() {
    let (target, mut state) = state(vec![Grant::Processes]);
    for number in 0..OPEN {
        if number % 2 == 0 {
            wit::Host::start(&mut state).await.unwrap().unwrap();
        } else {
            owners::Host::start(&mut state).await.unwrap().unwrap();
        }
    }
    assert_eq!(wit::Host::start(&mut state).await.unwrap().unwrap_err().code, errors::ErrorCode::OverBudget);
    assert_eq!(owners::Host::start(&mut state).await.unwrap().unwrap_err().code, errors::ErrorCode::OverBudget);
    // The handle of one kind opens nothing of the other.
    let table = Resource::new_borrow(1);
    assert_eq!(
        wit::HostProcesses::next(&mut state, table, 1, 1).await.unwrap().unwrap_err().code,
        errors::ErrorCode::Closed
    );
    state.release().await;
    let mut closed = target.closed.lock().unwrap().clone();
    closed.sort_unstable();
    assert_eq!(closed, (1..=8).collect::<Vec<u64>>());
}
