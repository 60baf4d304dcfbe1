use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;

use rustix::fs::fstat;

use super::*;

fn here() -> LocalProcesses {
    LocalProcesses::new(Arc::new(Root::open(Path::new("/")).unwrap()))
}

async fn all_owners(processes: &LocalProcesses, max: u32) -> (Vec<(u64, u32)>, u32) {
    let scan = processes.scan_owners().await.unwrap();
    let mut owners = Vec::new();
    loop {
        let page = processes.next_owners(scan, max).await.unwrap();
        assert!(page.owners.len() <= usize::try_from(max).unwrap());
        owners.extend(page.owners.iter().map(|owner| (owner.inode, owner.pid)));
        if page.last {
            processes.close_owners(scan).await;
            return (owners, page.unreadable);
        }
    }
}

#[tokio::test]
async fn this_process_is_in_the_table_and_is_found() {
    let processes = here();
    let scan = processes.scan().await.unwrap();
    let mut all = BTreeMap::new();
    loop {
        let page = processes.next(scan, 7).await.unwrap();
        assert!(page.processes.len() <= 7);
        all.extend(page.processes.into_iter().map(|process| (process.pid, process)));
        if page.last {
            break;
        }
    }
    let me = all.get(&std::process::id()).unwrap();
    assert_eq!(me.uid, rustix::process::geteuid().as_raw());
    assert!(!me.command_line.is_empty());
    let found = processes.find(&[me.pid, u32::MAX]).await.unwrap();
    assert_eq!(found.iter().map(|process| process.pid).collect::<Vec<_>>(), [me.pid]);
}

#[tokio::test]
async fn an_open_socket_is_known_by_its_owner_however_small_the_pages() {
    let sockets: Vec<TcpListener> = (0..20).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let processes = here();
    for max in [3, 100_000] {
        let (owners, _) = all_owners(&processes, max.min(10_000)).await;
        for socket in &sockets {
            let inode = fstat(socket).unwrap().st_ino;
            assert!(owners.contains(&(inode, std::process::id())));
        }
    }
}

#[tokio::test]
async fn where_no_procfs_is_nothing_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &Path| LocalProcesses::new(Arc::new(Root::open(path).unwrap()));
    let code = |result: Result<ProcessScanId, ProcessesError>| result.unwrap_err().code;
    assert_eq!(code(at(folder.path()).scan().await), ProcessesErrorCode::Unsupported);
    // A folder that somebody made there must not be taken for the kernel's word.
    fs_err::create_dir_all(folder.path().join("proc/1/fd")).unwrap();
    assert_eq!(code(at(folder.path()).scan().await), ProcessesErrorCode::Unsupported);
    assert_eq!(at(folder.path()).find(&[1]).await.unwrap_err().code, ProcessesErrorCode::Unsupported);
}

#[tokio::test]
async fn a_closed_scan_gives_no_page() {
    let processes = here();
    let scan = processes.scan().await.unwrap();
    processes.close(scan).await;
    processes.close(scan).await;
    assert_eq!(processes.next(scan, 1).await.unwrap_err().code, ProcessesErrorCode::Closed);
    let owners = processes.scan_owners().await.unwrap();
    processes.close_owners(owners).await;
    assert_eq!(processes.next_owners(owners, 1).await.unwrap_err().code, ProcessesErrorCode::Closed);
}
