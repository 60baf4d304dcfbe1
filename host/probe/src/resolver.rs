//! `dbg:resolver` on this machine: its `/etc/resolv.conf`.

mod parse;

use std::sync::Arc;

use async_trait::async_trait;
use dbg_capability::{Configuration, FilesErrorCode, Resolver, ResolverError, ResolverErrorCode};

pub(crate) use parse::{defaults, parse};

use crate::Root;
use crate::blocking::blocking;
use crate::root::Content;

/// Where the target keeps it; often a link into `/run`.
pub(crate) const PATH: &str = "/etc/resolv.conf";

/// As the WIT promises; the largest seen in the field has 2 KiB.
const LIMIT: usize = 64 * 1024;

/// Reads the configuration beneath a root, anew each time.
pub struct LocalResolver {
    root: Arc<Root>,
}

impl LocalResolver {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(root: Arc<Root>) -> Self {
        Self { root }
    }
}

#[async_trait]
impl Resolver for LocalResolver {
    async fn read(&self) -> Result<Configuration, ResolverError> {
        let root = self.root.clone();
        let content = blocking(move || root.read_start(PATH.as_bytes(), LIMIT)).await.map_err(|refusal| {
            let code = match refusal.code() {
                FilesErrorCode::Denied => ResolverErrorCode::Denied,
                FilesErrorCode::NotFound => ResolverErrorCode::NotFound,
                _ => ResolverErrorCode::Other,
            };
            ResolverError { code, text: format!("`{PATH}`: {refusal}") }
        })?;
        let malformed = |text| ResolverError { code: ResolverErrorCode::Malformed, text };
        match content {
            Content::Start(_) => Err(malformed(format!("`{PATH}` has more than {LIMIT} bytes"))),
            Content::Whole(raw) => parse(raw).ok_or_else(|| malformed(format!("`{PATH}` holds no text"))),
        }
    }
}

#[cfg(test)]
mod tests;
