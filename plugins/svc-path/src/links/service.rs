//! The first link: is there such a Service?

use dbg_sdk::cluster;
use dbg_sdk::prelude::*;

use crate::path::{Path, State};
use crate::service::{Service, Way};

/// Names that are shown where none fits.
const SHOWN: usize = 10;

/// The Service; none when it is not there, which is said.
pub(crate) fn look(name: &str, namespace: &str, path: &mut Path, run: &Run) -> Result<Option<Service>, Failure> {
    if let Some(found) = cluster::find("Service", namespace, name)? {
        let service = Service::of(&found);
        let detail = match &service.way {
            Way::Address(address) => format!("it has the address {address}"),
            Way::Headless => "it is headless: its name leads to the pods themselves".to_owned(),
            Way::External(to) => format!("it is an ExternalName: its name stands for `{to}`"),
        };
        path.link("service", State::Holds, detail);
        return Ok(Some(service));
    }
    path.link("service", State::Broken, "there is none of this name");
    let others = cluster::list("Service").in_namespace(namespace).pick(&["/metadata/name"]).limit(200).read();
    let names: Vec<String> =
        others.map(|listed| listed.objects).unwrap_or_default().into_iter().map(|one| one.name).collect();
    let finding = run
        .fail("svc-missing", format!("the namespace `{namespace}` has no Service `{name}`"))
        .about(format!("{name}.{namespace}"))
        .many("lack the Service");
    let near = names.iter().find(|other| other.contains(name) || name.contains(other.as_str()));
    let finding = match near {
        Some(near) => finding.next_step(format!("did you mean `service={near}`?")),
        None => finding.next_step("see the namespace: `namespace=NAME`, or `--target ns/NAME`"),
    };
    let _ = match names.is_empty() {
        true => finding.evidence("services there", "none"),
        false => finding.evidence("services there", shown(&names)),
    };
    Ok(None)
}

/// `a, b, and 3 more`
pub(crate) fn shown(names: &[String]) -> String {
    let mut text: Vec<String> = names.iter().take(SHOWN).cloned().collect();
    if names.len() > SHOWN {
        text.push(format!("and {} more", names.len() - SHOWN));
    }
    text.join(", ")
}
