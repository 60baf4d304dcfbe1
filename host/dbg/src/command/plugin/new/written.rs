//! The files of a new check, as texts. A pure function of its name and capabilities.

use std::collections::{BTreeMap, BTreeSet};

use dbg_model::{Capability, PluginName};

use super::carried::{self, CARRIED};
use super::part::Part;

const README: &str = include_str!("../../../../template/README.md");
const MANIFEST: &str = include_str!("../../../../template/Cargo.toml.txt");

/// All files of a new check.
pub(super) struct Written {
    /// Path within its folder, and content.
    pub(super) files: BTreeMap<String, String>,
}

impl Written {
    /// A check of this name that uses these capabilities.
    pub(super) fn new(name: &PluginName, capabilities: &BTreeSet<Capability>) -> anyhow::Result<Self> {
        let parts: Vec<Part> = capabilities.iter().copied().map(Part::of).collect();
        let mut files = carried::files()?;
        for part in &parts {
            files.insert(format!("src/{}.rs", part.module), part.source.to_owned());
        }
        let modules = if parts.is_empty() { "" } else { "; each capability has a module beside it" };
        let filled = |text: &str| {
            text.replace("{name}", name.as_str())
                .replace("{file}", &wasm_file(name))
                .replace("{rust_version}", CARRIED.rust_version)
                .replace("{modules}", modules)
        };
        files.insert("src/lib.rs".to_owned(), library(name, &parts));
        files.insert("Cargo.toml".to_owned(), filled(MANIFEST));
        files.insert("Cargo.lock".to_owned(), lock(name));
        files.insert("README.md".to_owned(), filled(README));
        files.insert(".gitignore".to_owned(), "/target\n".to_owned());
        Ok(Self { files })
    }
}

/// What cargo calls the component.
pub(super) fn wasm_file(name: &PluginName) -> String {
    format!("{}.wasm", name.as_str().replace('-', "_"))
}

/// `#[check(…)]`, in lines as rustfmt has them: in one as long as what is within the brackets has at most 70 characters.
fn attribute(name: &PluginName, parts: &[Part]) -> String {
    let mut items = vec![format!("name = \"{name}\"")];
    items.extend(parts.iter().map(|part| part.grant.to_owned()));
    items.push("limits(time = \"30s\", memory = \"32MiB\")".to_owned());
    let line = items.join(", ");
    if line.len() <= 70 { format!("#[check({line})]") } else { format!("#[check(\n    {}\n)]", items.join(",\n    ")) }
}

fn library(name: &PluginName, parts: &[Part]) -> String {
    let mut text = format!("//! {}\n\nuse dbg_sdk::prelude::*;\n\n", summary(parts));
    for module in sorted(parts.iter().map(|part| format!("mod {};\n", part.module))) {
        text.push_str(&module);
    }
    let (taken, given) = if parts.is_empty() {
        ("", "")
    } else {
        text.push_str("\n/// What to look at, and what is well.\n#[derive(Parameters)]\npub struct Wanted {\n");
        parts.iter().for_each(|part| text.push_str(part.field));
        text.push_str("}\n\n");
        ("parameters: Wanted, ", "Wanted::defaults(), ")
    };
    text.push_str(&format!("/// {}\n{}\n", summary(parts), attribute(name, parts)));
    text.push_str(&format!("pub fn look({taken}run: &Run) -> Result<(), Failure> {{\n"));
    if parts.is_empty() {
        text.push_str("    run.pass(\"greeted\", format!(\"hello from {}\", run.target()));\n    Ok(())\n");
    }
    for (index, part) in parts.iter().enumerate() {
        let end = if index + 1 == parts.len() { "" } else { "?;" };
        text.push_str(&format!("    {}::look(run{}){end}\n", part.module, part.arguments));
    }
    text.push_str("}\n\ndbg_sdk::plugin!(look);\n\n");
    text.push_str(&test(parts, given));
    text
}

/// The test of the whole check, as rustfmt writes it.
fn test(parts: &[Part], given: &str) -> String {
    let used = |module: &str| parts.iter().any(|part| part.module == module);
    let mut imports = vec!["Host"];
    imports.extend(used("resolver").then_some("Resolver"));
    imports.extend(used("connect").then_some("Connect"));
    imports.sort_unstable();
    let imports = match imports.as_slice() {
        [one] => (*one).to_owned(),
        several => format!("{{{}}}", several.join(", ")),
    };
    let fakes: Vec<&str> = parts.iter().map(|part| part.fake).filter(|fake| !fake.is_empty()).collect();
    let chain = format!("Host::new(){}", fakes.concat());
    // As rustfmt does it: a chain of several calls and of more than 60 characters has a line for each.
    let host = if fakes.len() > 1 && chain.len() > 60 {
        format!("Host::new()\n            {}", fakes.join("\n            "))
    } else {
        chain
    };
    let run = if given.is_empty() { "look".to_owned() } else { format!("|run| look({given}run)") };
    format!(
        "#[cfg(test)]\nmod tests {{\n    use dbg_sdk::fake::{imports};\n\n    use super::*;\n\n    #[test]\n    fn a_target_that_is_well_passes() {{\n        \
         let host = {host};\n        let report = host.run({run});\n        assert_eq!(report.verdict(), Severity::Pass);\n        \
         assert!(report.mistakes.is_empty(), \"{{:?}}\", report.mistakes);\n    }}\n}}\n"
    )
}

fn summary(parts: &[Part]) -> String {
    let subjects: Vec<&str> = parts.iter().map(|part| part.subject).collect();
    match subjects.split_last() {
        None => "Greets, and is well.".to_owned(),
        Some((only, [])) => format!("Looks at {only}."),
        Some((last, first)) => format!("Looks at {} and {last}.", first.join(", ")),
    }
}

/// The carried lines and the new crate's own, in cargo's order.
fn lock(name: &PluginName) -> String {
    let own = format!("[[package]]\nname = \"{name}\"\nversion = \"0.1.0\"\ndependencies = [\n \"dbg-sdk\",\n]\n");
    let mut entries: Vec<(&str, &str)> = CARRIED.locked.to_vec();
    entries.push((name.as_str(), &own));
    entries.sort_unstable();
    let entries: Vec<&str> = entries.into_iter().map(|(_, entry)| entry).collect();
    let head =
        "# This file is automatically @generated by Cargo.\n# It is not intended for manual editing.\nversion = 4\n";
    format!("{head}\n{}", entries.join("\n"))
}

fn sorted(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = lines.collect();
    lines.sort_unstable();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library_of(capabilities: &[Capability]) -> String {
        let written = Written::new(&"my-check".parse().unwrap(), &capabilities.iter().copied().collect()).unwrap();
        written.files.get("src/lib.rs").unwrap().clone()
    }

    #[test]
    fn every_capability_has_its_module_its_grant_and_a_reason() {
        for capability in Capability::ALL {
            let text = library_of(&[capability]);
            assert!(text.contains(&format!("grant(capability = \"{capability}\"")), "{text}");
            assert!(text.contains("reason = "), "{text}");
            assert!(text.contains(&format!("mod {};", capability.word().replace('-', "_"))), "{text}");
        }
    }

    #[test]
    fn a_check_without_capabilities_asks_for_nothing_and_takes_nothing() {
        let text = library_of(&[]);
        assert!(!text.contains("grant(") && !text.contains("Parameters"), "{text}");
    }

    #[test]
    fn nothing_of_the_template_is_left_unfilled() {
        let written = Written::new(&"my-check".parse().unwrap(), &BTreeSet::from(Capability::ALL)).unwrap();
        for path in ["Cargo.toml", "README.md"] {
            let text = written.files.get(path).unwrap();
            assert!(!text.contains("{name}") && !text.contains("{file}") && !text.contains("_version}"), "{text}");
        }
    }
}
