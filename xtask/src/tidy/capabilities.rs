//! A capability has one name in five places, so that who knows one finds the others.

use std::collections::BTreeSet;

use super::{Fault, Tree};

/// The package that is the guest's contract and no capability.
const CONTRACT: &str = "check";

pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let names: BTreeSet<&str> = tree
        .0
        .iter()
        .filter_map(|file| file.path.strip_prefix("wit/"))
        .filter_map(|rest| rest.split_once('/'))
        .map(|(name, _)| name)
        .filter(|name| *name != CONTRACT)
        .collect();
    names.into_iter().flat_map(|name| missing(tree, name)).collect()
}

/// The places where the capability `name` of `wit/` is not, though its neighbours are.
fn missing(tree: &Tree, name: &str) -> Vec<Fault> {
    let module = name.replace('-', "_");
    ["host/capability/src", "host/engine/src/capability", "host/probe/src"]
        .into_iter()
        .filter(|folder| tree.has(folder))
        .map(|folder| format!("{folder}/{module}"))
        .filter(|place| !tree.has(&format!("{place}.rs")) && !tree.has(place))
        .map(|place| format!("the capability `{name}` has no `{place}.rs`; it has one name in all its places"))
        .chain(guest(tree, name))
        .map(|text| Fault::new(&format!("wit/{name}"), 1, text))
        .collect()
}

/// The fifth place: a guest that calls it, and is called after it (`files-read`, `hostile-files`).
fn guest(tree: &Tree, name: &str) -> Option<String> {
    let guests = tree.0.iter().filter_map(|file| file.path.strip_prefix("tests/guests/")?.split_once('/'));
    let found = guests.into_iter().any(|(guest, _)| guest.contains(name));
    (tree.has("tests/guests") && !found).then(|| {
        format!("the capability `{name}` has no guest `tests/guests/…-{name}` that calls each of its functions")
    })
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::*;

    const ALL: [(&str, &str); 6] = [
        ("wit/check/world.wit", ""),
        ("wit/files/world.wit", ""),
        ("host/capability/src/files.rs", ""),
        ("host/engine/src/capability/files.rs", ""),
        ("host/probe/src/files/mod.rs", ""),
        ("tests/guests/files-read/Cargo.toml", ""),
    ];

    #[test]
    fn a_capability_in_all_its_places_is_fine_and_the_contract_is_none() {
        assert!(check(&tree(&ALL)).is_empty());
    }

    #[test]
    fn each_place_where_it_is_missing_is_named() {
        for (index, place) in [(2, "host/capability"), (3, "host/engine"), (4, "host/probe"), (5, "tests/guests")] {
            let mut files = ALL.to_vec();
            let other = files[index].0.replace("files", "other");
            files[index].0 = &other;
            let faults = check(&tree(&files));
            assert_eq!(faults.len(), 1);
            assert!(faults[0].text.contains(place), "{}", faults[0]);
        }
    }

    #[test]
    fn a_place_that_has_no_capability_yet_is_not_asked_for() {
        assert!(check(&tree(&ALL[..2])).is_empty());
    }
}
