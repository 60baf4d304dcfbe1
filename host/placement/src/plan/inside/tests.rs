//! Plans of containers in pods that are there already.

use super::*;
use crate::kube::{Cleanup, Room, SeenNode, Via};

fn container(name: &str) -> SeenContainer {
    SeenContainer {
        name: name.to_owned(),
        image: format!("{name}:1"),
        id: ContainerId::new(&"0f".repeat(32)),
        not_running: None,
        runs_as: RunsAs::default(),
    }
}

fn pod() -> SeenPod {
    SeenPod {
        target: "shop/cart".parse().unwrap(),
        node: Some("n1".parse().unwrap()),
        phase: Words::of("Running"),
        is_going: false,
        is_static: false,
        ready: None,
        containers: vec![container("app"), container("side")],
        default: None,
        parked: Parked::default(),
    }
}

fn target(images: ImageFacts, pod: SeenPod) -> ClusterTarget {
    let node = SeenNode {
        name: "n1".parse().unwrap(),
        not_ready: None,
        repels: vec![Words::of("it is cordoned")],
        architecture: Some(Architecture::Aarch64),
        architecture_word: Words::of("arm64"),
        system: Words::of("linux"),
        is_virtual: false,
    };
    let (context, server) = (Words::of("shop"), Words::of("https://10.0.0.1:6443"));
    ClusterTarget {
        cluster: ClusterFacts {
            context,
            server,
            namespace: "ops".to_owned(),
            namespace_reason: "a test",
            notes: Vec::new(),
        },
        target: "pod/shop/cart".parse().unwrap(),
        pod: Some(PodFacts::There(Box::new(pod))),
        via: Via::Pod,
        keep: Duration::from_secs(600),
        node: NodeFacts::There(node),
        images,
        room: Room::default(),
        cleanup: Cleanup::default(),
    }
}

fn planned(needs: &[Capability], images: ImageFacts, pod: SeenPod) -> Result<InsidePlan, Refusal> {
    let plan = crate::plan::of_cluster(&needs.iter().copied().collect(), &target(images, pod))?;
    match plan.place.what {
        Place::Inside(plan) => Ok(*plan),
        other => panic!("{other:?}"),
    }
}

fn named() -> ImageFacts {
    ImageFacts { named: Some("site/dbg:1".into()), ..ImageFacts::default() }
}

#[test]
fn processes_are_shared_and_rights_are_there_for_what_was_granted_alone() {
    let network = planned(&[Capability::Resolver, Capability::Connect, Capability::Sockets], named(), pod()).unwrap();
    assert_eq!((network.shares, network.user.what, network.keeps.len()), (None, InsideUser::Nobody, 0));
    let files = planned(&[Capability::Files], named(), pod()).unwrap();
    assert!(files.shares.is_some() && files.user.what == InsideUser::Root);
    let words = |rights: &[Because<LinuxCapability>]| rights.iter().map(|right| right.what).collect::<Vec<_>>();
    assert_eq!(words(&files.keeps), [LinuxCapability::DacReadSearch]);
    assert_eq!(files.enters_with.iter().map(|right| right.what).collect::<Vec<_>>(), ["SYS_PTRACE"]);
    let processes = planned(&[Capability::Processes], named(), pod()).unwrap();
    assert_eq!((words(&processes.keeps).len(), processes.enters_with.len()), (2, 0));
}

#[test]
fn who_is_the_same_user_without_rights_needs_none_and_only_then() {
    let strict = RunsAs { user: Some(1000), group: Some(1000), non_root: Some(true), has_no_right: true };
    let plan_for = |runs_as: RunsAs| {
        let mut pod = pod();
        pod.containers[0].runs_as = runs_as;
        planned(&[Capability::Processes], named(), pod).unwrap()
    };
    let same = plan_for(strict.clone());
    assert_eq!((same.user.what, same.keeps.len()), (InsideUser::Same(strict.clone()), 0));
    for other in [
        RunsAs { user: Some(0), ..strict.clone() },
        RunsAs { group: None, ..strict.clone() },
        RunsAs { has_no_right: false, ..strict },
    ] {
        assert_eq!(plan_for(other).user.what, InsideUser::Root);
    }
}

#[test]
fn the_image_is_a_named_one_then_the_agents_own_then_that_of_the_container_itself() {
    let all = ImageFacts { own: Some("dbg-agent:1".into()), ..ImageFacts::default() };
    let image = |images| planned(&[], images, pod()).unwrap().image.what;
    assert_eq!(image(ImageFacts { named: Some("x".into()), ..all.clone() }), InsideImage::Agent("x".into()));
    assert_eq!(image(all), InsideImage::Agent("dbg-agent:1".into()));
    assert_eq!(image(ImageFacts::default()), InsideImage::Own("app:1".into()));
}

#[test]
fn a_container_that_does_not_run_matters_only_where_it_is_needed() {
    let crashing = || {
        let mut pod = pod();
        pod.containers[0].id = None;
        pod.containers[0].not_running = Some(Words::of("CrashLoopBackOff"));
        pod
    };
    assert!(planned(&[Capability::Resolver], named(), crashing()).is_ok());
    for refused in [
        planned(&[Capability::Files], named(), crashing()),
        planned(&[Capability::Resolver], ImageFacts::default(), crashing()),
    ] {
        let Err(Refusal::ContainerNotRunning { state, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(state.as_str(), "CrashLoopBackOff");
    }
}

#[test]
fn what_no_container_can_be_added_to_is_refused_by_its_reason() {
    let refused = |pod| planned(&[], named(), pod).unwrap_err();
    assert!(matches!(refused(SeenPod { is_static: true, ..pod() }), Refusal::StaticPod { .. }));
    assert!(matches!(refused(SeenPod { is_going: true, ..pod() }), Refusal::PodGoing { .. }));
    let ended = SeenPod { phase: Words::of("Succeeded"), ..pod() };
    assert!(matches!(refused(ended), Refusal::PodNotRunning { phase, .. } if phase.as_str() == "Succeeded"));
    let mut other = pod();
    other.target.container = Some("nope".parse().unwrap());
    let refusal = refused(other);
    assert!(refusal.to_string().contains("no container `nope`"), "{refusal}");
    assert!(refusal.hint().unwrap().contains("`app`, `side`"), "{:?}", refusal.hint());
}

#[test]
fn of_what_stands_for_a_workload_it_is_said() {
    let note = stands_for(&"deploy/cart".parse().unwrap(), &SeenPod { ready: Some(3), ..pod() }).unwrap();
    assert_eq!(
        note,
        "the pod `shop/cart` on the node `n1` stands for `deploy/cart`: of 3 that are ready it is the oldest"
    );
    assert_eq!(stands_for(&"pod/cart".parse().unwrap(), &pod()), None);
}
