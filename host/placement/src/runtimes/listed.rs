//! Containers that run and that no engine lists.

use std::collections::{BTreeMap, BTreeSet};

use dbg_model::{EngineName, JoinsProcesses, Target};

use super::{Behind, Running, running};

/// Names that are listed at most.
const MOST: usize = 1000;

/// A container that no engine lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlisted {
    /// What reaches it.
    pub target: Target,
    /// Who it is.
    pub container: Behind,
}

/// The containers that run, but for those with these ids, by name, at most a thousand. What holds the network of a pod is left out: the
/// containers of the pod have it as well. It takes root to see all of them.
#[must_use]
pub fn unlisted(listed: &BTreeSet<String>) -> Vec<Unlisted> {
    of(running(), listed)
}

fn of(mut running: Vec<Running>, listed: &BTreeSet<String>) -> Vec<Unlisted> {
    let mut known_by: BTreeMap<String, usize> = BTreeMap::new();
    for name in running.iter().flat_map(|one| one.names().iter()) {
        *known_by.entry(name.clone()).or_default() += 1;
    }
    running.retain(|one| !one.is_sandbox() && !listed.contains(&one.behind().id));
    let target = |one: &Running| {
        // A name that several have means none of them.
        let is_its_own = |name: &&String| known_by.get(*name) == Some(&1);
        let container = one.behind();
        let own = one.names().iter().filter(is_its_own).find_map(|name| name.parse::<EngineName>().ok());
        let name = own.or_else(|| container.short().parse().ok())?;
        Some(Unlisted { target: Target::Container(name, JoinsProcesses::No), container })
    };
    let mut found: Vec<Unlisted> = running.iter().filter_map(target).take(MOST).collect();
    found.sort_by_cached_key(|one| one.target.to_string());
    found
}

#[cfg(test)]
mod tests {
    use dbg_model::ContainerRuntime;

    use super::super::record::Record;
    use super::*;

    fn container(id: char, names: &[&str]) -> Running {
        let id: String = std::iter::repeat_n(id, 64).collect();
        let mut record = Record::bare(&id, ContainerRuntime::Crio).unwrap();
        record.add_names(&names.iter().map(ToString::to_string).collect::<Vec<_>>());
        Running { record, first: 1, start: 1 }
    }

    #[test]
    fn each_is_listed_by_what_it_alone_is_called() {
        let all = vec![
            container('a', &["k8s_web_web-1_shop_1-2_0"]),
            container('b', &["k8s_web_web-2_shop_1-2_0"]),
            container('c', &["k8s_POD_web-1_shop_1-2_0"]),
            container('d', &["db"]),
            container('e', &["listed"]),
            container('f', &["\u{1b}[2J"]),
        ];
        let listed = BTreeSet::from([std::iter::repeat_n('e', 64).collect()]);
        let targets: Vec<String> = of(all, &listed).iter().map(|one| one.target.to_string()).collect();
        assert_eq!(
            targets,
            [
                "container/db",
                "container/ffffffffffff",
                "container/k8s_web_web-1_shop_1-2_0",
                "container/k8s_web_web-2_shop_1-2_0"
            ]
        );
    }
}
