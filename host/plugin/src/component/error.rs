//! Why bytes are no component that could be run: one variant for each offence.

use dbg_model::{Capability, Cell, CheckName, DeclarationError, truncate_at_char};

use super::types::{MAX_DEPTH, MAX_TYPES};
use super::world::MAX_VERSION_TEXT;
use super::{AsyncUse, MAX_COMPONENT_BYTES};

/// Why bytes are no component that could be run.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum ComponentError {
    /// No bytes at all.
    #[error("it is empty")]
    Empty,
    /// More bytes than are read.
    #[error("it has {bytes} bytes, and a component has at most {MAX_COMPONENT_BYTES} (64 MiB)")]
    TooLarge {
        /// Its length.
        bytes: u64,
    },
    /// Some text.
    #[error("it is text, starting with `{start}`")]
    Text {
        /// Its first line, escaped and cut.
        start: String,
    },
    /// Some other binary format.
    #[error("it is no WebAssembly: it starts with the bytes `{start}`")]
    Foreign {
        /// Its first bytes, in hexadecimal.
        start: String,
    },
    /// WebAssembly, but without interfaces.
    #[error("it is a core module, not a component")]
    CoreModule,
    /// Cut off, damaged or never valid.
    #[error("it is damaged or no valid component: {cause} at byte {offset}")]
    Invalid {
        /// Where it was seen.
        offset: usize,
        /// What the reader of WebAssembly says, escaped and cut.
        cause: String,
    },
    /// Nested beyond any use.
    #[error("it nests {what} more than {MAX_DEPTH} deep")]
    Depth {
        /// What is nested.
        what: Nested,
        /// Where that was seen.
        offset: usize,
    },
    /// More types than any real component has.
    #[error("it declares more than {MAX_TYPES} types")]
    TooManyTypes,
    /// Built for a later WASI.
    #[error("it is built for WASI 0.3: `{interface}`")]
    LaterWasi {
        /// The first such import or export, escaped and cut.
        interface: String,
    },
    /// Uses the component model's async.
    #[error("it uses async, which no check can: {used} at byte {offset}")]
    Async {
        /// In which form.
        used: AsyncUse,
        /// Where it was seen.
        offset: usize,
    },
    /// A check of a track that this dbg does not run.
    #[error("it offers `{export}`, and this dbg runs `dbg:check/guest@0.1`")]
    Track {
        /// The export, escaped and cut.
        export: String,
    },
    /// Made for something else.
    #[error("it is a component of another world: it does not export `dbg:check/guest`{}", exporting(exports))]
    World {
        /// Some of what it exports instead, escaped and cut.
        exports: Vec<String>,
    },
    /// It says nothing of itself.
    #[error("it has no declaration (no custom section `dbg:checks`)")]
    NoDeclaration,
    /// It says too much of itself.
    #[error("it has {count} declarations (custom sections `dbg:checks`), and exactly one is allowed")]
    Declarations {
        /// How many there are, at any depth.
        count: usize,
    },
    /// A signature that is no part of what was signed, and not at the end of the file either.
    #[error("it has a section `dbg:signature` within, at byte {offset}; the only place for one is the end of the file")]
    SignatureWithin {
        /// Where its content starts.
        offset: usize,
    },
    /// What it says of itself makes no sense.
    #[error("its declaration is wrong")]
    Declaration(#[from] DeclarationError),
    /// A version that no file name could hold.
    #[error("its version has {length} characters, and at most {MAX_VERSION_TEXT} are allowed")]
    VersionLength {
        /// How long the version's text is.
        length: usize,
    },
    /// It would use what nobody was asked for.
    #[error("it imports `{interface}`, and none of its checks declares a grant `{capability}`")]
    Undeclared {
        /// The import, escaped and cut.
        interface: String,
        /// The capability behind it.
        capability: Capability,
    },
    /// It asks for what it cannot use.
    #[error("its check `{check}` requires the grant `{capability}`, and nothing of it is imported")]
    Unused {
        /// The check.
        check: CheckName,
        /// The capability.
        capability: Capability,
    },
}

/// What is nested too deep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nested {
    /// Components within components.
    Components,
    /// Types within types.
    Types,
}

impl std::fmt::Display for Nested {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Components => "components",
            Self::Types => "types",
        })
    }
}

/// Foreign text, fit for an error message.
pub(super) fn shown(text: &str) -> String {
    Cell(truncate_at_char(text, 128)).to_string()
}

fn exporting(exports: &[String]) -> String {
    if exports.is_empty() { ", nor anything else".to_owned() } else { format!(", but `{}`", exports.join("`, `")) }
}

impl ComponentError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Empty | Self::Foreign { .. } => {
                "name the `.wasm` file that `cargo build --target wasm32-wasip2` made"
            }
            Self::TooLarge { .. } => "strip debug information from it: `strip = true` in the profile",
            Self::Text { start } if start.starts_with('(') => "make a binary of the text form: `wasm-tools parse`",
            Self::Text { .. } => "name the `.wasm` file that `cargo build --target wasm32-wasip2` made, not its source",
            Self::CoreModule => "build it for `wasm32-wasip2`; other WebAssembly targets make core modules",
            Self::Invalid { .. } => "copy it again: its vendor's digest tells whether it arrived whole",
            Self::LaterWasi { .. } | Self::Async { .. } => {
                "build it for WASI 0.2 without async: `cargo build --target wasm32-wasip2`"
            }
            Self::Track { .. } => "ask its vendor for a build against `dbg:check@0.1`, or use the dbg it was built for",
            Self::World { .. } => "a check is built with `dbg-sdk` or against the WIT package `dbg:check@0.1.0`",
            Self::NoDeclaration => {
                "`dbg_sdk::plugin!` writes the declaration; `wasm-tools strip` takes it away (use `strip = true` instead)"
            }
            Self::Declarations { .. } => "call `dbg_sdk::plugin!` once in a plugin, with all of its checks",
            Self::Undeclared { capability, .. } => {
                return Some(format!(
                    "declare `grant(capability = \"{capability}\", reason = \"…\")` in the check that uses it"
                ));
            }
            Self::Unused { capability, .. } => {
                return Some(format!("take the grant `{capability}` out of the check, or make it `optional`"));
            }
            Self::SignatureWithin { .. } => {
                "its vendor must build it from parts that are not signed, and sign the whole"
            }
            Self::Declaration(_) | Self::VersionLength { .. } => {
                "its vendor must mend the declaration and build it again"
            }
            Self::Depth { .. } | Self::TooManyTypes => return None,
        };
        Some(hint.to_owned())
    }
}
