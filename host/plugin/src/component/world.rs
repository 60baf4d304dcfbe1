//! What a component's imports and exports must be.

use std::collections::BTreeSet;

use dbg_model::{Capability, Declaration};
use semver::Version;

use super::ComponentError;
use super::error::shown;
use super::walk::Walked;

/// The interface that a check exports.
const GUEST: &str = "dbg:check/guest";

/// How long the text of a plugin's version may be: with the plugin's name it is a file name in the store.
pub(super) const MAX_VERSION_TEXT: usize = 128;

/// How many exports an error names.
const NAMED_EXPORTS: usize = 4;

/// Refuses what is built for WASI 0.3 or later.
pub(super) fn no_later_wasi(walked: &Walked<'_>) -> Result<(), ComponentError> {
    let later = |name: &&String| {
        let version = name.strip_prefix("wasi:").and_then(version_of);
        version.is_some_and(|version| version.major == 0 && version.minor == 3)
    };
    match walked.imports.iter().chain(&walked.exports).find(later) {
        Some(name) => Err(ComponentError::LaterWasi { interface: shown(name) }),
        None => Ok(()),
    }
}

/// Refuses what exports no check of a track that this dbg runs.
pub(super) fn is_guest(walked: &Walked<'_>) -> Result<(), ComponentError> {
    let mut guests = walked.exports.iter().filter(|name| interface_of(name) == GUEST).peekable();
    let Some(first) = guests.peek().copied() else {
        return Err(ComponentError::World {
            exports: walked.exports.iter().take(NAMED_EXPORTS).map(|name| shown(name)).collect(),
        });
    };
    // 0.1.x is one track: what is added to it breaks nobody.
    let known = |version: Version| version.major == 0 && version.minor == 1 && version.pre.is_empty();
    if guests.any(|name| version_of(name).is_some_and(known)) {
        Ok(())
    } else {
        Err(ComponentError::Track { export: shown(first) })
    }
}

/// Refuses what uses a capability of dbg's that nobody would be asked for, or cannot use what it says it needs.
///
/// WASI is exempt from the first: Python and JavaScript import sockets always, and what is not granted answers `denied`.
pub(super) fn declared_is_imported(
    declaration: &Declaration,
    imports: &BTreeSet<String>,
) -> Result<(), ComponentError> {
    let length = declaration.version.to_string().len();
    if length > MAX_VERSION_TEXT {
        return Err(ComponentError::VersionLength { length });
    }
    let declared = declaration.capabilities();
    for capability in Capability::ALL.into_iter().filter(|capability| !declared.contains(capability)) {
        let interface = imports.iter().find(|name| name.starts_with("dbg:") && is_of(name, capability));
        if let Some(interface) = interface {
            return Err(ComponentError::Undeclared { interface: shown(interface), capability });
        }
    }
    let imported = capabilities(imports);
    for check in &declaration.checks {
        let unused = check.grants.iter().find(|grant| grant.required && !imported.contains(&grant.capability));
        if let Some(grant) = unused {
            return Err(ComponentError::Unused { check: check.check.clone(), capability: grant.capability });
        }
    }
    Ok(())
}

/// The capabilities behind some imports.
pub(super) fn capabilities(imports: &BTreeSet<String>) -> BTreeSet<Capability> {
    Capability::ALL.into_iter().filter(|capability| imports.iter().any(|name| is_of(name, *capability))).collect()
}

fn is_of(name: &str, capability: Capability) -> bool {
    name.strip_prefix(capability.package()).is_some_and(|rest| rest.starts_with('/'))
}

fn interface_of(name: &str) -> &str {
    name.split_once('@').map_or(name, |(interface, _)| interface)
}

fn version_of(name: &str) -> Option<Version> {
    name.split_once('@').and_then(|(_, version)| Version::parse(version).ok())
}
