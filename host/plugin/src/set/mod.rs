//! A set: signed plugins with the roots and lists of revocations that prove them, in one file to be carried.
//!
//! A plain tar archive in one form only, so that `tar` can take it apart and nothing in it is read in two ways:
//!
//! ```text
//! dbgset.json                             {"format":1}, the first entry
//! roots/<vendor>.root.json                all versions of a vendor's root
//! revocations/<vendor>.revocations.json   its newest list of revocations
//! plugins/<sha256>.wasm                   a signed plugin, named by the component in it
//! ```
//! Nothing in it is believed for being in it: each document proves itself, or is refused, when it is taken in.

mod entry;
mod error;
mod read;
mod write;

use std::collections::BTreeMap;

use bytes::Bytes;
use dbg_model::{Digest, VendorName};

pub use error::SetError;

/// The form that is written.
const FORMAT: u32 = 1;
/// The largest set that is read: all of it is in memory while it is taken in.
const MAX_BYTES: u64 = 256 << 20;
/// More plugins than any site has approved.
const MAX_ENTRIES: usize = 512;

/// What a set carries. None of it is verified.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PluginSet {
    /// The files of roots, by whose they say that they are.
    pub roots: BTreeMap<VendorName, Bytes>,
    /// The lists of revocations, by whose they say that they are.
    pub lists: BTreeMap<VendorName, Bytes>,
    /// The plugins' files, by the digest that their names say.
    pub plugins: BTreeMap<Digest, Bytes>,
}

#[cfg(test)]
mod tests;
