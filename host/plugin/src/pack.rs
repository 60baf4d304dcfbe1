//! A component of any language gets its declaration: the section `dbg:checks`, which the Rust SDK writes by itself.

mod file;

use bytes::Bytes;
use dbg_model::{Cell, CheckDeclaration, DeclarationError, PluginName, truncate_at_char};
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::component::SECTION;
use crate::trust::{SectionFault, section, split};
use crate::{Component, ComponentError};

pub use file::{PackFileError, pack_files};

/// Longer than any declaration may be: what is written for people has blanks and line ends too.
const MAX_WRITTEN_DECLARATION_BYTES: u64 = 1 << 20;

/// Why a component cannot be given a declaration.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum PackError {
    /// The file's outermost sections.
    #[error("{0}")]
    Section(#[from] SectionFault),
    /// Somebody vouches for what it is now.
    #[error("it is signed, and with another declaration nobody would vouch for it")]
    Signed,
    /// It says already what it is.
    #[error("it has a declaration already")]
    Declared,
    /// Longer than what is read.
    #[error("the declaration has {bytes} bytes, and at most {MAX_WRITTEN_DECLARATION_BYTES} are read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not the JSON that a declaration is written in.
    #[error("the declaration: {cause}")]
    Json {
        /// What the JSON reader says, with its own text escaped.
        cause: String,
    },
    /// It contradicts itself.
    #[error("the declaration: {0}")]
    Declaration(#[source] DeclarationError),
    /// The component, or the declaration does not fit it.
    #[error("it is no plugin that could be run")]
    Component(#[source] ComponentError),
}

impl PackError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Signed | Self::Declared => Some("name the file that the language's own tools built".to_owned()),
            Self::Json { .. } => Some(
                "it is one object: `{\"declaration\": 1, \"plugin\": …, \"version\": …, \"checks\": [{\"check\": …, \"doc\": …}]}`".to_owned(),
            ),
            Self::Component(error) => error.hint(),
            Self::Section(_) | Self::TooLong { .. } | Self::Declaration(_) => None,
        }
    }
}

/// A declaration as a person writes it: one object.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    declaration: u32,
    plugin: PluginName,
    version: Version,
    #[serde(default)]
    doc: String,
    checks: Vec<CheckDeclaration>,
}

/// The first line of the section.
#[derive(Serialize)]
struct Head<'a> {
    declaration: u32,
    plugin: &'a PluginName,
    version: &'a Version,
    doc: &'a str,
}

/// The component with a declaration; its bytes are the plugin's file. `file` is a component without one and without signature; `written` is one JSON object.
///
/// Errors: one [`PackError`] for each offence; what is packed passed [`Component::read`].
pub fn pack(file: &Bytes, written: &[u8]) -> Result<Component, PackError> {
    let lines = lines(written)?;
    let split = split(file)?;
    if split.envelope.is_some() {
        return Err(PackError::Signed);
    }
    match Component::read(split.component) {
        Err(ComponentError::NoDeclaration) => {}
        // Each of these is about a declaration that is there.
        Ok(_)
        | Err(
            ComponentError::Declarations { .. }
            | ComponentError::Declaration(_)
            | ComponentError::VersionLength { .. }
            | ComponentError::Undeclared { .. }
            | ComponentError::Unused { .. },
        ) => return Err(PackError::Declared),
        Err(error) => return Err(PackError::Component(error)),
    }
    let mut packed = file.to_vec();
    section::push(&mut packed, SECTION, &lines);
    Component::read(packed.into()).map_err(|error| match error {
        ComponentError::Declaration(error) => PackError::Declaration(error),
        error => PackError::Component(error),
    })
}

/// One object a line, as the section has it.
fn lines(written: &[u8]) -> Result<Vec<u8>, PackError> {
    if written.len() as u64 > MAX_WRITTEN_DECLARATION_BYTES {
        return Err(PackError::TooLong { bytes: written.len() });
    }
    let fault = |error: serde_json::Error| PackError::Json {
        cause: Cell(truncate_at_char(&error.to_string(), 512)).to_string(),
    };
    let Written { declaration, plugin, version, doc, checks } = serde_json::from_slice(written).map_err(fault)?;
    let head = Head { declaration, plugin: &plugin, version: &version, doc: &doc };
    let mut lines = serde_json::to_vec(&head).map_err(fault)?;
    for check in &checks {
        lines.push(b'\n');
        lines.extend(serde_json::to_vec(check).map_err(fault)?);
    }
    lines.push(b'\n');
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::samples::{GUEST, PLAIN, component, nested};
    use crate::trust::attach;

    const WRITTEN: &str = r#"{
        "declaration": 1,
        "plugin": "sample",
        "version": "1.2.0",
        "doc": "Of another language.",
        "checks": [
            {
                "check": "look",
                "doc": "Looks.\nTwice.",
                "parameters": [{"name": "times", "kind": "integer", "doc": "How often.", "default": ["2"]}],
                "limits": {"time": "5s"}
            }
        ]
    }"#;

    fn bare() -> Bytes {
        component(GUEST)
    }

    #[test]
    fn a_component_without_a_declaration_gets_the_one_that_was_written() {
        let packed = pack(&bare(), WRITTEN.as_bytes()).unwrap();
        assert_eq!(packed.declaration().version.to_string(), "1.2.0");
        assert_eq!(packed.declaration().doc, "Of another language.");
        let check = &packed.declaration().checks[0];
        assert_eq!(check.doc, "Looks.\nTwice.");
        assert_eq!(check.parameters[0].default, ["2"]);
        assert_eq!(check.run_limits().time.as_secs(), 5);
        assert!(packed.bytes().starts_with(&bare()), "what the tools built is not touched");
    }

    #[test]
    fn what_was_packed_can_be_signed_and_taken_off_again() {
        let packed = pack(&bare(), WRITTEN.as_bytes()).unwrap();
        let signed = Bytes::from(attach(packed.bytes(), b"envelope").unwrap());
        assert_eq!(split(&signed).unwrap().component, *packed.bytes());
        assert_eq!(pack(&signed, WRITTEN.as_bytes()).unwrap_err(), PackError::Signed);
    }

    #[test]
    fn a_declaration_is_never_the_second_nor_in_the_place_of_a_wrong_one() {
        let packed = pack(&bare(), WRITTEN.as_bytes()).unwrap();
        assert_eq!(pack(packed.bytes(), WRITTEN.as_bytes()).unwrap_err(), PackError::Declared);
        for there in [nested(PLAIN), nested("no JSON")] {
            let declared = component(&format!("{there} {GUEST}"));
            assert_eq!(pack(&declared, WRITTEN.as_bytes()).unwrap_err(), PackError::Declared);
        }
    }

    #[test]
    fn what_makes_no_sense_is_told_before_anything_is_packed() {
        let json = |text: &str| matches!(pack(&bare(), text.as_bytes()).unwrap_err(), PackError::Json { .. });
        assert!(json(""));
        assert!(json("[]"));
        assert!(json(&format!("{WRITTEN} {WRITTEN}")));
        assert!(json(&WRITTEN.replace("\"doc\": \"Of", "\"dock\": \"Of")));
        assert!(json(&WRITTEN.replace("\"plugin\": \"sample\"", "\"plugin\": \"Sample\"")));
        let wrong = WRITTEN.replace("[\"2\"]", "[\"two\"]");
        assert!(matches!(pack(&bare(), wrong.as_bytes()), Err(PackError::Declaration(_))));
        let later = WRITTEN.replace("\"declaration\": 1", "\"declaration\": 2");
        assert!(matches!(
            pack(&bare(), later.as_bytes()),
            Err(PackError::Declaration(DeclarationError::Format { found: 2 }))
        ));
        let none = WRITTEN.split("\"checks\"").next().unwrap().to_owned() + "\"checks\": []}";
        assert_eq!(pack(&bare(), none.as_bytes()).unwrap_err(), PackError::Declaration(DeclarationError::NoCheck));
        let bytes = vec![b' '; MAX_WRITTEN_DECLARATION_BYTES as usize + 1];
        assert_eq!(pack(&bare(), &bytes).unwrap_err(), PackError::TooLong { bytes: bytes.len() });
    }

    #[test]
    fn what_is_no_check_or_asks_for_what_it_does_not_import_is_refused() {
        let other = component("(core module)");
        assert!(matches!(pack(&other, WRITTEN.as_bytes()), Err(PackError::Component(ComponentError::World { .. }))));
        let asking = WRITTEN
            .replace("\"limits\"", "\"grants\": [{\"capability\": \"resolver\", \"reason\": \"reads\"}], \"limits\"");
        assert!(matches!(pack(&bare(), asking.as_bytes()), Err(PackError::Component(ComponentError::Unused { .. }))));
    }
}
