use std::net::TcpListener;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use rustix::io::Errno;
use rustix::process::{Signal, getppid, kill_process, test_kill_process};

use super::*;

/// Runs `work` in a thread of its own behind the fence.
fn behind<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            assert!(raise(), "this kernel has no seccomp");
            work()
        });
        thread.join().unwrap()
    })
}

/// The error of a call whose arguments are all -1.
fn error_of(call: c_long) -> Option<Errno> {
    // SAFETY: it is refused before the kernel reads an argument, and where it were not, none of them is a valid one.
    let answer = unsafe { libc::syscall(call, -1, -1, -1, -1, -1, -1) };
    (answer == -1).then(|| Errno::from_io_error(&std::io::Error::last_os_error()).unwrap())
}

#[test]
fn every_call_of_the_list_is_refused() {
    let answers =
        behind(|| denied::ALWAYS.into_iter().flatten().map(|call| (*call, error_of(*call))).collect::<Vec<_>>());
    assert!(answers.len() > 80);
    for (call, answer) in answers {
        assert_eq!(answer, Some(Errno::PERM), "call {call}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "what the test shows is that nothing is started")]
fn a_thread_can_be_started_and_a_process_cannot() {
    behind(|| {
        assert_eq!(std::thread::spawn(|| 7).join().unwrap(), 7);
        let started = Command::new("/proc/self/exe").spawn();
        assert_eq!(Errno::from_io_error(&started.unwrap_err()), Some(Errno::PERM));
        assert_eq!(error_of(libc::SYS_clone3), Some(Errno::NOSYS));
    });
}

#[test]
fn a_file_can_be_read_and_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs_err::write(&file, "before").unwrap();
    behind(|| {
        let mut options = fs_err::OpenOptions::new();
        for refused in [
            fs_err::write(&file, "after"),
            fs_err::write(folder.path().join("new"), ""),
            options.read(true).write(true).open(&file).map(drop),
            fs_err::remove_file(&file),
            fs_err::rename(&file, folder.path().join("other")),
            fs_err::create_dir(folder.path().join("folder")),
        ] {
            assert_eq!(refused.unwrap_err().kind(), std::io::ErrorKind::PermissionDenied);
        }
        assert_eq!(fs_err::read_to_string(&file).unwrap(), "before");
    });
}

#[test]
fn networks_can_be_spoken_to_and_daemons_of_this_machine_cannot() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("daemon");
    let _daemon = UnixListener::bind(&path).unwrap();
    behind(|| {
        TcpListener::bind("127.0.0.1:0").unwrap();
        UnixStream::pair().unwrap();
        let refused = UnixStream::connect(&path).unwrap_err();
        assert_eq!(Errno::from_io_error(&refused), Some(Errno::PERM));
    });
}

#[test]
fn others_are_not_signalled() {
    let parent = getppid().unwrap();
    behind(|| {
        assert_eq!(kill_process(parent, Signal::CONT), Err(Errno::PERM));
        assert_eq!(test_kill_process(getpid()), Ok(()));
    });
}

#[cfg(target_arch = "x86_64")]
#[test]
#[expect(clippy::disallowed_methods, reason = "the test starts itself again, as the process that ends")]
fn a_call_of_x32_ends_the_process() {
    const CHILD: &str = "DBG_TEST_X32";
    if std::env::var_os(CHILD).is_some() {
        behind(|| error_of(c_long::from(X32) | libc::SYS_getpid));
        return;
    }
    let name = "fence::seccomp::tests::a_call_of_x32_ends_the_process";
    let ended = Command::new("/proc/self/exe").args([name, "--exact"]).env(CHILD, "1").output().unwrap();
    assert_eq!(ended.status.signal(), Some(libc::SIGSYS), "{ended:?}");
}
