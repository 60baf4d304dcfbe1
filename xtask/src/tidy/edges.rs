//! A room imports only rooms of lower floors, and of those only what this table names. A new line here is a decision:
//! docs/decisions.md says why the room needs to know the other.

use super::{Fault, Tree};
use crate::workspace::{Package, Workspace};

/// Every room with its floor and the rooms that it may import.
const ROOMS: [Room; 13] = [
    Room { name: "loader", floor: 0, imports: &[] },
    Room { name: "model", floor: 0, imports: &[] },
    Room { name: "capability", floor: 1, imports: &["model"] },
    Room { name: "report", floor: 1, imports: &["model"] },
    Room { name: "render", floor: 2, imports: &["model", "report"] },
    Room { name: "audit", floor: 2, imports: &["model"] },
    Room { name: "probe", floor: 2, imports: &["model", "capability"] },
    Room { name: "plugin", floor: 2, imports: &["model"] },
    Room { name: "session", floor: 2, imports: &["model"] },
    Room { name: "engine", floor: 3, imports: &["model", "capability", "plugin"] },
    Room {
        name: "agent",
        floor: 4,
        imports: &["loader", "model", "capability", "probe", "plugin", "session", "engine"],
    },
    // The agent of the local placement lives in the operator's process and runs on the operator's engine.
    Room { name: "placement", floor: 5, imports: &["loader", "model", "capability", "session", "engine", "agent"] },
    Room {
        name: "dbg",
        floor: 6,
        imports: &["model", "report", "render", "audit", "plugin", "session", "engine", "agent", "placement"],
    },
];

struct Room {
    name: &'static str,
    floor: u8,
    imports: &'static [&'static str],
}

pub(super) fn check(workspace: &Workspace, tree: &Tree) -> Vec<Fault> {
    workspace
        .packages
        .iter()
        .flat_map(|package| {
            let manifest = workspace.shown(&package.manifest_path).to_string();
            let line = |name: &str| tree.get(&manifest).map_or(1, |file| file.line_of(name));
            edges(package, &manifest)
                .into_iter()
                .map(|(name, text)| Fault::new(&manifest, line(&name), text))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The faults of one crate: the dependency's name and what to say of it. `manifest` is relative to the repository.
fn edges(package: &Package, manifest: &str) -> Vec<(String, String)> {
    let mut parts = manifest.split('/');
    let (wing, folder) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let me = ROOMS.iter().find(|room| wing == "host" && room.name == folder);
    if wing == "host" && me.is_none() {
        let text = format!(
            "`host/{folder}` is a room that the design does not name; give it a floor in xtask/src/tidy/edges.rs"
        );
        return vec![(package.name.clone(), text)];
    }
    let mut faults = Vec::new();
    for dependency in &package.dependencies {
        let name = &dependency.name;
        let dev = dependency.kind.as_deref() == Some("dev");
        let fault = match (me, ROOMS.iter().find(|room| crate_of(room) == *name)) {
            (Some(me), Some(other)) => between_rooms(me, other, dev),
            (Some(_), None) => is_foreign_wing(name).then(|| {
                format!("`host/{folder}` imports `{name}`; the host knows the guests' side only through wit/")
            }),
            (None, Some(other)) => outsider(wing, other, dev),
            (None, None) => None,
        };
        faults.extend(fault.map(|text| (name.clone(), text)));
    }
    faults
}

fn crate_of(room: &Room) -> String {
    if room.name == "dbg" { "dbg".to_owned() } else { format!("dbg-{}", room.name) }
}

fn is_foreign_wing(name: &str) -> bool {
    name.starts_with("dbg-sdk") || name == "xtask" || name == "dbg-tests"
}

fn between_rooms(me: &Room, other: &Room, dev: bool) -> Option<String> {
    let (mine, theirs) = (me.name, other.name);
    if other.floor >= me.floor {
        return Some(format!(
            "`host/{mine}` imports `host/{theirs}`, which is not on a lower floor; move what both need down"
        ));
    }
    // A test may look through more rooms than its subject, but never up.
    if dev || me.imports.contains(&theirs) {
        return None;
    }
    Some(format!(
        "`host/{mine}` does not know `host/{theirs}`; go through `{}`, or decide the new edge and add it in xtask/src/tidy/edges.rs",
        me.imports.join("`, `")
    ))
}

/// What of the host somebody outside it may import.
fn outsider(wing: &str, other: &Room, dev: bool) -> Option<String> {
    let other = other.name;
    match wing {
        // The tests read what the binary writes with its own words, and judge the rest from outside.
        "tests" if other == "model" || other == "report" => None,
        // Who tests the agent alone is its operator. What the tests share is not.
        "tests" if dev && ["engine", "plugin", "session"].contains(&other) => None,
        "tests" => Some(format!("the end-to-end tests import `host/{other}`; they drive the binary from outside")),
        "sdk" | "plugins" if dev && other == "model" => None,
        _ => Some(format!("`{wing}` imports `host/{other}`; outside the host only wit/ is known")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn faults(manifest: &str, dependency: &str, kind: Option<&str>) -> Vec<String> {
        let package = Package {
            name: "some".into(),
            version: "0.1.0".into(),
            manifest_path: manifest.into(),
            source: None,
            license: None,
            dependencies: vec![Dependency { name: dependency.into(), kind: kind.map(Into::into) }],
            targets: Vec::new(),
        };
        edges(&package, manifest).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn a_room_imports_downwards_only_also_in_its_tests() {
        assert!(faults("host/engine/Cargo.toml", "dbg-plugin", None).is_empty());
        assert!(!faults("host/plugin/Cargo.toml", "dbg-engine", None).is_empty());
        assert!(!faults("host/plugin/Cargo.toml", "dbg-engine", Some("dev")).is_empty());
        assert!(!faults("host/render/Cargo.toml", "dbg-session", None).is_empty());
    }

    #[test]
    fn a_lower_room_that_the_table_does_not_name_is_an_edge_to_decide() {
        assert!(!faults("host/engine/Cargo.toml", "dbg-probe", None).is_empty());
        assert!(faults("host/engine/Cargo.toml", "dbg-probe", Some("dev")).is_empty());
    }

    #[test]
    fn checks_and_sdk_know_nothing_of_the_host_and_the_host_nothing_of_them() {
        assert!(!faults("plugins/dns-check/Cargo.toml", "dbg-model", None).is_empty());
        assert!(!faults("host/agent/Cargo.toml", "dbg-sdk", None).is_empty());
        assert!(faults("plugins/dns-check/Cargo.toml", "dbg-sdk", None).is_empty());
    }

    #[test]
    fn a_test_may_be_an_operator_and_what_the_tests_share_may_not() {
        assert!(faults("tests/Cargo.toml", "dbg-session", Some("dev")).is_empty());
        assert!(!faults("tests/Cargo.toml", "dbg-session", None).is_empty());
        assert!(!faults("tests/Cargo.toml", "dbg-agent", Some("dev")).is_empty());
    }

    #[test]
    fn a_room_without_a_floor_is_named() {
        assert!(faults("host/attic/Cargo.toml", "serde", None)[0].contains("host/attic"));
    }

    #[test]
    fn the_table_itself_never_points_up() {
        for room in &ROOMS {
            for import in room.imports {
                let other = ROOMS.iter().find(|one| one.name == *import).expect("a room");
                assert!(other.floor < room.floor, "{} imports {import}", room.name);
            }
        }
    }
}
