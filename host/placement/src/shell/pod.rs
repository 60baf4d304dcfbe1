//! A shell's program in a cluster: on a node among its own files, or in a pod among those of a container, or of an image with tools.

use dbg_agent::{Environment, ShellPlace, ShellRoot, ShellUser, Sought, SoughtNetwork};
use dbg_model::{Capability, Target};

use super::{ENTERING, HOST, Profile, Runs, ShellPlaced, ShellWish, gains};
use crate::Refusal;
use crate::facts::{self, Facts, Pins, TargetFacts};
use crate::kube::{self, Clusters};
use crate::plan::{
    Because, InsideImage, InsidePlan, InsideUser, Needs, Place, PodPlan, PodShell, Privilege, User, plan,
};

/// Looks at a target of a cluster and decides how a shell there comes to be. Nothing is created.
pub(super) async fn place(wish: &ShellWish, clusters: &Clusters) -> Result<ShellPlaced, Refusal> {
    let ShellWish { target, profile, .. } = wish;
    if !target.is_in_pod() && !matches!(target, Target::Node(_)) {
        return Err(Refusal::NoShellInCluster { target: target.clone() });
    }
    let own = facts::own()?;
    let looked = kube::look_at(target, clusters).await?;
    let facts = Facts { own, target: TargetFacts::Cluster(Box::new(looked)) };
    let mut plan = plan(&needs(target), &facts)?;
    let tried = match &mut plan.place.what {
        Place::Pod(pod) => {
            of_pod(wish, pod);
            kube::preflight(pod, clusters).await?
        }
        Place::Inside(inside) => {
            of_inside(wish, inside);
            kube::preflight_inside(inside, clusters).await?
        }
        Place::InProcess | Place::Child(_) | Place::Container(_) => Vec::new(),
    };
    plan.notes.extend(tried);
    Ok(ShellPlaced { plan, own: facts.own, pins: Pins::default(), profile: *profile, runs: Runs::Pod })
}

/// A shell on a node has its network, processes and files; one in a pod has the processes, by which the files are reached.
fn needs(target: &Target) -> Needs {
    match target {
        Target::Node(_) => Needs::from([Capability::Connect, Capability::Processes, Capability::Files]),
        _ => Needs::from([Capability::Files]),
    }
}

fn of_pod(wish: &ShellWish, plan: &mut PodPlan) {
    let root = match &plan.enters {
        Some(entered) => {
            ShellRoot::Container(Sought { id: entered.what.id.to_string(), network: SoughtNetwork::Joined })
        }
        None => ShellRoot::Path(HOST.to_owned()),
    };
    plan.keeps.clear();
    plan.user = Because::new(User::Root, "who gets into another root is root");
    let joins = plan.enters.is_some().then(|| Because::new("SYS_ADMIN", "a network namespace is joined by it"));
    plan.enters_with = joins.into_iter().chain(rights(wish.profile, &root)).collect();
    plan.shell = Some(Box::new(shell(wish.profile, root)));
}

fn of_inside(wish: &ShellWish, plan: &mut InsidePlan) {
    let root = match (&wish.image, &plan.shares) {
        (Some(image), _) => {
            let reason = "`--image` names it: its files and its programs are the shell's";
            plan.image = Because::new(InsideImage::Tools(image.to_string()), reason);
            ShellRoot::Own
        }
        (None, Some(shared)) => {
            ShellRoot::Container(Sought { id: shared.what.to_string(), network: SoughtNetwork::Own })
        }
        (None, None) => ShellRoot::Own,
    };
    plan.keeps.clear();
    plan.user = if wish.profile == Profile::Restricted && root == ShellRoot::Own {
        Because::new(InsideUser::Nobody, "`--profile restricted`: the program has no right")
    } else {
        Because::new(InsideUser::Root, "`--profile` says how far its program may go")
    };
    plan.enters_with = rights(wish.profile, &root);
    plan.shell = Some(Box::new(shell(wish.profile, root)));
}

/// What the container has: what the program keeps, and what it takes to get into another root.
fn rights(profile: Profile, root: &ShellRoot) -> Vec<Because<&'static str>> {
    let kept = profile.rights().into_iter().map(|right| Because::new(right.what.word, right.reason));
    let mut rights: Vec<Because<&'static str>> = kept.collect();
    if *root != ShellRoot::Own && profile != Profile::Sysadmin {
        for right in ENTERING {
            if !rights.iter().any(|known| known.what == right) {
                rights.push(Because::new(
                    right,
                    "it takes that to get into another root, and out of the rights to do so",
                ));
            }
        }
    }
    rights
}

fn shell(profile: Profile, root: ShellRoot) -> PodShell {
    let enters = root != ShellRoot::Own;
    let environment = if enters { Environment::Plain } else { Environment::Own };
    let place = ShellPlace {
        joins: Vec::new(),
        root,
        etc: None,
        user: if profile == Profile::Restricted && enters { ShellUser::Nobody } else { ShellUser::Own },
        keep: profile.bits(),
        gains: gains(profile),
        environment,
    };
    PodShell { place, power: if profile == Profile::Sysadmin { Privilege::All } else { Privilege::Least } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_keeps_what_its_profile_says_and_the_container_has_what_it_takes_to_get_there() {
        let other = ShellRoot::Path(HOST.to_owned());
        let words =
            |profile, root: &ShellRoot| rights(profile, root).iter().map(|right| right.what).collect::<Vec<_>>();
        assert_eq!(words(Profile::Restricted, &other), ENTERING);
        assert_eq!(words(Profile::Restricted, &ShellRoot::Own), [""; 0]);
        assert!(words(Profile::Netadmin, &ShellRoot::Own).contains(&"NET_ADMIN"));
        let restricted = shell(Profile::Restricted, other).place;
        assert_eq!((restricted.keep, restricted.user), (0, ShellUser::Nobody));
        assert_eq!(shell(Profile::Sysadmin, ShellRoot::Own).power, Privilege::All);
        for profile in [Profile::General, Profile::Baseline, Profile::Restricted, Profile::Netadmin] {
            assert_eq!(shell(profile, ShellRoot::Own).power, Privilege::Least);
        }
    }
}
