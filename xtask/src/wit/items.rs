//! Every interface, world, type and function says since when it is there (or that it is unstable), and what it does.
//! Fields and cases are documented by whoever reads the type's text; the types alone carry the gate.

use wit_parser::{Docs, Package, PackageId, Resolve, Span, Stability, TypeDefKind, TypeOwner, WorldItem, WorldKey};

/// What is wrong in one package, as `file:line:column: text`.
pub(super) fn faults(resolve: &Resolve, package: PackageId) -> Vec<String> {
    let Some(package) = resolve.packages.get(package) else { return Vec::new() };
    let mut checker = Checker { resolve, package, faults: Vec::new() };
    checker.interfaces();
    checker.worlds();
    checker.faults
}

struct Checker<'a> {
    resolve: &'a Resolve,
    package: &'a Package,
    faults: Vec<String>,
}

impl Checker<'_> {
    fn interfaces(&mut self) {
        for (name, id) in &self.package.interfaces {
            let Some(interface) = self.resolve.interfaces.get(*id) else { continue };
            self.item("interface", name, interface.span, &interface.stability, Some(&interface.docs));
            for (type_name, type_id) in &interface.types {
                let Some(definition) = self.resolve.types.get(*type_id) else { continue };
                let what = format!("{name}.{type_name}");
                // What `use` brings in is documented where it was made, and gated with it.
                if !self.is_used(&definition.kind, &definition.owner) {
                    self.item("type", &what, definition.span, &definition.stability, Some(&definition.docs));
                }
            }
            for (function_name, function) in &interface.functions {
                let what = format!("{name}.{function_name}");
                self.item("function", &what, function.span, &function.stability, Some(&function.docs));
            }
        }
    }

    fn worlds(&mut self) {
        for (name, id) in &self.package.worlds {
            let Some(world) = self.resolve.worlds.get(*id) else { continue };
            self.item("world", name, world.span, &world.stability, Some(&world.docs));
            for (key, item) in world.imports.iter().chain(&world.exports) {
                self.world_item(name, key, item);
            }
        }
    }

    /// An import or export of an interface needs the gate alone: what it is stands at the interface.
    fn world_item(&mut self, world: &str, key: &WorldKey, item: &WorldItem) {
        let what = format!("{world}.{}", self.resolve.name_world_key(key));
        match item {
            WorldItem::Interface { stability, span, .. } => {
                self.item("import or export", &what, *span, stability, None)
            }
            WorldItem::Function(function) => {
                self.item("function", &what, function.span, &function.stability, Some(&function.docs));
            }
            WorldItem::Type { .. } => {}
        }
    }

    fn is_used(&self, kind: &TypeDefKind, owner: &TypeOwner) -> bool {
        let TypeDefKind::Type(wit_parser::Type::Id(other)) = kind else { return false };
        self.resolve.types.get(*other).is_some_and(|other| other.owner != *owner)
    }

    fn item(&mut self, kind: &str, name: &str, span: Span, stability: &Stability, docs: Option<&Docs>) {
        let place = self.resolve.render_location(span);
        if matches!(stability, Stability::Unknown) {
            self.faults.push(format!(
                "{place}: the {kind} `{name}` has neither `@since(version = …)` nor `@unstable(feature = …)`"
            ));
        }
        if docs.is_some_and(|docs| docs.contents.as_ref().is_none_or(|text| text.trim().is_empty())) {
            self.faults.push(format!(
                "{place}: the {kind} `{name}` has no doc comment; say what it does, its units, bounds and errors"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(text: &str) -> Vec<String> {
        let mut resolve = Resolve { all_features: true, ..Resolve::default() };
        let package = resolve.push_str("a.wit", text).expect("well-formed");
        faults(&resolve, package)
    }

    const FINE: &str = "package dbg:a@0.1.0;\n/// A.\n@since(version = 0.1.0)\ninterface i {\n    /// A.\n    @since(version = 0.1.0)\n    type t = u32;\n    /// A.\n    @since(version = 0.1.0)\n    f: func() -> t;\n}\n";

    #[test]
    fn a_gated_and_documented_package_is_fine() {
        assert_eq!(faults_of(FINE), Vec::<String>::new());
    }

    #[test]
    fn a_function_without_a_gate_is_found_with_its_line() {
        let text = FINE.replace("    @since(version = 0.1.0)\n    f:", "    f:");
        let found = faults_of(&text);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("a.wit:9:") && found[0].contains("`i.f`"), "{found:?}");
    }

    #[test]
    fn a_method_of_a_resource_needs_both_too() {
        let text = "package dbg:a@0.1.0;\n/// A.\n@since(version = 0.1.0)\ninterface i {\n    /// A.\n    @since(version = 0.1.0)\n    resource r {\n        m: func();\n    }\n}\n";
        assert_eq!(faults_of(text).len(), 2);
    }

    #[test]
    fn what_use_brings_in_needs_nothing_and_the_imports_of_a_world_a_gate() {
        let text = format!(
            "{FINE}/// A.\n@since(version = 0.1.0)\ninterface j {{\n    use i.{{t}};\n    /// A.\n    @since(version = 0.1.0)\n    g: func() -> t;\n}}\n/// A.\n@since(version = 0.1.0)\nworld w {{\n    import j;\n}}\n"
        );
        let found = faults_of(&text);
        assert!(found.iter().all(|fault| fault.contains("import or export")), "{found:?}");
        assert!(!found.is_empty());
    }

    #[test]
    fn an_unstable_item_is_gated() {
        let text = FINE.replace("    @since(version = 0.1.0)\n    f:", "    @unstable(feature = a)\n    f:");
        assert_eq!(faults_of(&text), Vec::<String>::new());
    }
}
