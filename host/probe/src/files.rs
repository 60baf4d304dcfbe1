//! `dbg:files` on this machine.

mod access;
mod handles;
mod metadata;
mod path;

use std::sync::Arc;

use async_trait::async_trait;
use dbg_capability::{FileId, Files, FilesError, FollowLinks, Metadata, Page, Resolved, ScanId, Usage};
use dbg_model::{Cell, truncate_at_char};

use handles::Handles;
pub(crate) use path::{PathFault, escape};

use crate::Root;
use crate::blocking::blocking;
use crate::refusal::Refusal;

/// Of a path in an error's sentence; the WIT allows 4 KiB for the whole, and escaping may make each byte ten.
const PATH_SHOWN: usize = 256;

/// The files beneath a root.
pub struct LocalFiles {
    root: Arc<Root>,
    handles: Arc<Handles>,
}

impl LocalFiles {
    /// Nothing is opened yet.
    #[must_use]
    pub fn new(root: Arc<Root>) -> Self {
        Self { root, handles: Arc::default() }
    }

    /// Runs `work` off the serving threads and names `path` in its refusal.
    async fn at<T: Send + 'static>(
        &self,
        path: &str,
        work: impl FnOnce(&Root, &str) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, FilesError> {
        let (root, owned) = (self.root.clone(), path.to_owned());
        blocking(move || work(&root, &owned)).await.map_err(|refusal| named(path, refusal))
    }

    /// As [`Self::at`], for what is open and has no path any more.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Handles) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, FilesError> {
        let handles = self.handles.clone();
        let result = blocking(move || work(&handles)).await;
        result.map_err(|refusal| FilesError { code: refusal.code(), text: format!("the handle: {refusal}") })
    }
}

/// The capability's error, with the path as it may be shown.
fn named(path: &str, refusal: Refusal) -> FilesError {
    let shown = Cell(truncate_at_char(path, PATH_SHOWN));
    FilesError { code: refusal.code(), text: format!("`{shown}`: {refusal}") }
}

#[async_trait]
impl Files for LocalFiles {
    async fn resolve(&self, path: &str, follow: FollowLinks) -> Result<Resolved, FilesError> {
        self.at(path, move |root, path| access::resolve(root, path, follow)).await
    }

    async fn open(&self, resolved: &Resolved) -> Result<FileId, FilesError> {
        let wanted = resolved.metadata.clone();
        let file = self.at(&resolved.path, move |root, path| access::open(root, path, &wanted)).await?;
        // Entered only here: were the caller gone meanwhile, nobody would know the number and close it.
        self.handles.add_file(file).map_err(|refusal| named(&resolved.path, refusal))
    }

    async fn read(&self, file: FileId, max: u32) -> Result<Vec<u8>, FilesError> {
        self.with(move |handles| handles.file(file)?.read(max)).await
    }

    async fn seek(&self, file: FileId, offset: u64) -> Result<(), FilesError> {
        self.with(move |handles| handles.file(file)?.seek(offset)).await
    }

    async fn stat(&self, file: FileId) -> Result<Metadata, FilesError> {
        self.with(move |handles| handles.file(file)?.stat()).await
    }

    async fn usage(&self, resolved: &Resolved) -> Result<Usage, FilesError> {
        let wanted = resolved.metadata.clone();
        self.at(&resolved.path, move |root, path| access::usage(root, path, &wanted)).await
    }

    async fn read_link(&self, resolved: &Resolved) -> Result<String, FilesError> {
        let wanted = resolved.metadata.clone();
        self.at(&resolved.path, move |root, path| access::read_link(root, path, &wanted)).await
    }

    async fn scan(&self, resolved: &Resolved) -> Result<ScanId, FilesError> {
        let wanted = resolved.metadata.clone();
        let directory = self.at(&resolved.path, move |root, path| access::scan(root, path, &wanted)).await?;
        self.handles.add_scan(directory).map_err(|refusal| named(&resolved.path, refusal))
    }

    async fn next(&self, scan: ScanId, max: u32) -> Result<Page, FilesError> {
        self.with(move |handles| handles.scan(scan)?.next(max)).await
    }

    async fn close(&self, file: FileId) {
        self.handles.close_file(file);
    }

    async fn close_scan(&self, scan: ScanId) {
        self.handles.close_scan(scan);
    }
}

#[cfg(test)]
mod tests;
