//! Components for the tests of this crate, from their text form.

use std::fmt::Write as _;

use bytes::Bytes;

use crate::Component;

/// The export that makes a component a check.
pub(crate) const GUEST: &str = r#"(instance $guest) (export "dbg:check/guest@0.1.0" (instance $guest))"#;

/// A declaration without grants.
pub(crate) const PLAIN: &str =
    "{\"declaration\":1,\"plugin\":\"sample\",\"version\":\"1.0.0\"}\n{\"check\":\"look\",\"doc\":\"Looks.\"}\n";

/// A component with these fields.
pub(crate) fn component(fields: &str) -> Bytes {
    wat::parse_str(format!("(component {fields})")).unwrap().into()
}

/// The custom section with the declaration, as a field of a module or component.
pub(crate) fn section(declaration: &str) -> String {
    let mut escaped = String::new();
    for byte in declaration.bytes() {
        write!(escaped, "\\{byte:02x}").unwrap();
    }
    format!("(@custom \"dbg:checks\" \"{escaped}\")")
}

/// As [`section`], within a core module: where Rust's linker puts it.
pub(crate) fn nested(declaration: &str) -> String {
    format!("(core module {})", section(declaration))
}

/// The declaration of `plugin` in `version` with these checks, none of which asks for anything.
pub(crate) fn declaration(plugin: &str, version: &str, checks: &[&str]) -> String {
    let mut text = format!("{{\"declaration\":1,\"plugin\":\"{plugin}\",\"version\":\"{version}\"}}\n");
    for check in checks {
        writeln!(text, "{{\"check\":\"{check}\",\"doc\":\"Looks.\"}}").unwrap();
    }
    text
}

/// A good plugin. `salt` makes another content of it.
pub(crate) fn plugin(plugin: &str, version: &str, checks: &[&str], salt: &str) -> Component {
    let salt = format!("(core module (@custom \"salt\" \"{salt}\"))");
    let declaration = nested(&declaration(plugin, version, checks));
    Component::read(component(&format!("{declaration} {salt} {GUEST}"))).unwrap()
}
