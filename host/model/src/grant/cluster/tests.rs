use super::*;

fn bound(text: &str) -> Result<ClusterBound, BoundError> {
    text.parse()
}

fn kind(text: &str) -> ClusterKind {
    text.parse().unwrap()
}

fn grant(rules: &[(&str, NamespaceRule, Option<&str>)]) -> ClusterGrant {
    let rule = |(kind, namespace, name): &(&str, NamespaceRule, Option<&str>)| ClusterRule {
        verbs: BTreeSet::from([ClusterVerb::Get, ClusterVerb::List]),
        kind: self::kind(kind),
        namespace: namespace.clone(),
        name: name.map(str::to_owned),
    };
    ClusterGrant { rules: rules.iter().map(rule).collect(), ..ClusterGrant::default() }
}

fn get<'a>(kind: &'a ClusterKind, namespace: &'a str, name: &'a str) -> ClusterRead<'a> {
    ClusterRead { verb: ClusterVerb::Get, kind, namespace, name: Some(name) }
}

#[test]
fn bounds_are_read_in_every_form() {
    for text in [
        "get:Pod:target",
        "get,list:Deployment.apps:param:namespace",
        "get,logs:Pod:shop/cart-7d9",
        "get:ConfigMap:kube-system/kubeadm-config",
        "get:Pod:param:namespace/param:pod",
        "list:Node:*",
        "get:Node:*/param:node",
        "list:EndpointSlice.discovery.k8s.io:target",
    ] {
        assert!(matches!(bound(text), Ok(ClusterBound::Read { .. })), "{text}");
    }
    assert_eq!(bound("at-most:500:2MiB"), Ok(ClusterBound::AtMost { objects: 500, bytes: 2 << 20 }));
}

#[test]
fn what_is_no_bound_is_refused() {
    for text in [
        "",
        "Pod",
        "get:Pod",
        "create:Pod:target",
        "get:pod:target",
        "get:Pod.:target",
        "get:Pod:Shop",
        "get:Pod:shop/../x",
        "get:Pod:shop/a/b",
        "list:Pod:shop/cart",
        "logs:Deployment.apps:target",
        "at-most:0:1MiB",
        "at-most:10001:1MiB",
        "at-most:1:65MiB",
    ] {
        assert!(matches!(bound(text), Err(BoundError::Cluster { .. })), "{text}");
    }
}

#[test]
fn nobody_asks_for_secrets_or_reads_them() {
    for text in ["get:Secret:target", "list:Secret:*", "get:Secret.example.com:shop/x", "get:SECRET:target"] {
        assert_eq!(bound(text), Err(BoundError::Secrets), "{text}");
    }
    let secret = kind("Secret");
    assert!(!grant(&[("Secret", NamespaceRule::Any, None)]).covers(&get(&secret, "shop", "db"), "shop"));
}

#[test]
fn a_rule_covers_its_verb_kind_namespace_and_name_alone() {
    let (pod, node) = (kind("Pod"), kind("Node"));
    let target = grant(&[("Pod", NamespaceRule::Target, None)]);
    assert!(target.covers(&get(&pod, "shop", "cart"), "shop"));
    assert!(!target.covers(&get(&pod, "other", "cart"), "shop"));
    assert!(!target.covers(&get(&pod, "", "cart"), ""));
    assert!(!target.covers(&get(&node, "shop", "cart"), "shop"));
    assert!(!target.covers(&ClusterRead { verb: ClusterVerb::Logs, ..get(&pod, "shop", "cart") }, "shop"));
    let named = grant(&[("Pod", NamespaceRule::Only("shop".into()), Some("cart"))]);
    assert!(named.covers(&get(&pod, "shop", "cart"), "x") && named.names(&get(&pod, "shop", "cart"), "x"));
    assert!(!named.covers(&get(&pod, "shop", "cart-2"), "x"));
    assert!(!named.covers(&ClusterRead { verb: ClusterVerb::List, name: None, ..get(&pod, "shop", "") }, "x"));
    let any = grant(&[("Node", NamespaceRule::Any, None)]);
    assert!(any.covers(&get(&node, "", "n1"), "shop") && !any.names(&get(&node, "", "n1"), "shop"));
}

#[test]
fn a_list_of_all_that_is_granted_goes_to_each_namespace_once() {
    let pod = kind("Pod");
    let only = |name: &str| NamespaceRule::Only(name.to_owned());
    let two = grant(&[("Pod", only("b"), None), ("Pod", NamespaceRule::Target, None), ("Pod", only("a"), None)]);
    assert_eq!(two.listed(&pod, "b"), ["a", "b"]);
    assert_eq!(grant(&[("Pod", only("b"), None), ("Pod", NamespaceRule::Any, None)]).listed(&pod, "b"), [""]);
    assert!(grant(&[("Node", NamespaceRule::Any, None)]).listed(&pod, "b").is_empty());
}

#[test]
fn a_grant_says_what_it_allows() {
    let text = grant(&[("Pod", NamespaceRule::Target, None), ("Node", NamespaceRule::Any, Some("n1"))]).to_string();
    assert_eq!(
        text,
        "get+list Pod in the target's namespace, get+list Node n1 anywhere; at most 1000 objects and 8MiB"
    );
}
