//! A plugin file becomes a component that may be run, or a refusal that says why.
//!
//! This room reads bytes, declarations and the store. It must never run anything: it knows no engine.

mod admitted;
mod component;

pub use admitted::{Admitted, AllowUnsigned, Provenance};
pub use component::Component;
