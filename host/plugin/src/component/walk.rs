//! One walk over the bytes: what a component imports, exports and declares. Compiles nothing and never recurses.

use std::collections::BTreeSet;

use wasmparser::{Parser, Payload, Validator, WasmFeatures};

use super::error::shown;
use super::types::{MAX_DEPTH, Types};
use super::{AsyncUse, ComponentError, Nested};
use crate::trust::SIGNATURE;

/// The custom section that holds the declaration.
pub(crate) const SECTION: &str = "dbg:checks";

/// What the walk met.
#[derive(Debug, Default)]
pub(super) struct Walked<'a> {
    /// Names of the outermost component's imports.
    pub(super) imports: BTreeSet<String>,
    /// Names of the outermost component's exports.
    pub(super) exports: Vec<String>,
    /// The content of each section `dbg:checks`, at any depth.
    pub(super) declarations: Vec<&'a [u8]>,
    /// The first use of async, with its offset.
    pub(super) async_use: Option<(AsyncUse, usize)>,
}

/// Why a walk stopped.
pub(super) enum Fault {
    /// The bytes break a rule of WebAssembly.
    Wasm(wasmparser::Error),
    /// The bytes break a rule of ours.
    Ours(ComponentError),
}

impl From<wasmparser::Error> for Fault {
    fn from(error: wasmparser::Error) -> Self {
        Self::Wasm(error)
    }
}

impl From<ComponentError> for Fault {
    fn from(error: ComponentError) -> Self {
        Self::Ours(error)
    }
}

/// Whether WebAssembly's own rules are checked on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validate {
    /// All of them but those for the code inside functions, which the compiler checks.
    Yes,
    /// None: these very bytes passed before. Saves 1 ms of 1.2 for a plugin of 180 KB.
    DoneBefore,
}

/// What WebAssembly's own rules are checked by. A type and no value, so that who never checks them does not carry the checks.
pub(super) trait Checks {
    fn new() -> Self;

    fn payload(&mut self, payload: &Payload<'_>) -> wasmparser::Result<()>;
}

impl Checks for Validator {
    fn new() -> Self {
        // The engine allows no more than these features; what it allows less is told when it compiles.
        Self::new_with_features(WasmFeatures::default())
    }

    fn payload(&mut self, payload: &Payload<'_>) -> wasmparser::Result<()> {
        Self::payload(self, payload).map(drop)
    }
}

/// These very bytes passed before.
pub(super) struct Passed;

impl Checks for Passed {
    fn new() -> Self {
        Self
    }

    fn payload(&mut self, _: &Payload<'_>) -> wasmparser::Result<()> {
        Ok(())
    }
}

/// Walks over a component.
pub(super) fn walk<C: Checks>(bytes: &[u8]) -> Result<Walked<'_>, ComponentError> {
    let mut walked = Walked::default();
    match visit::<C>(bytes, &mut walked) {
        Ok(()) => Ok(walked),
        Err(Fault::Ours(error)) => Err(error),
        // What is async is often invalid for a validator that knows little of it: the reason is then the async, told by the caller.
        Err(Fault::Wasm(_)) if walked.async_use.is_some() => Ok(walked),
        Err(Fault::Wasm(error)) => Err(match AsyncUse::of_error(&error) {
            Some(used) => ComponentError::Async { used, offset: error.offset() },
            None => ComponentError::Invalid { offset: error.offset(), cause: shown(error.message()) },
        }),
    }
}

fn visit<'a, C: Checks>(bytes: &'a [u8], walked: &mut Walked<'a>) -> Result<(), Fault> {
    let mut checks = C::new();
    let mut types = Types::default();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        match &payload {
            Payload::ModuleSection { .. } => depth += 1,
            Payload::ComponentSection { unchecked_range, .. } => {
                depth += 1;
                if depth > MAX_DEPTH {
                    let offset = unchecked_range.start;
                    return Err(ComponentError::Depth { what: Nested::Components, offset }.into());
                }
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentTypeSection(section) => {
                let range = section.range();
                let offset = range.start;
                let used = types.section(bytes.get(range).unwrap_or_default(), offset)?;
                walked.async_use = walked.async_use.or(used);
            }
            Payload::ComponentCanonicalSection(section) => {
                for item in section.clone().into_iter_with_offsets() {
                    let (offset, function) = item?;
                    let used = AsyncUse::of_canonical(&function).map(|used| (used, offset));
                    walked.async_use = walked.async_use.or(used);
                }
            }
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section.clone() {
                    walked.imports.insert(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section.clone() {
                    walked.exports.push(export?.name.name.to_owned());
                }
            }
            Payload::CustomSection(section) if section.name() == SECTION => walked.declarations.push(section.data()),
            // The one that a file may have was taken off before: any other would be a signature that somebody reads and dbg does not.
            Payload::CustomSection(section) if section.name() == SIGNATURE => {
                return Err(ComponentError::SignatureWithin { offset: section.range().start }.into());
            }
            _ => {}
        }
        checks.payload(&payload)?;
    }
    Ok(())
}
