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

#[cfg(test)]
mod tests {
    use bollard::models::{HostConfig, Mount};
    use dbg_agent::{Environment, Gains, ShellRoot, ShellUser};
    use dbg_model::RunId;
    use dbg_session::RunKey;

    use super::*;

    fn body(image: Option<&str>, power: Privilege) -> ContainerCreateBody {
        let place = ShellPlace {
            joins: Vec::new(),
            root: ShellRoot::Own,
            etc: None,
            user: ShellUser::Own,
            keep: 0,
            gains: Gains::Nothing,
            environment: Environment::Own,
        };
        let shell = ShellContainer {
            place,
            image: image.map(|image| image.parse().unwrap()),
            user: User::Root,
            rights: vec!["NET_RAW"],
            options: vec!["no-new-privileges"],
            power,
            variables: Vec::new(),
        };
        let mount = Mount { read_only: Some(true), ..Mount::default() };
        let host = HostConfig {
            cap_drop: Some(vec!["ALL".to_owned()]),
            mounts: Some(vec![mount]),
            readonly_rootfs: Some(true),
            ..HostConfig::default()
        };
        let of_checks = ContainerCreateBody {
            working_dir: Some("/".to_owned()),
            host_config: Some(host),
            ..ContainerCreateBody::default()
        };
        shell.body(of_checks, &RunKey::generate(RunId::from_random([1; 8])).unwrap().public())
    }

    #[test]
    fn an_image_has_its_own_folder_and_a_layer_to_write_and_no_check_of_its_health() {
        let body = body(Some("shop"), Privilege::Least);
        assert_eq!((&body.entrypoint.unwrap()[..], body.working_dir), (&[AGENT.to_owned()][..], None));
        assert_eq!(body.healthcheck.unwrap().test.unwrap(), ["NONE"]);
        assert_eq!(body.host_config.unwrap().readonly_rootfs, Some(false));
    }

    #[test]
    fn what_is_not_privileged_has_the_rights_of_its_list_and_writes_nothing_of_the_machines() {
        let host = body(None, Privilege::Least).host_config.unwrap();
        assert_eq!(
            (host.cap_add.unwrap(), host.cap_drop.unwrap()),
            (vec!["NET_RAW".to_owned()], vec!["ALL".to_owned()])
        );
        assert_eq!((host.privileged, host.readonly_rootfs), (None, Some(true)));
        assert_eq!(host.mounts.unwrap()[0].read_only, Some(true));
    }

    #[test]
    fn privileged_is_everything_and_writes() {
        let host = body(None, Privilege::All).host_config.unwrap();
        assert_eq!((host.privileged, host.cap_drop, host.security_opt), (Some(true), None, None));
        assert_eq!(host.mounts.unwrap()[0].read_only, Some(false));
    }
}
