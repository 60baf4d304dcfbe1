//! The Service's name, asked of the name servers that a program at the target would ask.

use std::net::{IpAddr, SocketAddr};

use dbg_sdk::resolver;

use crate::dns::{self, Answer};
use crate::path::{Broken, Path, Scene, State};
use crate::service::Way;

/// Servers that are asked: more than that no resolver asks.
const MOST_SERVERS: usize = 3;

pub(crate) fn look(scene: &Scene<'_>, path: &mut Path) -> Result<(), Broken> {
    if !scene.goes_out() {
        path.link("name", State::Skipped, "the check does not run in the cluster, or `connect=never`");
        return Ok(());
    }
    let configuration = match resolver::read() {
        Ok(configuration) => configuration,
        Err(error) => {
            path.link("name", State::Unknown, &error);
            scene.run.info("svc-name-unseen", format!("the Service's name was not asked for: {error}"));
            return Ok(());
        }
    };
    let servers: Vec<SocketAddr> = configuration.nameservers().iter().filter_map(|server| server.socket()).collect();
    let name = full_name(scene, &configuration.search());
    let asked: Vec<(SocketAddr, Result<Answer, String>)> = (servers.into_iter().take(MOST_SERVERS))
        .map(|server| {
            let ipv6 = matches!(&scene.service.way, Way::Address(address) if address.contains(':'));
            (server, dns::ask(server, &name, ipv6, scene.parameters.timeout).map_err(|error| error.to_string()))
        })
        .collect();
    judge(scene, &name, &asked, path)
}

/// `cart.shop.svc.cluster.local`: the domain is what the search list has behind `svc.`.
fn full_name(scene: &Scene<'_>, search: &[String]) -> String {
    if let Way::External(to) = &scene.service.way {
        return to.clone();
    }
    let domain = search.iter().find_map(|entry| {
        let entry = entry.trim_end_matches('.');
        entry.strip_prefix("svc.").or_else(|| entry.split_once(".svc.").map(|(_, domain)| domain))
    });
    format!("{}.svc.{}", scene.about(), domain.unwrap_or("cluster.local"))
}

fn judge(
    scene: &Scene<'_>,
    name: &str,
    asked: &[(SocketAddr, Result<Answer, String>)],
    path: &mut Path,
) -> Result<(), Broken> {
    let (run, about) = (scene.run, scene.about());
    if asked.is_empty() {
        path.link("name", State::Unknown, "the target has no name servers");
        return Ok(());
    }
    if let Some(addresses) = asked.iter().find_map(|(_, answer)| match answer {
        Ok(Answer::Addresses(addresses)) if !addresses.is_empty() => Some(addresses),
        _ => None,
    }) {
        return compare(scene, name, addresses, path);
    }
    let told: Vec<String> = asked.iter().map(|(server, answer)| format!("{server}: {}", words(answer))).collect();
    let is_denied = asked.iter().all(|(_, answer)| answer.as_ref().is_err_and(|error| error.contains("denied")));
    if is_denied {
        path.link("name", State::Unknown, "asking was not granted");
        return Ok(());
    }
    let silent = asked.iter().all(|(_, answer)| matches!(answer, Ok(Answer::Silence) | Err(_)));
    let sentence = if silent {
        format!("no name server answers at the target, so nobody there finds `{about}`")
    } else {
        format!("the name `{name}` does not resolve at the target")
    };
    let mut finding = run.fail("svc-name", sentence).about(&about).many("cannot resolve a Service's name");
    for one in &told {
        finding = finding.evidence("server", one);
    }
    let _ = if silent {
        finding
            .next_step("see CoreDNS: `kubectl get pods -n kube-system -l k8s-app=kube-dns`, and `dbg run … dns-check`")
    } else {
        finding.next_step(
            "a name of another namespace is `SERVICE.NAMESPACE`; a headless Service without ready pods has no address",
        )
    };
    path.link("name", State::Broken, told.join("; "));
    Err(Broken)
}

fn compare(scene: &Scene<'_>, name: &str, addresses: &[IpAddr], path: &mut Path) -> Result<(), Broken> {
    let texts: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    let Way::Address(own) = &scene.service.way else {
        path.link("name", State::Holds, format!("`{name}` is {}", texts.join(", ")));
        return Ok(());
    };
    let is_own = own.parse::<IpAddr>().is_ok_and(|own| addresses.contains(&own));
    if is_own {
        path.link("name", State::Holds, format!("`{name}` is {own}"));
        return Ok(());
    }
    scene
        .run
        .fail("svc-name-other", format!("the name of `{}` leads to another address than the Service's", scene.about()))
        .about(scene.about())
        .many("have a Service whose name leads elsewhere")
        .evidence("name", name)
        .evidence("resolves to", texts.join(", "))
        .evidence("the Service has", own)
        .next_step(
            "see who answers for this name: a stale cache, another cluster's DNS, or a wildcard of the search domain",
        );
    path.link("name", State::Broken, format!("it leads to {}", texts.join(", ")));
    Err(Broken)
}

fn words(answer: &Result<Answer, String>) -> String {
    match answer {
        Ok(Answer::Addresses(_)) => "the name has no address of this kind".to_owned(),
        Ok(Answer::NoSuchName) => "there is no such name (NXDOMAIN)".to_owned(),
        Ok(Answer::Failed(2)) => "the server failed (SERVFAIL)".to_owned(),
        Ok(Answer::Failed(5)) => "the server refused".to_owned(),
        Ok(Answer::Failed(code)) => format!("the server answered with code {code}"),
        Ok(Answer::Silence) => "no answer".to_owned(),
        Err(error) => error.clone(),
    }
}
