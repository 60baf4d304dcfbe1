//! The agent ends with the operator's process, also when its session is held open by somebody else.

use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use dbg_session::{Operator, Security};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, getppid, pidfd_open};

use crate::agent::{Agent, User, entry, here};

const HELPER: &str = "DBG_TEST_OPERATOR";
const LIMIT: Timespec = Timespec { tv_sec: 30, tv_nsec: 0 };

#[test]
fn a_killed_operator_takes_the_agent_with_it() {
    if std::env::var_os(HELPER).is_some() {
        operator();
        return;
    }
    let (near, far) = UnixStream::pair().unwrap();
    let mut helper = Command::new("/proc/self/exe");
    helper.args(["end::a_killed_operator_takes_the_agent_with_it", "--exact"]).env(HELPER, "1");
    helper.stdin(OwnedFd::from(far)).stdout(Stdio::null()).stderr(Stdio::inherit());
    let mut helper = helper.spawn().unwrap();
    let agent = here(async {
        near.set_nonblocking(true).unwrap();
        let stream = tokio::net::UnixStream::from_std(near.try_clone().unwrap()).unwrap();
        let (_operator, _facts) = Operator::connect(stream, Security::Process, "test").await.unwrap();
        child_of(helper.id())
    });
    helper.kill().unwrap();
    helper.wait().unwrap();
    let mut ended = [PollFd::new(&agent, PollFlags::IN)];
    assert_eq!(poll(&mut ended, Some(&LIMIT)), Ok(1), "the agent is still there");
}

/// The operator that will be killed: it starts the agent over its own descriptor 0 and waits.
fn operator() {
    let session = std::io::stdin().as_fd().try_clone_to_owned().unwrap();
    let _agent = Agent::over(session.into(), &entry().to_argument(), Vec::new(), User::Own);
    // Nobody is left to wait for when the test itself has ended.
    while getppid().is_some_and(|parent| parent != Pid::INIT) {
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// A descriptor of the one process that this one started.
fn child_of(operator: u32) -> OwnedFd {
    for task in fs_err::read_dir(format!("/proc/{operator}/task")).unwrap() {
        let children = fs_err::read_to_string(task.unwrap().path().join("children")).unwrap();
        if let Some(child) = children.split_whitespace().next() {
            return pidfd_open(Pid::from_raw(child.parse().unwrap()).unwrap(), PidfdFlags::empty()).unwrap();
        }
    }
    panic!("the operator started no agent");
}
