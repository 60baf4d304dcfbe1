//! Checks that read the cluster: they find real trouble, with the operator's rights, and create nothing.

use std::time::Duration;

use dbg_tests::{exit, until};
use serde_json::Value;

use crate::scene::{Scene, Space};

/// Pods in every kind of trouble that a small cluster makes by itself.
const TROUBLE: &str = r#"
apiVersion: v1
kind: Pod
metadata: {name: well}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: app, image: IMAGE, imagePullPolicy: Never, command: [sleep, "900"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: fills}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - {name: app, image: IMAGE, imagePullPolicy: Never, command: [tail, /dev/zero], resources: {limits: {memory: 20Mi}}}
---
apiVersion: v1
kind: Pod
metadata:
  name: exits
  annotations: {kubectl.kubernetes.io/last-applied-configuration: '{"token":"hunter2-annotation"}'}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: app
    image: IMAGE
    imagePullPolicy: Never
    command: [sh, -c, "echo no database at db:5432; echo password=hunter2-of-the-log; exit 3"]
    env: [{name: DB, value: hunter2-of-the-spec}]
---
apiVersion: v1
kind: Pod
metadata: {name: probed}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: app
    image: IMAGE
    imagePullPolicy: Never
    command: [sleep, "900"]
    livenessProbe: {exec: {command: ["false"]}, periodSeconds: 1, failureThreshold: 1}
---
apiVersion: v1
kind: Pod
metadata: {name: pulls}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: app, image: "registry.cluster.test:5000/none:1"}]
---
apiVersion: v1
kind: Pod
metadata: {name: lacks}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: app
    image: IMAGE
    imagePullPolicy: Never
    command: [sleep, "900"]
    envFrom: [{secretRef: {name: no-such-secret}}]
---
apiVersion: v1
kind: Pod
metadata: {name: homeless}
spec:
  nodeSelector: {no-such-label: "1"}
  containers: [{name: app, image: IMAGE, imagePullPolicy: Never, command: [sleep, "900"]}]
"#;

/// The ids of a report's findings with what each is about.
fn findings(report: &Value) -> Vec<(String, String)> {
    let text = |finding: &Value, field: &str| finding[field].as_str().unwrap_or_default().to_owned();
    let all = report["results"][0]["findings"].as_array().cloned().unwrap_or_default();
    all.iter().map(|finding| (text(finding, "id"), text(finding, "about"))).collect()
}

/// Waits until the check says this of that.
#[track_caller]
fn says(space: &Space<'_>, line: &str, expected: &[(&str, &str)]) -> Value {
    let mut last = String::new();
    let mut report = Value::Null;
    let all = until(Duration::from_secs(90), || {
        let output = space.dbg(line).run();
        last = output.to_string();
        report = serde_json::from_str(&output.stdout()).unwrap_or(Value::Null);
        let found = findings(&report);
        expected.iter().all(|(id, about)| found.iter().any(|(of, what)| of == id && what == about))
    });
    assert!(all, "not all of {expected:?} is said\n{last}");
    report
}

#[test]
fn each_cause_of_a_dead_container_is_named_and_nothing_is_created() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-oom");
    space.apply(&TROUBLE.replace("IMAGE", &scene.image));
    let expected = [
        ("oom-killed", "fills/app"),
        ("oom-exit", "exits/app"),
        ("oom-probe", "probed/app"),
        ("oom-image", "pulls/app"),
        ("oom-configuration", "lacks/app"),
        ("oom-unscheduled", "homeless"),
    ];
    let report = says(&space, "run --target ns/dbg-oom oom-restart -o json", &expected).to_string();
    assert!(report.contains("no-such-secret") && report.contains("no database at db:5432"), "{report}");
    assert!(!report.contains("hunter2"), "a secret of the cluster is in the report: {report}");
    let one = space.dbg("run --target pod/exits oom-restart -o json").run();
    one.exits(exit::FAIL).says("exit code 3").says("no database at db:5432").hides("hunter2");
    one.says("nothing is created in the cluster");
    let well = space.dbg("run --target pod/well oom-restart -o json").run();
    well.exits(exit::PASS).says("no container of `well` died");
    space.dbg("run oom-restart pod=well").run().exits(exit::PASS);
    let gone = space.dbg("run --target pod/gone oom-restart -o json").run();
    gone.exits(exit::UNKNOWN).says("there is no pod `gone`");
    let plan = space.dbg("target explain ns/dbg-oom oom-restart -o json").run();
    plan.exits(exit::PASS).says("nothing is created in the cluster");
    assert_eq!(space.left(), [""; 0]);
}

#[test]
fn who_may_not_read_is_told_so_and_by_whom() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-denied");
    let output = space.dbg("run --target pod/any oom-restart --as nobody-here -o json").run();
    output.exits(exit::UNKNOWN).says("does not let this user read an object").says("nobody-here");
    let output = space.dbg("run --target pod/any oom-restart --deny cluster").run();
    output.exits(exit::USAGE).warns("cannot do without `cluster`");
}

/// Two pods that listen, and a Service in front of them.
const SHOP: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  replicas: 2
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: app
        image: IMAGE
        imagePullPolicy: Never
        command: [sh, -c, "while :; do nc -l -p 8080 -e true; done"]
        ports: [{name: http, containerPort: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: cart}
spec: {selector: {app: cart}, ports: [{name: http, port: 80, targetPort: http}]}
"#;

#[test]
fn the_first_broken_link_to_a_service_is_named() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-svc");
    space.apply(&SHOP.replace("IMAGE", &scene.image));
    space.kubectl("rollout status deployment/cart --timeout 90s >&2");
    let api =
        "run --target ns/dbg-svc svc-path service=cart connect=never --deny connect --deny sockets --deny resolver";
    let json = &format!("{api} -o json");
    says(&space, json, &[("svc-ok", "cart.dbg-svc")]);
    space.dbg(json).run().exits(exit::PASS).says("nothing is created in the cluster");

    let policy = r#"{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"closed"},
        "spec":{"podSelector":{},"policyTypes":["Ingress"]}}"#;
    space.apply(policy);
    let report = says(&space, json, &[("svc-policy", "cart.dbg-svc")]).to_string();
    assert!(report.contains("may block") && report.contains("closed"), "{report}");
    space.kubectl("delete networkpolicy closed >&2");

    let patch = |what: &str| space.kubectl(&format!("patch service cart --type merge -p '{{\"spec\":{what}}}' >&2"));
    patch(r#"{"ports":[{"name":"http","port":80,"targetPort":"web"}]}"#);
    says(&space, json, &[("svc-target-port", "cart.dbg-svc")]);
    patch(r#"{"ports":[{"name":"http","port":80,"targetPort":"http"}],"selector":{"app":"card"}}"#);
    let report = says(&space, json, &[("svc-selector", "cart.dbg-svc")]).to_string();
    assert!(report.contains("app=cart"), "{report}");
    patch(r#"{"selector":{"app":"cart"}}"#);
    let probe = r#"[{"op":"add","path":"/spec/template/spec/containers/0/readinessProbe","value":{"exec":{"command":["false"]}}},
        {"op":"add","path":"/spec/strategy","value":{"type":"Recreate"}}]"#;
    space.kubectl(&format!("patch deployment cart --type json -p '{probe}' >&2"));
    says(&space, json, &[("svc-not-ready", "cart.dbg-svc")]);
    let missing = space.dbg(&json.replace("service=cart", "service=car")).run();
    missing.exits(exit::FAIL).says("has no Service `car`").says("did you mean `service=cart`?");
    assert_eq!(space.left(), [""; 0]);
}
