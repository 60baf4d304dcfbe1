//! The order of the links, and what is said where all of them hold.

use std::fmt::Display;

use dbg_sdk::cluster::{self, ErrorCode, Subject};
use dbg_sdk::prelude::*;

use crate::links::{connect, endpoints, mesh, name, policy, ports, readiness, selector, service};
use crate::parameters::SvcPath;
use crate::pods::Pod;
use crate::service::{Service, ServicePort, Way};

/// How a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Holds,
    /// It holds, and something about it should be looked at.
    Doubtful,
    Broken,
    /// Not looked at: a link before it is broken, or it was not asked for.
    Skipped,
    Unknown,
}

/// The path is broken there: the rest makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken;

/// The links so far, for the table.
#[derive(Debug, Default)]
pub(crate) struct Path {
    links: Vec<(&'static str, State, String)>,
}

impl Path {
    pub(crate) fn link(&mut self, link: &'static str, state: State, detail: impl Display) {
        self.links.push((link, state, detail.to_string()));
    }

    /// Whether something should be looked at.
    fn has(&self, state: State) -> bool {
        self.links.iter().any(|(_, of, _)| *of == state)
    }

    fn write(&self, about: &str, run: &Run) {
        let mut table = run.table(
            "svc-links",
            "The path, link by link",
            (column::text("service"), column::text("link"), column::text("state"), column::text("detail")),
        );
        for (link, state, detail) in &self.links {
            let word = match state {
                State::Holds => "holds",
                State::Doubtful => "doubtful",
                State::Broken => "broken",
                State::Skipped => "not looked at",
                State::Unknown => "unknown",
            };
            table.row((about, *link, word, detail));
        }
    }
}

/// What all links look at.
pub(crate) struct Scene<'a> {
    pub(crate) run: &'a Run,
    pub(crate) parameters: &'a SvcPath,
    pub(crate) subject: Subject,
    pub(crate) service: Service,
    /// All that its selector takes and that can serve.
    pub(crate) pods: Vec<Pod>,
}

impl Scene<'_> {
    /// `cart.shop`
    pub(crate) fn about(&self) -> String {
        format!("{}.{}", self.service.name, self.service.namespace)
    }

    pub(crate) fn ports(&self) -> Vec<&ServicePort> {
        self.service.wanted(self.parameters.port.as_deref())
    }

    /// Whether names are asked for and connects made.
    pub(crate) fn goes_out(&self) -> bool {
        match self.parameters.connect.as_str() {
            "always" => true,
            "never" => false,
            // From outside of the cluster its names and addresses mean nothing.
            _ => !self.subject.kind.is_empty(),
        }
    }
}

pub(crate) fn walk(parameters: &SvcPath, run: &Run) -> Result<(), Failure> {
    let subject = cluster::target()?;
    let namespace = parameters.namespace.clone().unwrap_or_else(|| subject.namespace.clone());
    let mut path = Path::default();
    let about = format!("{}.{namespace}", parameters.service);
    let Some(service) = service::look(&parameters.service, &namespace, &mut path, run)? else {
        path.write(&about, run);
        return Ok(());
    };
    let mut scene = Scene { run, parameters, subject, service, pods: Vec::new() };
    let ended = links(&mut scene, &mut path)?;
    path.write(&about, run);
    if ended.is_ok() && !path.has(State::Broken) {
        well(&scene, &path);
    }
    Ok(())
}

/// One link after the other, until one is broken.
fn links(scene: &mut Scene<'_>, path: &mut Path) -> Result<Result<(), Broken>, Failure> {
    let held: Result<(), Broken> = 'links: {
        if let Err(broken) = ports::look(scene, path) {
            break 'links Err(broken);
        }
        if matches!(scene.service.way, Way::External(_)) {
            break 'links name::look(scene, path);
        }
        if !scene.service.selector.0.is_empty() {
            scene.pods = selector::pods(scene)?;
            let steps = [selector::look, ports::look_at_pods, readiness::look];
            if let Some(broken) = steps.iter().find_map(|step| step(scene, path).err()) {
                break 'links Err(broken);
            }
        } else {
            path.link("selector", State::Skipped, "the Service has none: its endpoints are made by somebody else");
        }
        let endpoints = match endpoints::look(scene, path)? {
            Ok(endpoints) => endpoints,
            Err(broken) => break 'links Err(broken),
        };
        policy::look(scene, path)?;
        mesh::look(scene, path);
        if let Err(broken) = name::look(scene, path) {
            break 'links Err(broken);
        }
        connect::look(scene, &endpoints, path)
    };
    Ok(held)
}

fn well(scene: &Scene<'_>, path: &Path) {
    let about = scene.about();
    let walked = if scene.goes_out() && !path.has(State::Unknown) && !path.has(State::Skipped) {
        format!("every link to the Service `{about}` holds")
    } else {
        format!("every link to the Service `{about}` that was looked at holds")
    };
    scene.run.pass("svc-ok", walked).about(&about).evidence("pods", scene.pods.len());
}

/// What the API does not let us see, in a link's own words; anything else ends the check.
pub(crate) fn unseen<T>(
    read: Result<T, cluster::Error>,
    link: &'static str,
    path: &mut Path,
    run: &Run,
) -> Result<Option<T>, Failure> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if matches!(error.code, ErrorCode::Denied | ErrorCode::NotFound) => {
            path.link(link, State::Unknown, &error);
            run.info("svc-unseen", format!("the link `{link}` cannot be looked at: {error}")).about(link);
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}
