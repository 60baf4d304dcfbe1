//! The agent of a shell as a child of this process: what it is told, and what it inherits.

use std::os::fd::AsRawFd as _;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as Pair;

use dbg_agent::{Inherited, Join, ShellPlace, ShellRoot};
use dbg_model::Target;
use tokio::net::UnixStream;

use super::process::{Process, Start, Surroundings};
use super::{Child, listen};
use crate::launch::{LaunchError, Launched};
use crate::plan::{Joined, Place, Plan};
use crate::{Placed, Program, Refusal};

/// Starts the agent of a shell.
pub(crate) async fn launch_shell(
    mut place: ShellPlace,
    placed: Placed,
    program: &Program,
) -> Result<Launched, LaunchError> {
    let file = program.file().await?;
    let Placed { plan, own, pins } = placed;
    if let (Target::Pid(pid), Some(process)) = (&plan.target, &pins.process)
        && !process.is_there()
    {
        return Err(Refusal::Replaced { pid: *pid }.into());
    }
    let mut inherited: Vec<OwnedFd> = Vec::new();
    let mut give = |file: OwnedFd| {
        let number = Inherited(file.as_raw_fd());
        inherited.push(file);
        number
    };
    let (mut user, mut network) = (pins.user, pins.network);
    for join in joins(&plan) {
        let joined = match join {
            Joined::User => user.take().map(|file| Join::User(give(file))),
            Joined::Network => network.take().map(|file| Join::Network(give(file))),
        };
        place.joins.extend(joined);
    }
    if let Some(root) = pins.root {
        place.root = ShellRoot::Inherited(give(root));
    }
    if let Place::Child(child) = &plan.place.what {
        // The name came from the command line, as text.
        place.etc = child.etc.as_ref().map(|etc| etc.what.to_string_lossy().into_owned());
    }
    let (near, far) = Pair::pair().map_err(LaunchError::Start)?;
    near.set_nonblocking(true).map_err(LaunchError::Start)?;
    let stream = UnixStream::from_std(near).map_err(LaunchError::Start)?;
    let start = Start {
        program: file,
        verb: "enter-shell",
        entry: place.to_argument(),
        inherited,
        stdin: OwnedFd::from(far),
        own,
        surroundings: Surroundings::Operators,
    };
    let (process, stderr) = Process::start(start).await.map_err(LaunchError::Start)?;
    let words = tokio::spawn(async move { listen(stderr).await.unwrap_or_default() });
    Ok(Launched::child(Box::new(stream), Child { process, words }))
}

fn joins(plan: &Plan) -> Vec<Joined> {
    match &plan.place.what {
        Place::Child(child) => child.joins.iter().map(|join| join.what).collect(),
        Place::InProcess | Place::Container(_) | Place::Pod(_) | Place::Inside(_) => Vec::new(),
    }
}
