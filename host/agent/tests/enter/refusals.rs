//! What an agent says that cannot begin: one line on standard error, and 1.

use std::os::fd::OwnedFd;
use std::process::Stdio;

use dbg_agent::{Inherited, Join};

use crate::agent::{Agent, User, entry};
use crate::network::Network;

fn open(path: &str) -> OwnedFd {
    fs_err::File::open(path).unwrap().into_file().into()
}

#[track_caller]
fn says(mut agent: Agent, line: &str) {
    assert_eq!(agent.said(), format!("{line}\n"));
    assert_eq!(agent.end().code(), Some(1));
}

#[test]
fn an_argument_that_is_no_entry_is_refused() {
    let said = "the argument is no entry of this build: expected value at line 1 column 1";
    says(Agent::start_with("blue", Vec::new(), User::Own), said);
    let said = "the argument is longer than any entry";
    says(Agent::start_with(&" ".repeat(100_000), Vec::new(), User::Own), said);
}

#[test]
fn descriptors_that_are_not_what_they_should_be_are_named() {
    let joining = |join| {
        let mut entry = entry();
        entry.joins = vec![join];
        entry
    };
    says(Agent::start(&joining(Join::Network(Inherited(77))), Vec::new()), "descriptor 77 is not open");
    says(Agent::start(&joining(Join::Network(Inherited(-1))), Vec::new()), "descriptor -1 is not open");
    says(Agent::start(&joining(Join::User(Inherited(0))), Vec::new()), "descriptor 0 is given for two things");
    for (join, namespace) in [(Join::Network(Inherited(7)), "network"), (Join::User(Inherited(7)), "user")] {
        says(
            Agent::start(&joining(join), vec![(7, open("/etc/passwd"))]),
            &format!(
                "cannot join the {namespace} namespace: Invalid argument (os error 22): what was given is no such namespace"
            ),
        );
    }
    let mut rooted = entry();
    rooted.root = Some(Inherited(7));
    says(Agent::start(&rooted, vec![(7, open("/etc/passwd"))]), "what was given as the root is no directory");
    let argument = entry().to_argument();
    let said = "descriptor 0 is no unix stream socket";
    says(Agent::over(Stdio::null(), &argument, Vec::new(), User::Own), said);
}

#[test]
fn the_user_namespace_that_the_agent_is_in_already_is_no_error() {
    let mut wanted = entry();
    wanted.joins = vec![Join::User(Inherited(7))];
    let mut agent = Agent::start(&wanted, vec![(7, open("/proc/self/ns/user"))]);
    crate::agent::here(agent.hello());
}

#[test]
fn who_may_not_join_is_told_what_it_takes() {
    let Some(network) = Network::new() else { return };
    let mut wanted = entry();
    wanted.joins = vec![Join::Network(Inherited(7))];
    says(
        Agent::start_with(&wanted.to_argument(), vec![(7, network.link())], User::Nobody),
        "cannot join the network namespace: Operation not permitted (os error 1): joining takes `CAP_SYS_ADMIN`, also in the user namespace \
         that owns it",
    );
}

#[test]
fn an_operator_that_is_gone_is_noticed_before_and_after_the_hello() {
    let mut orphan = entry();
    orphan.operator = 1;
    says(Agent::start(&orphan, Vec::new()), "the operator's process is gone");
    let mut agent = Agent::start(&entry(), Vec::new());
    agent.hang_up();
    says(agent, "the agent's session ended badly: the other side is gone without a word");
}
