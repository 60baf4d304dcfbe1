//! `/proc/PID/cgroup`: where a process stands, and the container that follows from it. Source: man 7 cgroups.

/// The path in the unified hierarchy, or where that is missing or the root, that of the memory controller.
pub(super) fn path(text: &str) -> &str {
    let of = |is: &dyn Fn(&str, &str) -> bool| {
        lines(text).find(|(number, controllers, _)| is(number, controllers)).map(|(_, _, path)| path)
    };
    let unified = of(&|number, controllers| number == "0" && controllers.is_empty());
    let memory = || of(&|_, controllers| controllers.split(',').any(|one| one == "memory"));
    unified.filter(|path| *path != "/").or_else(memory).or(unified).unwrap_or_default()
}

/// The 64 digits by which a container engine knows it: those nearest to the end of a path. Engines write them bare, or as
/// `docker-….scope`, `cri-containerd-….scope`, `crio-….scope`, `libpod-….scope`.
pub(super) fn container(text: &str) -> &str {
    lines(text).find_map(|(_, _, path)| path.rsplit('/').find_map(digits)).unwrap_or_default()
}

fn digits(part: &str) -> Option<&str> {
    let part = part.strip_suffix(".scope").unwrap_or(part);
    let part = part.rsplit(['-', ':']).next().unwrap_or(part);
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (part.len() == 64 && part.bytes().all(is_digit)).then_some(part)
}

fn lines(text: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    text.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':');
        Some((parts.next()?, parts.next()?, parts.next()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unified_path_is_taken_unless_it_says_nothing() {
        assert_eq!(path("0::/system.slice/x.service\n"), "/system.slice/x.service");
        assert_eq!(path("9:cpu,memory:/docker/x\n0::/\n"), "/docker/x");
        assert_eq!(path("9:cpu:/docker/x\n0::/\n"), "/");
        assert_eq!(path(""), "");
    }

    #[test]
    fn a_container_is_known_by_every_engines_way_of_writing_it() {
        let id = "0123456789abcdef".repeat(4);
        for path in [
            format!("0::/docker/{id}"),
            format!("0::/system.slice/docker-{id}.scope"),
            format!("0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-{id}.scope"),
            format!("0::/kubepods/pod1/{id}/init.scope"),
            format!("4:memory:/machine.slice/libpod-{id}.scope/container\n0::/"),
            format!("5:pids:/x/kubepods-pod1.slice:cri-containerd:{id}"),
        ] {
            assert_eq!(container(&path), id, "{path}");
        }
        assert_eq!(container("0::/user.slice/session-1.scope"), "");
        assert_eq!(container(&format!("0::/{}", id.to_uppercase())), "");
    }
}
