//! A shell's program at a target: the plan of the checks' agent, with what the operator's profile makes of it.
//!
//! The place is planned as for checks, by the same facts and with the same refusals. What differs is what runs there, and with which rights.

mod launch;
mod pod;
mod profile;
#[cfg(test)]
mod tests;

pub use launch::launch_shell;
pub use profile::{Profile, Right};

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use dbg_agent::{Environment, Gains, ShellPlace, ShellRoot, ShellUser};
use dbg_model::{Capability, ImageName, Target};
use rustix::fs::{AtFlags, CWD, StatxFlags, statx};
use rustix::thread::CapabilitySet;

use crate::docker::{Engines, ShellContainer};
use crate::explain::{Item, item};
use crate::facts::{Own, Pins, gather_here};
use crate::kube::Clusters;
use crate::plan::{ContainerPlan, Joined, Needs, PidsOf, Place, Plan, Privilege, RootOf, User, plan};
use crate::{Explanation, Refusal, explain};

/// What the operator wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellWish {
    /// Where.
    pub target: Target,
    /// The image whose files and programs it has; the target's own without one.
    pub image: Option<ImageName>,
    /// How far it may go.
    pub profile: Profile,
}

/// A target at which a shell can be had, and the hold on it.
#[derive(Debug)]
pub struct ShellPlaced {
    plan: Plan,
    own: Own,
    pins: Pins,
    profile: Profile,
    runs: Runs,
}

/// Where the program runs.
#[derive(Debug)]
enum Runs {
    /// In a child of this process. The descriptors of the place are those of the pins, once they are handed down.
    Child(ShellPlace),
    /// In a container.
    Container(ShellContainer),
    /// In a pod: its plan says all.
    Pod,
}

/// The folder of the machine's files in a container.
const HOST: &str = "/host";

/// Looks at a target and decides how a shell there comes to be. Nothing is created.
///
/// # Errors
/// Why it cannot be reached.
pub async fn place_shell(wish: &ShellWish, engines: &Engines, clusters: &Clusters) -> Result<ShellPlaced, Refusal> {
    if wish.target.is_of_cluster() {
        return pod::place(wish, clusters).await;
    }
    let (target, needs) = planned_for(wish);
    let (facts, pins) = gather_here(&target, engines).await?;
    let plan = plan(&needs, &facts)?;
    if wish.image.is_some() && !matches!(plan.place.what, Place::Container(_)) {
        // A container that was found without an engine is joined by a child, which has no image.
        engines.engine().await?;
    }
    let own = facts.own;
    let runs = match &plan.place.what {
        Place::InProcess => Runs::Child(child_place(wish.profile, &own)),
        Place::Child(child) => {
            let mut place = child_place(wish.profile, &own);
            let is_own = pins.root.as_ref().is_none_or(is_own_root);
            if child.root.what == RootOf::Target && !is_own {
                let enters_user = child.joins.iter().any(|join| join.what == Joined::User);
                if !enters_user && !own.capabilities.contains(CapabilitySet::SYS_CHROOT) {
                    return Err(Refusal::MayNotChroot { euid: own.euid });
                }
                place.environment = Environment::Plain;
            }
            Runs::Child(place)
        }
        Place::Container(container) => {
            if let Some(image) = &wish.image {
                let engine = engines.engine().await?;
                if engine.image(&[image.as_str()]).await?.is_none() {
                    return Err(Refusal::NoImage { image: image.clone(), engine: engine.facts.kind });
                }
            }
            Runs::Container(of_container(wish, container))
        }
        Place::Pod(_) | Place::Inside(_) => return Err(Refusal::NoShellInCluster { target }),
    };
    Ok(ShellPlaced { plan, own, pins, profile: wish.profile, runs })
}

/// A container's own files are reached by its processes, and so its processes are joined; an image brings files of its own.
fn planned_for(wish: &ShellWish) -> (Target, Needs) {
    match (&wish.target, &wish.image) {
        (Target::Container(..), None) => (wish.target.clone().with_processes(), Needs::from([Capability::Files])),
        (target, _) => (target.clone(), Needs::new()),
    }
}

/// A program in a child. Whoever is not root has no rights to lose, and stays who they are.
fn child_place(profile: Profile, own: &Own) -> ShellPlace {
    ShellPlace {
        joins: Vec::new(),
        root: ShellRoot::Own,
        etc: None,
        user: if profile == Profile::Restricted && own.euid == 0 { ShellUser::Nobody } else { ShellUser::Own },
        keep: profile.bits(),
        gains: gains(profile),
        environment: Environment::Own,
    }
}

fn gains(profile: Profile) -> Gains {
    if profile == Profile::Sysadmin { Gains::Rights } else { Gains::Nothing }
}

/// Whether it is the very mount that is our root: the same folder with other mounts beneath it is another.
fn is_own_root(root: &OwnedFd) -> bool {
    let mount = |root: BorrowedFd<'_>, path: &str| {
        let seen = statx(root, path, AtFlags::EMPTY_PATH, StatxFlags::MNT_ID | StatxFlags::INO).ok()?;
        // Kernels before 5.8 do not say.
        let is_said = seen.stx_mask & StatxFlags::MNT_ID.bits() != 0;
        is_said.then_some((seen.stx_mnt_id, seen.stx_ino))
    };
    mount(root.as_fd(), "").is_some_and(|root| Some(root) == mount(CWD, "/"))
}

/// What is needed to get into another root, and out of the rights to do so.
const ENTERING: [&str; 6] = ["SYS_PTRACE", "SYS_CHROOT", "SETUID", "SETGID", "SETPCAP", "KILL"];

fn of_container(wish: &ShellWish, plan: &ContainerPlan) -> ShellContainer {
    let (profile, image) = (wish.profile, wish.image.clone());
    let (root, environment) = match (&wish.target, &image) {
        (_, Some(_)) => (ShellRoot::Own, Environment::Own),
        (Target::Host, None) => (ShellRoot::Path(HOST.to_owned()), Environment::Plain),
        (Target::Container(..), None) => {
            let environment = first_of(&plan.root.what).map_or(Environment::Plain, Environment::Process);
            (ShellRoot::Path(plan.root.what.clone()), environment)
        }
        _ => (ShellRoot::Own, Environment::Own),
    };
    let enters = root != ShellRoot::Own;
    // Nobody needs no right to become nobody.
    let user = if profile == Profile::Restricted && !enters { User::Nobody } else { User::Root };
    let mut rights: Vec<&'static str> = profile.rights().iter().map(|right| right.what.word).collect();
    if enters {
        rights.extend(
            ENTERING
                .into_iter()
                .filter(|right| profile != Profile::Sysadmin && !rights.contains(right))
                .collect::<Vec<_>>(),
        );
    }
    let mut options: Vec<&'static str> = plan.options.iter().map(|option| option.what).collect();
    // AppArmor's profile for containers lets nobody look into processes of another one.
    if rights.contains(&"SYS_PTRACE") && plan.pids.what != PidsOf::Own && !options.contains(&"apparmor=unconfined") {
        options.push("apparmor=unconfined");
    }
    ShellContainer {
        place: ShellPlace {
            joins: Vec::new(),
            root,
            etc: None,
            user: if profile == Profile::Restricted && enters { ShellUser::Nobody } else { ShellUser::Own },
            keep: profile.bits(),
            gains: gains(profile),
            environment,
        },
        image,
        user,
        rights,
        options,
        power: if profile == Profile::Sysadmin { Privilege::All } else { Privilege::Least },
        // With the machine's files below `/host`, programs that know of it find them there.
        variables: if wish.target == Target::Host { vec!["HOST=/host".to_owned()] } else { Vec::new() },
    }
}

/// The number in `/proc/N/root`.
fn first_of(root: &str) -> Option<u32> {
    root.strip_prefix("/proc/")?.strip_suffix("/root")?.parse().ok()
}

impl ShellPlaced {
    /// How it comes to be, in words: as the plan of checks, with the rights of the profile.
    #[must_use]
    pub fn explanation(&self) -> Explanation {
        let mut explanation = explain(&self.plan);
        explanation.keeps = match self.profile {
            Profile::Sysadmin => vec![item("all", "`--profile sysadmin`: the operator says so")],
            profile => {
                let rights = profile.rights();
                rights.iter().map(|right| item(format!("CAP_{}", right.what.word), &right.reason)).collect()
            }
        };
        explanation.fences = match self.profile {
            Profile::Sysadmin => Vec::new(),
            _ => vec![item("no-new-privileges", "no program that it starts gains a right")],
        };
        if let Runs::Child(_) = self.runs {
            explanation.runs = Item { what: "in a child process".to_owned(), ..explanation.runs };
        }
        explanation
    }
}
