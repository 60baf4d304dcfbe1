//! Interface names are unique over all packages and unlike WASI's: some languages name a module by the interface alone.

use std::collections::BTreeMap;

use wit_parser::Resolve;

/// The interfaces of WASI 0.2 (cli, clocks, filesystem, http, io, random, sockets) and what its proposals call theirs.
const WASI: [&str; 45] = [
    "atomics",
    "batch",
    "command",
    "default",
    "environment",
    "error",
    "exit",
    "handler",
    "imports",
    "incoming-handler",
    "insecure",
    "insecure-seed",
    "instance-network",
    "ip-name-lookup",
    "logging",
    "monotonic-clock",
    "network",
    "outgoing-handler",
    "poll",
    "preopens",
    "proxy",
    "random",
    "run",
    "runtime",
    "stderr",
    "stdin",
    "stdout",
    "store",
    "streams",
    "system-clock",
    "tcp",
    "tcp-create-socket",
    "terminal-input",
    "terminal-output",
    "terminal-stderr",
    "terminal-stdin",
    "terminal-stdout",
    "timezone",
    "tls",
    "types",
    "udp",
    "udp-create-socket",
    "wall-clock",
    "watcher",
    "world",
];

/// What is wrong, as `file:line:column: text`.
pub(super) fn faults(resolve: &Resolve) -> Vec<String> {
    let mut known: BTreeMap<&str, String> = BTreeMap::new();
    let mut faults = Vec::new();
    for (_, package) in resolve.packages.iter() {
        for (name, id) in &package.interfaces {
            let place = resolve.interfaces.get(*id).map(|it| resolve.render_location(it.span)).unwrap_or_default();
            if WASI.contains(&name.as_str()) {
                faults.push(format!("{place}: WASI has an interface `{name}` too; give it a name of its own"));
            }
            if let Some(other) = known.insert(name, package.name.to_string()) {
                faults.push(format!(
                    "{place}: `{other}` has an interface `{name}` too; names are unique over all packages"
                ));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(texts: &[&str]) -> Vec<String> {
        let mut resolve = Resolve::default();
        for (index, text) in texts.iter().enumerate() {
            resolve.push_str(format!("{index}.wit"), text).expect("well-formed");
        }
        faults(&resolve)
    }

    #[test]
    fn two_packages_with_one_interface_name_are_found() {
        let one = "package dbg:a@0.1.0;\ninterface a-types {}\n";
        assert!(faults_of(&[one, "package dbg:b@0.1.0;\ninterface b-types {}\n"]).is_empty());
        assert_eq!(faults_of(&[one, "package dbg:b@0.1.0;\ninterface a-types {}\n"]).len(), 1);
    }

    #[test]
    fn a_name_of_wasi_is_found() {
        assert_eq!(faults_of(&["package dbg:a@0.1.0;\ninterface types {}\n"]).len(), 1);
    }
}
