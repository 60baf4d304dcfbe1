//! `cargo xtask cluster up|down|env|status`: a real Kubernetes of two nodes on this machine, for tests, and nothing left of it afterwards.
//!
//! Three [machines](machine) (a control plane, two nodes) are each one process in namespaces of its own; everything else runs inside them, so
//! that ending the three ends all. Outside of them there is a network link, a control group folder, the files in `target/cluster` and a
//! [mark](place) that says whose they are; [`down`] takes them away, also of a cluster that came up halfway.

mod build;
mod certificates;
mod cgroup;
mod control;
mod down;
mod environment;
mod guard;
mod image;
mod machine;
mod network;
mod node;
mod place;
mod processes;
mod simulated;
mod status;
mod tools;
mod up;
mod wait;

use anyhow::Result;

pub(crate) use tools::NEEDED;

use crate::workspace::Workspace;

/// A real Kubernetes of two nodes on this machine, for tests
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Builds the parts, without starting any: minutes the first time, a second after
    Build,
    /// Brings it up; returns once both nodes are ready
    Up(up::Args),
    /// Takes it down, also one that came up halfway; nothing is left
    Down,
    /// Prints what a shell needs to use it: `eval "$(cargo xtask cluster env)"`
    Env,
    /// Says which parts run
    Status,
    /// Puts an image that `docker save` or `dbg image` wrote onto both nodes
    Load(image::Load),
    /// Runs a command in `control`, `n1` or `n2`, in all of that machine's namespaces
    Enter(machine::Enter),
    /// Waits for the end of `up`, and takes down what it left unfinished
    #[command(hide = true)]
    Guard(guard::Args),
}

pub(crate) fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    let place = place::Place::new(workspace);
    match &args.verb {
        Verb::Build => build::run(&place),
        Verb::Up(args) => up::run(args, &place),
        Verb::Down => down::run(&place),
        Verb::Env => environment::run(&place),
        Verb::Status => status::run(&place),
        Verb::Load(args) => image::load(args, &place),
        Verb::Enter(args) => machine::enter(args, &place),
        Verb::Guard(args) => guard::run(args, &place),
    }
}
