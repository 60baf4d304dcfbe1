//! Bodies of create calls without a cluster.

use std::time::SystemTime;

use dbg_model::{Architecture, Capability, RunId};
use dbg_session::RunKey;
use serde_json::{Value, json};

use super::*;
use crate::docker::{Owner, Words};
use crate::kube::{Borrowed, Cleanup, ClusterFacts, ClusterTarget, ImageFacts, Lender, NodeFacts, Room, SeenNode};
use crate::plan::{Place, of_cluster};

fn plan(target: &str, needs: &[Capability]) -> PodPlan {
    let node = SeenNode {
        name: "n1".parse().unwrap(),
        not_ready: None,
        repels: Vec::new(),
        architecture: Some(Architecture::X86_64),
        architecture_word: Words::of("amd64"),
        system: Words::of("linux"),
        is_virtual: false,
    };
    let cluster = ClusterFacts {
        context: Words::of("shop"),
        server: Words::of("https://x"),
        namespace: "ops".to_owned(),
        namespace_reason: "it is told",
        notes: Vec::new(),
    };
    let borrowed = vec![Borrowed { reference: "cart:1".into(), lender: Lender::Pause }];
    let images = ImageFacts { borrowed, ..ImageFacts::default() };
    let target = ClusterTarget {
        cluster,
        target: target.parse().unwrap(),
        pod: None,
        via: crate::kube::Via::Pod,
        keep: Duration::ZERO,
        node: NodeFacts::There(node),
        images,
        room: Room::default(),
        cleanup: Cleanup::default(),
    };
    let plan = of_cluster(&needs.iter().copied().collect(), &target).unwrap();
    let Place::Pod(plan) = plan.place.what else { panic!() };
    *plan
}

fn identity() -> Identity {
    let owner = Owner::this().labels(&RunId::from_random([7; 8]), SystemTime::now());
    Identity { name: "dbg-1".into(), owner }
}

fn body(target: &str, needs: &[Capability], is_borrowed: bool) -> Value {
    let loader = is_borrowed.then(|| LoaderObject { name: "dbg-1-loader".into(), uid: "u-1".into() });
    let lasting = Duration::from_secs(600);
    serde_json::to_value(pod(&plan(target, needs), &identity(), "cart:1", loader.as_ref(), lasting)).unwrap()
}

#[test]
fn every_pod_ends_by_itself_and_has_no_token_and_no_right_to_spare() {
    for (target, needs) in [("ns/shop", &[][..]), ("cluster", &[]), ("node/n1", &Capability::ALL[..])] {
        let pod = body(target, needs, true);
        let (spec, container) = (&pod["spec"], &pod["spec"]["containers"][0]);
        assert_eq!(spec["activeDeadlineSeconds"], 600);
        assert_eq!((&spec["restartPolicy"], &spec["automountServiceAccountToken"]), (&json!("Never"), &json!(false)));
        let security = &container["securityContext"];
        assert_eq!(security["capabilities"]["drop"], json!(["ALL"]));
        assert_eq!(security["seccompProfile"]["type"], "RuntimeDefault");
        for (key, value) in
            [("privileged", false), ("allowPrivilegeEscalation", false), ("readOnlyRootFilesystem", true)]
        {
            assert_eq!(security[key], value, "{target}: {key}");
        }
        let resources = &container["resources"];
        assert_eq!(resources["limits"], json!({"memory": "1342177280", "cpu": "1000m"}));
        assert_eq!(resources["requests"], json!({"memory": "67108864", "cpu": "10m"}));
        assert_eq!(container["stdin"], Value::Null);
    }
}

#[test]
fn an_ordinary_pod_is_one_that_a_restricted_namespace_lets_in() {
    let pod = body("ns/shop", &Capability::ALL, true);
    let (spec, security) = (&pod["spec"], &pod["spec"]["containers"][0]["securityContext"]);
    assert_eq!((&security["runAsNonRoot"], &security["runAsUser"]), (&json!(true), &json!(65532)));
    assert_eq!(security["capabilities"]["add"], Value::Null);
    for key in ["hostNetwork", "hostPID", "hostIPC", "tolerations"] {
        assert_eq!(spec[key], Value::Null, "{key}");
    }
    assert!(spec["volumes"].as_array().unwrap().iter().all(|volume| volume["hostPath"].is_null()));
}

#[test]
fn a_node_is_named_by_its_name_and_every_taint_is_tolerated() {
    let pod = body("node/n1", &[Capability::Processes, Capability::Files, Capability::Resolver], false);
    let spec = &pod["spec"];
    let term =
        &spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"][0];
    assert_eq!(term["matchFields"], json!([{"key": "metadata.name", "operator": "In", "values": ["n1"]}]));
    assert_eq!(spec["tolerations"], json!([{"operator": "Exists"}]));
    assert_eq!(
        (&spec["hostNetwork"], &spec["hostPID"], &spec["dnsPolicy"]),
        (&json!(true), &json!(true), &json!("Default"))
    );
    let container = &spec["containers"][0];
    assert_eq!(
        container["volumeMounts"],
        json!([{"name": "host-0", "mountPath": "/host", "readOnly": true, "recursiveReadOnly": "IfPossible"}])
    );
    assert_eq!(container["command"], json!(["/dbg-agent", "park", "600"]));
    assert_eq!(container["securityContext"]["capabilities"]["add"], json!(["DAC_READ_SEARCH", "SYS_PTRACE"]));
}

#[test]
fn a_borrowed_image_starts_nothing_of_its_own_and_holds_everything_in_memory() {
    let pod = body("cluster", &[], true);
    let (spec, container) = (&pod["spec"], &pod["spec"]["containers"][0]);
    assert_eq!(container["command"], json!(["/dbg-loader/loader", "park", "600"]));
    assert_eq!((&container["workingDir"], &container["imagePullPolicy"]), (&json!("/"), &json!("Never")));
    assert_eq!(pod["metadata"]["ownerReferences"][0]["uid"], "u-1");
    let [loader, memory] = &spec["volumes"].as_array().unwrap()[..] else { panic!() };
    assert_eq!(loader["projected"]["sources"][0]["configMap"]["items"][0]["mode"], 0o555);
    assert_eq!(memory["emptyDir"]["medium"], "Memory");
}

#[test]
fn what_no_label_may_have_is_an_annotation() {
    let metadata = &body("cluster", &[], false)["metadata"];
    let labels = metadata["labels"].as_object().unwrap();
    assert!(labels.contains_key("dbg.run/id") && labels.contains_key("dbg.run/deadline"));
    let fits = |value: &str| {
        value.len() <= 63 && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    assert!(labels.values().all(|value| fits(value.as_str().unwrap())), "{labels:?}");
    assert!(
        metadata["annotations"]["dbg.run/process"].is_string() && metadata["annotations"]["dbg.run/owner"].is_string()
    );
}

#[test]
fn the_object_of_the_loader_cannot_be_changed_and_holds_its_bytes() {
    let map = serde_json::to_value(loader(&identity(), "ops", b"\x7fELF")).unwrap();
    assert_eq!((&map["immutable"], &map["binaryData"]["loader"]), (&json!(true), &json!("f0VMRg==")));
}

#[test]
fn the_agent_is_started_by_whatever_is_there() {
    let token = RunKey::generate(RunId::from_random([1; 8])).unwrap().public();
    let plan = plan("cluster", &[]);
    let words = serve(&plan, false, &token);
    assert_eq!((words[0].as_str(), words[1].as_str(), words.len()), ("/dbg-agent", "serve", 4));
    let words = serve(&plan, true, &token);
    assert_eq!(words[..4], ["/dbg-loader/loader", "load", "/dbg-agent", "serve"]);
}

#[test]
fn a_job_makes_the_very_pod_once_and_goes_by_itself() {
    let owner = LoaderObject { name: "dbg-1-loader".into(), uid: "u-1".into() };
    let pod = pod(&plan("cluster", &[]), &identity(), "cart:1", Some(&owner), Duration::from_secs(600));
    let alone = serde_json::to_value(&pod).unwrap();
    let job = serde_json::to_value(job(pod)).unwrap();
    let spec = &job["spec"];
    assert_eq!((&spec["backoffLimit"], &spec["activeDeadlineSeconds"]), (&json!(0), &json!(600)));
    assert!(spec["ttlSecondsAfterFinished"].is_number());
    assert_eq!(spec["template"]["spec"], alone["spec"]);
    assert_eq!(spec["template"]["metadata"]["labels"], alone["metadata"]["labels"]);
    assert_eq!(job["metadata"]["ownerReferences"], alone["metadata"]["ownerReferences"]);
    assert_eq!(spec["template"]["metadata"]["ownerReferences"], Value::Null);
}

#[test]
fn a_namespace_takes_no_more_than_its_pods_need() {
    let level = |target: &str, needs: &[Capability]| {
        let made = serde_json::to_value(namespace(&plan(target, needs))).unwrap();
        made["metadata"]["labels"]["pod-security.kubernetes.io/enforce"].clone()
    };
    assert_eq!(level("cluster", &Capability::ALL), "restricted");
    assert_eq!(level("node/n1", &[]), "restricted");
    assert_eq!(level("node/n1", &[Capability::Files]), "privileged");
}
