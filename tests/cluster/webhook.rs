//! A webhook of the cluster that judges the pods of one namespace, or makes others of them.

use serde_json::{Value, json};

use crate::scene::Space;
use crate::server::{Asked, Certificate, Server, Validity, base64};

/// This machine, as the cluster sees it.
const OUTSIDE: &str = "10.97.0.1";

/// What it does with a pod.
#[derive(Clone)]
pub(crate) enum Does {
    Refuses(&'static str),
    Changes(Value),
}

/// It is asked until it is dropped.
pub(crate) struct Webhook<'space> {
    space: &'space Space<'space>,
    _server: Server,
}

impl<'space> Webhook<'space> {
    pub(crate) fn new(space: &'space Space<'space>, does: Does) -> Self {
        let certificate = Certificate::new(OUTSIDE, Validity::Now);
        let server = Server::tls(OUTSIDE, &certificate, move |asked| (200, judged(&asked, &does)));
        let name = space.name;
        let configuration = json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "MutatingWebhookConfiguration",
            "metadata": { "name": name },
            "webhooks": [{
                "name": "judge.cluster.test",
                "clientConfig": { "url": format!("https://{}/", server.address), "caBundle": certificate.authority() },
                "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": name } },
                "rules": [{ "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"] }],
                "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
                "failurePolicy": "Fail",
                "timeoutSeconds": 5,
            }],
        });
        space.apply(&configuration.to_string());
        let webhook = Self { space, _server: server };
        webhook.wait_until_asked();
        webhook
    }

    /// The API server reads configurations a moment after they are made.
    fn wait_until_asked(&self) {
        let probe = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "probe", "labels": { "asks": "webhook" } },
            "spec": { "containers": [{ "name": "agent", "image": "probe" }] } });
        let tried = format!("kubectl -n {} create --dry-run=server -o json -f - 2>&1 || true", self.space.name);
        let is_asked = || {
            let said = self.space.scene.run(&tried, &probe.to_string());
            said.contains("asked.cluster.test") || said.contains("denied the request")
        };
        assert!(dbg_tests::until(std::time::Duration::from_secs(20), is_asked), "nobody asks the webhook");
    }
}

impl Drop for Webhook<'_> {
    fn drop(&mut self) {
        self.space.kubectl(&format!("delete mutatingwebhookconfiguration {} >&2", self.space.name));
    }
}

fn judged(asked: &Asked, does: &Does) -> String {
    let review: Value = serde_json::from_slice(&asked.body).expect("a review");
    let uid = &review["request"]["uid"];
    let is_probe = review["request"]["object"]["metadata"]["labels"]["asks"] == "webhook";
    let response = match does {
        Does::Refuses(why) => json!({ "uid": uid, "allowed": false, "status": { "message": why } }),
        Does::Changes(_) if is_probe => changed(
            uid,
            &json!([
                { "op": "add", "path": "/metadata/annotations", "value": { "asked.cluster.test": "yes" } },
            ]),
        ),
        Does::Changes(patch) => changed(uid, patch),
    };
    json!({ "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response }).to_string()
}

fn changed(uid: &Value, patch: &Value) -> Value {
    json!({ "uid": uid, "allowed": true, "patchType": "JSONPatch", "patch": base64(patch.to_string().as_bytes()) })
}
