//! Plans of pods without a cluster.

use super::*;

fn cluster() -> ClusterFacts {
    ClusterFacts {
        context: Words::of("shop"),
        server: Words::of("https://10.0.0.1:6443"),
        namespace: "ops".to_owned(),
        namespace_reason: "it is told",
        notes: Vec::new(),
    }
}

fn seen() -> SeenNode {
    SeenNode {
        name: "n1".parse().unwrap(),
        not_ready: None,
        repels: Vec::new(),
        architecture: Some(Architecture::Aarch64),
        architecture_word: Words::of("arm64"),
        system: Words::of("linux"),
        is_virtual: false,
    }
}

fn target(text: &str, node: NodeFacts, images: ImageFacts) -> ClusterTarget {
    ClusterTarget {
        cluster: cluster(),
        target: text.parse().unwrap(),
        pod: None,
        via: Via::Pod,
        keep: std::time::Duration::ZERO,
        node,
        images,
        room: Room::default(),
        cleanup: Cleanup::default(),
    }
}

fn named() -> ImageFacts {
    ImageFacts { named: Some("site/dbg:1".into()), ..ImageFacts::default() }
}

fn borrowed() -> ImageFacts {
    let lender = Lender::Pod("ops/cart".to_owned());
    ImageFacts { borrowed: vec![Borrowed { reference: "cart:1".into(), lender }], ..ImageFacts::default() }
}

fn plan_of(text: &str, needs: &[Capability], images: ImageFacts) -> PodPlan {
    let target = target(text, NodeFacts::There(seen()), images);
    let plan = of(&needs.iter().copied().collect(), &target).unwrap();
    let Place::Pod(plan) = plan.place.what else { panic!() };
    *plan
}

fn joins(plan: &PodPlan) -> Vec<NodeNamespace> {
    plan.joins.iter().map(|join| join.what).collect()
}

#[test]
fn namespaces_mounts_and_rights_of_a_node_follow_the_grants() {
    let none = plan_of("node/n1", &[], named());
    assert_eq!((joins(&none), none.mounts.len(), none.keeps.len(), none.user.what), (vec![], 0, 0, User::Nobody));
    let resolver = plan_of("node/n1", &[Capability::Resolver], named());
    assert_eq!(
        (joins(&resolver), resolver.mounts.len(), resolver.user.what),
        (vec![NodeNamespace::Network], 0, User::Nobody)
    );
    let files = plan_of("node/n1", &[Capability::Files], named());
    assert_eq!((joins(&files), files.root.what.as_str(), files.user.what), (vec![], "/host", User::Root));
    let processes = plan_of("node/n1", &[Capability::Processes], named());
    assert_eq!((joins(&processes), processes.mounts.len()), (vec![NodeNamespace::Processes], 0));
    assert!(processes.options.iter().any(|option| option.what == PodOption::NoAppArmor));
}

#[test]
fn an_ordinary_pod_has_nothing_of_its_node() {
    let all: Vec<Capability> = Capability::ALL.to_vec();
    for text in ["ns/shop", "cluster"] {
        let plan = plan_of(text, &all, borrowed());
        assert_eq!(
            (joins(&plan), plan.mounts.len(), plan.keeps.len(), plan.user.what),
            (vec![], 0, 0, User::Nobody),
            "{text}"
        );
        assert!(!plan.options.iter().any(|option| option.what == PodOption::ToleratesAll));
        // It goes where the borrowed image is.
        assert_eq!(plan.node.unwrap().what, "n1");
    }
    assert_eq!(plan_of("ns/shop", &[], named()).namespace.what, "shop");
    assert_eq!(plan_of("cluster", &[], named()).namespace.what, "ops");
    assert_eq!(plan_of("cluster", &[], named()).node, None);
}

#[test]
fn the_agent_comes_by_a_named_image_then_by_its_own_then_by_none() {
    let all = ImageFacts { own: Some("dbg-agent:1".into()), ..borrowed() };
    let image = |images| plan_of("node/n1", &[], images).image.what;
    assert_eq!(image(ImageFacts { named: Some("x".into()), ..all.clone() }), PodImage::Agent("x".into()));
    assert_eq!(image(all), PodImage::Agent("dbg-agent:1".into()));
    assert!(matches!(image(borrowed()), PodImage::Borrowed(_)));
    let refused = of(&Needs::new(), &target("node/n1", NodeFacts::There(seen()), ImageFacts::default()));
    assert!(matches!(refused, Err(Refusal::NoNodeImage { .. })));
}

#[test]
fn a_node_that_no_agent_can_run_on_is_refused_by_its_reason() {
    let refused = |node: SeenNode| of(&Needs::new(), &target("node/n1", NodeFacts::There(node), named())).unwrap_err();
    assert!(matches!(refused(SeenNode { is_virtual: true, ..seen() }), Refusal::VirtualNode { .. }));
    assert!(matches!(refused(SeenNode { not_ready: Some(Words::of("x")), ..seen() }), Refusal::NodeNotReady { .. }));
    assert!(matches!(refused(SeenNode { system: Words::of("windows"), ..seen() }), Refusal::NodeOfOtherKind { .. }));
    assert!(matches!(refused(SeenNode { architecture: None, ..seen() }), Refusal::NodeOfOtherKind { .. }));
}

#[test]
fn what_cannot_be_read_of_a_node_is_a_note_and_no_refusal() {
    let node = NodeFacts::Unknown { name: "n1".parse().unwrap(), reason: Words::of("nodes is forbidden") };
    let plan = of(&Needs::new(), &target("node/n1", node, named())).unwrap();
    assert!(plan.notes[0].contains("`n1` is ready is unknown: nodes is forbidden"), "{:?}", plan.notes);
}

#[test]
fn a_cordoned_node_is_reached_and_that_is_said() {
    let node = SeenNode { repels: vec![Words::of("it is cordoned")], ..seen() };
    let plan = of(&Needs::new(), &target("node/n1", NodeFacts::There(node), named())).unwrap();
    assert!(plan.notes[0].ends_with("it is cordoned"), "{:?}", plan.notes);
}

fn entering(needs: &[Capability]) -> PodPlan {
    let container = crate::kube::SeenContainer {
        name: "app".to_owned(),
        image: "cart:1".to_owned(),
        id: ContainerId::new(&"0f".repeat(32)),
        not_running: None,
        runs_as: crate::kube::RunsAs::default(),
    };
    let pod = crate::kube::SeenPod {
        target: "shop/cart".parse().unwrap(),
        node: Some("n1".parse().unwrap()),
        phase: Words::of("Running"),
        is_going: false,
        // What nothing can be added to is entered all the same.
        is_static: true,
        ready: None,
        containers: vec![container],
        default: None,
        parked: crate::kube::Parked::default(),
    };
    let target = ClusterTarget {
        pod: Some(PodFacts::There(Box::new(pod))),
        via: Via::Node,
        ..target("pod/shop/cart", NodeFacts::There(seen()), borrowed())
    };
    let plan = of(&needs.iter().copied().collect(), &target).unwrap();
    assert_eq!(plan.stands_for, Some("shop/cart".parse().unwrap()));
    let Place::Pod(plan) = plan.place.what else { panic!() };
    *plan
}

#[test]
fn a_pod_is_entered_from_its_node_with_rights_that_are_not_kept() {
    let resolver = entering(&[Capability::Resolver]);
    assert_eq!((joins(&resolver), resolver.mounts.len()), (vec![NodeNamespace::Processes], 0));
    assert_eq!((resolver.node.unwrap().what.as_str(), resolver.namespace.what.as_str()), ("n1", "ops"));
    let words: Vec<&str> = resolver.enters_with.iter().map(|right| right.what).collect();
    assert_eq!((words, resolver.keeps.len()), (vec!["SYS_ADMIN", "SYS_PTRACE"], 0));
    let processes = entering(&[Capability::Processes]);
    assert_eq!((processes.enters_with.len(), processes.keeps.len()), (1, 2));
    assert_eq!(processes.enters.unwrap().what.name, "app");
}

#[test]
fn what_a_pod_may_take_is_what_its_namespace_has_room_for() {
    let in_room = |memory: i64| {
        let most = Some(Bound { amount: memory << 20, whose: Words::of("the LimitRange `small`") });
        let mut target = target("node/n1", NodeFacts::There(seen()), named());
        target.room.memory.most = most;
        of(&Needs::default(), &target)
    };
    let Place::Pod(plan) = in_room(256).unwrap().place.what else { panic!() };
    assert_eq!(plan.limits[0].what, Limit::Memory(256 << 20));
    assert!(plan.limits[0].reason.contains("`small`"), "{:?}", plan.limits);
    assert_eq!(plan.requests, [Limit::Memory(64 << 20), Limit::Processor(10_000_000)]);
    let refusal = in_room(64).unwrap_err();
    assert!(refusal.to_string().contains("the LimitRange `small` is 64 MiB of memory"), "{refusal}");
    assert!(refusal.hint().unwrap().contains("-n"));
}
