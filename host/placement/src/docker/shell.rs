//! What differs in the container of a shell from that of an agent of checks. Pure: nothing is asked here.

use bollard::models::{ContainerCreateBody, HealthConfig};
use dbg_agent::ShellPlace;
use dbg_model::ImageName;
use dbg_session::AgentToken;

use super::image::AGENT;
use crate::plan::{Privilege, User};

/// What the agent in a container is to do.
#[derive(Debug, Clone)]
pub(crate) enum Role {
    /// Checks.
    Checks,
    /// One program.
    Shell(Box<ShellContainer>),
}

/// The container of a shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShellContainer {
    /// What its agent is told.
    pub(crate) place: ShellPlace,
    /// The image whose files it has; the agent's own without one.
    pub(crate) image: Option<ImageName>,
    /// Who the agent is.
    pub(crate) user: User,
    /// The Linux capabilities of the container, as engines name them.
    pub(crate) rights: Vec<&'static str>,
    /// Words of the engine that loosen or tighten what keeps it in.
    pub(crate) options: Vec<&'static str>,
    /// Whether the engine keeps it in at all.
    pub(crate) power: Privilege,
    /// Variables of its programs.
    pub(crate) variables: Vec<String>,
}

impl ShellContainer {
    /// Makes the body of an agent's container that of this one.
    pub(crate) fn body(&self, mut body: ContainerCreateBody, token: &AgentToken) -> ContainerCreateBody {
        body.cmd = Some(vec!["shell".to_owned(), token.to_string(), self.place.to_argument()]);
        body.user = Some(super::spec::user(self.user).to_owned());
        body.env = Some(self.variables.clone());
        if self.image.is_some() {
            body.entrypoint = Some(vec![AGENT.to_owned()]);
            // The image's own folder, as in any container of it.
            body.working_dir = None;
            body.healthcheck = Some(HealthConfig { test: Some(vec!["NONE".to_owned()]), ..HealthConfig::default() });
        }
        if let Some(host) = &mut body.host_config {
            host.cap_add = Some(self.rights.iter().map(|right| (*right).to_owned()).collect());
            host.security_opt = Some(self.options.iter().map(|option| (*option).to_owned()).collect());
            // A layer of its own, which goes with it: the agent is put there, and a shell's user expects to write.
            host.readonly_rootfs = Some(self.image.is_none());
            if self.power == Privilege::All {
                (host.privileged, host.cap_add, host.cap_drop, host.security_opt) = (Some(true), None, None, None);
                for mount in host.mounts.iter_mut().flatten() {
                    (mount.read_only, mount.bind_options) = (Some(false), None);
                }
            }
        }
        body
    }
}
