//! A plugin file becomes a component that may be run, or a refusal that says why.
//!
//! This room reads bytes, declarations and the store. It must never run anything: it knows no engine.

mod admitted;
mod choose;
mod component;
mod file;
mod pack;
pub mod set;
mod store;
pub mod trust;

pub use admitted::{Admitted, AllowUnsigned, Provenance};
pub use choose::{Found, Offer, choose};
pub use component::{AsyncUse, Component, ComponentError, Nested};
pub use file::{FileError, FileKind, PluginFile, open_file, read_file};
pub use pack::{PackError, PackFileError, pack, pack_files};
pub use store::{Act, Added, Broken, Listing, Record, RecordFault, Removed, Signer, Store, StoreError};
