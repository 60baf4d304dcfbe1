//! Where a process stands in the hierarchies of control groups, as seen from where this process is. Source: man 7 cgroups.

use dbg_model::{CgroupContainer, cgroup_paths, containers_in};

/// The control group that a runtime makes for a container: an absolute path, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group(String);

/// The text of a `/proc/PID/cgroup`, beneath the container that this process is in, if it is in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hierarchies(Vec<u8>);

impl Group {
    /// Of the `cgroupsPath` of a bundle: a path, or for systemd `SLICE:PREFIX:NAME`. Source: the runtime specification of OCI; man 5
    /// systemd.slice.
    pub(super) fn read(text: &str) -> Option<Self> {
        let path = if text.starts_with('/') {
            text.trim_end_matches('/').to_owned()
        } else {
            let mut parts = text.split(':');
            let (slice, prefix, name) = (parts.next()?, parts.next()?, parts.next()?);
            if parts.next().is_some() || name.is_empty() {
                return None;
            }
            let unit = match (name.ends_with(".slice"), prefix) {
                (true, _) => name.to_owned(),
                (false, "") => format!("{name}.scope"),
                (false, prefix) => format!("{prefix}-{name}.scope"),
            };
            format!("{}/{unit}", slices(slice)?)
        };
        let is_part = |part: &str| !part.is_empty() && part != "." && part != "..";
        // Where it is everybody's, it is nobody's.
        let beneath = path.strip_prefix('/')?;
        (beneath.split('/').all(is_part) && !path.contains('\n')).then_some(Self(path))
    }
}

/// The path of a slice: `a-b.slice` is within `a.slice`.
fn slices(slice: &str) -> Option<String> {
    let name = match slice {
        // Where a bundle names none, runtimes take this one.
        "" => "system",
        "-.slice" => return Some(String::new()),
        slice => slice.strip_suffix(".slice")?,
    };
    let (mut path, mut end) = (String::new(), String::new());
    for part in name.split('-') {
        if part.is_empty() || part.contains('/') {
            return None;
        }
        end = if end.is_empty() { part.to_owned() } else { format!("{end}-{part}") };
        path = format!("{path}/{end}.slice");
    }
    Some(path)
}

impl Hierarchies {
    /// Of a process, seen from one whose text is `own`.
    pub(super) fn of(text: &[u8], own: &[u8]) -> Self {
        let ours: Vec<(&[u8], &[u8])> = own.split(|byte| *byte == b'\n').filter_map(container_around).collect();
        if ours.is_empty() {
            return Self(text.to_vec());
        }
        let lines = text.split(|byte| *byte == b'\n').map(|line| {
            let Some((hierarchy, path)) = split(line) else { return line.to_vec() };
            let around = ours.iter().find(|(one, _)| *one == hierarchy).map(|(_, path)| *path);
            let beneath = around.and_then(|around| path.strip_prefix(around));
            match beneath.filter(|rest| rest.is_empty() || rest.starts_with(b"/")) {
                Some(rest) => [hierarchy, if rest.is_empty() { b"/" } else { rest }].concat(),
                None => line.to_vec(),
            }
        });
        Self(lines.collect::<Vec<_>>().join(&b'\n'))
    }

    /// The containers that the paths name, the outermost first.
    pub(super) fn containers(&self) -> Vec<CgroupContainer> {
        containers_in(&self.0)
    }

    /// Whether any of them is that control group, or beneath it.
    pub(super) fn are_beneath(&self, group: &Group) -> bool {
        let is_beneath = |path: &[u8]| {
            path.strip_prefix(group.0.as_bytes()).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        cgroup_paths(&self.0).any(is_beneath)
    }

    /// The user to whom systemd left the control groups beneath some: what their names say is that user's claim.
    pub(super) fn left_to(&self) -> Option<u32> {
        let user = |part: &[u8]| {
            let digits = part.strip_prefix(b"user@")?.strip_suffix(b".service")?;
            // Root's claims are the machine's.
            std::str::from_utf8(digits).ok()?.parse().ok().filter(|user| *user != 0)
        };
        cgroup_paths(&self.0).find_map(|path| path.split(|byte| *byte == b'/').find_map(user))
    }
}

/// What stands before the path of a line, with both colons, and the path.
fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut colons = line.iter().enumerate().filter(|(_, byte)| **byte == b':').map(|(at, _)| at);
    let second = colons.nth(1)?;
    line.split_at_checked(second + 1)
}

/// Of a line, as `split` has it: its path up to the last part that names a container; none where no part does.
fn container_around(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (hierarchy, path) = split(line)?;
    let (mut start, mut around) = (0, None);
    for part in path.split(|byte| *byte == b'/') {
        let end = start + part.len();
        if !containers_in(&[b"0::/", part].concat()).is_empty() {
            around = path.get(..end);
        }
        start = end + 1;
    }
    Some((hierarchy, around?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const OTHER: &str = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

    fn is_beneath(text: &str, group: &str) -> bool {
        Hierarchies::of(text.as_bytes(), b"0::/").are_beneath(&Group::read(group).unwrap())
    }

    #[test]
    fn a_process_is_in_the_control_group_that_a_bundle_names_and_in_no_other() {
        for text in ["4:memory:/default/web\n0::/", "0::/default/web/inner"] {
            assert!(is_beneath(text, "/default/web"), "{text}");
        }
        for text in ["0::/default/web2", "0::/x/default/web", "0::/default", "", "0::/"] {
            assert!(!is_beneath(text, "/default/web"), "{text}");
        }
        assert!(is_beneath("0::/system.slice/nerdctl-web.scope/init", "system.slice:nerdctl:web"));
        assert!(is_beneath("0::/system.slice/nerdctl-web.scope", ":nerdctl:web"));
        let deep = "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/crio-0f.scope";
        assert!(is_beneath(deep, "kubepods-burstable-pod1_2.slice:crio:0f"));
        for text in ["0::/system.slice/nerdctl-web2.scope", "0::/user.slice/user@7.service/nerdctl-web.scope"] {
            assert!(!is_beneath(text, "system.slice:nerdctl:web"), "{text}");
        }
    }

    #[test]
    fn a_control_group_that_is_everybodys_or_none_is_nobodys() {
        for path in
            ["/", "", "/../x", "/x/../y", "/x//y", "::", "a:b", "a:b:c:d", "a.slice:b:", "../a.slice:b:c", "web"]
        {
            assert_eq!(Group::read(path), None, "{path}");
        }
    }

    #[test]
    fn the_container_around_us_is_not_seen_from_within() {
        let own = format!("4:memory:/docker/{ID}/system.slice/ssh.service\n0::/");
        let seen = |text: &str| Hierarchies::of(text.as_bytes(), own.as_bytes());
        let inner = seen(&format!("4:memory:/docker/{ID}/docker/{OTHER}\n0::/"));
        assert_eq!(inner.containers().iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), [OTHER]);
        assert!(inner.are_beneath(&Group::read(&format!("/docker/{OTHER}")).unwrap()));
        assert_eq!(seen(&format!("4:memory:/docker/{ID}\n0::/")), Hierarchies(b"4:memory:/\n0::/".to_vec()));
        // Beside ours.
        let beside = seen(&format!("4:memory:/docker/{OTHER}\n0::/"));
        assert_eq!(beside.containers().iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), [OTHER]);
    }

    #[test]
    fn what_systemd_left_to_a_user_is_known() {
        let left_to = |text: &str| Hierarchies::of(text.as_bytes(), b"").left_to();
        assert_eq!(left_to("0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope"), Some(1000));
        assert_eq!(left_to("0::/user.slice/user-1000.slice/session-1.scope"), None);
        assert_eq!(left_to("0::/user.slice/user-0.slice/user@0.service/x.scope"), None);
        assert_eq!(left_to("0::/system.slice/docker-0f.scope"), None);
    }
}
