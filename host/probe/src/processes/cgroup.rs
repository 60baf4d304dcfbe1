//! `/proc/PID/cgroup`: where a process stands. Source: man 7 cgroups.

/// The path in the unified hierarchy, or where that is missing or the root, that of the memory controller.
pub(super) fn path(text: &str) -> &str {
    let of = |is: &dyn Fn(&str, &str) -> bool| {
        lines(text).find(|(number, controllers, _)| is(number, controllers)).map(|(_, _, path)| path)
    };
    let unified = of(&|number, controllers| number == "0" && controllers.is_empty());
    let memory = || of(&|_, controllers| controllers.split(',').any(|one| one == "memory"));
    unified.filter(|path| *path != "/").or_else(memory).or(unified).unwrap_or_default()
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
}
