//! Checks that ask for more of a cluster than they were granted, or than there is.

use dbg_sdk::bindings::dbg::cluster::cluster_objects::{self, Documents};
use dbg_sdk::bindings::dbg::cluster::pod_logs;
use dbg_sdk::cluster::{self, Error, ErrorCode};
use dbg_sdk::prelude::*;

/// A handle that nobody gave out.
const NOBODYS: u32 = 4_711;

/// Opens queries until there is no handle left, with properties that no author would set.
#[check(
    name = "queries-without-end",
    grant(capability = "cluster", bounds = ["list:Pod:*"], reason = "opens queries without end")
)]
fn queries_without_end(run: &Run) -> Result<(), Failure> {
    let mut open = Vec::new();
    let error = loop {
        match cluster_objects::open("Pod") {
            Ok(query) => open.push(query),
            Err(error) => break error,
        }
        if open.len() == 1_000 {
            return Err(Failure::other("opened 1000 queries"));
        }
    };
    run.pass("no-more", format!("{} queries, then: {}", open.len(), error.text));
    for query in &open {
        query.labelled(&"a".repeat(1 << 20));
        query.pick(&vec!["x".to_owned(); 100_000]);
        query.in_namespace("../../secrets");
        query.set_limit(u32::MAX);
        match query.start() {
            Ok(_) => return Err(Failure::other("a query without sense was started")),
            Err(error) => run.pass("senseless", format!("a query without sense: {}", error.text)),
        };
        query.close();
        query.close();
        match query.start() {
            Ok(_) => return Err(Failure::other("a closed query was started")),
            Err(error) => run.pass("closed", format!("a closed query says that {}", error.text)),
        };
    }
    drop(open);
    cluster_objects::open("Pod").map_err(Error::from)?;
    run.pass("again", "after closing them there are some again");
    Ok(())
}

/// Pulls from a list that nobody began.
#[check(
    name = "pulls-from-no-list",
    grant(capability = "cluster", bounds = ["list:Pod:*"], reason = "pulls from a list that nobody began")
)]
fn pulls_from_no_list(_: &Run) -> Result<(), Failure> {
    // SAFETY: none; the number goes to the host, which has to notice.
    let documents = unsafe { Documents::from_handle(NOBODYS) };
    documents.next(1, 1).map_err(Error::from)?;
    Ok(())
}

/// Asks for what lies beside its grant, in each way.
#[check(
    name = "reads-the-cluster",
    grant(
        capability = "cluster",
        bounds = ["get:Pod:target", "list:Pod:target"],
        optional,
        reason = "asks for what lies beside its grant"
    )
)]
fn reads_the_cluster(run: &Run) -> Result<(), Failure> {
    let told = |what: &str, refused: Result<(), Error>| match refused {
        Ok(()) => Err(Failure::other(format!("{what} was read"))),
        Err(error) => {
            let id = if error.code == ErrorCode::Denied { "denied" } else { "refused" };
            run.pass(id, format!("{what}: {}", error.text));
            Ok(())
        }
    };
    let get = |kind: &str, namespace: &str, name: &str| cluster::get(kind, namespace, name).map(|_| ());
    told("a secret", get("Secret", "default", "token"))?;
    told("a config map", get("ConfigMap", "kube-system", "coredns"))?;
    told("a node", get("Node", "", "n1"))?;
    told("another namespace", get("Pod", "kube-system", "coredns"))?;
    told("a path", get("Pod", "default", "../secrets/token"))?;
    told("a part", get("Pod", "default/pods/x", "log"))?;
    told("no kind", get("pods?x=", "default", "x"))?;
    told("all secrets", cluster::list("Secret").read().map(|_| ()))?;
    told("all pods", cluster::list("Pod").in_namespace("kube-system").read().map(|_| ()))?;
    told("a log", pod_logs::open("default", "x", "").map(|_| ()).map_err(Error::from))?;
    run.pass("ended", "all was asked for");
    Ok(())
}

dbg_sdk::plugin!(queries_without_end, pulls_from_no_list, reads_the_cluster);
