//! From native code to a check that is ready to run: every import found, the guest's export there. Nothing of the guest runs here.

use std::sync::Arc;

use dbg_model::{Cell, Limits, format_size, truncate_at_char};
use wasmtime::component::Component;

use crate::bindings::PluginPre;
use crate::engine::WasmtimeError;
use crate::link::{Known, known};
use crate::store::State;
use crate::{Engine, NativeCode};

/// What a guest exports.
const GUEST: &str = "dbg:check/guest";

/// A plugin that can run. Cheap to clone; each run gets an instance of its own.
#[derive(Clone)]
pub struct Loaded {
    pub(crate) engine: Engine,
    pub(crate) plugin: Arc<PluginPre<State>>,
}

/// Bytes of a page of memory: custom page sizes are off.
const PAGE: u64 = 64 << 10;

/// Why native code is no plugin for this host.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Made by another version, for another machine, or damaged.
    #[error("the compiled code does not fit this dbg")]
    Foreign(#[source] WasmtimeError),
    /// It starts with more memory than any check may have.
    #[error(
        "it declares {} of memory, and a check has at most {}",
        format_size(*declared),
        format_size(Limits::CEILING.memory)
    )]
    Memory {
        /// What its largest memory starts with, in bytes.
        declared: u64,
    },
    /// It imports an interface in a version that this host does not have.
    #[error("it imports `{interface}`, and this dbg has version {offered} of that")]
    MissingTrack {
        /// The import, with its version.
        interface: String,
        /// What there is.
        offered: &'static str,
    },
    /// It imports an interface that this host does not have in any version.
    #[error("it imports `{interface}`, which this dbg does not have")]
    MissingInterface {
        /// The import, with its version.
        interface: String,
    },
    /// It imports a function that the host's version of an interface lacks.
    #[error("it imports the function `{function}` of `{interface}`, which this dbg does not have")]
    MissingFunction {
        /// The import, with its version.
        interface: String,
        /// The function, as `resource.method` where it is one.
        function: String,
    },
    /// A function is there and has other parameters or results.
    #[error("it imports `{item}` of `{interface}` with other parameters or results than this dbg has")]
    OtherType {
        /// The import, with its version.
        interface: String,
        /// The function or resource.
        item: String,
        /// How they differ.
        #[source]
        cause: WasmtimeError,
    },
    /// Any other reason that it cannot be linked.
    #[error("it does not fit this dbg")]
    Link(#[source] WasmtimeError),
    /// It exports no check.
    #[error("it is a component of another world: it exports {exports}, and not `dbg:check/guest`")]
    NoGuest {
        /// What it exports, shown.
        exports: String,
    },
    /// It exports checks of another track.
    #[error("it exports `{export}`, and this dbg runs `dbg:check/guest@0.1`")]
    GuestTrack {
        /// The export, with its version.
        export: String,
    },
    /// It exports `guest` with another `run`.
    #[error("its `dbg:check/guest` is not as `wit/check` has it")]
    GuestType(#[source] WasmtimeError),
}

impl LoadError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Foreign(_) => "compile it again with this dbg".into(),
            Self::Memory { .. } => "build it with a smaller initial memory; a memory grows by itself".into(),
            Self::MissingTrack { interface, .. } if interface.starts_with("wasi:") => {
                "build it for WASI 0.2 (`wasm32-wasip2`)".into()
            }
            Self::MissingTrack { offered, .. } => {
                format!("build it against version {offered} of the package, or update dbg")
            }
            Self::MissingInterface { .. } => {
                "build it against a world that includes `dbg:check/check` and only packages of dbg and WASI 0.2".into()
            }
            Self::MissingFunction { .. } | Self::OtherType { .. } => {
                "build it against the oldest version of the package that suffices, or update dbg".into()
            }
            Self::Link(_) => return None,
            Self::NoGuest { .. } | Self::GuestType(_) => {
                "write it with an SDK of dbg, or include `dbg:check/check` in its world".into()
            }
            Self::GuestTrack { .. } => "build it against version 0.1 of `dbg:check`, or update dbg".into(),
        })
    }
}

impl Loaded {
    /// Makes now what the first run would otherwise wait for: the ticker's thread, and what a run's random numbers grow from.
    /// A run without it does the same, and is the first to say what fails.
    pub fn prepare(&self) {
        self.engine.inner.ticker.expect_a_run();
        let _ = wasmtime_wasi::WasiCtx::builder().build();
    }
}

impl Engine {
    /// Loads native code and links it. It blocks, for less than a millisecond.
    pub fn load(&self, code: &NativeCode) -> Result<Loaded, LoadError> {
        // SAFETY: `NativeCode` holds unchanged output of the compiler; its constructors say who vouches for that.
        let component = unsafe { Component::deserialize(&self.inner.wasmtime, code.bytes()) }
            .map_err(|cause| LoadError::Foreign(cause.into()))?;
        self.fits(&component)?;
        let linked = self.inner.linker.instantiate_pre(&component).map_err(unlinked)?;
        let plugin = PluginPre::new(linked).map_err(|cause| LoadError::GuestType(cause.into()))?;
        Ok(Loaded { engine: self.clone(), plugin: Arc::new(plugin) })
    }

    /// What the linker would say less clearly, or only when it runs.
    fn fits(&self, component: &Component) -> Result<(), LoadError> {
        let pages = component.resources_required().and_then(|resources| resources.max_initial_memory_size);
        let declared = pages.map(|pages| pages.saturating_mul(PAGE));
        if let Some(declared) = declared.filter(|declared| *declared > Limits::CEILING.memory) {
            return Err(LoadError::Memory { declared });
        }
        let world = component.component_type();
        for (name, _) in world.imports(&self.inner.wasmtime) {
            match known(name) {
                Known::Here(_) => {}
                Known::OtherTrack(offered) => {
                    return Err(LoadError::MissingTrack { interface: shown(name), offered });
                }
                Known::No => return Err(LoadError::MissingInterface { interface: shown(name) }),
            }
        }
        let exports: Vec<&str> = world.exports(&self.inner.wasmtime).map(|(name, _)| name).collect();
        match exports.iter().find_map(|export| Some((*export, export.strip_prefix(GUEST)?.strip_prefix('@')?))) {
            Some((_, version)) if version.starts_with("0.1.") => Ok(()),
            Some((export, _)) => Err(LoadError::GuestTrack { export: shown(export) }),
            None if exports.is_empty() => Err(LoadError::NoGuest { exports: "nothing".into() }),
            None => {
                let more = if exports.len() > 4 { ", …" } else { "" };
                let some: Vec<_> = exports.iter().take(4).map(|export| format!("`{}`", shown(export))).collect();
                Err(LoadError::NoGuest { exports: some.join(", ") + more })
            }
        }
    }
}

fn shown(text: &str) -> String {
    Cell(truncate_at_char(text, 128)).to_string()
}

/// The linker's error as a fact: it names the import and the item in its texts alone, so they are read back, and a test holds them to it.
fn unlinked(cause: wasmtime::Error) -> LoadError {
    let quoted = |text: &str, before: &str| {
        let (name, _) = text.split_once(before)?.1.strip_prefix('`')?.split_once('`')?;
        Some(shown(name))
    };
    let chain: Vec<String> = cause.chain().map(ToString::to_string).collect();
    let interface = chain.iter().find_map(|text| quoted(text, "component imports instance "));
    let item = chain.iter().find_map(|text| quoted(text, "instance export "));
    let (Some(interface), Some(item)) = (interface, item) else { return LoadError::Link(cause.into()) };
    let item = item.rsplit(']').next().unwrap_or(&item).to_owned();
    if chain.iter().any(|text| text.ends_with("implementation is missing")) {
        LoadError::MissingFunction { interface, function: item }
    } else {
        LoadError::OtherType { interface, item, cause: cause.into() }
    }
}

#[cfg(test)]
mod tests {
    use dbg_plugin::{Admitted, AllowUnsigned, Component as Plugin};

    use super::*;
    use crate::samples::{plugin, with};

    const MEMORY: &str = "(memory (export \"memory\") 1)";

    /// What the engine says of a component that the reader of files would refuse for the same or for another reason.
    fn refusal(bytes: Vec<u8>) -> LoadError {
        let declaration = "{\"declaration\":1,\"plugin\":\"sample\",\"version\":\"1.0.0\"}\n{\"check\":\"look\",\"doc\":\"Looks.\"}\n";
        let digest = dbg_model::Digest::from_bytes([0; 32]);
        let component = Plugin::embedded(bytes.into(), digest, declaration, []).unwrap();
        let engine = Engine::new().unwrap();
        let code = engine.compile(&Admitted::unsigned(component, AllowUnsigned::by_operator())).unwrap();
        engine.load(&code).map(|_| ()).unwrap_err()
    }

    fn importing(import: &str) -> LoadError {
        refusal(with(import, MEMORY, "(i32.const 16)"))
    }

    #[test]
    fn a_missing_function_is_named_with_its_interface() {
        let error = importing(r#"(import "dbg:check/report@0.1.9" (instance (export "frobnicate" (func))))"#);
        let LoadError::MissingFunction { interface, function } = error else { panic!("{error:?}") };
        assert_eq!((&*interface, &*function), ("dbg:check/report@0.1.9", "frobnicate"));
    }

    #[test]
    fn a_missing_method_is_named_without_its_mangling() {
        let error = importing(
            r#"(import "dbg:check/report@0.1.0" (instance (export "finding" (type $f (sub resource)))
                (export "[method]finding.shout" (func (param "self" (borrow $f))))))"#,
        );
        let LoadError::MissingFunction { function, .. } = error else { panic!("{error:?}") };
        assert_eq!(function, "finding.shout");
    }

    #[test]
    fn a_function_with_other_parameters_is_told_apart_from_a_missing_one() {
        let error = importing(r#"(import "dbg:check/run-context@0.1.0" (instance (export "target" (func))))"#);
        assert!(matches!(&error, LoadError::OtherType { item, .. } if item == "target"), "{error:?}");
    }

    #[test]
    fn another_track_and_an_unknown_interface_are_told_apart() {
        let error = importing(r#"(import "dbg:check/report@0.2.0" (instance (export "x" (func))))"#);
        assert!(matches!(error, LoadError::MissingTrack { offered: "0.1.0", .. }), "{error:?}");
        let error = importing(r#"(import "wasi:clocks/monotonic-clock@0.3.0" (instance (export "now" (func))))"#);
        assert!(error.hint().unwrap().contains("wasm32-wasip2"));
        let error = importing(r#"(import "acme:secret/door@1.0.0" (instance (export "x" (func))))"#);
        assert!(matches!(error, LoadError::MissingInterface { .. }), "{error:?}");
    }

    #[test]
    fn an_older_patch_of_the_same_track_fits() {
        let engine = Engine::new().unwrap();
        let bytes = with(
            r#"(import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result u64)))))"#,
            MEMORY,
            "(i32.const 16)",
        );
        let component = Plugin::read(bytes.into()).unwrap();
        assert!(
            engine.load(&engine.compile(&Admitted::unsigned(component, AllowUnsigned::by_operator())).unwrap()).is_ok()
        );
    }

    #[test]
    fn a_component_of_another_world_is_told_by_what_it_exports() {
        let error = refusal(
            wat::parse_str(r#"(component (instance $i) (export "wasi:cli/run@0.2.0" (instance $i)))"#).unwrap(),
        );
        let LoadError::NoGuest { exports } = &error else { panic!("{error:?}") };
        assert_eq!(exports, "`wasi:cli/run@0.2.0`");
        let error = refusal(wat::parse_str("(component)").unwrap());
        assert!(matches!(error, LoadError::NoGuest { .. }), "{error:?}");
        let error = refusal(
            wat::parse_str(r#"(component (instance $i) (export "dbg:check/guest@0.2.0" (instance $i)))"#).unwrap(),
        );
        assert!(matches!(error, LoadError::GuestTrack { .. }), "{error:?}");
        let error = refusal(
            wat::parse_str(r#"(component (instance $i) (export "dbg:check/guest@0.1.0" (instance $i)))"#).unwrap(),
        );
        assert!(matches!(error, LoadError::GuestType(_)), "{error:?}");
    }

    #[test]
    fn two_gigabytes_of_declared_memory_are_refused_without_being_allocated() {
        let error = refusal(with("", "(memory (export \"memory\") 32768)", "(i32.const 16)"));
        assert!(matches!(error, LoadError::Memory { declared: 0x8000_0000 }), "{error:?}");
    }

    #[test]
    fn bytes_that_are_no_code_are_foreign() {
        let engine = Engine::new().unwrap();
        assert!(matches!(engine.load(&NativeCode::made(b"no code".as_slice().into())), Err(LoadError::Foreign(_))));
    }

    #[test]
    fn thorough_code_loads_beside_quick_code() {
        let engine = Engine::new().unwrap();
        let admitted =
            Admitted::unsigned(Plugin::read(plugin("(i32.const 16)").into()).unwrap(), AllowUnsigned::by_operator());
        assert!(engine.load(&engine.compile_thoroughly(&admitted).unwrap()).is_ok());
    }
}
