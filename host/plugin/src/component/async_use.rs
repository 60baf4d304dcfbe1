//! Where the component model's async shows: the contract of checks is synchronous, so none of it can work.

use std::fmt;

use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentDefinedType, ComponentType, PrimitiveValType, WasmFeatures,
};

/// In which form a component uses async.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsyncUse {
    /// A function type marked async.
    Function,
    /// A type that only async can pass: `stream`, `future` or `error-context`.
    Type,
    /// A function lifted or lowered the async way.
    Lift,
    /// A built-in of async tasks, streams, futures or threads.
    BuiltIn,
}

impl fmt::Display for AsyncUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Function => "an async function type",
            Self::Type => "a stream, future or error-context type",
            Self::Lift => "an async lift or lower",
            Self::BuiltIn => "a built-in for tasks, streams, futures or threads",
        })
    }
}

impl AsyncUse {
    /// What features of the component model belong to async.
    const FEATURES: WasmFeatures = WasmFeatures::CM_ASYNC
        .union(WasmFeatures::CM_ASYNC_STACKFUL)
        .union(WasmFeatures::CM_MORE_ASYNC_BUILTINS)
        .union(WasmFeatures::CM_THREADING)
        .union(WasmFeatures::CM_ERROR_CONTEXT);

    /// The async in one type; types nested in it are the caller's work.
    pub(super) fn of_type(ty: &ComponentType<'_>) -> Option<Self> {
        match ty {
            ComponentType::Func(function) if function.async_ => Some(Self::Function),
            ComponentType::Defined(
                ComponentDefinedType::Stream(_)
                | ComponentDefinedType::Future(_)
                | ComponentDefinedType::Primitive(PrimitiveValType::ErrorContext),
            ) => Some(Self::Type),
            _ => None,
        }
    }

    /// The async in one canonical function. What is not known to be synchronous is async.
    pub(super) fn of_canonical(function: &CanonicalFunction) -> Option<Self> {
        match function {
            CanonicalFunction::Lift { options, .. } | CanonicalFunction::Lower { options, .. } => options
                .iter()
                .any(|option| matches!(option, CanonicalOption::Async | CanonicalOption::Callback(_)))
                .then_some(Self::Lift),
            CanonicalFunction::ResourceNew { .. }
            | CanonicalFunction::ResourceDrop { .. }
            | CanonicalFunction::ResourceRep { .. } => None,
            _ => Some(Self::BuiltIn),
        }
    }

    /// The async that a validator refused for want of a feature.
    pub(super) fn of_error(error: &wasmparser::Error) -> Option<Self> {
        error.missing_wasm_feature().filter(|feature| feature.intersects(Self::FEATURES)).map(|_| Self::BuiltIn)
    }
}
