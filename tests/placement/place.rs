//! A network with a second one beside it that has a name: `blue`, joined by a cable, with a configuration of its own in `/etc/netns`.

use std::fs::File;
use std::os::fd::AsFd as _;

use dbg_tests::{Context, LIMIT, Namespace, Output, Running, tool, until};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use serde_json::Value;

use crate::agent::agents_in;

/// Our end of the cable.
pub(crate) const HERE: &str = "10.1.0.1";

/// Nothing of it is the machine's: `/run`, `/etc` and root's store are its own, in memory.
const SET_UP: &str = "
mount -t tmpfs none /var/lib; mount -t tmpfs none /var/cache
mount -t tmpfs none /mnt; cp -a /etc /mnt/etc; mount --bind /mnt/etc /etc
mount -t tmpfs none /run; mkdir /run/netns
mkdir -p /etc/netns/blue; echo nameserver 127.0.0.1 > /etc/netns/blue/resolv.conf
ip netns add blue
ip -n blue link set lo up
ip link add here type veth peer name there netns blue
ip address add 10.1.0.1/24 dev here; ip link set here up
ip -n blue address add 10.1.0.2/24 dev there; ip -n blue link set there up
touch /run/netns/plain
";

/// The two networks, and what was mounted when they were new.
pub(crate) struct Place {
    pub(crate) context: Context,
    /// Somebody who sits in `blue`, asleep.
    sleeper: Running,
    mounts: String,
}

impl Place {
    /// `None`, said aloud, where this machine does not allow it.
    pub(crate) fn new() -> Option<Self> {
        tool("setpriv", "util-linux")?;
        let namespace = Namespace::new(SET_UP)?;
        let sleeper = asleep(&namespace, "ip netns exec blue");
        let mounts = namespace.mounts();
        Some(Self { context: Context::within(namespace), sleeper, mounts })
    }

    /// The process in `blue`.
    pub(crate) fn sleeper(&self) -> u32 {
        self.sleeper.id()
    }

    /// `dbg` with these words, as root, to its end.
    #[track_caller]
    pub(crate) fn root(&self, line: &str) -> Output {
        self.context.type_in(line).as_root().run()
    }

    /// `dbg` with these words, as nobody, to its end.
    #[track_caller]
    pub(crate) fn nobody(&self, line: &str) -> Output {
        self.context.type_in(line).run()
    }

    /// Acts on a thread in the network of `blue`; sockets that it makes stay in it.
    pub(crate) fn in_blue<T: Send>(&self, act: impl FnOnce() -> T + Send) -> T {
        in_network_of(self.sleeper(), act)
    }

    /// Starts somebody who sleeps, by way of `wrapper`.
    pub(crate) fn start_asleep(&self, wrapper: &str) -> Running {
        self.context.in_namespace(|namespace| asleep(namespace, wrapper))
    }

    /// As [`Place::start_asleep`], for a wrapper that stays, and whose child sleeps.
    pub(crate) fn start_parent_of_asleep(&self, wrapper: &str) -> (Running, u32) {
        let running = self.context.in_namespace(|namespace| namespace.start(&format!("exec {wrapper} sleep 600")));
        let list = format!("/proc/{0}/task/{0}/children", running.id());
        let mut child = None;
        let sleeps = || {
            child = std::fs::read_to_string(&list).ok().and_then(|pids| pids.split_whitespace().next()?.parse().ok());
            let name = child.and_then(|pid: u32| std::fs::read_to_string(format!("/proc/{pid}/comm")).ok());
            name.is_some_and(|name| name == "sleep\n")
        };
        assert!(until(LIMIT, sleeps), "`{wrapper} sleep` does not start");
        (running, child.unwrap_or_default())
    }

    /// The agents that run in either of the two networks.
    pub(crate) fn agents(&self) -> Vec<u32> {
        let holder = self.context.in_namespace(Namespace::holder);
        [holder, self.sleeper()].into_iter().flat_map(agents_in).collect()
    }

    /// No agent, no mount, no file.
    #[track_caller]
    pub(crate) fn nothing_is_left(&self) {
        assert!(until(LIMIT, || self.agents().is_empty()), "agents still run: {:?}", self.agents());
        assert_eq!(self.context.in_namespace(Namespace::mounts), self.mounts, "something is mounted still");
        self.context.nothing_is_left();
    }
}

fn asleep(namespace: &Namespace, wrapper: &str) -> Running {
    let running = namespace.start(&format!("exec {wrapper} sleep 600"));
    let program = format!("/proc/{}/comm", running.id());
    let sleeps = || std::fs::read_to_string(&program).is_ok_and(|name| name == "sleep\n");
    assert!(until(LIMIT, sleeps), "`{wrapper} sleep` does not start");
    running
}

/// Acts on a thread in the network of a process.
pub(crate) fn in_network_of<T: Send>(pid: u32, act: impl FnOnce() -> T + Send) -> T {
    let network = File::open(format!("/proc/{pid}/ns/net")).expect("it lives");
    let within = move || {
        move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network)).expect("root may enter");
        act()
    };
    std::thread::scope(|scope| scope.spawn(within).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The results of a report.
#[track_caller]
pub(crate) fn results(output: &Output) -> Vec<Value> {
    output.json()["results"].as_array().cloned().unwrap_or_else(|| panic!("no results\n{output}"))
}

/// A result whose check was done.
#[track_caller]
pub(crate) fn done(output: &Output) -> Value {
    let result = results(output).into_iter().next().unwrap_or_else(|| panic!("no result\n{output}"));
    assert!(result["failure"].is_null(), "the check failed\n{output}");
    result
}

/// The rows of a table, by the names of two of its columns.
#[track_caller]
pub(crate) fn columns(result: &Value, table: &str, names: [&str; 2]) -> Vec<[String; 2]> {
    let tables = result["tables"].as_array().cloned().unwrap_or_default();
    let found = tables.into_iter().find(|one| one["name"] == table).unwrap_or_else(|| panic!("no `{table}`: {result}"));
    let heads = found["columns"].as_array().cloned().unwrap_or_default();
    let place = |name: &str| heads.iter().position(|head| head["name"] == name).expect("the column is there");
    let [one, other] = names.map(place);
    let shown = |cell: &Value| cell.as_str().map_or_else(|| cell.to_string(), str::to_owned);
    let rows = found["rows"].as_array().cloned().unwrap_or_default();
    let mut rows: Vec<[String; 2]> = rows.iter().map(|row| [shown(&row[one]), shown(&row[other])]).collect();
    rows.sort();
    rows
}
