//! Bringing a cluster up: machines, then what has to answer first, then what asks it.

use std::time::Instant;

use anyhow::{Result, bail};

use super::guard::Guard;
use super::machine::{self, Machine, NODES, Name};
use super::place::{self, Lock, Place};
use super::{build, certificates, cgroup, control, down, environment, image, network, node, simulated, status, tools};

/// Brings it up; returns once both nodes are ready
#[derive(clap::Args)]
pub(crate) struct Args {
    /// So many further nodes that are only objects, for listing and selection at scale
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=5000))]
    simulated_nodes: u16,
    /// Leaves a cluster that did not come up as it is, with its logs, for `down` to remove
    #[arg(long)]
    keep: bool,
}

pub(super) fn run(args: &Args, place: &Place) -> Result<()> {
    tools::check()?;
    build::ensure(place)?;
    let lock = Lock::take()?;
    if is_up(place)? {
        eprintln!("the cluster is up already");
        return environment::run(place);
    }
    network::check_free()?;
    let start = Instant::now();
    let guard = Guard::start(&lock)?;
    let result = bring_up(args, place);
    if result.is_ok() || args.keep {
        guard.dismiss()?;
    } else {
        drop(guard);
    }
    result?;
    eprintln!("up after {:.1} s; `cargo xtask cluster down` takes it down", start.elapsed().as_secs_f64());
    environment::run(place)
}

/// Whether this checkout's is up and whole. Another's, or a broken one, is an error: what is in the way is for a person to judge.
fn is_up(place: &Place) -> Result<bool> {
    if let Some(other) = place::marked()?
        && other != place.run
    {
        bail!(
            "the cluster of another checkout is up (`{}`); `cargo xtask cluster down` takes it down",
            other.display()
        );
    }
    if !down::is_anything_there(place)? {
        return Ok(false);
    }
    let missing = status::missing(place)?;
    if !missing.is_empty() {
        bail!("a cluster is there and not whole ({}); `cargo xtask cluster down` removes it", missing.join(", "));
    }
    Ok(true)
}

fn bring_up(args: &Args, place: &Place) -> Result<()> {
    place.claim()?;
    place.write("resolv.conf", &resolver())?;
    place.write("hosts", &machine::hosts())?;
    cgroup::make()?;
    let control = Machine::start(Name::Control, place)?;
    let nodes: Vec<Machine> = NODES.into_iter().map(|name| Machine::start(name, place)).collect::<Result<_>>()?;
    network::connect(&control, &nodes)?;
    for node in &nodes {
        node::configure(node.name, place)?;
    }
    eprintln!("the machines run");

    // Side by side: the API server's start, and all that does not need it.
    std::thread::scope(|scope| {
        let runtimes = scope.spawn(|| -> Result<()> {
            let images = image::make(place)?;
            each(&nodes, |node| {
                node.make_root(place)?;
                node::start_runtime(node, place)?;
                images.iter().try_for_each(|it| image::import(node, it))
            })
        });
        certificates::make(place)?;
        control.make_root(place)?;
        control::start(&control, &control::FIRST, place)?;
        control::wait_for_api(place)?;
        eprintln!("the API server answers");
        control::start(&control, &control::SECOND, place)?;
        joined(runtimes)
    })?;
    each(&nodes, |node| node::start(node, place))?;
    control::furnish(place)?;
    control::wait_for_nodes(place)?;
    control::wait_for_service_account(place)?;
    eprintln!("both nodes are ready");
    if args.simulated_nodes > 0 {
        simulated::start(&control, args.simulated_nodes, place)?;
        eprintln!("{} simulated nodes are ready", args.simulated_nodes);
    }
    place.set_whole()
}

/// Does the same for all nodes, side by side.
fn each(nodes: &[Machine], act: impl Fn(&Machine) -> Result<()> + Sync) -> Result<()> {
    std::thread::scope(|scope| {
        let running: Vec<_> = nodes.iter().map(|node| scope.spawn(|| act(node))).collect();
        running.into_iter().try_for_each(joined)
    })
}

fn joined(thread: std::thread::ScopedJoinHandle<'_, Result<()>>) -> Result<()> {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn resolver() -> String {
    format!("nameserver {}\nsearch cluster.test\n", network::address(Name::Control))
}
